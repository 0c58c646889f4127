#!/usr/bin/env bash
# Sets up fleet provisioning in an AWS account: provisioning role, template, claim policy and a claim certificate, with which new devices make their
# own certificates and register their things. Devices that have one renew it with the same template. Safe to run again, and goes on where it was interrupted.
#
#   scripts/aws-provisioning-setup.sh [--template NAME] [--role NAME] [--role-alias NAME] [--allow-alias NAME]... [--directory DIR] [--update-policies] [--dry-run]
#   scripts/aws-provisioning-setup.sh --teardown [--directory DIR] [--dry-run]
#
# Leaves DIR (default ./claim) with the claim: private.key (made here, never sent) and certificate.pem; and aws-made: what was made.
# The template tells each device the settings of a fleet (`device-agent provision` prints them): powerReturnSpreadSeconds is 1200 (docs/fleet.md).
# Several templates can share the role: each has a policy of its own in it, and one for its devices (device-agent, or device-agent-TEMPLATE).
# The role alias and the policies that devices get are those of scripts/aws-setup.sh; they are made unless they are there, but the
# role behind the alias is not: run scripts/aws-setup.sh for one thing first, or let --role-alias name an alias that exists.
#   --allow-alias      another role alias that devices may be rotated to, besides --role-alias; it need not exist yet. May be repeated
#   --update-policies  gives policies that exist and are not as in scripts/policies those documents; without it they stay, and so does the template
#                      whose role they are
#   --dry-run          prints what would be done, and changes nothing
#   --teardown         deletes what aws-made says was made, and nothing else; what devices use stays
# Works on whatever account the AWS CLI is set to; on the testbed after `. DIR/env.sh` of its state directory.
# The documents it uses stand in scripts/policies/.
set -euo pipefail
umask 077

usage() { sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; }
die() { echo "aws-provisioning-setup: $*" >&2; exit 1; }

template=device-agent role=device-agent-provisioning role_aliases=(device-agent) directory=./claim
dry_run=0 teardown=0 delete_data=0 update_policies=0
while [ $# -gt 0 ]; do
  case $1 in
    --template) template=${2:?}; shift 2 ;;
    --role) role=${2:?}; shift 2 ;;
    --role-alias) role_aliases[0]=${2:?}; shift 2 ;;
    --allow-alias) role_aliases+=("${2:?}"); shift 2 ;;
    --directory) directory=${2:?}; shift 2 ;;
    --update-policies) update_policies=1; shift ;;
    --dry-run) dry_run=1; shift ;;
    --teardown) teardown=1; shift ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
[[ $template =~ ^[0-9A-Za-z_-]{1,36}$ ]] || die "'$template' cannot name a template: use 1 to 36 of a-z A-Z 0-9 _ -"
for alias in "${role_aliases[@]}"; do
  [[ $alias =~ ^[a-zA-Z0-9_=,@-]{1,128}$ ]] || die "'$alias' cannot name a role alias: name each of them, with a-z A-Z 0-9 _ = , @ -"
done
directory=$(realpath -m -- "$directory")
. "$(dirname "$0")/aws-account.sh"
. "$(dirname "$0")/aws-made.sh"
open_record
if [ "$teardown" = 1 ]; then teardown; exit 0; fi

there iot describe-role-alias --role-alias "${role_aliases[0]}" \
  || die "there is no role alias '${role_aliases[0]}': make it with scripts/aws-setup.sh, or name another with --role-alias"

# What provisioned devices get
for alias in "${role_aliases[@]}"; do ensure_policy "assume-$alias" "$(fill iot-assume-role.json "$alias")"; done
ensure_policy "$device_policy" "$(fill iot-device-agent.json)"
say policies "$(printf 'assume-%s ' "${role_aliases[@]}")$device_policy"

# The role with which AWS IoT provisions
ensure_role "$role" "$(fill provisioning-trust.json)" "$provisioning_policy" "$(fill provisioning-role.json)"
role_arn="arn:$partition:iam::$account:role/$role"
say role "$role_arn"

# The template, with a policy more for each further alias; a changed document becomes its new default version
body=$(fill provisioning-template.json)
for ((i = 1; i < ${#role_aliases[@]}; i++)); do
  body=${body/'    "messages": {'/"    \"credentials$i\": { \"Type\": \"AWS::IoT::Policy\", \"Properties\": { \"PolicyName\": \"assume-${role_aliases[i]}\" } },"$'\n    "messages": {'}
done
if ! there iot describe-provisioning-template --template-name "$template" --query '[defaultVersionId,templateBody]' --output text; then
  make "template $template" iot create-provisioning-template --template-name "$template" --description "Things that run the device agent" \
    --template-body "$body" --provisioning-role-arn "$role_arn" --enabled
elif same "${answer#*$'\t'}" "$body"; then
  :
elif [ "$role_is_stale" = 1 ]; then
  # It may ask for what the role does not allow: no new device would get in.
  stale "template $template"
else
  if [ "$dry_run" = 1 ]; then
    would aws iot create-provisioning-template-version --template-name "$template" --template-body "$body" --set-as-default
  else
    # Not the default until it is noted.
    version=$(text iot create-provisioning-template-version --template-name "$template" --template-body "$body" --no-set-as-default --query versionId)
    noted "template $template" || note "template-version $template $version ${answer%%$'\t'*}"
    aws iot update-provisioning-template --template-name "$template" --default-version-id "$version"
  fi
fi
say template "$template"

# The claim: what a new device holds before it has a certificate of its own
ensure_policy "$template-claim" "$(fill iot-claim.json)"
ensure_certificate "$template-claim"
attach_policy "$template-claim"
if [ -n "${IOT_SERVER_CA:-}" ] && [ "$dry_run" = 0 ]; then
  note "file ca.pem"
  cp "$IOT_SERVER_CA" "$directory/ca.pem"
fi
say claim "$directory"
say configuration 'of the devices: "powerReturnSpreadSeconds": 1200 (docs/fleet.md)'
say endpoint "$(text iot describe-endpoint --endpoint-type iot:Data-ATS --query endpointAddress)"
