"""The emulated machine: qemu-system-aarch64 on a disk with a volatile write cache (disk.py), and a way in by a virtio port (guest/rig-shell)."""
import base64
import json
import os
import signal
import socket
import subprocess
import sys
import time

# Limits are for a host that does nothing else; a busy one gets this many times as long.
PATIENCE = 3
HERE = os.path.dirname(os.path.abspath(__file__))


class MachineError(Exception):
    pass


class Machine:
    """One virtual machine in one folder: vmlinuz, initrd, disk.img; console.log is kept over all runs."""

    def __init__(self, folder, share, memory=768):
        self.folder = folder
        self.share = share  # a folder whose files the machine sees under /mnt/host
        self.memory = memory
        self.processes = []
        self.shell = None
        self.acks = None

    def path(self, name):
        return os.path.join(self.folder, name)

    @property
    def running(self):
        return bool(self.processes)

    def start(self, ignore_flush=False, timeout=300):
        """Boots; returns the seconds until the machine took commands. With ignore_flush the disk lies."""
        began = time.monotonic()
        for name in ("disk.sock", "shell.sock", "acks.sock"):
            if os.path.exists(self.path(name)):
                os.unlink(self.path(name))
        self.pack_share()
        lie = ["--ignore-flush"] if ignore_flush else []
        self.disk = self.spawn([sys.executable, f"{HERE}/disk.py", self.path("disk.img"), self.path("disk.sock"), *lie], stdout=subprocess.PIPE)
        self.wait_for(lambda: os.path.exists(self.path("disk.sock")), 10, "the disk is there")
        self.qemu = self.spawn([
            "nice", "-n", "1", "qemu-system-aarch64", "-M", "virt,gic-version=2", "-cpu", "cortex-a72", "-smp", "2", "-m", str(self.memory),
            "-accel", "tcg,thread=multi", "-nodefaults", "-display", "none", "-no-reboot",
            "-kernel", self.path("vmlinuz"), "-initrd", self.path("initrd"), "-append", "console=ttyAMA0 net.ifnames=0 loglevel=5 systemd.show_status=0 cryptomgr.notests apparmor=0 kpti=off",
            "-drive", f"file=nbd+unix:///?socket={self.path('disk.sock')},format=raw,if=none,id=d,cache=writeback", "-device", "virtio-blk-pci,drive=d",
            "-drive", f"file={self.path('share.img')},format=raw,if=none,id=s,readonly=on", "-device", "virtio-blk-pci,drive=s",
            "-netdev", "user,id=n", "-device", "virtio-net-pci,netdev=n,romfile=", "-device", "virtio-rng-pci",
            "-chardev", f"file,path={self.path('console.log')},append=on,id=c", "-serial", "chardev:c", "-device", "virtio-serial-pci",
            "-chardev", f"socket,path={self.path('shell.sock')},server=on,wait=off,id=h", "-device", "virtserialport,chardev=h,name=shell",
            "-chardev", f"socket,path={self.path('acks.sock')},server=on,wait=off,id=a", "-device", "virtserialport,chardev=a,name=acks",
        ], stdout=open(self.path("qemu.log"), "ab"), stderr=subprocess.STDOUT)
        self.wait_for(lambda: os.path.exists(self.path("acks.sock")), 20, "qemu has started")
        self.shell = self.connect("shell.sock")
        self.acks = self.connect("acks.sock")
        self.acks.settimeout(0)
        self.ack_text, self.seen = b"", 0
        if self.line(timeout) != "ready":
            raise MachineError("the machine's shell did not say that it is ready")
        return time.monotonic() - began

    def pack_share(self):
        """/mnt/host of the machine; read once at its start."""
        image = self.path("share.img")
        if os.path.exists(image):
            os.unlink(image)
        with open(image, "wb") as f:
            f.truncate(64 << 20)
        subprocess.run(["mkfs.ext4", "-q", "-F", "-d", self.share, image], check=True)

    def run(self, command, timeout=60, check=True):
        """The command's output; MachineError when its status is not 0, unless check is False."""
        self.shell.sendall(base64.b64encode(command.encode()) + b"\n")
        status, _, output = self.line(timeout).partition(" ")
        output = base64.b64decode(output).decode(errors="replace").rstrip("\n")
        if check and status != "0":
            raise MachineError(f"in the machine, exit code {status}: {command}\n{output}")
        return output

    def wait_until(self, command, timeout, what):
        """Runs the command until its status is 0; returns its output."""
        end = time.monotonic() + timeout * PATIENCE
        while True:
            try:
                return self.run(command)
            except MachineError as e:
                if time.monotonic() > end:
                    raise MachineError(f"not within {timeout * PATIENCE} s: {what}\n{e}") from None
            time.sleep(0.5)

    def reboot(self):
        """An orderly one; returns as start."""
        self.stop("systemctl reboot")
        return self.start()

    def stop(self, command="systemctl poweroff", timeout=240):
        """An orderly end (qemu ends on a reboot, too); what the machine flushed is on the disk."""
        self.run(f"(sleep 0.2; {command}) >/dev/null 2>&1 &")
        self.qemu.wait(timeout * PATIENCE)
        self.end()

    def cut(self, keep_some):
        """Pulls the power. Of what the machine wrote and did not flush, the disk keeps some blocks by chance, or none. Returns what the
        loads have reported, and the disk's count."""
        self.disk.send_signal(signal.SIGTERM if keep_some else signal.SIGUSR1)
        self.qemu.kill()
        self.qemu.wait()
        disk = json.loads(self.disk.communicate(timeout=60)[0])
        acks = self.read_acks()
        self.end()
        return acks, disk

    def read_acks(self):
        """All lines so far of the port that loads report on."""
        try:
            while data := self.acks.recv(1 << 16):
                self.ack_text += data
        except (BlockingIOError, ConnectionError):
            pass
        return self.ack_text.decode().splitlines() if self.ack_text.endswith(b"\n") else self.ack_text.decode().splitlines()[:-1]

    def new_acks(self):
        """The lines since the last call."""
        lines = self.read_acks()
        self.seen, new = len(lines), lines[self.seen:]
        return new

    def end(self):
        """Ends what this object started, by its process ids."""
        for process in reversed(self.processes):
            if process.poll() is None:
                process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()
        self.processes = []
        for connection in (self.shell, self.acks):
            if connection:
                connection.close()
        self.shell = self.acks = None

    def save(self, name):
        """Keeps the disk of the machine, which is off, under another name."""
        subprocess.run(["cp", "--sparse=always", "--reflink=auto", self.path("disk.img"), self.path(name)], check=True)

    def restore(self, name):
        subprocess.run(["cp", "--sparse=always", "--reflink=auto", self.path(name), self.path("disk.img")], check=True)

    def spawn(self, command, **options):
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True, **options)
        self.processes.append(process)
        return process

    def connect(self, name):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(self.path(name))
        self.buffer = b""
        return connection

    def line(self, timeout):
        end = time.monotonic() + timeout * PATIENCE
        while b"\n" not in self.buffer:
            if self.qemu.poll() is not None:
                raise MachineError(f"the emulator ended with {self.qemu.returncode}: see {self.path('qemu.log')} and {self.path('console.log')}")
            if time.monotonic() > end:
                raise MachineError(f"no answer from the machine within {timeout * PATIENCE} s: see {self.path('console.log')}")
            self.shell.settimeout(1)
            try:
                data = self.shell.recv(1 << 16)
            except socket.timeout:
                continue
            self.buffer += data
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.decode()

    @staticmethod
    def wait_for(condition, timeout, what, pause=0.05):
        end = time.monotonic() + timeout * PATIENCE
        while not condition():
            if time.monotonic() > end:
                raise MachineError(f"not within {timeout * PATIENCE} s: {what}")
            time.sleep(pause)
