#!/usr/bin/env bash
# Makes the recordings that README shows: docs/images/first-minute.svg, the testbed's first minute, and docs/images/rotation.svg, a rotation of eight
# things by device-fleet. Each is what the program showed on a terminal (tests/node/record.mjs); artifacts/recordings has them as asciicast, too.
#
#   scripts/record.sh [first-minute|rotation]...    both without a name
#
# Takes some minutes. Needs the .NET 10 SDK, Node.js 20 with npm, and the AWS CLI.
set -euo pipefail
if [[ ${1:-} =~ ^(-h|--help)$ ]]; then sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; exit 0; fi
cd "$(dirname "$0")/.."
. scripts/lib.sh
for name in "$@"; do
  [[ $name =~ ^(first-minute|rotation)$ ]] || { echo "record.sh: there is no recording '$name'; --help names them" >&2; exit 2; }
done
[ $# -gt 0 ] || set -- first-minute rotation

step "build"
need 'script --version' bsdutils
(cd tests/node && npm ci --ignore-scripts --no-audit --no-fund --silent)
for project in Testbed Fleet; do dotnet build "src/DeviceAgent.$project" --nologo -v quiet -clp:NoSummary; done
testbed=$PWD/src/DeviceAgent.Testbed/bin/Debug/net10.0/DeviceAgent.Testbed.dll
mkdir -p artifacts/recordings

# record NAME ROWS SHOWN COMMAND: SHOWN is what a person types.
record() {
  step "$1"
  node tests/node/record.mjs "artifacts/recordings/$1" 110 "$2" "$3" "printf '\$ %s\n' $(printf %q "$3"); exec $4"
  cp "artifacts/recordings/$1.svg" docs/images/
}

first_minute() {
  record first-minute 22 'dotnet run --project src/DeviceAgent.Testbed -- --duration 45s' "dotnet $testbed --duration 45s"
}

rotation() {
  local state pid thing
  state=$(mktemp -d)
  dotnet "$testbed" --devices 8 --port-base 0 --state "$state/testbed" >"$state/log" 2>&1 &
  pid=$!
  # shellcheck disable=SC2064 # These.
  trap "kill $pid; wait $pid || true; rm -rf '$state'" EXIT
  until [ -e "$state/testbed/env.sh" ] && grep -q 'thermostat-08: [1-9]' "$state/log"; do
    kill -0 "$pid" || { cat "$state/log"; exit 1; }
    sleep 1
  done
  # shellcheck disable=SC1091
  . "$state/testbed/env.sh"
  aws iot create-thing-group --thing-group-name fleet >"$state/group"
  for thing in thermostat-0{1..8}; do aws iot add-thing-to-thing-group --thing-group-name fleet --thing-name "$thing"; done
  record rotation 30 'device-fleet rotate device-agent-next --group fleet --canary 2 --probation 10s --rate 60/min --yes' \
    "dotnet $PWD/src/DeviceAgent.Fleet/bin/Debug/net10.0/device-fleet.dll rotate device-agent-next --group fleet --canary 2 --probation 10s --rate 60/min --yes"
}

for name in "$@"; do "${name/-/_}"; done
