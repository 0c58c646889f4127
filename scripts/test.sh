#!/usr/bin/env bash
# Runs every test: installs what the tests need, checks the formatting, builds, publishes the native agent, tests (the integration tests with
# the native agent, the unit tests on another day, too), and does the same for ARM64 by qemu.
# The last line is `N passed, N failed`; the exit code is 0 only when nothing failed and something ran.
# Needs the .NET 10 SDK and Node.js 20 with npm; the rest it installs itself (apt, npm from a lock file).
set -euo pipefail
if [[ ${1:-} =~ ^(-h|--help)$ ]]; then sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; exit 0; fi
cd "$(dirname "$0")/.."
. scripts/lib.sh
exec 2>&1

for tool in dotnet node npm; do
  command -v "$tool" >/dev/null || { echo "test.sh: '$tool' is missing; install the .NET 10 SDK and Node.js 20" >&2; exit 2; }
done

need 'clang --version && ld.lld --version && mmdebstrap --version' clang lld mmdebstrap
need 'openssl version' openssl
need 'curl --version' curl ca-certificates
need 'aws --version' awscli
need 'jq --version' jq
need 'shellcheck --version' shellcheck
need 'strace -V' strace
need 'test -x /usr/sbin/mosquitto && command -v mosquitto_pub' mosquitto mosquitto-clients
need 'faketime --version' faketime
need 'softhsm2-util --version && pkcs11-tool --help | grep -q keypairgen && openssl engine -t pkcs11 | grep -q available' softhsm2 opensc libengine-pkcs11-openssl
need 'mount --version && mkfs.ext4 -V && findmnt --version && setpriv --version && unshare --version' mount e2fsprogs util-linux
need 'env kill -L' procps  # the program: bash has a kill of its own
need 'test -x /usr/bin/chromium' chromium
[ "$(uname -m)" = aarch64 ] || need 'qemu-aarch64-static --version && aarch64-linux-gnu-objcopy --version' qemu-user-static binutils-aarch64-linux-gnu
need 'python3 -c "import boto3" || /usr/bin/python3 -c "import boto3"' python3-boto3

# What needs the processor little or may take its time runs beside the rest, with less of a claim to it.
logs=artifacts/test-logs
mkdir -p "$logs"
status=0
declare -A beside=() since=()
# beside NAME COMMAND...: starts it; what it prints is shown when it is waited for.
beside() {
  local name=$1
  shift
  since[$name]=$SECONDS
  { "$@" || exit; printf '%d' "$SECONDS" >"$logs/$name.end"; } >"$logs/$name.log" &
  beside[$name]=$!
}
# finish NAME...: waits for them; a failure is a failure of the whole.
finish() {
  local name code
  for name in "$@"; do
    code=0
    wait "${beside[$name]}" || code=$?
    unset "beside[$name]"
    step "$name, beside ($([ "$code" -eq 0 ] && echo "$(($(cat "$logs/$name.end") - since[$name])) s" || echo "FAILED, exit code $code"))"
    cat "$logs/$name.log"
    if [ "$code" -ne 0 ]; then status=1; fi
  done
}
trap 'for pid in "${beside[@]}"; do kill "$pid" 2>/dev/null || true; done' EXIT

npm_ci() { (cd tests/node && npm ci --ignore-scripts --no-audit --no-fund --silent); }
sysroots() { scripts/arm64-sysroot.sh --amd64 && scripts/arm64-sysroot.sh; }
beside npm-ci npm_ci
beside sysroots sysroots

step "build"
# One compiler for all projects, where the environment would have one for each.
dotnet build DeviceAgent.sln --nologo -v quiet -clp:NoSummary -p:UseSharedCompilation=true
dotnet build-server shutdown --vbcscompiler >/dev/null
finish npm-ci sysroots
[ "$status" -eq 0 ] || exit 1

filter=()
if [ "$(id -u)" -ne 0 ]; then
  step "NOT RUN: the power-cut and full-disk tests mount file systems, others change their user, and need root. They run in CI, and here with sudo."
  filter=(--filter 'FullyQualifiedName!~PowerCutTests&FullyQualifiedName!~DiskFullTests&FullyQualifiedName!~DiskErrorTests&FullyQualifiedName!~OtherUserTests&FullyQualifiedName!~StateOwnerTests')
fi

results=artifacts/test-results
rm -rf "$results"

# Unit tests prove nothing of the disk: in memory they do not wait for it.
memory=/tmp
if [ "$(df --output=avail -k /dev/shm 2>/dev/null | tail -1)" -gt $((4 * 1024 * 1024)) ] 2>/dev/null; then memory=/dev/shm; fi
# run PREFIX FOLDER PROJECT...: the tests of the projects, $threads at once (2).
run() {
  local prefix=$1 folder=$2 project projects=()
  shift 2
  for project in "$@"; do projects+=("tests/DeviceAgent.$project/bin/Debug/net10.0/DeviceAgent.$project.dll"); done
  dotnet test "${projects[@]}" --nologo -v quiet "${filter[@]}" --logger "trx;LogFilePrefix=$prefix" --results-directory "$results/$folder" \
    --blame-hang --blame-hang-timeout 10m --blame-hang-dump-type none -- RunConfiguration.MaxCpuCount=2 "xUnit.MaxParallelThreads=${threads:-2}"
}
unit=(Credentials.Tests Mqtt.Tests Testbed.Tests Fleet.Tests Tests)

# What ships is what the integration tests start.
native=linux-x64
[ "$(uname -m)" != aarch64 ] || native=linux-arm64
beside native nice -n 10 scripts/publish.sh "$native" "artifacts/$native"
step "unit tests"
TMPDIR=$memory run unit unit "${unit[@]}" FleetSimulation || status=$?
finish native

# Nothing in a unit test may depend on the day on which it runs: certificates, files and tokens are dated by the test's own clock. Spoilt input is none
# of a day's business.
shifted() {
  # Only the wall clock is moved: timeouts count on the monotonic one.
  TMPDIR=$memory FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME_FORCE_MONOTONIC_FIX=0 faketime "$1" nice -n 10 bash -c "$(declare -f run); filter=(--filter 'FullyQualifiedName!~Fuzz'); results=$results; run unit $2 ${unit[*]}"
}
formatting() { nice -n 10 dotnet format whitespace DeviceAgent.sln --verify-no-changes --no-restore; }
# One after the other: the integration tests keep one of two cores busy now and then.
others() {
  if [ "$native" != linux-arm64 ]; then nice -n 10 scripts/publish.sh linux-arm64 artifacts/linux-arm64 || return; fi
  formatting || return
  shifted '2038-02-01 00:00:00' in-2038
}
beside others others
step "integration tests (with artifacts/$native/device-agent)"
# They wait for other processes more than they compute.
threads=3
TEST_AGENT_COMMAND=$PWD/artifacts/$native/device-agent run integration integration IntegrationTests || status=$?
finish others

step "ARM64"
scripts/arm64-test.sh --published artifacts/linux-arm64 "$results/arm64" || status=$?

counters=$(cat "$results"/*/*.trx | grep -o '<Counters [^>]*>' || true)
sum() { grep -o " $1=\"[0-9]*\"" <<<"$counters" | grep -o '[0-9]*' | awk '{ n += $1 } END { print n + 0 }'; }
total=$(sum total)
passed=$(sum passed)
failed=$((total - passed))
if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi

printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
