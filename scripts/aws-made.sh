# shellcheck shell=bash disable=SC2016,SC2034,SC2154
# What the set-up scripts share, for them to source: they make what is missing, note it in a file beside the certificate, and take it back.
# They bring die() and what aws-account.sh has, and
#   directory    where key, certificate and record lie, absolute
#   template     the name of the provisioning template
#   role_aliases the names of the role aliases that devices may use, the first of them from the start
#   dry_run, update_policies, teardown, delete_data  1 if asked for
# A line is noted before the thing itself is made: after a kill in between nothing that was made is missing in the record.
# What was there before is not noted, and never taken back.

made=$directory/aws-made
# What devices may do over MQTT names their template, and so does what the provisioning role may give them: each template has its own.
suffix=""
if [ "$template" != device-agent ]; then suffix=-$template; fi
device_policy=device-agent$suffix provisioning_policy=provision$suffix
attached="" left=0 readings_left=0 role_is_stale=0
errors=$(mktemp)
trap 'rm -f "$errors"' EXIT

# --- Saying and doing

# quoted WORD...: as one would type it, white space of documents squeezed.
quoted() {
  local word
  for word in "$@"; do
    case $word in
      *[!A-Za-z0-9_./:=,@%+-]* | "") printf " '%s'" "$(tr -s ' \n' ' ' <<<"$word" | sed 's/ $//')" ;;
      *) printf ' %s' "$word" ;;
    esac
  done
}
would() { echo "would run:$(quoted "$@")"; }

# change COMMAND...: of the AWS CLI, for what needs no note.
change() { if [ "$dry_run" = 1 ]; then would aws "$@"; else aws "$@" >/dev/null; fi; }

# there COMMAND...: whether it is there; $answer is what the AWS CLI says about it. Ends the script when that cannot be known.
there() {
  if answer=$(aws "$@" 2>"$errors"); then return 0; fi
  if grep -q 'NotFound\|NoSuchEntity' "$errors"; then return 1; fi
  die "aws $1 $2: $(grep . "$errors")"
}

# --- The record

noted() { [ -f "$made" ] && grep -qxF -- "$1" "$made"; }
note() { noted "$1" || echo "$1" >>"$made"; }
forget() {
  grep -vxF -- "$1" "$made" >"$made.new" || true
  mv "$made.new" "$made"
}

# The folder and its record, of this account and region.
open_record() {
  local line
  line="account $account $region"
  if [ -s "$made" ] && ! noted "$line"; then
    die "$made is of $(head -1 "$made"), the AWS CLI is set to $line: choose another --directory"
  fi
  [ "$dry_run$teardown" != 00 ] || { mkdir -p "$directory"; chmod 700 "$directory"; note "$line"; }
}

# make LINE COMMAND...: notes LINE, then makes it. If somebody else was quicker it is his.
make() {
  local line=$1 problem
  shift
  if [ "$dry_run" = 1 ]; then would aws "$@"; return; fi
  note "$line"
  problem=$(aws "$@" 2>&1 >/dev/null) && return
  case $problem in
    *AlreadyExists* | *ResourceInUse*) forget "$line" ;;
    # These, and a connection that breaks, do not say whether it was made.
    *'(InternalFailure'* | *'(InternalServer'* | *'(ServiceUnavailable'* | *'(ServiceFailure'*) die "aws $1 $2: ${problem#$'\n'}" ;;
    *'An error occurred ('*) forget "$line"; die "aws $1 $2: ${problem#$'\n'}" ;;
    *) die "aws $1 $2: ${problem#$'\n'}" ;;
  esac
}

# --- Documents

# fill FILE: a document of scripts/policies for this account. A line of a list that names the role alias is there once for each of them.
fill() {
  local line alias
  while IFS= read -r line; do
    if [[ $line == *'@ROLE_ALIAS@",' ]]; then
      for alias in "${role_aliases[@]}"; do printf '%s\n' "${line//@ROLE_ALIAS@/$alias}"; done
    else
      printf '%s\n' "${line//@ROLE_ALIAS@/${2:-${role_aliases[0]}}}"
    fi
  done <"$policies/$1" | sed -e "s/@PARTITION@/$partition/; s/@REGION@/$region/; s/@ACCOUNT@/$account/; s/@TEMPLATE@/$template/" \
    -e "s|provisioning-templates/device-agent/|provisioning-templates/$template/|; s|policy/device-agent\"|policy/$device_policy\"|" \
    -e "s|\"PolicyName\": \"device-agent\"|\"PolicyName\": \"$device_policy\"|"
}
same() { [ "$(tr -d ' \t\n' <<<"$1")" = "$(tr -d ' \t\n' <<<"$2")" ]; }
stale_role() { role_is_stale=1; stale "$1"; }
stale() { echo "$1 is not as in scripts/policies, and stays as it is; --update-policies brings it up to date" >&2; }

# ensure_policy NAME DOCUMENT: an AWS IoT policy.
ensure_policy() {
  local versions
  [ "$(tr -d ' \t\n' <<<"$2" | wc -m)" -le 2048 ] || die "the policy $1 has more than the 2048 characters that AWS IoT takes: use shorter names"
  if ! there iot get-policy --policy-name "$1" --query policyDocument --output text; then
    make "policy $1" iot create-policy --policy-name "$1" --policy-document "$2"
  elif ! same "$answer" "$2"; then
    if [ "$update_policies" != 1 ]; then stale "policy $1"; return; fi
    versions=$(text iot list-policy-versions --policy-name "$1" --query 'policyVersions[?isDefaultVersion==`false`].versionId' | tr '\t' '\n' | sort -n)
    # Five at most.
    if [ "$(grep -c . <<<"$versions")" -ge 4 ]; then change iot delete-policy-version --policy-name "$1" --policy-version-id "$(head -1 <<<"$versions")"; fi
    change iot create-policy-version --policy-name "$1" --policy-document "$2" --set-as-default
  fi
}

# ensure_role NAME TRUST POLICY DOCUMENT [ARGUMENT...]: a role with an inline policy. Sets role_is_stale when one of its documents stays as it is.
ensure_role() {
  local role=$1 trust=$2 policy=$3 document=$4
  shift 4
  if ! there iam get-role --role-name "$role" --query Role.AssumeRolePolicyDocument --output json; then
    make "role $role" iam create-role --role-name "$role" --assume-role-policy-document "$trust" "$@"
    make "role-policy $role $policy" iam put-role-policy --role-name "$role" --policy-name "$policy" --policy-document "$document"
    return
  fi
  if ! same "$answer" "$trust"; then
    if [ "$update_policies" = 1 ]; then change iam update-assume-role-policy --role-name "$role" --policy-document "$trust"; else stale_role "the trust policy of role $role"; fi
  fi
  if ! there iam get-role-policy --role-name "$role" --policy-name "$policy" --query PolicyDocument --output json; then
    make "role-policy $role $policy" iam put-role-policy --role-name "$role" --policy-name "$policy" --policy-document "$document"
  elif ! same "$answer" "$document"; then
    if [ "$update_policies" = 1 ] || noted "role-policy $role $policy"; then change iam put-role-policy --role-name "$role" --policy-name "$policy" --policy-document "$document"; else stale_role "policy $policy of role $role"; fi
  fi
}

# --- Key and certificate

certificate_id_of() { openssl x509 -in "$1" -outform der | openssl dgst -sha256 | sed 's/.* //'; }

# ensure_certificate SUBJECT: the key is made here and stays here. The certificate is INACTIVE until it is noted: one that is lost in a kill can do
# nothing. Sets certificate_id, certificate_arn, certificate_is_new, and in $attached the policies that it has.
ensure_certificate() {
  local pem=$directory/certificate.pem key=$directory/private.key
  certificate_is_new=1
  if [ -s "$pem" ]; then
    certificate_is_new=0
    certificate_id=$(certificate_id_of "$pem")
    attached=$(text iot list-attached-policies --target "arn:$partition:iot:$region:$account:cert/$certificate_id" --query 'policies[].policyName' | tr '\t' ' ')
  elif [ "$dry_run" = 1 ]; then
    [ -s "$key" ] || would openssl ecparam -name prime256v1 -genkey -noout -out "$key"
    would aws iot create-certificate-from-csr --certificate-signing-request "file://$directory/request.csr"
    certificate_id=NEW
  else
    if [ ! -s "$key" ]; then
      note "file private.key"
      openssl ecparam -name prime256v1 -genkey -noout -out "$key.new"
      mv "$key.new" "$key"
    fi
    if ! openssl x509 -in "$pem.new" -noout 2>/dev/null; then
      openssl req -new -key "$key" -subj "/CN=$1" -out "$directory/request.csr"
      text iot create-certificate-from-csr --certificate-signing-request "file://$directory/request.csr" --query certificatePem >"$pem.new"
      rm "$directory/request.csr"
    fi
    certificate_id=$(certificate_id_of "$pem.new")
    note "certificate $certificate_id"
    note "file certificate.pem"
    aws iot update-certificate --certificate-id "$certificate_id" --new-status ACTIVE
    mv "$pem.new" "$pem"
  fi
  certificate_arn="arn:$partition:iot:$region:$account:cert/$certificate_id"
}

attach_policy() {
  case " $attached " in
    *" $1 "*) ;;
    *) make "attachment $1 $certificate_arn" iot attach-policy --policy-name "$1" --target "$certificate_arn" ;;
  esac
}

# --- Taking it back

stays() {
  left=$((left + 1))
  say stays "$1: $2"
}

# gone COMMAND...: 0 when it is gone, 1 when AWS does not let it go because something uses it; $problem says what.
gone() {
  if [ "$dry_run" = 1 ]; then would aws "$@"; return; fi
  problem=$(aws "$@" 2>&1 >/dev/null) && return
  problem=${problem#$'\n'}
  case $problem in
    *NotFound* | *NoSuchEntity* | *'already disabled'*) ;;
    *DeleteConflict* | *'modified multiple times'* | *ResourceInUse* | *InvalidRequest* | *LimitExceeded*) return 1 ;;
    *) die "aws $1 $2: $problem" ;;
  esac
}

# Who else uses something is asked in full before it is deleted, and a question without an answer ends the script: these are called by themselves,
# not in conditions, where a failed command would go unnoticed. Each sets $user, to nothing if there is none.

# lines COMMAND...: a list of the AWS CLI, one a line, in $list.
lines() { list=$(text "$@" | tr '\t' '\n' | sed '/^None$/d; /^$/d'); }

templates_known=0 templates=""
read_templates() {
  local name body
  [ "$templates_known" = 0 ] || return 0
  lines iot list-provisioning-templates --query 'templates[].templateName'
  for name in $list; do
    if noted "template $name"; then continue; fi
    body=$(text iot describe-provisioning-template --template-name "$name" --query '[templateName,provisioningRoleArn,templateBody]')
    templates+=$(tr -d ' \n' <<<"$body")$'\n'
  done
  templates_known=1
}

# user_of_policy NAME: a certificate that was not made here, or a template that gives the policy to devices.
user_of_policy() {
  user=""
  # One that is gone has none.
  there iot list-targets-for-policy --policy-name "$1" --query 'targets[]' --output text || return 0
  list=$(tr '\t' '\n' <<<"$answer" | sed '/^None$/d')
  user=$(grep -vF "$own" <<<"$list" | grep . | head -1 || true)
  [ -z "$user" ] || return 0
  read_templates
  user=$(grep -F "\"PolicyName\":\"$1\"" <<<"$templates" | cut -f1 | head -1 || true)
}

# user_of_alias NAME: a policy that something else uses and that allows the alias.
user_of_alias() {
  local policy policies_there document pattern
  lines iot list-policies --query 'policies[].policyName'
  policies_there=$list
  user=""
  for policy in $policies_there; do
    if ! there iot get-policy --policy-name "$policy" --query policyDocument --output text; then continue; fi
    document=$answer
    [[ $document == *AssumeRoleWithCertificate* ]] || continue
    while IFS= read -r pattern; do
      pattern=${pattern#rolealias/}
      # What a variable stands for is not known here: it may be this alias.
      pattern=${pattern//\$\{*\}/\*}
      # shellcheck disable=SC2053
      [[ $1 == $pattern ]] || continue
      user_of_policy "$policy"
      if [ -n "$user" ]; then user="policy $policy ($user)"; return 0; fi
    done < <(grep -o 'rolealias/[^"]*\|"\*"' <<<"$document" | tr -d '"')
  done
}

# user_of_role NAME [TEMPLATE]: a role alias or a template that names it, and that was not made here; with TEMPLATE no other counts.
user_of_role() {
  local alias
  user=""
  if [ -n "${2:-}" ]; then
    read_templates
    user=$(grep -F ":role/$1"$'\t' <<<"$templates" | cut -f1 | grep -xF -- "$2" || true)
    return 0
  fi
  lines iot list-role-aliases --query 'roleAliases[]'
  for alias in $list; do
    # Not gone yet when nothing is really deleted.
    if [ "$dry_run" = 1 ] && noted "role-alias $alias"; then continue; fi
    if there iot describe-role-alias --role-alias "$alias" --query roleAliasDescription.roleArn --output text && [ "${answer##*/}" = "$1" ]; then
      user="role alias $alias"
      return 0
    fi
  done
  read_templates
  user=$(grep -F ":role/$1"$'\t' <<<"$templates" | cut -f1 | head -1 || true)
}

# try WHAT COMMAND...: as gone; what AWS does not let go stays.
try() {
  local what=$1
  shift
  gone "$@" || { stays "$what" "$problem"; return 1; }
}

# undo LINE
undo() {
  local kind name more version
  read -r kind name more <<<"$1"
  case $kind in
    account) return 0 ;;
    file) if [ "$dry_run" = 1 ]; then would rm -f "$directory/$name"; else rm -f "$directory/$name" "$directory/$name.new"; fi ;;
    table)
      if [ "$delete_data" != 1 ] && there dynamodb scan --table-name "$name" --page-size 1 --max-items 1 --query 'Items[0] && `true`' --output text && [[ $answer == True* ]]; then
        stays "table $name" "it holds readings; --delete-data deletes it with them"
        readings_left=1
        return 0
      fi
      try "table $name" dynamodb delete-table --table-name "$name" || return 0
      ;;
    time-to-live) try "time to live of $name" dynamodb update-time-to-live --table-name "$name" --time-to-live-specification "Enabled=false,AttributeName=expires_at" || return 0 ;;
    attachment) try "policy $name at the certificate" iot detach-policy --policy-name "$name" --target "$more" || return 0 ;;
    thing-principal) try "certificate at thing $name" iot detach-thing-principal --thing-name "$name" --principal "$more" || return 0 ;;
    certificate)
      try "certificate $name" iot update-certificate --certificate-id "$name" --new-status INACTIVE || return 0
      try "certificate $name, INACTIVE" iot delete-certificate --certificate-id "$name" --force-delete || return 0
      ;;
    policy)
      user_of_policy "$name"
      if [ -n "$user" ]; then stays "policy $name" "$user has it"; return 0; fi
      if ! gone iot delete-policy --policy-name "$name"; then
        # Its older versions first.
        lines iot list-policy-versions --policy-name "$name" --query 'policyVersions[?isDefaultVersion==`false`].versionId'
        for version in $list; do
          try "policy $name" iot delete-policy-version --policy-name "$name" --policy-version-id "$version" || return 0
        done
        try "policy $name" iot delete-policy --policy-name "$name" || return 0
      fi
      ;;
    role-alias)
      user_of_alias "$name"
      if [ -n "$user" ]; then stays "role alias $name" "$user allows it"; return 0; fi
      try "role alias $name" iot delete-role-alias --role-alias "$name" || return 0
      ;;
    role | role-policy)
      if [[ $more == provision-* ]]; then
        user_of_role "$name" "${more#provision-}"
        role_user=$user role_asked=""
      elif [ "$name" != "${role_asked:-}" ]; then
        user_of_role "$name"
        role_asked=$name role_user=$user
      fi
      if [ -n "$role_user" ]; then stays "$kind $name" "$role_user uses it"; return 0; fi
      if [ "$kind" = role ]; then
        try "role $name" iam delete-role --role-name "$name" || return 0
      else
        try "policy $more of role $name" iam delete-role-policy --role-name "$name" --policy-name "$more" || return 0
      fi
      ;;
    template) try "template $name" iot delete-provisioning-template --template-name "$name" || return 0 ;;
    template-version)
      try "template $name" iot update-provisioning-template --template-name "$name" --default-version-id "${more#* }" || return 0
      try "template $name" iot delete-provisioning-template-version --template-name "$name" --version-id "${more% *}" || return 0
      ;;
    thing) try "thing $name" iot delete-thing --thing-name "$name" || return 0 ;;
    thing-type)
      # Deleted five minutes after it was deprecated at the earliest; deprecated only when nothing has it.
      lines iot list-things --thing-type-name "$name" --query 'things[].thingName'
      user=$(grep -vxF "$own_thing" <<<"$list" | grep . | head -1 || true)
      if [ -n "$user" ]; then stays "thing type $name" "$user is of this type"; return 0; fi
      try "thing type $name" iot deprecate-thing-type --thing-type-name "$name" || return 0
      try "thing type $name, deprecated" iot delete-thing-type --thing-type-name "$name" || return 0
      ;;
    *) die "$made has a line that is not known here: $1" ;;
  esac
  if [ "$dry_run" = 0 ]; then
    forget "$1"
    say deleted "$kind $name"
  fi
}

# Undoes what the record says, the last first. What is in use stays, in the account and in the record.
teardown() {
  local all line
  if [ ! -s "$made" ]; then
    say nothing "there is no $made: nothing was made by way of $directory, or all of it is undone"
    return 0
  fi
  own=$(sed -n "s|^certificate |arn:$partition:iot:$region:$account:cert/|p" "$made")
  own=${own:-none} own_thing=$(sed -n 's/^thing //p' "$made")
  own_thing=${own_thing:-none}
  mapfile -t all < <(tac "$made")
  for line in "${all[@]}"; do undo "$line"; done
  if [ "$dry_run" = 1 ]; then return 0; fi
  if [ "$left" -gt 0 ]; then
    if [ "$readings_left" = 0 ]; then
      say record "$made: run this again when nothing holds them any more"
    elif [ "$left" = 1 ]; then
      say record "$made: run this again with --delete-data to delete the table with its readings"
    else
      say record "$made: run this again when nothing holds them any more, with --delete-data to delete the table with its readings"
    fi
  else
    rm -f "$made"
    rmdir "$directory" 2>/dev/null || true
  fi
}
