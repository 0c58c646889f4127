#!/usr/bin/env bash
# Sets up one device in an AWS account: thing, certificate, role, role alias, policies, table. Safe to run again, and goes on where it was interrupted.
#
#   scripts/aws-setup.sh THING [--role-alias NAME] [--allow-alias NAME]... [--role NAME] [--thing-type NAME] [--source KIND] [--directory DIR] [--fleet] [--add-certificate] [--update-policies] [--dry-run]
#   scripts/aws-setup.sh THING --teardown [--delete-data] [--directory DIR] [--dry-run]
#
# Leaves DIR (default ./THING) with private.key (made here, never sent), certificate.pem, a ready agent.json, and aws-made: what was made.
#   --source           what the device reads, in agent.json: none (only what other programs hand in; the default), linux (its sensors), stdin,
#                      replay:FILE, or simulated (readings that are made up)
#   --allow-alias      another role alias that the device may be rotated to, besides --role-alias; it need not exist yet. May be repeated
#   --fleet            one of hundreds of devices: agent.json says that after a power cut it waits up to 20 min, so that not all ask at once (docs/fleet.md)
#   --add-certificate  makes one in DIR although the thing has another, which stays active; without it such a run is refused
#   --update-policies  gives policies that exist and are not as in scripts/policies those documents; without it they stay
#   --dry-run          prints what would be done, and changes nothing
#   --teardown         deletes what aws-made says was made, and nothing else; what other devices use stays, and so does a table with readings
#   --delete-data      the table, too
# Works on whatever account the AWS CLI is set to; on the testbed after `. DIR/env.sh` of its state directory.
# The policies it uses stand in scripts/policies/.
set -euo pipefail
umask 077

usage() { sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; }
die() { echo "aws-setup: $*" >&2; exit 1; }

thing="" role_aliases=(device-agent) role=device-agent-telemetry thing_type="" source="" directory="" template=device-agent
dry_run=0 teardown=0 delete_data=0 update_policies=0 add_certificate=0 fleet=0
while [ $# -gt 0 ]; do
  case $1 in
    --role-alias) role_aliases[0]=${2:?}; shift 2 ;;
    --allow-alias) role_aliases+=("${2:?}"); shift 2 ;;
    --role) role=${2:?}; shift 2 ;;
    --thing-type) thing_type=${2:?}; shift 2 ;;
    --source) source=${2:?}; shift 2 ;;
    --directory) directory=${2:?}; shift 2 ;;
    --fleet) fleet=1; shift ;;
    --add-certificate) add_certificate=1; shift ;;
    --update-policies) update_policies=1; shift ;;
    --dry-run) dry_run=1; shift ;;
    --teardown) teardown=1; shift ;;
    --delete-data) delete_data=1; shift ;;
    -h | --help) usage; exit 0 ;;
    -*) usage >&2; exit 2 ;;
    *) [ -z "$thing" ] || { usage >&2; exit 2; }; thing=$1; shift ;;
  esac
done
[ -n "$thing" ] || { usage >&2; exit 2; }
[ "$delete_data" = 0 ] || [ "$teardown" = 1 ] || die "--delete-data goes with --teardown"
[[ $thing =~ ^[a-zA-Z0-9_-]{3,128}$ ]] || die "'$thing' cannot name both a thing and a table: use 3 to 128 of a-z A-Z 0-9 _ -"
for alias in "${role_aliases[@]}"; do
  [[ $alias =~ ^[a-zA-Z0-9_=,@-]{1,128}$ ]] || die "'$alias' cannot name a role alias: name each of them, with a-z A-Z 0-9 _ = , @ -"
done
case ${source:=none} in
  none) reads="nothing itself: other programs on it hand in readings" source_json="{ \"kind\": \"none\" }" ;;
  linux) reads="its sensors: device-agent sensors lists them there" source_json="{ \"kind\": \"linux\", \"intervalSeconds\": 10 }" ;;
  stdin) reads="its standard input, NDJSON, and ends with it" source_json="{ \"kind\": \"stdin\" }" ;;
  simulated) reads="readings that are MADE UP (attribute simulated)" source_json="{ \"kind\": \"simulated\", \"intervalSeconds\": 10 }" ;;
  replay:?*)
    file=${source#replay:} reads="the recording ${source#replay:}, and ends with it"
    [[ $file != *[\"\\[:cntrl:]]* ]] || die "the name of the file '$file' cannot stand in agent.json as it is: no \", \\ or control characters"
    source_json="{ \"kind\": \"replay\", \"file\": \"$file\" }" ;;
  *) die "'$source' is no source: say none, linux, stdin, simulated or replay:FILE" ;;
esac
directory=$(realpath -m -- "${directory:-./$thing}")
. "$(dirname "$0")/aws-account.sh"
. "$(dirname "$0")/aws-made.sh"
if [ "$teardown" = 1 ]; then open_record; teardown; exit 0; fi

# The thing. One that has a certificate gets no other by a mistake in the folder: what is not in DIR would be made anew there, and active beside it.
thing_there=0
if there iot describe-thing --thing-name "$thing"; then thing_there=1; fi
if [ "$thing_there" = 1 ] && [ ! -s "$directory/certificate.pem" ] && [ "$add_certificate" = 0 ]; then
  lines iot list-thing-principals --thing-name "$thing" --query 'principals[]'
  [ -z "$list" ] || die "the thing $thing has a certificate (${list%%$'\n'*}), and there is no $directory/certificate.pem: name the folder that holds it" \
    "with --directory DIR; to make another one, active beside it, say --add-certificate"
fi
open_record
if [ "$thing_there" = 0 ]; then
  if [ -n "$thing_type" ]; then
    there iot describe-thing-type --thing-type-name "$thing_type" || make "thing-type $thing_type" iot create-thing-type --thing-type-name "$thing_type"
    make "thing $thing" iot create-thing --thing-name "$thing" --thing-type-name "$thing_type"
  else
    make "thing $thing" iot create-thing --thing-name "$thing"
  fi
fi
say thing "$thing"

# The certificate
ensure_certificate "$thing"
principals=""
if [ "$certificate_is_new" = 0 ]; then principals=$(text iot list-thing-principals --thing-name "$thing" --query 'principals[]'); fi
if [[ $principals != *"$certificate_arn"* ]]; then
  make "thing-principal $thing $certificate_arn" iot attach-thing-principal --thing-name "$thing" --principal "$certificate_arn"
fi
say certificate "$certificate_id"

# The role that the device's credentials will have, limited to the table named as the thing
ensure_role "$role" "$(fill trust.json)" own-table "$(fill dynamodb-own-table.json)" --max-session-duration 43200
role_arn="arn:$partition:iam::$account:role/$role"
say role "$role_arn"

# The role alias, and the permission to use it and the others that are named: a policy for each
if ! there iot describe-role-alias --role-alias "${role_aliases[0]}"; then
  make "role-alias ${role_aliases[0]}" iot create-role-alias --role-alias "${role_aliases[0]}" --role-arn "$role_arn" --credential-duration-seconds 3600
fi
for alias in "${role_aliases[@]}"; do
  ensure_policy "assume-$alias" "$(fill iot-assume-role.json "$alias")"
  attach_policy "assume-$alias"
done
say "role alias" "${role_aliases[*]}"

# What the agent may do over MQTT: its own shadow and jobs, new certificates
ensure_policy device-agent "$(fill iot-device-agent.json)"
attach_policy device-agent
say "mqtt policy" device-agent

# The table
table_status=""
if there dynamodb describe-table --table-name "$thing" --query Table.TableStatus --output text; then
  table_status=$answer
else
  make "table $thing" dynamodb create-table --table-name "$thing" --billing-mode PAY_PER_REQUEST \
    --attribute-definitions AttributeName=serial_number,AttributeType=S AttributeName=timestamp,AttributeType=S \
    --key-schema AttributeName=serial_number,KeyType=HASH AttributeName=timestamp,KeyType=RANGE
fi
if [ "$dry_run" = 0 ] && [ "$table_status" != ACTIVE ]; then aws dynamodb wait table-exists --table-name "$thing"; fi
time_to_live=(dynamodb update-time-to-live --table-name "$thing" --time-to-live-specification "Enabled=true,AttributeName=expires_at")
if [ -z "$table_status" ] && { [ "$dry_run" = 1 ] || noted "table $thing"; }; then  # made just now: it has none
  change "${time_to_live[@]}"
elif ! there dynamodb describe-time-to-live --table-name "$thing" --query TimeToLiveDescription.TimeToLiveStatus --output text; then
  change "${time_to_live[@]}"
elif [ "$answer" = DISABLED ]; then
  if noted "table $thing"; then change "${time_to_live[@]}"; else make "time-to-live $thing" "${time_to_live[@]}"; fi
fi
say table "$thing"

# What the agent needs to know. IOT_SERVER_CA and AWS_ENDPOINT_URL_DYNAMODB are set by the testbed's env.sh.
if [ -s "$directory/agent.json" ]; then say configuration "$directory/agent.json is there, and stays as it is, with its source"; exit; fi
if [ "$dry_run" = 1 ]; then echo "would write: $directory/agent.json, with which the device reads $reads"; exit; fi
endpoint=$(text iot describe-endpoint --endpoint-type iot:CredentialProvider --query endpointAddress)
mqtt_endpoint=$(text iot describe-endpoint --endpoint-type iot:Data-ATS --query endpointAddress)
note "file agent.json"
{
  echo "{"
  echo "  \"thingName\": \"$thing\","
  echo "  \"roleAlias\": \"${role_aliases[0]}\","
  echo "  \"credentialsEndpoint\": \"$endpoint\","
  echo "  \"mqttEndpoint\": \"$mqtt_endpoint\","
  echo "  \"region\": \"$region\","
  echo "  \"certificatePath\": \"certificate.pem\","
  echo "  \"privateKeyPath\": \"private.key\","
  if [ -n "${IOT_SERVER_CA:-}" ]; then echo "  \"caPath\": \"$IOT_SERVER_CA\","; fi
  if [ -n "${AWS_ENDPOINT_URL_DYNAMODB:-}" ]; then echo "  \"dynamoDbEndpoint\": \"$AWS_ENDPOINT_URL_DYNAMODB\","; fi
  echo "  \"stateDirectory\": \"state\","
  if [ "$fleet" = 1 ]; then echo "  \"powerReturnSpreadSeconds\": 1200,"; fi
  echo "  \"ttl\": { \"attribute\": \"expires_at\", \"days\": 365 },"
  echo "  \"source\": $source_json"
  echo "}"
} >"$directory/agent.json.new"
mv "$directory/agent.json.new" "$directory/agent.json"
say configuration "$directory/agent.json"

cat <<DONE

Copy $directory to the device and start there, in that folder:  device-agent run
With the package, above that folder:  sudo device-agent init --from $(basename "$directory")
It reads $reads. To change that: source.kind in agent.json (docs/agent.md).
DONE
