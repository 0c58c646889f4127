#!/usr/bin/env bash
# Publishes the agent: publish.sh [--framework-dependent] RUNTIME FOLDER, e.g. publish.sh linux-arm64 out
#
# Native AOT by default, for linux-arm64 and linux-x64, from a machine of either kind: FOLDER gets device-agent, libe_sqlite3.so, Data/,
# LICENSE, NOTICE and sbom.cdx.json, and FOLDER.symbols the debugger's symbols. Needs the .NET 10 SDK; clang, lld and the rest are
# installed by apt where they are missing, and Debian's libraries are fetched (scripts/arm64-sysroot.sh).
# --framework-dependent: IL for any CPU that has the ASP.NET Core 10 runtime (32-bit Raspberry Pi OS: RUNTIME is linux-arm); FOLDER gets
# the assemblies and a wrapper `device-agent` that starts them with `dotnet`.
#
# The same commit makes the same bytes. Without git: COMMIT and SOURCE_DATE_EPOCH (seconds; else today) say what is built.
set -euo pipefail
if [[ ${1:-} =~ ^(-h|--help)$ ]]; then sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; exit 0; fi
form=native
if [ "${1:-}" = --framework-dependent ]; then
  form=framework-dependent
  shift
fi
[ $# -eq 2 ] || { sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0" >&2; exit 2; }
runtime=$1
mkdir -p "$2"
folder=$(cd "$2" && pwd)
cd "$(dirname "$0")/.."
root=$PWD
. scripts/lib.sh
fail() { echo "publish.sh: $*" >&2; exit 1; }

# Only what an earlier run put there is replaced.
parts=(device-agent libe_sqlite3.so Data LICENSE NOTICE sbom.cdx.json '*.dll' 'device-agent.*.json')
not_ours=$(find "$folder" -mindepth 1 -maxdepth 1 $(printf '! -name %s ' "${parts[@]//\*/\\*}" | sed 's/\\//g'))
[ -z "$not_ours" ] || fail "$folder is not empty and not a published agent: $(head -1 <<<"$not_ours")"

if commit=$(git rev-parse HEAD 2>/dev/null); then
  git diff --quiet HEAD || commit+=-modified
  export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
else
  commit=${COMMIT:-}
  export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(date +%s)}
fi

# Builds of other kinds go on undisturbed: folders of its own. The committed lock files hold the portable graph, a runtime's is another.
build=$root/artifacts/publish/$form-$runtime
# Style and quality were judged by the build; what trimming and AOT compilation have to say comes from the compiler itself.
options=(-c Release -r "$runtime" --nologo -v quiet -clp:NoSummary -m:1 --artifacts-path "$build" -p:RunAnalyzers=false -p:EnforceCodeStyleInBuild=false
  -p:NuGetLockFilePath="obj/publish.$form.$runtime.lock.json" -p:SourceRevisionId="$commit" -p:RunAnalyzers=false -p:GenerateDocumentationFile=false
  -p:ContinuousIntegrationBuild=true -p:EnableSourceLink=false -p:PublishRepositoryUrl=false)

case $form in
  native)
    case $runtime in
      linux-arm64) arch=arm64 machine=AArch64 loader=ld-linux-aarch64.so.1 tools=aarch64-linux-gnu sysroot_options=() ;;
      linux-x64) arch=amd64 machine=X86-64 loader=ld-linux-x86-64.so.2 tools=x86_64-linux-gnu sysroot_options=(--amd64) ;;
      *) echo "publish.sh: there is no native AOT for '$runtime'; try --framework-dependent" >&2; exit 2 ;;
    esac
    need 'clang --version' clang
    need 'ld.lld --version' lld
    need "$tools-objcopy --version" "binutils-${tools/_/-}"
    sysroot=$root/artifacts/sysroot-$arch
    scripts/arm64-sysroot.sh "${sysroot_options[@]}" "$sysroot"
    options+=(-p:PublishAot=true -p:SysRoot="$sysroot" -p:CppCompilerAndLinker=clang -p:LinkerFlavor=lld -p:ObjCopyName="$tools-objcopy")
    ;;
  framework-dependent) options+=(--self-contained false -p:UseAppHost=false) ;;
esac

rm -rf "$build/out"
dotnet publish src/DeviceAgent/DeviceAgent.csproj "${options[@]}" -o "$build/out"
dotnet run scripts/sbom.cs -- "$runtime" "$form" "$commit" "$build/sbom.cdx.json"

find "$folder" -mindepth 1 -delete
case $form in
  native)
    install -m 755 "$build/out/device-agent" "$folder/"
    mkdir -p "$folder.symbols"
    install -m 644 "$build/out/device-agent.dbg" "$folder.symbols/"
    ;;
  framework-dependent)
    install -m 644 "$build/out"/*.dll "$build/out"/device-agent.*.json "$folder/"
    printf '#!/bin/sh\nexec dotnet "$(dirname "$(readlink -f "$0")")/device-agent.dll" "$@"\n' >"$folder/device-agent"
    chmod 755 "$folder/device-agent"
    ;;
esac
install -d -m 755 "$folder/Data"
install -m 644 "$build/out/Data"/* "$folder/Data/"
[ -f "$build/out/libe_sqlite3.so" ] || fail "no native SQLite library for $runtime"
install -m 644 "$build/out/libe_sqlite3.so" LICENSE NOTICE "$build/sbom.cdx.json" "$folder/"
find "$folder" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

if [ "$form" = native ]; then
  for file in device-agent libe_sqlite3.so; do
    LC_ALL=C "$tools-readelf" -h "$folder/$file" | grep -q "Machine:.*$machine" || fail "$file is not for $machine"
  done
  # libm is needed by libe_sqlite3.so, which does not name it; whatever else came in is a dependency that no package declares.
  needed=$(LC_ALL=C "$tools-readelf" -d "$folder/device-agent" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort | tr '\n' ' ')
  expected=$(printf '%s\n' libc.so.6 libm.so.6 "$loader" | sort | tr '\n' ' ')
  [ "$needed" = "$expected" ] || fail "device-agent needs '$needed', expected '$expected'"
  glibc=$(cat "$folder/device-agent" "$folder/libe_sqlite3.so" | grep -ao 'GLIBC_2\.[0-9]*' | sort -uV | tail -1)
  echo "published for $runtime: $folder (native AOT, needs ${glibc/_/ } or newer)"
else
  echo "published for $runtime: $folder (needs the ASP.NET Core 10 runtime)"
fi
