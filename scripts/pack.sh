#!/usr/bin/env bash
# Makes the NuGet package of the credentials library, with its symbols: pack.sh FOLDER [VERSION]
set -euo pipefail
if [[ ${1:-} =~ ^(-h|--help)$ ]]; then sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; exit 0; fi
[ $# -ge 1 ] || { echo "usage: $0 FOLDER [VERSION]" >&2; exit 2; }
mkdir -p "$1"
folder=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
dotnet pack src/DeviceAgent.Credentials/DeviceAgent.Credentials.csproj -c Release --nologo -v quiet -clp:NoSummary \
  -p:ContinuousIntegrationBuild=true ${2:+-p:Version="$2"} -o "$folder"
ls "$folder"/DeviceAgent.Credentials.*nupkg
