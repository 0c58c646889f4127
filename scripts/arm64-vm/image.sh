#!/usr/bin/env bash
# image.sh ROOTFS.tar FOLDER: FOLDER/base.img (ext4), FOLDER/vmlinuz and FOLDER/initrd of the machine. Mounts nothing. Needs root, kmod, cpio and e2fsprogs.
set -euo pipefail
[ $# -eq 2 ] || { echo "usage: $0 ROOTFS.tar FOLDER" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
tar=$(readlink -f "$1")
mkdir -p "$2"
cd "$2"
rm -rf root initrd.d
mkdir root initrd.d
trap 'rm -rf root initrd.d' EXIT
tar xf "$tar" -C root --numeric-owner

kernel=$(basename root/lib/modules/*)
cp "root/boot/vmlinuz-$kernel" vmlinuz

# The initrd: sets up the network, mounts the disk, which replays the journal, and goes over to systemd.
mkdir -p initrd.d/{bin,dev,proc,sys,root,modules}
cp root/bin/busybox initrd.d/bin/
number=10
for module in virtio_pci virtio_blk virtio_net crc32c_generic ext4; do
  files=$(/sbin/modprobe -d "$PWD/root" -S "$kernel" --show-depends "$module" | awk '$1 == "insmod" { print $2 }')
  for file in $files; do
    ls initrd.d/modules/*-"$(basename "$file")" >/dev/null 2>&1 || cp "$file" "initrd.d/modules/$((number++))-$(basename "$file")"
  done
done
cat >initrd.d/init <<'INIT'
#!/bin/busybox sh
busybox mount -t proc proc /proc
busybox mount -t devtmpfs dev /dev
for module in /modules/*; do busybox insmod "$module"; done
busybox ifconfig lo 127.0.0.1 up
busybox ifconfig eth0 10.0.2.15 netmask 255.255.255.0 up
busybox route add default gw 10.0.2.2
busybox mount -t ext4 /dev/vda /root || busybox poweroff -f
busybox umount /proc
busybox mount --move /dev /root/dev
exec busybox switch_root /root /sbin/init
INIT
ln -s busybox initrd.d/bin/sh
chmod 755 initrd.d/init
(cd initrd.d && find . | cpio --quiet -o -H newc -R 0:0) | gzip -1 >initrd

# The machine itself
cd root
echo arm64-vm >etc/hostname
printf '127.0.0.1 localhost arm64-vm\n' >etc/hosts
printf '/dev/vda / ext4 defaults 0 0\n/dev/vdb /mnt/host ext4 ro,nofail 0 0\n' >etc/fstab
mkdir -p mnt/host
echo 0123456789abcdef0123456789abcdef >etc/machine-id # else the first start counts as one, and enables every unit
install -m 755 "$here"/guest/rig-* usr/local/bin/
install -m 644 "$here"/guest/*.service etc/systemd/system/
wants=etc/systemd/system/multi-user.target.wants
mkdir -p $wants
ln -sf /etc/systemd/system/rig-shell.service $wants/
# What the parts do not need, so that a boot takes half the time.
for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer getty@tty1.service \
  serial-getty@ttyAMA0.service systemd-logind.service systemd-update-utmp.service systemd-update-utmp-runlevel.service systemd-user-sessions.service \
  dev-hugepages.mount dev-mqueue.mount sys-kernel-debug.mount sys-kernel-tracing.mount sys-kernel-config.mount sys-fs-fuse-connections.mount \
  modprobe@.service; do
  ln -sf /dev/null "etc/systemd/system/$unit"
done
cd ..
rm -f base.img
truncate -s 2G base.img.part
mkfs.ext4 -q -F -d root base.img.part
mv base.img.part base.img
