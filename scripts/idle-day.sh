#!/usr/bin/env bash
# What an idle device sends and receives in a day, TLS, TCP and IP included, by purpose: idle-day.sh [OPTIONS] [KEY=VALUE...]
# The agent reads a simulated room once a minute and uploads to the testbed, in a network namespace of their own whose packets the kernel counts.
#
#   --minutes N          how long to count (60), from the end of the first minute on
#   --published FOLDER   the agent that is there (scripts/publish.sh); by default it is published first, which takes some minutes
#   --lifetime TIME      of the credentials, e.g. 12h (1h)
#   KEY=VALUE            of the agent's configuration, e.g. upload.maxDelaySeconds=1500
#
# Needs root, the .NET 10 SDK and nftables; the rest it installs itself (apt). docs/benchmarks.md has the method and the figures.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

minutes=60
published=
lifetime=1h
settings=()
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    --minutes) minutes=${2:?idle-day.sh: --minutes needs a number}; shift 2 ;;
    --published) published=${2:?idle-day.sh: --published needs a folder}; shift 2 ;;
    --lifetime) lifetime=${2:?idle-day.sh: --lifetime needs a time}; shift 2 ;;
    *=*) settings+=("$1"); shift ;;
    *) echo "idle-day.sh: '$1' is no option and no KEY=VALUE; --help" >&2; exit 2 ;;
  esac
done
[ "$(id -u)" -eq 0 ] || { echo "idle-day.sh: needs root, for a network namespace" >&2; exit 2; }
need 'ip -V' iproute2
need 'nft --version' nftables
need 'ethtool --version' ethtool
need 'stunnel -version' stunnel4
need 'openssl version' openssl
need 'jq --version' jq

case $(uname -m) in
  aarch64) runtime=linux-arm64 ;;
  *) runtime=linux-x64 ;;
esac
if [ -z "$published" ]; then
  published=artifacts/$runtime
  scripts/publish.sh "$runtime" "$published" >&2
fi
agent=$(cd "$published" && pwd)/device-agent
dotnet build src/DeviceAgent.Testbed -c Release --nologo -v quiet -clp:NoSummary -p:RunAnalyzers=false >&2

name=idle-day-$$
folder=$(mktemp -d)
pids=()
finish() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  ip netns del "$name" 2>/dev/null || true
  rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT TERM

# Packets of the size that Ethernet has: the kernel must not send larger ones through the loopback interface.
ip netns add "$name"
ip netns exec "$name" ip link set lo mtu 1500 up
ip netns exec "$name" ethtool -K lo tso off gso off gro off 2>/dev/null

# DynamoDB behind TLS, with a chain like that of AWS: three certificates with RSA keys, sent at each full handshake.
tls=$folder/tls
mkdir "$tls"
sign() {
  openssl req -new -newkey rsa:2048 -nodes -keyout "$tls/$1.key" -subj "/O=idle-day/CN=$1" -out "$tls/$1.csr" 2>/dev/null
  openssl x509 -req -in "$tls/$1.csr" -days 2 -extfile <(printf '%s\n' "$3") -out "$tls/$1.pem" \
    $([ "$2" = - ] && echo "-signkey $tls/$1.key" || echo "-CA $tls/$2.pem -CAkey $tls/$2.key -CAcreateserial") 2>/dev/null
}
sign root - 'basicConstraints=critical,CA:TRUE'
sign first root 'basicConstraints=critical,CA:TRUE'
sign second first 'basicConstraints=critical,CA:TRUE'
sign server second "subjectAltName=DNS:localhost,$(printf 'DNS:dynamodb.region-%s.example,' {1..20} | sed 's/,$//')"
cat "$tls"/{server,second,first}.pem >"$tls/chain.pem"
cat "$tls/root.pem" /etc/ssl/certs/ca-certificates.crt >"$tls/roots.pem"
printf '%s\n' "foreground = yes" "debug = 6" "pid =" "[dynamodb]" "accept = 127.0.0.1:8451" "connect = 127.0.0.1:8441" "cert = $tls/chain.pem" "key = $tls/server.key" \
  "TIMEOUTclose = 0" "sessionCacheTimeout = 86400" >"$tls/stunnel.conf"
ip netns exec "$name" stunnel "$tls/stunnel.conf" >"$folder/stunnel.log" 2>&1 &
pids+=($!)

ip netns exec "$name" dotnet src/DeviceAgent.Testbed/bin/Release/net10.0/DeviceAgent.Testbed.dll --no-devices --state "$folder/testbed" --credential-lifetime "$lifetime" >"$folder/testbed.log" 2>&1 &
pids+=($!)
timeout 60 bash -c 'until grep -q "Ctrl-C ends it" "$0"; do sleep 0.2; done' "$folder/testbed.log" || { cat "$folder/testbed.log" >&2; exit 1; }

ip netns exec "$name" nft -f - <<'RULES'
table inet traffic {
  counter credentials_sent { }
  counter credentials_received { }
  counter telemetry_sent { }
  counter telemetry_received { }
  counter control_sent { }
  counter control_received { }
  chain output {
    type filter hook output priority 0;
    tcp dport 8440 counter name credentials_sent
    tcp sport 8440 counter name credentials_received
    tcp dport 8451 counter name telemetry_sent
    tcp sport 8451 counter name telemetry_received
    tcp dport 8446 counter name control_sent
    tcp sport 8446 counter name control_received
  }
}
RULES
counted() { ip netns exec "$name" nft -j list counters | jq -c '[.nftables[].counter | select(.)] | map({key: .name, value: .bytes}) | from_entries'; }

device=$folder/testbed/things/thermostat-01
jq 'del(.control, .upload) | .dynamoDbEndpoint = "https://localhost:8451/" | .powerReturnSpreadSeconds = 0
  | .source = {kind: "simulated", intervalSeconds: 60, markSimulated: false}' "$device/agent.json" >"$folder/agent.json" && mv "$folder/agent.json" "$device/agent.json"
environment=("SSL_CERT_FILE=$tls/roots.pem")
for setting in "${settings[@]}"; do
  key=${setting%%=*}
  environment+=("DEVICE_AGENT_${key//./__}=${setting#*=}")
done
ip netns exec "$name" env "${environment[@]}" "$agent" run --config "$device/agent.json" >"$folder/agent.log" 2>&1 &
pids+=($!)
status() { "$agent" status --json --config "$device/agent.json"; }

sleep 60
start=$(counted)
uploads=$(status | jq '.upload.batches // 0')
kill -0 "${pids[-1]}" || { cat "$folder/agent.log" >&2; exit 1; }
sleep $((minutes * 60))
after=$(counted)
status >"$folder/status.json"
kill -0 "${pids[-1]}" || { cat "$folder/agent.log" >&2; exit 1; }

echo "settings: lifetime $lifetime ${settings[*]:-}"
jq -nr --argjson start "$start" --argjson last "$after" --argjson minutes "$minutes" '
  def row($name; $purposes): [$name, ($purposes | map($start[. + "_sent"] + $start[. + "_received"]) | add),
    ($purposes | map(($last[. + "_sent"] - $start[. + "_sent"]) * 1440 / $minutes / 1000) | add | round),
    ($purposes | map(($last[. + "_received"] - $start[. + "_received"]) * 1440 / $minutes / 1000) | add | round)]
    | "| \(.[0]) | \(.[1]) | \(.[2]) | \(.[3]) | \(.[2] + .[3]) |";
  "| purpose | first minute, bytes | sent, KB a day | received, KB a day | both |", "|---|---:|---:|---:|---:|",
  row("credentials"; ["credentials"]), row("telemetry"; ["telemetry"]), row("control"; ["control"]), row("all"; ["credentials", "telemetry", "control"])'
echo "TLS handshakes with DynamoDB: $(grep -c 'TLS accepted: new session' "$folder/stunnel.log" || true) full, $(grep -c 'previous session reused' "$folder/stunnel.log" || true) resumed"
echo "agent's own count (TLS, without TCP and IP): $(jq -c '.traffic' "$folder/status.json")"
jq -c '.upload' "$folder/status.json"
