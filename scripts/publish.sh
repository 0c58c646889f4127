#!/usr/bin/env bash
# Publishes the agent, framework-dependent: publish.sh RUNTIME FOLDER, e.g. publish.sh linux-arm64 /opt/device-agent
# The same IL runs on every CPU; only the native SQLite library differs. Start it with `dotnet FOLDER/device-agent.dll`
# (or the `device-agent` wrapper beside it).
set -euo pipefail
[ $# -eq 2 ] || { echo "usage: $0 RUNTIME FOLDER" >&2; exit 2; }
runtime=$1
mkdir -p "$2"
folder=$(cd "$2" && pwd)
cd "$(dirname "$0")/.."

# The committed lock files hold the portable graph; publishing for a runtime must not rewrite them.
dotnet publish src/DeviceAgent/DeviceAgent.csproj -c Release -r "$runtime" --self-contained false \
  -p:UseAppHost=false -p:NuGetLockFilePath=obj/publish.lock.json --nologo -v quiet -clp:NoSummary -o "$folder"

cat >"$folder/device-agent" <<'WRAPPER'
#!/bin/sh
exec dotnet "$(dirname "$(readlink -f "$0")")/device-agent.dll" "$@"
WRAPPER
chmod 755 "$folder/device-agent"
cp LICENSE NOTICE "$folder/"
[ -f "$folder/libe_sqlite3.so" ] || { echo "publish.sh: no native SQLite library for $runtime" >&2; exit 1; }
echo "published for $runtime: $folder"
