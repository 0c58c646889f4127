#!/usr/bin/env bash
# Sets up one device in an AWS account: thing, certificate, role, role alias, policies, table. Safe to run again.
#
#   scripts/aws-setup.sh THING [--role-alias NAME] [--role NAME] [--thing-type NAME] [--directory DIR]
#
# Leaves DIR (default ./THING) with private.key (made here, never sent), certificate.pem and a ready agent.json.
# Works on whatever account the AWS CLI is set to; on the testbed after `. DIR/env.sh` of its state directory.
# The policies it uses stand in scripts/policies/.
set -euo pipefail

usage() { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
die() { echo "aws-setup: $*" >&2; exit 1; }

thing="" role_alias=device-agent role=device-agent-telemetry thing_type="" directory=""
while [ $# -gt 0 ]; do
  case $1 in
    --role-alias) role_alias=${2:?}; shift 2 ;;
    --role) role=${2:?}; shift 2 ;;
    --thing-type) thing_type=${2:?}; shift 2 ;;
    --directory) directory=${2:?}; shift 2 ;;
    -*) usage ;;
    *) [ -z "$thing" ] || usage; thing=$1; shift ;;
  esac
done
[ -n "$thing" ] || usage
[[ $thing =~ ^[a-zA-Z0-9_-]{3,128}$ ]] || die "'$thing' cannot name both a thing and a table: use 3 to 128 of a-z A-Z 0-9 _ -"
directory=${directory:-./$thing}
. "$(dirname "$0")/aws-account.sh"
fill() { sed -e "s/@PARTITION@/$partition/; s/@REGION@/$region/; s/@ACCOUNT@/$account/; s/@ROLE_ALIAS@/$role_alias/" "$policies/$1"; }

mkdir -p "$directory"
chmod 700 "$directory"
cd "$directory"

# The thing
if ! aws iot describe-thing --thing-name "$thing" >/dev/null 2>&1; then
  if [ -n "$thing_type" ]; then
    aws iot describe-thing-type --thing-type-name "$thing_type" >/dev/null 2>&1 || aws iot create-thing-type --thing-type-name "$thing_type" >/dev/null
    aws iot create-thing --thing-name "$thing" --thing-type-name "$thing_type" >/dev/null
  else
    aws iot create-thing --thing-name "$thing" >/dev/null
  fi
fi
say thing "$thing"

# The certificate: the key is made here and stays here
if [ ! -s certificate.pem ]; then
  [ -s private.key ] || (umask 077 && openssl ecparam -name prime256v1 -genkey -noout -out private.key)
  openssl req -new -key private.key -subj "/CN=$thing" -out request.csr
  text iot create-certificate-from-csr --set-as-active --certificate-signing-request file://request.csr --query certificatePem >certificate.pem
  rm request.csr
fi
certificate_id=$(openssl x509 -in certificate.pem -outform der | openssl dgst -sha256 | sed 's/.* //')
certificate_arn="arn:$partition:iot:$region:$account:cert/$certificate_id"
aws iot attach-thing-principal --thing-name "$thing" --principal "$certificate_arn"
say certificate "$certificate_id"

# The role that the device's credentials will have, limited to the table named as the thing
if ! aws iam get-role --role-name "$role" >/dev/null 2>&1; then
  aws iam create-role --role-name "$role" --assume-role-policy-document "file://$policies/trust.json" --max-session-duration 43200 >/dev/null
fi
aws iam put-role-policy --role-name "$role" --policy-name own-table --policy-document "$(fill dynamodb-own-table.json)"
say role "arn:$partition:iam::$account:role/$role"

# The role alias, and the permission to use it
if ! aws iot describe-role-alias --role-alias "$role_alias" >/dev/null 2>&1; then
  aws iot create-role-alias --role-alias "$role_alias" --role-arn "arn:$partition:iam::$account:role/$role" --credential-duration-seconds 3600 >/dev/null
fi
iot_policy="assume-$role_alias"
if ! aws iot get-policy --policy-name "$iot_policy" >/dev/null 2>&1; then
  aws iot create-policy --policy-name "$iot_policy" --policy-document "$(fill iot-assume-role.json)" >/dev/null
fi
aws iot attach-policy --policy-name "$iot_policy" --target "$certificate_arn"
say "role alias" "$role_alias"

# What the agent may do over MQTT: its own shadow and jobs, new certificates
if ! aws iot get-policy --policy-name device-agent >/dev/null 2>&1; then
  aws iot create-policy --policy-name device-agent --policy-document "$(fill iot-device-agent.json)" >/dev/null
fi
aws iot attach-policy --policy-name device-agent --target "$certificate_arn"
say "mqtt policy" device-agent

# The table
if ! aws dynamodb describe-table --table-name "$thing" >/dev/null 2>&1; then
  aws dynamodb create-table --table-name "$thing" --billing-mode PAY_PER_REQUEST \
    --attribute-definitions AttributeName=serial_number,AttributeType=S AttributeName=timestamp,AttributeType=S \
    --key-schema AttributeName=serial_number,KeyType=HASH AttributeName=timestamp,KeyType=RANGE >/dev/null
  aws dynamodb wait table-exists --table-name "$thing"
fi
if [ "$(text dynamodb describe-time-to-live --table-name "$thing" --query TimeToLiveDescription.TimeToLiveStatus)" = DISABLED ]; then
  aws dynamodb update-time-to-live --table-name "$thing" --time-to-live-specification Enabled=true,AttributeName=expires_at >/dev/null
fi
say table "$thing"

# What the agent needs to know. IOT_SERVER_CA and AWS_ENDPOINT_URL_DYNAMODB are set by the testbed's env.sh.
endpoint=$(text iot describe-endpoint --endpoint-type iot:CredentialProvider --query endpointAddress)
mqtt_endpoint=$(text iot describe-endpoint --endpoint-type iot:Data-ATS --query endpointAddress)
{
  echo "{"
  echo "  \"thingName\": \"$thing\","
  echo "  \"roleAlias\": \"$role_alias\","
  echo "  \"credentialsEndpoint\": \"$endpoint\","
  echo "  \"mqttEndpoint\": \"$mqtt_endpoint\","
  echo "  \"region\": \"$region\","
  echo "  \"certificatePath\": \"certificate.pem\","
  echo "  \"privateKeyPath\": \"private.key\","
  if [ -n "${IOT_SERVER_CA:-}" ]; then echo "  \"caPath\": \"$IOT_SERVER_CA\","; fi
  if [ -n "${AWS_ENDPOINT_URL_DYNAMODB:-}" ]; then echo "  \"dynamoDbEndpoint\": \"$AWS_ENDPOINT_URL_DYNAMODB\","; fi
  echo "  \"stateDirectory\": \"state\","
  echo "  \"ttl\": { \"attribute\": \"expires_at\", \"days\": 365 },"
  echo "  \"source\": { \"kind\": \"simulated\", \"intervalSeconds\": 10 }"
  echo "}"
} >agent.json
say configuration "$(pwd)/agent.json"

cat <<DONE

Copy $(pwd) to the device and start there:  device-agent run --config agent.json
DONE
