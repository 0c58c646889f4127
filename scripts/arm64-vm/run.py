#!/usr/bin/env python3
"""run.py: the parts of scripts/arm64-vm.sh, in the emulated machine. Called by it, with --work, --package and what follows."""
import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import traceback

import powercut
import sensors
import service
from cloud import Cloud
from device import LOAD_PORT, SOCKET, STATE, Device, raise_version
from machine import Machine, MachineError
from report import Report

THING = "arm64-vm"
PARTS = {
    "install": service.install, "rotate": service.rotate, "reload": service.reload, "kill": service.kill, "reboot": service.reboot,
    "upgrade": service.upgrade, "exit78": service.exit78, "credential": service.credential, "pkcs11": service.pkcs11,
    "sensors": sensors.sensors, "power": powercut.power_cuts,
}


class Rig:
    """What the parts work with."""

    def __init__(self, arguments):
        self.work = arguments.work
        self.power_cuts = arguments.power_cuts
        self.seed = arguments.seed
        self.package = os.path.basename(arguments.package)
        self.report = Report(os.path.join(self.work, "report.json"), fresh=not arguments.only)
        self.cloud = Cloud(self.work, arguments.port_base)
        share = os.path.join(self.work, "share")
        shutil.rmtree(share, ignore_errors=True)
        os.makedirs(share)
        shutil.copy(arguments.package, share)
        version = subprocess.run(["dpkg-deb", "-f", arguments.package, "Version"], check=True, capture_output=True, text=True).stdout.strip()
        self.newer_package = raise_version(arguments.package, share, f"{version}+upgrade1")
        self.machine = Machine(self.work, share)

    def start_cloud(self):
        self.cloud.start()
        folder = self.cloud.make_thing(THING)
        for name in ("certificate.pem", "private.key"):
            shutil.copy(os.path.join(folder, name), self.machine.share)
        shutil.copy(os.path.join(self.cloud.folder, "ca.pem"), self.machine.share)
        settings = json.load(open(os.path.join(folder, "agent.json")))
        settings |= {"caPath": "ca.pem", "stateDirectory": STATE, "powerReturnSpreadSeconds": 0, "endpoint": {"socket": SOCKET, "port": LOAD_PORT},
                     "control": {"reportSeconds": 5}, "upload": {"maxDelaySeconds": 1, "parkedRetrySeconds": 5}, "rotation": {"probationSeconds": 10}}
        del settings["ttl"], settings["source"]
        self.device = Device(self.machine, settings)

    def numbers(self, series):
        """The numbers of rig-load's readings that are in the table."""
        return {int(item["n"]) for item in self.cloud.items(THING, series).values()}

    def newest(self, since):
        """The items of the agent's own source since a time of the host (ISO-8601, UTC)."""
        return list(self.cloud.items(THING, THING, since).values())

    def block_table(self):
        """DynamoDB cannot be reached from the machine; the rest of the cloud can."""
        port = self.cloud.ports[1]
        self.machine.run(f"systemctl stop cloud-{port}.socket cloud-{port}.service")

    def open_table(self):
        self.machine.run(f"systemctl start cloud-{self.cloud.ports[1]}.socket")

    def explain(self):
        """What the machine has to say about a failure, while it can still be asked."""
        try:
            print(self.machine.run("systemctl status --no-pager -n 0 device-agent; journalctl -u device-agent -o cat --no-pager -n 40", 30, False))
        except (MachineError, OSError, AttributeError) as e:
            print(f"the machine does not answer: {e}")

    def run(self, names):
        """Runs parts by name; `install` begins with a new machine, the others with the one that it left."""
        machine, installed = self.machine, os.path.join(self.work, "installed.img")
        for name in names:
            self.report.begin(name)
            try:
                if name == "install":
                    machine.restore("base.img")
                elif not machine.running:
                    if not os.path.exists(installed):
                        raise MachineError("the machine is not installed yet: run the part install first")
                    machine.restore("installed.img")
                    machine.start()
                    self.device.wait_active(240)
                PARTS[name](self)
                if name == "install":
                    machine.stop()
                    machine.save("installed.img")
                    machine.start()
                    self.device.wait_active(240)
            except Exception as e:  # whatever a part meets is its result; the next part begins anew
                traceback.print_exc()
                self.report.row(name, f"{type(e).__name__}: {e}".replace("\n", " ")[:300], False)
                self.explain()
                machine.end()
                if name == "install":
                    return


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", required=True)
    parser.add_argument("--package", required=True)
    parser.add_argument("--only", type=lambda text: text.split(","))
    parser.add_argument("--power-cuts", type=int, default=50)
    parser.add_argument("--port-base", type=int, default=18640)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    arguments = parser.parse_args()
    names = arguments.only or [name for name in PARTS if name != "power" or arguments.power_cuts > 0]
    if unknown := set(names) - set(PARTS):
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # as Ctrl-C: ends what was started
    rig = Rig(arguments)
    began = time.monotonic()
    if "install" in names:
        shutil.rmtree(rig.cloud.folder, ignore_errors=True)  # a new machine, a new account: no table has rows of an earlier run
    try:
        rig.start_cloud()
        rig.run(names)
        if rig.machine.running:
            rig.machine.stop()
    finally:
        rig.machine.end()
        rig.cloud.end()
    qemu = subprocess.run(["qemu-system-aarch64", "--version"], capture_output=True, text=True).stdout.split("(")[0].strip()
    table = rig.report.table(f"{time.strftime('%Y-%m-%d', time.gmtime())}, {qemu}; this run took {(time.monotonic() - began) / 60:.0f} minutes")
    with open(os.path.join(rig.work, "report.md"), "w") as f:
        f.write(table + "\n")
    print(f"\n{table}")
    return 1 if rig.report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
