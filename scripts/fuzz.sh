#!/bin/sh
# Gives spoilt input (configuration, PEM, CSV, NDJSON, bodies, answers, documents) to the agent's readers for longer than the suite does.
#   scripts/fuzz.sh [--seconds N] [--seed N] [--target NAME]
# N seconds for each target (default 60) and a seed (default: a new one, which is printed). A failure prints seed and number of the input:
#   FUZZ_NUMBER=1234 scripts/fuzz.sh --seed 7 --target Pem, or with the very bytes: FUZZ_INPUT=BASE64 scripts/fuzz.sh --target Pem
set -eu
usage() { sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; }
cd "$(dirname "$0")/.."
seconds=60
seed=${FUZZ_SEED:-$(od -An -N3 -tu4 /dev/urandom | tr -d ' ')}
target=
while [ $# -gt 0 ]; do
    case $1 in
    --seconds) seconds=$2; shift 2 ;;
    --seed) seed=$2; shift 2 ;;
    --target) target=$2; shift 2 ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
    esac
done
echo "seed $seed, $seconds s for each target"
FUZZ_SECONDS=$seconds FUZZ_SEED=$seed exec dotnet test tests/DeviceAgent.Tests --nologo --filter "FullyQualifiedName~DeviceAgent.Tests.Fuzz.FuzzTests.$target"
