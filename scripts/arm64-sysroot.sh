#!/usr/bin/env bash
# Makes a folder with Debian 12's headers and libraries, against which scripts/publish.sh links the agent: arm64-sysroot.sh [--amd64] [FOLDER]
# FOLDER is artifacts/sysroot-arm64 by default (artifacts/sysroot-amd64 with --amd64, the same for x64). That of ARM64 also holds what the
# tests need under qemu: OpenSSL, its PKCS#11 engine, SoftHSM2. Whatever the machine that builds, Debian 12 decides which glibc the agent
# needs. Returns at once when FOLDER is complete. Installs mmdebstrap by apt where it is missing.
set -euo pipefail
if [[ ${1:-} =~ ^(-h|--help)$ ]]; then sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; exit 0; fi
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/lib.sh"

suite=bookworm
arch=arm64
if [ "${1:-}" = --amd64 ]; then
  arch=amd64
  shift
fi
[ $# -le 1 ] || { echo "usage: $0 [--amd64] [FOLDER]" >&2; exit 2; }
folder=${1:-$root/artifacts/sysroot-$arch}
packages=libc6-dev,libgcc-12-dev,libstdc++-12-dev,zlib1g-dev,libssl-dev
if [ "$arch" = arm64 ]; then packages+=,openssl,softhsm2,libengine-pkcs11-openssl; fi

# Another recipe makes another sysroot.
recipe=$(sha256sum <"$0" | cut -c1-16)-$arch
if [ "$(cat "$folder/.recipe" 2>/dev/null)" = "$recipe" ]; then exit 0; fi
if [ -e "$folder" ] && [ ! -e "$folder/.recipe" ] && [ -n "$(ls -A "$folder")" ]; then
  echo "arm64-sysroot.sh: $folder is there and is not a sysroot of this script" >&2
  exit 2
fi

need 'mmdebstrap --version' mmdebstrap
need 'test -e /usr/share/keyrings/debian-archive-keyring.gpg' debian-archive-keyring
mkdir -p "$(dirname "$folder")"
folder=$(cd "$(dirname "$folder")" && pwd)/$(basename "$folder")
work=$folder.making.$$
sudo=()
[ "$(id -u)" -eq 0 ] || sudo=(sudo)
trap '"${sudo[@]}" rm -rf "$work"' EXIT
step "sysroot: Debian $suite $arch"

# The machine's own sources where it is this Debian, so that a mirror of one's own is used; else mmdebstrap's default.
sources=()
if grep -qs "^VERSION_CODENAME=$suite\$" /etc/os-release; then
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.sources; do
    if grep -qsE "(Suites: |^deb .* )$suite( |\$)" "$file"; then sources+=("$file"); fi
  done
fi
"${sudo[@]}" mmdebstrap --quiet --variant=extract --architectures="$arch" --mode=root --include="$packages" "$suite" "$work" "${sources[@]}"
"${sudo[@]}" chown -R "$(id -u):$(id -g)" "$work"

# Links like libm.so -> /lib/... point out of the sysroot; the linker would silently take libm.a instead, and libe_sqlite3.so, which
# uses libm without naming it, would find no trunc() when it is loaded.
find "$work/usr/lib" "$work/lib" -type l -lname '/*' | while read -r link; do
  ln -sfnr "$work$(readlink "$link")" "$link"
done
[ -e "$work/usr/include/stdio.h" ] || { echo "arm64-sysroot.sh: the packages hold no headers" >&2; exit 1; }
chmod 755 "$work"
printf '%s\n' "$recipe" >"$work/.recipe"

rm -rf "$folder"
mv "$work" "$folder"
trap - EXIT
echo "sysroot: $folder" >&2
