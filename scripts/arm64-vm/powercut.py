"""Power cuts: the emulator is killed while readings are handed in and acknowledged; the disk loses what was not flushed (disk.py)."""
import random
import time

from device import STATE, acknowledged
from report import check
from service import SIMULATED

PRELOAD = "/usr/lib/aarch64-linux-gnu/libeatmydata.so"


class Tally:
    """Sums over cuts."""

    def __init__(self):
        self.cuts = self.acknowledged = self.lost = self.blocks_lost = self.blocks_kept = 0

    def add(self, acks, disk):
        self.cuts += 1
        self.acknowledged += len(acks)
        self.blocks_lost += disk["lost"]
        self.blocks_kept += disk["kept"]

    def __str__(self):
        return (f"{self.acknowledged} acknowledged, **{self.lost} lost**; of the blocks not flushed the disk lost {self.blocks_lost} "
                f"and kept {self.blocks_kept}")


def load_and_cut(rig, series, chance, cut_off, keep_some):
    """Hands readings in for 3 to 10 s and pulls the power; returns the acknowledged numbers and the disk's count."""
    machine, device = rig.machine, rig.device
    if cut_off:
        rig.block_table()
    device.load(series)
    machine.wait_for(lambda: acknowledged(machine.new_acks()), 180, "a first reading is acknowledged")
    time.sleep(chance.uniform(3, 10))
    lines, disk = machine.cut(keep_some)
    return acknowledged(lines), disk


def boot_and_judge(rig, series, acks):
    """Boots, waits until everything is delivered; returns the acknowledged numbers that are not in the table."""
    rig.machine.start()
    rig.device.wait_active(240)
    rig.device.wait_delivered()
    return acks - rig.numbers(series)


def control(rig, what, series, chance, prepare, ignore_flush, keep_some):
    """One cut that must lose acknowledged readings; else the rig could not see a loss. The disk is restored."""
    machine = rig.machine
    if prepare:
        machine.start()
        prepare()
        machine.stop()
    machine.start(ignore_flush=ignore_flush)
    rig.device.wait_active(240)
    acks, disk = load_and_cut(rig, series, chance, True, keep_some)
    lost = boot_and_judge(rig, series, acks)
    rig.report.row(f"control: {what}", f"{len(lost)} of {len(acks)} acknowledged readings lost (must be more than 0)", bool(lost))
    machine.end()
    machine.restore("cuts.img")


def ignore_fsync(rig):
    rig.machine.run(
        "mkdir -p /etc/systemd/system/device-agent.service.d\n"
        f"printf '[Service]\\nEnvironment=LD_PRELOAD={PRELOAD}\\n' >/etc/systemd/system/device-agent.service.d/eatmydata.conf\n"
        "systemctl daemon-reload")
    rig.device.restart()
    rig.machine.run("grep -q eatmydata /proc/$(systemctl show -P MainPID device-agent)/maps")


CHECK = f"""[Unit]
Description=Spool as the power cut left it
Before=device-agent.service
ConditionPathExists={STATE}/spool.db
[Service]
Type=oneshot
# A copy: opening the spool itself would already mend it. The agent holds it exclusively later.
ExecStart=/bin/sh -c 'mkdir -p /run/rig && cp {STATE}/spool.db* /run/rig/ && sqlite3 /run/rig/spool.db "PRAGMA integrity_check" >/run/rig/answer 2>&1'
[Install]
WantedBy=multi-user.target
"""


def integrity(rig):
    """What SQLite said of the spool before the agent opened it, and what the agent put aside as damaged."""
    answer = rig.machine.run("cat /run/rig/answer", check=False)
    return answer if answer != "ok" else "; ".join(rig.device.damaged_spools()) or "ok"


def power_cuts(rig):
    machine, device, report = rig.machine, rig.device, rig.report
    chance = random.Random(rig.seed)
    device.configure(SIMULATED)
    device.restart()
    machine.run(f"cat >/etc/systemd/system/rig-spool.service <<'UNIT'\n{CHECK}\nUNIT\nsystemctl enable -q rig-spool")
    machine.stop()
    machine.save("cuts.img")
    run = f"{int(time.time())}"

    control(rig, "the same machine, its disk answers flushes and does not do them", f"unflushed-{run}", chance, None,
            ignore_flush=True, keep_some=False)
    control(rig, "the same agent, its fsync made to do nothing (libeatmydata)", f"nofsync-{run}", chance, lambda: ignore_fsync(rig),
            ignore_flush=False, keep_some=True)

    tally, began, bad = Tally(), time.monotonic(), []
    machine.start()
    device.wait_active(240)
    for number in range(1, rig.power_cuts + 1):
        series = f"cut-{run}-{number}"
        cut_off = number % 4 != 0  # each fourth cut comes while readings are uploaded, too
        acks, disk = load_and_cut(rig, series, chance, cut_off, keep_some=number % 5 != 0)
        check(acks, f"cut {number}: nothing was acknowledged")
        lost = boot_and_judge(rig, series, acks)
        state = integrity(rig)
        tally.add(acks, disk)
        tally.lost += len(lost)
        if state != "ok":
            bad.append(f"cut {number}: {state}")
        print(f"     cut {number}: {len(acks)} acknowledged, {len(lost)} lost, disk {disk}, spool {state}, "
              f"{(time.monotonic() - began) / number:.0f} s each", flush=True)
        report.replace(f"power pulled {number} times", f"{tally}", tally.lost == 0)
    report.row("spool after each boot (`PRAGMA integrity_check`, nothing put aside)", "; ".join(bad) or f"ok {tally.cuts} times", not bad)
    report.row("seed; time of each cut with its boot", f"{rig.seed}; {(time.monotonic() - began) / tally.cuts:.0f} s")
