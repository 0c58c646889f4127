#!/usr/bin/env bash
# Feeds the MQTT codec with mutated packets, and the testbed's broker with connections that send such:
# fuzz-mqtt.sh [PACKETS [SEED [CONNECTIONS]]]; ten million from a random seed and 50,000 unless said otherwise.
set -euo pipefail
cd "$(dirname "$0")/.."

export MQTT_FUZZ_PACKETS=${1:-10000000}
export MQTT_FUZZ_SEED=${2:-$((RANDOM * 32768 + RANDOM))}
export MQTT_FUZZ_CONNECTIONS=${3:-50000}
echo "seed $MQTT_FUZZ_SEED, $MQTT_FUZZ_PACKETS packets, $MQTT_FUZZ_CONNECTIONS connections"
dotnet test tests/DeviceAgent.Mqtt.Tests -c Release --nologo --filter FullyQualifiedName~FuzzTests --logger 'console;verbosity=detailed'
exec dotnet test tests/DeviceAgent.Testbed.Tests -c Release --nologo --filter FullyQualifiedName~MalformedTests.Bytes_Mutated --logger 'console;verbosity=detailed'
