#!/usr/bin/env bash
# Runs the agent's package in an emulated ARM64 machine: Debian 12 with its own kernel and a real systemd, under qemu-system-aarch64. The testbed on this machine is
# its cloud. Prints a table of what was looked at; docs/arm64.md keeps one. Not part of CI.
#
#   scripts/arm64-vm.sh [--package FILE] [--only PART,...] [--quick] [--power-cuts N] [--work DIR] [--fresh] [--port-base PORT] [--seed N]
#
#   --package FILE   the arm64 .deb; without it scripts/package-deb.sh makes one
#   --only PART,...  these parts only: install rotate reload kill reboot upgrade exit78 credential pkcs11 sensors power.
#                    All but install begin with the machine that install left
#   --quick          no power cuts; the same as --power-cuts 0
#   --power-cuts N   how often the power is pulled (50)
#   --work DIR       root file system and disks, kept for the next run; logs and report.md (artifacts/arm64-vm)
#   --fresh          makes the root file system anew, with today's packages
#   --port-base PORT the testbed's first port on 127.0.0.1 (18640)
#   --seed N         of the times at which the power is pulled
#
# The first run makes the root file system (10 minutes); each run takes about 10 minutes and a power cut less than one. Needs root, Linux 6.7 (or a binfmt entry for arm64), the
# .NET 10 SDK, 5 GB of disk and 1 GB of memory; installs what else it needs by apt. Exit code 0 when everything was as it must be.
set -euo pipefail

usage() { sed -n '2,21s/^# \{0,1\}//p' "$0"; }
die() { echo "arm64-vm: $*" >&2; exit 1; }

package="" work="" fresh="" run=()
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --package) package=$(readlink -f "${2:?}"); shift 2 ;;
    --work) work=${2:?}; shift 2 ;;
    --fresh) fresh=yes; shift ;;
    --quick) run+=(--power-cuts 0); shift ;;
    --only | --power-cuts | --port-base | --seed) run+=("$1" "${2:?}"); shift 2 ;;
    *) usage >&2; exit 2 ;;
  esac
done
[ "$(id -u)" -eq 0 ] || die "needs root: the root file system has other users' files"
command -v dotnet >/dev/null || die "'dotnet' is missing; install the .NET 10 SDK"
[ -z "$work" ] || { mkdir -p "$work"; work=$(readlink -f "$work"); }
cd "$(dirname "$0")/.."
. scripts/lib.sh
work=${work:-$PWD/artifacts/arm64-vm}
mkdir -p "$work"
[ "$(df --output=avail -k "$work" | tail -1)" -gt 5000000 ] || die "less than 5 GB free in $work"

# One run at a time: they share the disks.
exec 9>"$work/lock"
flock -n 9 || die "another run works in $work"

need 'qemu-system-aarch64 --version' qemu-system-arm
need 'qemu-aarch64-static --version' qemu-user-static
need 'mmdebstrap --version && test -e /usr/share/keyrings/debian-archive-keyring.gpg' mmdebstrap debian-archive-keyring
need 'mkfs.ext4 -V && /sbin/modprobe --version && cpio --version' e2fsprogs kmod cpio
need 'python3 --version' python3
need 'aws --version && openssl version' awscli openssl

helpers=scripts/arm64-vm
if [ ! -e "$work/rootfs.tar" ] || [ -n "$fresh" ]; then
  step "root file system of Debian 12 for arm64 (kept in $work)"
  $helpers/rootfs.sh "$work/rootfs.tar" >"$work/rootfs.log" 2>&1 || { tail -20 "$work/rootfs.log" >&2; die "no root file system: see $work/rootfs.log"; }
fi
if [ ! -e "$work/base.img" ] || [ "$work/rootfs.tar" -nt "$work/base.img" ] || [ -n "$(find $helpers/image.sh $helpers/guest -newer "$work/base.img")" ]; then
  step "disk of the machine"
  $helpers/image.sh "$work/rootfs.tar" "$work"
fi

step "testbed"
dotnet build src/DeviceAgent.Testbed --nologo -v quiet -clp:NoSummary

if [ -z "$package" ]; then
  step "package"
  scripts/package-deb.sh --output "$work/package" arm64
  package=$(ls -t "$work"/package/device-agent_*_arm64.deb | head -1)
fi
[ -e "$package" ] || die "there is no $package"

: >"$work/console.log"
PYTHONDONTWRITEBYTECODE=1 exec python3 $helpers/run.py --work "$work" --package "$package" "${run[@]}"
