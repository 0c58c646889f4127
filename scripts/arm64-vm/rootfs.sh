#!/usr/bin/env bash
# rootfs.sh FILE: a Debian 12 for arm64 with systemd, Debian's own kernel and what the tests need, as the tar file FILE. About 7 minutes (arm64 programs
# run emulated). Needs root, mmdebstrap, qemu-user-static, python3 and Debian's archive keys.
set -euo pipefail
[ $# -eq 1 ] || { echo "usage: $0 FILE" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)

packages=(
  systemd systemd-sysv dbus udev kmod iproute2 procps # the machine
  linux-image-arm64 initramfs-tools busybox-static    # the kernel; it starts with an initrd of ours, made of busybox
  ca-certificates libssl3 zlib1g adduser              # what the agent's package depends on
  curl libeatmydata1 sqlite3                          # the control whose fsync does nothing; a look at the spool
  softhsm2 opensc libengine-pkcs11-openssl            # a key that cannot be read
  usbip i2c-tools                                     # sensors
)
mmdebstrap=(
  mmdebstrap --architectures=arm64 --variant=minbase --mode=root --skip=check/qemu
  --include="$(IFS=,; echo "${packages[*]}")"
  --aptopt='APT::Install-Recommends "false"'
  --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*'
  # Debian's own initrd is not used, and takes minutes to make where everything is emulated.
  --essential-hook='chroot "$1" dpkg-divert --quiet --rename --divert /usr/sbin/update-initramfs.debian --add /usr/sbin/update-initramfs; ln -s /bin/true "$1/usr/sbin/update-initramfs"'
)
python3 "$here/foreign.py" "${mmdebstrap[@]}" bookworm "$1.part.tar"
mv "$1.part.tar" "$1"
