#!/usr/bin/env bash
# Feeds mutated packets to the agent's MQTT client, to the testbed's codec, and to the testbed's broker:
# fuzz-mqtt.sh [CLIENT_PACKETS [SEED [CODEC_PACKETS [CONNECTIONS]]]]; one million, a random seed, ten million and 50,000 unless said otherwise.
set -euo pipefail
if [[ ${1:-} =~ ^(-h|--help)$ ]]; then sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; exit 0; fi
cd "$(dirname "$0")/.."

export MQTT_FUZZ_CLIENT_PACKETS=${1:-1000000}
export MQTT_FUZZ_SEED=${2:-$((RANDOM * 32768 + RANDOM))}
export MQTT_FUZZ_PACKETS=${3:-10000000}
export MQTT_FUZZ_CONNECTIONS=${4:-50000}
echo "seed $MQTT_FUZZ_SEED: $MQTT_FUZZ_CLIENT_PACKETS packets to the client, $MQTT_FUZZ_PACKETS to the codec, $MQTT_FUZZ_CONNECTIONS connections to the broker"
dotnet test tests/DeviceAgent.Mqtt.Tests -c Release --nologo --filter FullyQualifiedName~ClientFuzzTests --logger 'console;verbosity=detailed'
exec dotnet test tests/DeviceAgent.Testbed.Tests -c Release --nologo --filter 'FullyQualifiedName~Codec.FuzzTests|FullyQualifiedName~MalformedTests.Bytes_Mutated' --logger 'console;verbosity=detailed'
