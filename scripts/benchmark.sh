#!/usr/bin/env bash
# The agent's native build beside what a user would write instead: curl and the AWS CLI, boto3, the AWS SDK for JavaScript, a loop over the SDK for .NET.
# benchmark.sh [--published FOLDER] [OPTIONS]
#
#   --published FOLDER   the agent that is there (scripts/publish.sh); by default it is published first, which takes some minutes
#   --rows LIST          of first,idle,cached,fetch,batch,single,flash,drain: only these
#   --peers LIST         of cli,boto3,js,dotnet,agent: only these
#   --runs N             every figure is the median of N runs (5), everybody in turn in each
#   --quick              3 runs of smaller sizes, to see that it works
#   --write              puts table and picture into docs/benchmarks.md
#   --out FOLDER         where table.md, values.tsv (all single values) and benchmarks.svg go (artifacts/benchmark)
#   more:                dotnet tests/DeviceAgent.Benchmarks/bin/Release/net10.0/DeviceAgent.Benchmarks.dll compare --help
#
# Prints the table. What is measured has the last processor for itself, the servers (all on loopback) the others: at least two are needed, and a machine
# that does nothing else. Bytes on flash need root (loop devices) and are left out without. docs/benchmarks.md has the method.
# Needs the .NET 10 SDK and Node.js 20 with npm; the rest it installs itself (apt, npm from a lock file).
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

published=
options=()
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    --published) published=${2:?benchmark.sh: --published needs a folder}; shift 2 ;;
    --quick) options+=(--runs 3 --readings 2000 --backlog 10000 --idle-seconds 10 --flash-seconds 30); shift ;;
    *) options+=("$1"); shift ;;
  esac
done

for tool in dotnet node npm; do
  command -v "$tool" >/dev/null || { echo "benchmark.sh: '$tool' is missing; install the .NET 10 SDK and Node.js 20" >&2; exit 2; }
done
need 'taskset --version' util-linux
need 'curl --version' curl ca-certificates
need 'jq --version' jq
need 'aws --version' awscli
need 'python3 -c "import boto3" || /usr/bin/python3 -c "import boto3"' python3-boto3
if [ "$(id -u)" -eq 0 ]; then need 'mount --version && mkfs.ext4 -V && findmnt --version' mount e2fsprogs util-linux; fi

# Of all processors that this process may use (e.g. 0-3,6): the last one, and the others.
mapfile -t cores < <(taskset -cp $$ | sed 's/.*: //' | tr , '\n' | while IFS=- read -r first last; do seq "$first" "${last:-$first}"; done)
[ ${#cores[@]} -ge 2 ] || { echo "benchmark.sh: needs two processors, one of them for what is measured" >&2; exit 2; }
core=${cores[-1]}
servers=$(IFS=,; echo "${cores[*]:0:${#cores[@]}-1}")

# The programs themselves: what a version manager puts in their place would cost more than some of what is measured.
which_python='import boto3, sys; print(sys.executable)'
python=$(python3 -c "$which_python" 2>/dev/null || /usr/bin/python3 -c "$which_python")
aws=$(dirname "$python")/aws
[ -x "$aws" ] || aws=$(command -v aws)

case $(uname -m) in
  aarch64) runtime=linux-arm64 ;;
  *) runtime=linux-x64 ;;
esac
if [ -z "$published" ]; then
  published=artifacts/$runtime
  step "publishing the agent: $published"
  scripts/publish.sh "$runtime" "$published" >&2
fi
[ -x "$published/device-agent" ] || { echo "benchmark.sh: there is no agent in $published; scripts/publish.sh $runtime $published" >&2; exit 2; }

step "the other programs"
(cd tests/node && [ -d node_modules/@aws-sdk/client-dynamodb ] || npm ci --ignore-scripts --no-audit --no-fund --silent)
# As a user would publish it; the committed lock file holds the portable graph.
loop=artifacts/dotnet-loop
dotnet publish tests/DeviceAgent.Benchmarks/peers/dotnet -c Release -r "$runtime" --no-self-contained -p:PublishReadyToRun=true -p:RunAnalyzers=false \
  -p:NuGetLockFilePath=obj/publish.lock.json --artifacts-path artifacts/publish/dotnet-loop -o "$loop" --nologo -v quiet -clp:NoSummary >&2
dotnet build tests/DeviceAgent.Benchmarks -c Release --nologo -v quiet -clp:NoSummary -p:RunAnalyzers=false >&2

step "measuring"
TEST_AGENT_COMMAND=$(cd "$published" && pwd)/device-agent taskset -c "$servers" dotnet tests/DeviceAgent.Benchmarks/bin/Release/net10.0/DeviceAgent.Benchmarks.dll compare \
  --core "$core" --dotnet-loop "$PWD/$loop/DotNetLoop" --python "$python" --aws "$aws" "${options[@]}"
