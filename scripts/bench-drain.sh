#!/usr/bin/env bash
# How long a backlog takes to drain, and what it costs: readings are put into an agent's spool, then a second start of the agent
# delivers them to the testbed's DynamoDB, which throttles a share of the requests. Prints time, requests, bytes and CPU.
# usage: scripts/bench-drain.sh [READINGS=100000] [THROTTLED=0.2]
set -euo pipefail
cd "$(dirname "$0")/.."
readings=${1:-100000} throttled=${2:-0.2}
for tool in dotnet curl jq awk; do command -v "$tool" >/dev/null || { echo "bench-drain.sh: '$tool' is missing" >&2; exit 2; }; done

work=$(mktemp -d)
pids=()
cleanup() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap cleanup EXIT

# wait_for SECONDS COMMAND...: until the command succeeds.
wait_for() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || { echo "bench-drain.sh: waited in vain for: $*" >&2; tail -n 5 "$work"/*.log >&2; exit 1; }
    sleep 0.2
  done
}

dotnet build -c Release --nologo -v quiet -clp:NoSummary src/DeviceAgent.Testbed
dotnet build -c Release --nologo -v quiet -clp:NoSummary src/DeviceAgent
agent=src/DeviceAgent/bin/Release/net10.0/device-agent.dll

dotnet src/DeviceAgent.Testbed/bin/Release/net10.0/DeviceAgent.Testbed.dll --no-devices --state "$work/cloud" --port-base 0 >"$work/testbed.log" 2>&1 &
pids+=($!)
wait_for 60 test -s "$work/cloud/env.sh"
. "$work/cloud/env.sh"
thing="$work/cloud/things/thermostat-01"

awk -v n="$readings" 'BEGIN { for (i = 0; i < n; i++)
  printf "{\"timestamp\":%.0f,\"temperature\":%.2f,\"humidity\":%.2f,\"light\":%d,\"co2\":%d}\n", 1767225600000 + i * 1000, 20 + i % 500 / 100, 30 + i % 300 / 50, i % 900, 400 + i % 700 }' >"$work/readings.ndjson"

# start CONFIGURATION LOG: an agent whose standard input stays open.
start() {
  dotnet "$agent" run --config "$1" <"$work/input" >"$2" 2>&1 &
  agent_pid=$!
  pids+=("$agent_pid")
}

# metric NAME: its value at the agent's endpoint.
metric() { curl -sf --unix-socket "$thing/state/device-agent.sock" http://localhost/metrics | awk -v name="$1" '$1 == name { printf "%.3f\n", $2; found = 1 } END { exit !found }'; }
at_least() { awk -v a="$(metric "$1" || echo -1)" -v b="$2" 'BEGIN { exit !(a >= b) }'; }

# Nobody answers at port 9: the spool fills.
jq '. + {dynamoDbEndpoint: "http://127.0.0.1:9/", source: {kind: "stdin"}}' "$thing/agent.json" >"$thing/fill.json"
jq '. + {source: {kind: "stdin"}}' "$thing/agent.json" >"$thing/drain.json"
mkfifo "$work/input"
exec 3<>"$work/input"
start "$thing/fill.json" "$work/fill.log"
cat "$work/readings.ndjson" >"$work/input"
wait_for 600 at_least device_agent_readings_committed_total "$readings"
kill "$agent_pid"
wait "$agent_pid" || true

curl -sf -X PUT -d "{\"dynamoDb\":{\"throttle\":{\"probability\":$throttled}}}" "$TESTBED_CONSOLE_URL/faults" >/dev/null
began=$(date +%s.%N)
start "$thing/drain.json" "$work/drain.log"
wait_for 1800 at_least device_agent_readings_uploaded_total "$readings"
ended=$(date +%s.%N)

awk -v n="$readings" -v p="$throttled" -v t0="$began" -v t1="$ended" \
  -v requests="$(metric device_agent_upload_requests_total)" -v refused="$(metric device_agent_upload_throttled_total)" -v again="$(metric device_agent_readings_retried_total)" \
  -v sent="$(metric device_agent_wire_bytes_sent_total)" -v received="$(metric device_agent_wire_bytes_received_total)" -v cpu="$(metric process_cpu_seconds_total)" 'BEGIN {
    printf "%d readings, %.0f %% of the requests throttled\n", n, 100 * p
    printf "time      %.1f s from the start of the process, %.0f readings/s\n", t1 - t0, n / (t1 - t0)
    printf "requests  %d, %d of them throttled; %d readings were sent more than once\n", requests, refused, again
    printf "bytes     %.1f sent and %.1f received for each reading\n", sent / n, received / n
    printf "CPU       %.2f s, %.0f us for each reading\n", cpu, 1000000 * cpu / n }'
