#!/usr/bin/env bash
# Publishes device-fleet, the operator's tool, as one native program: publish-fleet.sh RUNTIME FOLDER, e.g. publish-fleet.sh linux-x64 out
#
# RUNTIME is that of this machine's kind (linux-x64, linux-arm64, osx-arm64). Needs the .NET 10 SDK and clang. Elsewhere: `dotnet pack src/DeviceAgent.Fleet` makes a .NET tool.
set -euo pipefail
if [[ ${1:-} =~ ^(-h|--help)$ ]]; then sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; exit 0; fi
[ $# -eq 2 ] || { sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0" >&2; exit 2; }
runtime=$1
mkdir -p "$2"
folder=$(cd "$2" && pwd)
cd "$(dirname "$0")/.."
. scripts/lib.sh
need 'clang --version' clang

# Builds of other kinds go on undisturbed: folders of its own. The committed lock files hold the portable graph, a runtime's is another.
dotnet publish src/DeviceAgent.Fleet/DeviceAgent.Fleet.csproj -c Release -r "$runtime" --nologo -v quiet -clp:NoSummary --artifacts-path "artifacts/publish/fleet-$runtime" \
  -p:PublishAot=true -p:PackAsTool=false -p:NuGetLockFilePath="obj/publish.$runtime.lock.json" -p:RunAnalyzers=false -p:GenerateDocumentationFile=false -p:ContinuousIntegrationBuild=true \
  -p:DebugType=none -o "$folder"
rm -f "$folder/device-fleet.dbg"
cp LICENSE NOTICE "$folder/"
ls -l "$folder/device-fleet"
