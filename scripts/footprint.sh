#!/usr/bin/env bash
# What the agent costs its device, native next to framework-dependent, as a table: footprint.sh [RUNS [IDLE-SECONDS]]
# Publishes both for this machine (docs/footprint.md has the method and the figures). RUNS is 20, IDLE-SECONDS 60 by default. On a machine
# that does something else meanwhile the figures say little.
set -euo pipefail
if [[ ${1:-} =~ ^(-h|--help)$ ]]; then sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; exit 0; fi
runs=${1:-20}
idle=${2:-60}
case $runs$idle in
  *[!0-9]*) sed -n '2,4s/^# //p' "$0" >&2; exit 2 ;;
esac
cd "$(dirname "$0")/.."
. scripts/lib.sh

case $(uname -m) in
  aarch64) runtime=linux-arm64 arch=arm64 ;;
  *) runtime=linux-x64 arch=amd64 ;;
esac
native=$PWD/artifacts/$runtime
portable=$PWD/artifacts/$runtime-framework-dependent
scripts/publish.sh "$runtime" "$native" >&2
scripts/publish.sh --framework-dependent "$runtime" "$portable" >&2
dotnet build tests/DeviceAgent.Benchmarks -c Release --nologo -v quiet -clp:NoSummary -p:RunAnalyzers=false >&2
benchmarks=tests/DeviceAgent.Benchmarks/bin/Release/net10.0/DeviceAgent.Benchmarks.dll

megabytes() { du -sb "$1" | awk '{ printf "%.1f MB", $1 / 1e6 }'; }
row() {
  local name=$1 folder=$2 binary=$3 package=$4 command=$5
  printf '| %s | %s | %s | %s %s\n' "$name" "$(megabytes "$folder")" "$binary" "$package" "$(TEST_AGENT_COMMAND=$command dotnet "$benchmarks" footprint "$runs" "$idle")"
}
deb=$(find artifacts -maxdepth 1 -name "device-agent_*_$arch.deb" | sort -V | tail -1)

dotnet "$benchmarks" machine
echo '| build | folder | program | package | `--help` | start to first stored reading | idle RSS | CPU for 10,000 readings |'
echo '|---|---|---|---|---|---|---|---|'
row "native AOT, $runtime" "$native" "$(megabytes "$native/device-agent")" "$([ -n "$deb" ] && megabytes "$deb" || echo -)" "$native/device-agent"
row "framework-dependent, $runtime" "$portable" '-' '-' "dotnet $portable/device-agent.dll"
