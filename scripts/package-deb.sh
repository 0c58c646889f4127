#!/usr/bin/env bash
# Makes Debian packages of the agent, for Debian 12 and newer, Raspberry Pi OS (64 bit) and Ubuntu 22.04 and newer.
#
#   scripts/package-deb.sh [--published FOLDER] [--output DIR] [ARCH...]
#
# ARCH is arm64 or amd64, by default both. Without --published the agent is published first (scripts/publish.sh); FOLDER is what
# that script made for one ARCH. Leaves device-agent_VERSION_ARCH.deb and SHA256SUMS in DIR (default artifacts).
# DEB_COMPRESSION=1 packs faster and larger.
# The same commit, published in the same way, gives the same bytes: times are those of the last commit (or SOURCE_DATE_EPOCH).
# Needs the .NET 10 SDK; dpkg-deb, xz and binutils are installed by apt where they are missing; no debhelper.
set -euo pipefail
export LC_ALL=C
umask 022

usage() { sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; }
die() { echo "package-deb: $*" >&2; exit 1; }

published="" output="" architectures=()
while [ $# -gt 0 ]; do
  case $1 in
    --published) published=$(cd "${2:?--published needs a folder}" && pwd); shift 2 ;;
    --output) mkdir -p "${2:?--output needs a folder}"; output=$(cd "$2" && pwd); shift 2 ;;
    -h | --help) usage; exit 0 ;;
    arm64 | amd64) architectures+=("$1"); shift ;;
    *) usage >&2; exit 2 ;;
  esac
done
cd "$(dirname "$0")/.."
[ -n "$output" ] || { mkdir -p artifacts; output=$PWD/artifacts; }

. scripts/lib.sh
need 'dpkg-deb --version' dpkg
need 'readelf --version && ar --version' binutils
need 'xz --version' xz-utils
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null)} || die "this is no git checkout: set SOURCE_DATE_EPOCH"
export SOURCE_DATE_EPOCH

# SemVer's pre-release sorts before the release, as Debian's ~ does.
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)
version=${version/-/\~}
[[ $version =~ ^[0-9][A-Za-z0-9.+~]*$ ]] || die "'$version' cannot be a package's version"

# Architecture of an ELF file in Debian's words.
architecture_of() {
  case $(readelf -h "$1" 2>/dev/null | sed -n 's/^ *Machine: *//p') in
    AArch64) echo arm64 ;;
    *X86-64*) echo amd64 ;;
    *) echo unknown ;;
  esac
}

# The strip of binutils for an architecture: under its full name, or the machine's own.
strip_for() {
  local triplet=x86_64-linux-gnu
  [ "$1" = amd64 ] || triplet=aarch64-linux-gnu
  if command -v "$triplet-strip"; then return; fi
  if [ "$(dpkg --print-architecture)" = "$1" ] && command -v strip; then return; fi
  die "'$triplet-strip' is missing; install the package binutils-${triplet/_/-}"
}

# The packages that the files need. What the loader is asked for (NEEDED) is read from them, the version of glibc from the symbols' versions.
dependencies_of() {
  local soname glibc packages=()
  for soname in $(readelf -d "$@" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort -u); do
    case $soname in
      libc.so.6 | libm.so.6 | libdl.so.2 | libpthread.so.0 | librt.so.1 | libresolv.so.2 | ld-linux-*.so.*) ;;  # libc6, below
      libz.so.1) packages+=(zlib1g) ;;
      libgcc_s.so.1) packages+=(libgcc-s1) ;;
      libstdc++.so.6) packages+=(libstdc++6) ;;
      *) die "no package is known for $soname" ;;
    esac
  done
  glibc=$(readelf -V "$@" | grep -o 'Name: GLIBC_[A-Z0-9_.]*' | sed 's/.*GLIBC_//; s/^ABI_DT_RELR$/2.36/' | grep '^[0-9]' | sort -uV | tail -1)
  packages=("libc6 (>= ${glibc:?no version of glibc found})" "${packages[@]}")
  # OpenSSL is loaded by name when the first connection is made (the .NET runtime does it, without a NEEDED), so no tool can see it.
  # libssl3t64 is its name since the move to 64-bit time (Debian 13, Ubuntu 24.04).
  packages+=("libssl3t64 | libssl3")
  # The roots that AWS's endpoints are checked against; what makes the user.
  packages+=(ca-certificates adduser)
  local IFS=,
  echo "${packages[*]}"
}

compressed() { gzip -9n >"$1"; }

package() {
  local architecture=$1 folder=$2 file
  for file in device-agent libe_sqlite3.so; do
    [ -f "$folder/$file" ] || die "$folder holds no $file: it was not published natively"
    [ "$(architecture_of "$folder/$file")" = "$architecture" ] || die "$folder/$file is not for $architecture"
  done

  local root=$work/$architecture
  local lib=$root/usr/lib doc=$root/usr/share/doc/device-agent share=$root/usr/share
  install -d "$root/DEBIAN" "$root/usr/bin" "$lib/device-agent/Data" "$doc/examples"
  install -m 755 "$folder/device-agent" "$lib/device-agent/"
  install -m 644 "$folder/libe_sqlite3.so" "$lib/device-agent/"
  # The NuGet package brings its symbols along.
  "$(strip_for "$architecture")" --strip-unneeded "$lib/device-agent/libe_sqlite3.so"
  install -m 644 "$folder"/Data/* "$lib/device-agent/Data/"
  ln -s ../lib/device-agent/device-agent "$root/usr/bin/device-agent"

  install -D -m 644 packaging/systemd/device-agent.service packaging/systemd/device-agent-credentials.socket -t "$lib/systemd/system"
  install -D -m 644 packaging/systemd/device-agent.sysusers "$lib/sysusers.d/device-agent.conf"
  install -D -m 644 packaging/systemd/device-agent.tmpfiles "$lib/tmpfiles.d/device-agent.conf"
  # Not under doc: small images leave that folder out.
  install -D -m 644 packaging/agent.json.example -t "$share/device-agent"

  install -d "$share/man/man1"
  [ ! -f packaging/device-agent.1 ] || compressed "$share/man/man1/device-agent.1.gz" <packaging/device-agent.1
  if [ -d packaging/completions ]; then
    install -D -m 644 packaging/completions/device-agent.bash "$share/bash-completion/completions/device-agent"
    install -D -m 644 packaging/completions/device-agent.zsh "$share/zsh/vendor-completions/_device-agent"
    install -D -m 644 packaging/completions/device-agent.fish -t "$share/fish/vendor_completions.d"
  fi

  install -m 644 packaging/debian/copyright NOTICE "$doc/"
  install -m 644 packaging/systemd/examples/*.conf "$doc/examples/"
  ln -s ../../../device-agent/agent.json.example "$doc/examples/agent.json.example"
  if [ -f "$folder/sbom.cdx.json" ]; then
    install -m 644 "$folder/sbom.cdx.json" "$doc/"
  else
    echo "package-deb: warning: $folder has no sbom.cdx.json, the package neither" >&2
  fi
  compressed "$doc/CHANGELOG.md.gz" <CHANGELOG.md
  compressed "$doc/changelog.gz" <<CHANGES
device-agent ($version) unstable; urgency=medium

  * Version $version; what has changed is in CHANGELOG.md.gz.

 -- $(sed -n 's/^Maintainer: //p' packaging/debian/control.in)  $(date -uR -d "@$SOURCE_DATE_EPOCH")
CHANGES
  [ ! -f packaging/debian/lintian-overrides ] || install -D -m 644 packaging/debian/lintian-overrides "$share/lintian/overrides/device-agent"

  install -m 755 packaging/debian/postinst packaging/debian/prerm packaging/debian/postrm "$root/DEBIAN/"
  local depends size
  depends=$(dependencies_of "$folder/device-agent" "$folder/libe_sqlite3.so")
  depends=${depends//,/, }
  # As dpkg-gencontrol counts: whole KiB for each file, one for everything else.
  size=$(find "$root" -path "$root/DEBIAN" -prune -o \( -type f -printf '%s\n' -o -printf '0\n' \) | awk '{ n += $1 ? int(($1 + 1023) / 1024) : 1 } END { print n }')
  sed -e "s/@VERSION@/$version/; s/@ARCHITECTURE@/$architecture/; s/@INSTALLED_SIZE@/$size/; s/@DEPENDS@/$depends/" packaging/debian/control.in >"$root/DEBIAN/control"
  (cd "$root" && find usr -type f -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
  chmod 644 "$root/DEBIAN/control" "$root/DEBIAN/md5sums"
  find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

  local deb=device-agent_${version}_$architecture.deb
  # One thread: more of them cut the data into blocks of another size.
  DPKG_DEB_THREADS_MAX=1 dpkg-deb --root-owner-group -Zxz -z"${DEB_COMPRESSION:-9}" --build "$root" "$output/$deb" >/dev/null
  if [ "$architecture" = amd64 ] && [ -z "${DEB_COMPRESSION:-}" ]; then filter_x86 "$output/$deb"; fi
  echo "$deb: $(stat -c %s "$output/$deb") bytes; depends on $depends"
}

# xz's filter for x86 code makes the package a twelfth smaller; dpkg-deb has no option for it. Every liblzma reads it (the one for ARM64 code: only 5.4 and newer).
filter_x86() {
  local deb=$1 parts=$work/parts
  rm -rf "$parts"
  mkdir "$parts"
  dpkg-deb --fsys-tarfile "$deb" | xz -T1 --check=crc64 --x86 --lzma2=preset=9e >"$parts/data.tar.xz"
  (cd "$parts" && ar x "$deb" debian-binary control.tar.xz && rm "$deb" && ar rcSD "$deb" debian-binary control.tar.xz data.tar.xz)
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ -n "$published" ]; then
  found=$(architecture_of "$published/device-agent")
  [ "$found" != unknown ] || die "$published/device-agent is no native program for arm64 or amd64"
  [ ${#architectures[@]} -eq 0 ] && architectures=("$found")
  [ "${architectures[*]}" = "$found" ] || die "$published is for $found, not for ${architectures[*]}"
else
  [ ${#architectures[@]} -gt 0 ] || architectures=(arm64 amd64)
fi
for architecture in "${architectures[@]}"; do
  folder=$published
  if [ -z "$folder" ]; then
    folder=$work/published-$architecture
    case $architecture in arm64) runtime=linux-arm64 ;; amd64) runtime=linux-x64 ;; esac
    scripts/publish.sh "$runtime" "$folder"
  fi
  package "$architecture" "$folder"
done
(cd "$output" && sha256sum device-agent_*.deb >SHA256SUMS)
