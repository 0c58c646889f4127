#!/usr/bin/env bash
# Runs every test: installs what the tests need, checks the formatting, builds, tests (the unit tests on two other days, too), and publishes for ARM64.
# The last line is `N passed, N failed`; the exit code is 0 only when nothing failed and something ran.
# Needs the .NET 10 SDK and Node.js 20 with npm; the rest it installs itself (apt, npm from a lock file).
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '\n== %s\n' "$*"; }

# need COMMAND-THAT-MUST-SUCCEED PACKAGE...: installs the packages when the command fails.
need() {
  local check=$1
  shift
  if ! bash -c "$check" >/dev/null 2>&1; then
    step "installing $*"
    local sudo=""
    [ "$(id -u)" -eq 0 ] || sudo=sudo
    DEBIAN_FRONTEND=noninteractive $sudo apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "$@" >/dev/null
  fi
}

for tool in dotnet node npm; do
  command -v "$tool" >/dev/null || { echo "test.sh: '$tool' is missing; install the .NET 10 SDK and Node.js 20" >&2; exit 2; }
done

need 'openssl version' openssl
need 'curl --version' curl ca-certificates
need 'aws --version' awscli
need 'strace -V' strace
need 'test -x /usr/sbin/mosquitto && command -v mosquitto_pub' mosquitto mosquitto-clients
need 'faketime --version' faketime
need 'softhsm2-util --version && pkcs11-tool --help | grep -q keypairgen && openssl engine -t pkcs11 | grep -q available' softhsm2 opensc libengine-pkcs11-openssl
need 'mount --version && mkfs.ext4 -V && findmnt --version && setpriv --version && unshare --version' mount e2fsprogs util-linux
need 'env kill -L' procps  # the program: bash has a kill of its own
need 'test -x /usr/bin/chromium' chromium
need 'python3 -c "import boto3" || /usr/bin/python3 -c "import boto3"' python3-boto3

step "npm ci (clients and servers that we did not write)"
(cd tests/node && npm ci --ignore-scripts --no-audit --no-fund --silent)

step "build"
dotnet build DeviceAgent.sln --nologo -v quiet -clp:NoSummary

step "formatting"
dotnet format whitespace DeviceAgent.sln --verify-no-changes --no-restore

filter=()
if [ "$(id -u)" -ne 0 ]; then
  step "NOT RUN: the power-cut and full-disk tests mount file systems, others change their user, and need root. They run in CI, and here with sudo."
  filter=(--filter 'FullyQualifiedName!~PowerCutTests&FullyQualifiedName!~DiskFullTests&FullyQualifiedName!~OtherUserTests')
fi

step "tests"
results=artifacts/test-results
rm -rf "$results"
status=0
dotnet test DeviceAgent.sln --no-build --nologo -maxcpucount:1 -v quiet "${filter[@]}" \
  --logger trx --results-directory "$results" \
  --blame-hang --blame-hang-timeout 10m --blame-hang-dump-type none || status=$?

# Nothing in a unit test may depend on the day on which it runs: certificates, files and tokens are dated by the test's own clock.
unit=()
for project in Credentials.Tests Mqtt.Tests Testbed.Tests Tests; do
  unit+=("tests/DeviceAgent.$project/bin/Debug/net10.0/DeviceAgent.$project.dll")
done
shifted() {
  # Only the wall clock is moved: timeouts count on the monotonic one.
  FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME_FORCE_MONOTONIC_FIX=0 faketime "$1" \
    dotnet test "${unit[@]}" --nologo -v quiet --logger trx --results-directory "$results/$2" \
    --blame-hang --blame-hang-timeout 10m --blame-hang-dump-type none
}
step "unit tests in 900 days and in 2038, side by side"
shifted '+900 days' in-900-days &
in_900_days=$!
shifted '2038-02-01 00:00:00' in-2038 || status=$?
wait "$in_900_days" || status=$?

step "publish for linux-arm64 (framework-dependent)"
scripts/publish.sh linux-arm64 artifacts/linux-arm64

counters=$(cat "$results"/*.trx "$results"/*/*.trx 2>/dev/null | grep -o '<Counters [^>]*>' || true)
sum() { grep -o " $1=\"[0-9]*\"" <<<"$counters" | grep -o '[0-9]*' | awk '{ n += $1 } END { print n + 0 }'; }
total=$(sum total)
passed=$(sum passed)
failed=$((total - passed))
if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi

printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
