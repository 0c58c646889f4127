#!/usr/bin/env bash
# Sets up fleet provisioning in an AWS account: provisioning role, template, claim policy and a claim certificate, with which new
# devices make their own certificates and register their things. Devices that have one renew it with the same template. Safe to run again.
#
#   scripts/aws-provisioning-setup.sh [--template NAME] [--role NAME] [--role-alias NAME] [--directory DIR]
#
# Leaves DIR (default ./claim) with the claim: private.key (made here, never sent) and certificate.pem.
# The role alias and the policies that devices get are those of scripts/aws-setup.sh; they are made unless they are there, but the
# role behind the alias is not: run scripts/aws-setup.sh for one thing first, or let --role-alias name an alias that exists.
# Works on whatever account the AWS CLI is set to; on the testbed after `. DIR/env.sh` of its state directory.
# The documents it uses stand in scripts/policies/.
set -euo pipefail

usage() { sed -n '2,12s/^# \{0,1\}//p' "$0" >&2; exit 2; }
die() { echo "aws-provisioning-setup: $*" >&2; exit 1; }

template=device-agent role=device-agent-provisioning role_alias=device-agent directory=./claim
while [ $# -gt 0 ]; do
  case $1 in
    --template) template=${2:?}; shift 2 ;;
    --role) role=${2:?}; shift 2 ;;
    --role-alias) role_alias=${2:?}; shift 2 ;;
    --directory) directory=${2:?}; shift 2 ;;
    *) usage ;;
  esac
done
[[ $template =~ ^[0-9A-Za-z_-]{1,36}$ ]] || die "'$template' cannot name a template: use 1 to 36 of a-z A-Z 0-9 _ -"
. "$(dirname "$0")/aws-account.sh"
fill() {
  sed -e "s/@PARTITION@/$partition/; s/@REGION@/$region/; s/@ACCOUNT@/$account/; s/@ROLE_ALIAS@/$role_alias/; s/@TEMPLATE@/$template/" \
    -e "s|provisioning-templates/device-agent/|provisioning-templates/$template/|" "$policies/$1"
}
ensure_policy() {
  aws iot get-policy --policy-name "$1" >/dev/null 2>&1 || aws iot create-policy --policy-name "$1" --policy-document "$(fill "$2")" >/dev/null
}

aws iot describe-role-alias --role-alias "$role_alias" >/dev/null 2>&1 \
  || die "there is no role alias '$role_alias': make it with scripts/aws-setup.sh, or name another with --role-alias"

# What provisioned devices get
ensure_policy "assume-$role_alias" iot-assume-role.json
ensure_policy device-agent iot-device-agent.json
say policies "assume-$role_alias device-agent"

# The role with which AWS IoT provisions
if ! aws iam get-role --role-name "$role" >/dev/null 2>&1; then
  aws iam create-role --role-name "$role" --assume-role-policy-document "file://$policies/provisioning-trust.json" >/dev/null
fi
aws iam put-role-policy --role-name "$role" --policy-name provision --policy-document "file://$policies/provisioning-role.json"
role_arn=$(text iam get-role --role-name "$role" --query Role.Arn)
say role "$role_arn"

# The template; a changed document becomes its new default version
body=$(fill provisioning-template.json)
if ! current=$(text iot describe-provisioning-template --template-name "$template" --query templateBody 2>/dev/null); then
  aws iot create-provisioning-template --template-name "$template" --description "Things that run the device agent" \
    --template-body "$body" --provisioning-role-arn "$role_arn" --enabled >/dev/null
elif [ "$current" != "$body" ]; then
  aws iot create-provisioning-template-version --template-name "$template" --template-body "$body" --set-as-default >/dev/null
fi
say template "$template"

# The claim: what a new device holds before it has a certificate of its own. The key is made here and stays here
ensure_policy "$template-claim" iot-claim.json
mkdir -p "$directory"
chmod 700 "$directory"
cd "$directory"
if [ ! -s certificate.pem ]; then
  [ -s private.key ] || (umask 077 && openssl ecparam -name prime256v1 -genkey -noout -out private.key)
  openssl req -new -key private.key -subj "/CN=$template-claim" -out request.csr
  text iot create-certificate-from-csr --set-as-active --certificate-signing-request file://request.csr --query certificatePem >certificate.pem
  rm request.csr
fi
if [ -n "${IOT_SERVER_CA:-}" ]; then cp "$IOT_SERVER_CA" ca.pem; fi
claim_id=$(openssl x509 -in certificate.pem -outform der | openssl dgst -sha256 | sed 's/.* //')
aws iot attach-policy --policy-name "$template-claim" --target "arn:$partition:iot:$region:$account:cert/$claim_id"
say claim "$(pwd)"
say endpoint "$(text iot describe-endpoint --endpoint-type iot:Data-ATS --query endpointAddress)"
