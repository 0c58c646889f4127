#!/usr/bin/env bash
# Rotates a fleet of agent processes at the testbed with device-fleet, and says how long each step took: fleet-rotation.sh [THINGS]
#
# THINGS (50) agents; the new role may not write to the table of the last one. A canary stops the rotation; with other canaries it goes on, device-fleet is killed
# in the middle and goes on again; then all go back. Exit code 0 when each ended as it must. What the agents cost is in docs/testbed.md; TEST_AGENT_COMMAND names a
# native one (scripts/publish.sh), DEVICE_FLEET a native device-fleet (scripts/publish-fleet.sh); otherwise the JIT builds run.
set -euo pipefail
if [[ ${1:-} =~ ^(-h|--help)$ ]]; then sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; exit 0; fi
count=${1:-50}
cd "$(dirname "$0")/.."
. scripts/lib.sh
need 'aws --version' awscli
need 'jq --version' jq

[ -n "${SKIP_BUILD:-}" ] || dotnet build src/DeviceAgent.Testbed --nologo -v quiet -clp:NoSummary
[ -n "${DEVICE_FLEET:-}" ] || dotnet build src/DeviceAgent.Fleet --nologo -v quiet -clp:NoSummary
fleet() { if [ -n "${DEVICE_FLEET:-}" ]; then "$DEVICE_FLEET" "$@"; else dotnet src/DeviceAgent.Fleet/bin/Debug/net10.0/device-fleet.dll "$@"; fi; }
fail() { echo "fleet-rotation.sh: $*" >&2; exit 1; }

work=$(mktemp -d)
dotnet src/DeviceAgent.Testbed/bin/Debug/net10.0/DeviceAgent.Testbed.dll --devices "$count" --rate 0.5 --port-base 0 --state "$work/state" >"$work/testbed.log" 2>&1 &
testbed=$!
trap 'kill "$testbed" 2>/dev/null; wait "$testbed" || true; rm -rf "$work"' EXIT
until [ -f "$work/state/env.sh" ]; do kill -0 "$testbed" || fail "the testbed did not start: $(tail -5 "$work/testbed.log")"; sleep 1; done
# shellcheck disable=SC1091
. "$work/state/env.sh"
iot() { aws --endpoint-url "$AWS_ENDPOINT_URL_IOT" iot "$@"; }
iam() { aws --endpoint-url "$AWS_ENDPOINT_URL_IAM" iam "$@"; }

step "$count agents start"
# Those whose first report came before their first upload report that within five minutes.
until [ "$(fleet status --json | jq '[.[] | select(.silent == false and .health == "ok")] | length')" -eq "$count" ]; do
  [ "$SECONDS" -lt 900 ] || fail "after 15 minutes not all have reported: $(fleet status | tail -1)"
  sleep 5
done
echo "all have reported after $SECONDS s"

last=$(printf 'thermostat-%02d' "$count")
region=$AWS_REGION
account=$(aws --endpoint-url "$AWS_ENDPOINT_URL_STS" sts get-caller-identity --query Account --output text)
iot create-thing-group --thing-group-name fleet >/dev/null
for thing in $(iot list-things --query 'things[].thingName' --output text); do iot add-thing-to-thing-group --thing-group-name fleet --thing-name "$thing"; done
iam create-role --role-name v2 --assume-role-policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"credentials.iot.amazonaws.com"},"Action":"sts:AssumeRole"}]}' >/dev/null
iam put-role-policy --role-name v2 --policy-name own-table --policy-document "{\"Version\":\"2012-10-17\",\"Statement\":[
  {\"Effect\":\"Allow\",\"Action\":\"dynamodb:*\",\"Resource\":\"arn:aws:dynamodb:$region:$account:table/\${credentials-iot:ThingName}\"},
  {\"Effect\":\"Deny\",\"Action\":\"dynamodb:BatchWriteItem\",\"Resource\":\"arn:aws:dynamodb:$region:$account:table/$last\"}]}"
iot create-role-alias --role-alias v2 --role-arn "arn:aws:iam::$account:role/v2" >/dev/null
iot create-policy-version --policy-name assume-device-agent --set-as-default --policy-document "{\"Version\":\"2012-10-17\",\"Statement\":[
  {\"Effect\":\"Allow\",\"Action\":\"iot:AssumeRoleWithCertificate\",\"Resource\":[\"arn:aws:iot:$region:$account:rolealias/device-agent\",\"arn:aws:iot:$region:$account:rolealias/v2\"]}]}" >/dev/null

# ended CODE WHAT COMMAND...: runs it, and wants the exit code.
ended() {
  local wanted=$1 what=$2 code=0 begin=$SECONDS
  shift 2
  step "$what"
  "$@" || code=$?
  echo "$what: exit code $code after $((SECONDS - begin)) s"
  [ "$code" -eq "$wanted" ] || fail "$what: exit code $code, not $wanted"
}

step "status of $count things"
for _ in 1 2 3; do ( TIMEFORMAT='%R s'; time fleet status >"$work/status.txt" ); done
tail -1 "$work/status.txt"

ended 0 "a check" fleet check device-agent-next --group fleet
ended 3 "a canary that may not write" fleet rotate v2 --group fleet --canary "$last" --no-check --probation 5s --yes

step "a rotation whose tool is killed in the middle of the fleet"
fleet rotate v2 --group fleet --canary 5% --no-check --probation 10s --rate 120/min --abort 10% --yes >"$work/rotate.log" &
tool=$!
until grep -q 'fleet: .*proven, .*failed\|fleet: [1-9][0-9] proven' "$work/rotate.log"; do kill -0 "$tool" || { cat "$work/rotate.log"; fail "the rotation ended by itself"; }; sleep 0.2; done
kill -KILL "$tool" "$(pgrep -P "$tool" || echo "$tool")" 2>/dev/null || true
wait "$tool" || true
cat "$work/rotate.log"
ended 1 "the rest of the rotation, watched again" fleet watch
rotation=$(sed -n 's/^Rotation \([^ ]*\) has begun.*/\1/p' "$work/rotate.log")
[ "$(fleet status --behind v2 --csv | sed 1d | cut -d, -f1)" = "$last" ] || fail "another than $last is behind: $(fleet status --behind v2)"
ended 0 "a rollback" fleet rollback "$rotation" --yes
[ "$(fleet status --behind device-agent --csv | sed 1d | wc -l)" -eq 0 ] || fail "not all are back: $(fleet status --behind device-agent)"
step "all as it must be, after $SECONDS s"
