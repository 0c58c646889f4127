#!/usr/bin/env bash
# Proves the agent for ARM64 on the machine at hand: arm64-test.sh [RESULTS]
# Publishes native AOT for linux-arm64 and runs, by qemu where the machine is of another kind, the tests that are marked for it
# (tests/DeviceAgent.IntegrationTests/EveryCpu.cs): --version, check, upload with mutual TLS, MQTT, a rotation of the role alias by a job, SIGKILL,
# restart, SIGTERM, every row against its line, and a key in SoftHSM2's ARM64 module. RESULTS gets their trx file.
# Needs the tests built (dotnet build DeviceAgent.sln), openssl, awscli, softhsm2 and opensc; installs qemu-user-static.
# --published FOLDER: what scripts/publish.sh has made for linux-arm64 already.
set -euo pipefail
if [[ ${1:-} =~ ^(-h|--help)$ ]]; then sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; exit 0; fi
published=
if [ "${1:-}" = --published ]; then
  published=$(cd "$2" && pwd)
  shift 2
fi
[ $# -le 1 ] || { echo "usage: $0 [--published FOLDER] [RESULTS]" >&2; exit 2; }
mkdir -p "${1:-artifacts/test-results}"
results=$(cd "${1:-artifacts/test-results}" && pwd)
cd "$(dirname "$0")/.."
. scripts/lib.sh
begun=$SECONDS

sysroot=$PWD/artifacts/sysroot-arm64
scripts/arm64-sysroot.sh "$sysroot"
if [ -z "$published" ]; then
  published=$PWD/artifacts/linux-arm64
  scripts/publish.sh linux-arm64 "$published"
fi

command=$published/device-agent
if [ "$(uname -m)" != aarch64 ]; then
  need 'qemu-aarch64-static --version' qemu-user-static
  command="qemu-aarch64-static -L $sysroot $command"
fi
status=0
TEST_AGENT_COMMAND=$command dotnet test tests/DeviceAgent.IntegrationTests/bin/Debug/net10.0/DeviceAgent.IntegrationTests.dll --filter Runs=OnEveryCpu \
  --nologo -v quiet --logger "trx;LogFilePrefix=arm64" --results-directory "$results" --blame-hang --blame-hang-timeout 4m --blame-hang-dump-type none || status=$?
echo "ARM64: $((SECONDS - begun)) s, exit code $status"
exit $status
