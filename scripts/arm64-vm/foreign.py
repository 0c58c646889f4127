#!/usr/bin/env python3
"""foreign.py COMMAND...: runs COMMAND where arm64 programs run by qemu-user, without changing this machine.

binfmt_misc belongs to a user namespace since Linux 6.7: the entry is made in a namespace of its own and goes with it. On an older kernel the
machine itself must have the entry (Debian: apt install qemu-user-static binfmt-support). Needs root and /usr/bin/qemu-aarch64-static.
"""
import ctypes
import os
import sys

CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000
MS_REC, MS_PRIVATE = 0x4000, 0x40000
BINFMT = "/proc/sys/fs/binfmt_misc"
ELF_AARCH64 = (
    r":qemu-aarch64:M::\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00"
    r":\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:/usr/bin/qemu-aarch64-static:OCF")
libc = ctypes.CDLL(None, use_errno=True)


def call(result):
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def enter(mapped, unshared):
    """Root of a new user namespace; the parent writes the maps between the two signals."""
    call(libc.unshare(CLONE_NEWUSER | CLONE_NEWNS))
    os.write(unshared, b"x")
    os.read(mapped, 1)
    os.setgid(0)
    os.setuid(0)
    call(libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None))
    call(libc.mount(b"binfmt_misc", BINFMT.encode(), b"binfmt_misc", 0, None))
    with open(f"{BINFMT}/register", "w") as register:
        register.write(ELF_AARCH64)


def main(command):
    if os.path.exists(f"{BINFMT}/qemu-aarch64"):
        os.execvp(command[0], command)
    mapped, map_done = os.pipe()
    unshared, unshare_done = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            enter(mapped, unshare_done)
        except OSError as e:
            sys.exit(f"foreign.py: no binfmt entry for arm64 ({e}): Linux older than 6.7? apt install qemu-user-static binfmt-support")
        os.execvp(command[0], command)
    os.close(unshare_done)
    os.read(unshared, 1)
    for name in ("uid_map", "gid_map"):
        with open(f"/proc/{child}/{name}", "w") as ids:
            ids.write("0 0 65536\n")
    os.write(map_done, b"x")
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) & 0xFF


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
