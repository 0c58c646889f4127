"""The agent in the machine: its package, its configuration, and what it says of itself."""
import json
import os
import subprocess
import tempfile

from machine import MachineError

CONFIGURATION = "/etc/device-agent/agent.json"
STATE = "/var/lib/device-agent"
SOCKET = "/run/device-agent/device-agent.sock"
LOAD_PORT = 8090


class Device:
    def __init__(self, machine, settings):
        self.machine = machine
        self.settings = settings  # those of aws-setup.sh, made fit for the machine
        self.thing = settings["thingName"]

    def install(self, package):
        """By apt, from the host's folder."""
        self.machine.run(f"cp /mnt/host/{package} /tmp/ && DEBIAN_FRONTEND=noninteractive apt-get install -y /tmp/{package}", 300)

    def configure(self, source, **changes):
        """Writes the configuration; the agent reads it when it is started or reloaded."""
        text = json.dumps({**self.settings, "source": source, **changes}, indent=2)
        self.machine.run(f"cat >{CONFIGURATION} <<'JSON'\n{text}\nJSON")

    def restart(self):
        self.machine.run("systemctl restart device-agent", 120)
        self.wait_active()

    def show(self, *names):
        """Properties of the unit."""
        text = self.machine.run(f"systemctl show device-agent {' '.join(f'-p {n}' for n in names)}")
        return dict(line.split("=", 1) for line in text.splitlines())

    def status(self):
        """What /v1/status says."""
        return json.loads(self.machine.run(f"curl -sf --unix-socket {SOCKET} http://localhost/v1/status"))

    def stamp(self):
        """The machine's time, for `journal`."""
        return self.machine.run("date +%s")

    def journal(self, since):
        return self.machine.run(f"journalctl -u device-agent --since '@{since}' -o cat --no-pager")

    def wait_active(self, timeout=120):
        self.machine.wait_until(f"systemctl is-active -q device-agent && curl -sf -o /dev/null --unix-socket {SOCKET} http://localhost/v1/status",
                                timeout, "the unit is active and the agent answers")

    def wait_status(self, condition, timeout, what):
        """Until the agent's status meets a condition; returns it."""
        found = {}

        def ask():
            try:
                found["status"] = self.status()
            except MachineError:  # the agent does not answer yet
                return False
            return condition(found["status"])

        self.machine.wait_for(ask, timeout, what, pause=0.5)
        return found["status"]

    def wait_delivered(self, timeout=180):
        return self.wait_status(lambda s: s["spool"]["count"] == 0, timeout, "everything is delivered")

    def load(self, series, first=1):
        """Starts handing readings in (guest/rig-load)."""
        self.machine.run("systemctl reset-failed rig-load 2>/dev/null; "
                         f"systemd-run -q --unit rig-load -p StandardError=null /usr/local/bin/rig-load {series} {first}")

    def stop_load(self):
        """Ends it."""
        self.machine.run("systemctl stop rig-load; sleep 0.2")

    def damaged_spools(self):
        return self.machine.run(f"ls -d {STATE}/spool.corrupt-* 2>/dev/null || true").split()


def acknowledged(lines):
    """The numbers of rig-load's ACK lines."""
    numbers = set()
    for line in lines:
        words = line.split()
        if len(words) == 3 and words[0] == "ACK":
            numbers.update(range(int(words[1]), int(words[2]) + 1))
    return numbers


def raise_version(package, folder, version):
    """The same package with another version; returns its file name."""
    name = f"device-agent_{version}_arm64.deb"
    with tempfile.TemporaryDirectory() as root:
        subprocess.run(["dpkg-deb", "-R", package, f"{root}/d"], check=True)
        control = f"{root}/d/DEBIAN/control"
        lines = [f"Version: {version}" if line.startswith("Version:") else line for line in open(control).read().splitlines()]
        with open(control, "w") as f:
            f.write("\n".join(lines) + "\n")
        build = ["dpkg-deb", "--root-owner-group", "-Zgzip", "--build", f"{root}/d", os.path.join(folder, name)]
        subprocess.run(build, check=True, stdout=subprocess.DEVNULL)
    return name
