#!/usr/bin/env bash
# Feeds the MQTT codec with mutated packets: fuzz-mqtt.sh [PACKETS [SEED]]; ten million from a random seed unless said otherwise.
set -euo pipefail
cd "$(dirname "$0")/.."
export MQTT_FUZZ_PACKETS=${1:-10000000}
export MQTT_FUZZ_SEED=${2:-$RANDOM$RANDOM}
echo "seed $MQTT_FUZZ_SEED, $MQTT_FUZZ_PACKETS packets"
exec dotnet test tests/DeviceAgent.Mqtt.Tests -c Release --nologo --filter FullyQualifiedName~FuzzTests --logger 'console;verbosity=detailed'
