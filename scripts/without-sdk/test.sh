#!/usr/bin/env bash
# The tests on a machine that has the .NET runtime and a NuGet package folder, but no SDK: scripts/test.sh comes here by itself then, after it has
# installed what the tests need. The sources are compiled by build.py, the tests are run by Runner.cs; the agent that the integration tests start is the JIT one.
# Says what is not run. The last line is `N passed, N failed`; the exit code is 0 only when nothing failed and something ran.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/lib.sh
need 'python3 --version' python3

step "NOT RUN, for want of an SDK: analyzers, formatting, lock files, publishing, packages, the native agent, ARM64, the benchmarks, the unit tests on other days"
step "build (without the SDK)"
tests=(Credentials.Tests Mqtt.Tests Testbed.Tests Tests FleetSimulation IntegrationTests)
projects=()
for name in "${tests[@]}"; do projects+=("tests/DeviceAgent.$name/DeviceAgent.$name.csproj"); done
python3 scripts/without-sdk/build.py "${projects[@]}"

packages=${NUGET_PACKAGES:-$HOME/.nuget/packages}
runner=artifacts/without-sdk
mkdir -p "$runner"
printf 'global using System;\nglobal using System.Collections.Generic;\nglobal using System.IO;\nglobal using System.Linq;\nglobal using System.Threading;\n' >"$runner/Usings.cs"
beside=tests/DeviceAgent.Tests/bin/Debug/net10.0
references=("$packages"/microsoft.netcore.app.ref/*/ref/net10.0/*.dll "$beside"/xunit.{core,execution.dotnet,abstractions}.dll)
dotnet "$packages"/microsoft.net.compilers.toolset/*/tasks/netcore/bincore/csc.dll -nologo -noconfig -nostdlib+ -nullable:enable -warnaserror+ -nowarn:CS1701 \
  -out:"$runner/Runner.dll" "${references[@]/#/-r:}" "$runner/Usings.cs" scripts/without-sdk/Runner.cs

passed=0 failed=0
for name in "${tests[@]}"; do
  step "$name"
  folder=tests/DeviceAgent.$name/bin/Debug/net10.0
  cp "$runner/Runner.dll" "$folder/"
  log=$runner/$name.log
  # These build and restore projects.
  dotnet exec --runtimeconfig "$folder/DeviceAgent.$name.runtimeconfig.json" "$folder/Runner.dll" "$folder/DeviceAgent.$name.dll" --not .PackageTests. 2>&1 | tee "$log" || true
  if [[ $(tail -1 "$log") =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
    passed=$((passed + BASH_REMATCH[1]))
    failed=$((failed + BASH_REMATCH[2]))
  else
    failed=$((failed + 1))
  fi
done
printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
