"""The parts that look at the agent as a service of systemd; each adds its rows to the report."""
import re
import time

from cloud import recording
from device import CONFIGURATION, STATE, acknowledged

# The recording has a reading a minute: 60 a second.
REPLAY = {"kind": "replay", "file": "builtin:occupancy", "speed": 3600, "repeat": True}
SIMULATED = {"kind": "simulated", "intervalSeconds": 2}


def forward_ports(rig):
    """The device's loopback leads to the host's, by systemd's proxy: the names in the cloud's certificates stay true."""
    for port in rig.cloud.ports:
        rig.machine.run(
            f"cd /etc/systemd/system; mkdir -p sockets.target.wants; ln -sf ../cloud-{port}.socket sockets.target.wants/\n"
            f"printf '[Socket]\\nListenStream=127.0.0.1:{port}\\n' >cloud-{port}.socket\n"
            f"printf '[Service]\\nExecStart=/lib/systemd/systemd-socket-proxyd 10.0.2.2:{port}\\n' >cloud-{port}.service")
    rig.machine.run("systemctl daemon-reload; systemctl start " + " ".join(f"cloud-{p}.socket" for p in rig.cloud.ports))


def install(rig):
    machine, device, report = rig.machine, rig.device, rig.report
    seconds = machine.start()
    report.row("boot of Debian, to the first command", f"{seconds:.0f} s")
    report.row("versions", machine.run(
        "echo \"Debian $(cat /etc/debian_version), Linux $(uname -r) ($(uname -m)), $(systemctl --version | head -1)\""))
    forward_ports(rig)
    device.install(rig.package)
    report.row("`apt-get install ./device-agent_*.deb`", machine.run(
        "dpkg-query -W -f='${Package} ${Version} ${Architecture}: ${db:Status-Status}' device-agent; echo; device-agent --version").replace("\n", "; "))
    machine.run("cd /mnt/host; install -m 644 certificate.pem ca.pem /etc/device-agent/; install -m 600 private.key /etc/device-agent/")
    device.configure(REPLAY)
    report.row("key and configuration", machine.run(f"stat -c '%n %U:%G %a' /etc/device-agent/private.key {CONFIGURATION}")
               .replace("/etc/device-agent/", "").replace("\n", ", "))
    machine.run("systemctl enable --now device-agent", 120)
    device.wait_active()
    unit = device.show("Type", "ActiveState", "StatusText", "WatchdogUSec", "MainPID", "NRestarts")
    enabled = machine.run("systemctl is-enabled device-agent")
    report.row("`systemctl enable --now device-agent`", f"Type={unit['Type']}, {unit['ActiveState']}, {enabled}", unit["Type"] == "notify")
    report.row("the unit's STATUS line", unit["StatusText"] or "none", bool(unit["StatusText"]))
    report.row("watchdog", unit["WatchdogUSec"], unit["WatchdogUSec"] not in ("0", "infinity"))
    score = machine.run("systemd-analyze security --no-pager device-agent | tail -1", 120)
    number = re.search(r"[0-9]+\.[0-9]+", score)
    report.row("`systemd-analyze security`", score.strip("→ ").split("😀")[0].strip(), number and float(number[0]) <= 1.3)

    status = device.wait_status(lambda s: s["counters"]["readings.uploaded"] >= 2665, 300, "the whole recording is uploaded")
    lines, items = recording(), rig.cloud.items(device.thing, device.thing)
    same = sum(1 for stamp, line in lines.items() if line_of(items.get(iso(stamp)), line))
    report.row("recording replayed: items of the table equal to their line", f"{same} of {len(lines)}", same == len(lines))
    report.row("MQTT", status["control"]["connection"], connected(status))
    memory = machine.run(f"awk '/^(Rss|Pss):/ {{ printf \"%s %.1f MB  \", $1, $2 / 1024 }}' /proc/{unit['MainPID']}/smaps_rollup")
    cgroup = int(device.show("MemoryCurrent")["MemoryCurrent"]) / 2**20
    report.row("memory while it uploads 60 readings a second", f"{memory.strip()}, control group {cgroup:.1f} MB")
    unit = device.show("NRestarts", "ActiveState")
    report.row("restarts since it was started", unit["NRestarts"], unit["NRestarts"] == "0")


def connected(status):
    """The status says that MQTT stands."""
    return status["control"]["connection"] == "connected"


def iso(stamp):
    return stamp.replace(" ", "T") + ".000Z"


def line_of(item, line):
    """Whether the item has every value of the line of the recording."""
    return item is not None and all(float(item.get(name, "nan")) == float(value) for name, value in line.items())


def rotate(rig):
    """One rotation of the role alias by a job."""
    device, cloud = rig.device, rig.cloud
    before = device.status()["role_alias"]["in_force"]
    wanted = "device-agent-next" if before == "device-agent" else "device-agent"
    job = f"rotate-{int(time.time())}"
    began = time.monotonic()
    document = f'{{"operation":"rotate-role-alias","roleAlias":"{wanted}"}}'
    cloud.aws("iot", "create-job", "--job-id", job, "--targets", cloud.thing_arn(device.thing), "--document", document)

    def asked():
        return cloud.aws("iot", "describe-job", "--job-id", job)["job"]

    rig.machine.wait_for(lambda: asked()["status"] == "COMPLETED", 180, "the job has ended", pause=1)
    counts = asked()["jobProcessDetails"]
    after = device.status()["role_alias"]["in_force"]
    rig.report.row("role alias rotated by an AWS IoT job", f"{before} → {after}, {time.monotonic() - began:.0f} s",
                   after == wanted and counts["numberOfSucceededThings"] == 1)


def reload(rig):
    """A changed configuration is taken over at SIGHUP; a wrong one is not; nothing is started again."""
    machine, device, report = rig.machine, rig.device, rig.report
    device.configure(SIMULATED)
    device.restart()
    before = device.show("MainPID", "NRestarts")

    def attempt(what, expected):
        """Reloads; the agent says what it must, and it is the same process."""
        since = device.stamp()
        machine.run("systemctl reload device-agent", 60, check=False)
        machine.wait_for(lambda: expected in device.journal(since), 30, f"the journal says: {expected}", pause=0.5)
        said = next(line for line in device.journal(since).splitlines() if expected in line)
        unit = device.show("MainPID", "NRestarts", "ActiveState")
        report.row(what, f"“{said}”; same process, {unit['ActiveState']}", unit == {**before, "ActiveState": "active"})

    device.configure(SIMULATED | {"intervalSeconds": 1})
    attempt("`systemctl reload`, another `source.intervalSeconds`", "was read again: ")
    machine.run(f"echo '{{ broken' >{CONFIGURATION}")
    attempt("`systemctl reload`, a file that is no JSON", "is not used")
    device.configure(SIMULATED)
    attempt("`systemctl reload`, the first one again", "was read again: ")


def kill(rig):
    """SIGKILL while readings are handed in."""
    device, machine = rig.device, rig.machine
    machine.new_acks()
    before = device.show("MainPID", "NRestarts")
    series = f"kill-{int(time.time())}"
    device.load(series)
    time.sleep(4)
    machine.run("systemctl kill -s KILL device-agent")
    machine.wait_until(f"[ \"$(systemctl show -P NRestarts device-agent)\" -gt {before['NRestarts']} ]", 60, "systemd has started it again")
    device.wait_active()
    time.sleep(4)
    device.stop_load()
    acks = acknowledged(machine.new_acks())
    device.wait_delivered()
    stored = rig.numbers(series)
    lost = acks - stored
    rig.report.row("`systemctl kill -s KILL` while readings come in", f"started again by systemd; {len(acks)} acknowledged, {len(lost)} lost",
                   bool(acks) and not lost)


def reboot(rig):
    machine, device = rig.machine, rig.device
    boot = machine.run("cat /proc/sys/kernel/random/boot_id")
    seconds = machine.reboot()
    device.wait_active(180)
    began = time.monotonic()
    machine.wait_until(f"[ \"$(cat /proc/sys/kernel/random/boot_id)\" != {boot} ]", 5, "another boot")
    device.wait_status(lambda s: s["counters"]["readings.uploaded"] > 0 and connected(s), 120, "it uploads and MQTT is connected")
    rig.report.row("`systemctl reboot`", f"comes back by itself: first command after {seconds:.0f} s; uploads and MQTT connected "
                   f"{time.monotonic() - began:.0f} s after the unit was active")


def upgrade(rig):
    """A package of a higher version over the running one, while DynamoDB cannot be reached and readings wait."""
    machine, device = rig.machine, rig.device
    machine.new_acks()
    machine.run("printf '// kept\\n' | cat - " + CONFIGURATION + " >/tmp/agent.json && cat /tmp/agent.json >" + CONFIGURATION)
    rig.block_table()
    series = f"upgrade-{int(time.time())}"
    device.load(series)
    time.sleep(6)
    device.stop_load()
    acks = acknowledged(machine.new_acks())
    waiting = device.status()["spool"]["count"]
    before = device.show("MainPID")["MainPID"]
    device.install(rig.newer_package)
    device.wait_active()
    version = machine.run("dpkg-query -W -f='${Version}' device-agent")
    kept = machine.run(f"head -1 {CONFIGURATION}") == "// kept"
    still = device.status()["spool"]["count"]
    unit = device.show("MainPID", "ActiveState")
    rig.open_table()
    device.wait_delivered()
    lost = acks - rig.numbers(series)
    rig.report.row("upgrade to a package of a higher version, readings waiting",
                   f"{version}, restarted: {'yes' if unit['MainPID'] != before else 'no'}, configuration kept: {'yes' if kept else 'no'}; "
                   f"{waiting} waited before, {still} after, {len(acks)} acknowledged, {len(lost)} lost",
                   bool(acks) and not lost and kept and unit["MainPID"] != before and waiting > 0)


def exit78(rig):
    """A wrong configuration ends it once, not again and again."""
    machine, device = rig.machine, rig.device
    device.configure({"kind": "nonsense"})
    machine.run("systemctl restart device-agent", 60, check=False)
    time.sleep(12)
    unit = device.show("ActiveState", "ExecMainStatus", "NRestarts")
    rig.report.row("wrong configuration", f"{unit['ActiveState']}, exit code {unit['ExecMainStatus']}, {unit['NRestarts']} restarts in 12 s",
                   unit == {"ActiveState": "failed", "ExecMainStatus": "78", "NRestarts": "0"})
    device.configure(SIMULATED)
    machine.run("systemctl reset-failed device-agent")
    device.restart()


def credential(rig):
    """The key file is root's alone; the agent gets it by LoadCredential=."""
    machine, device = rig.machine, rig.device
    owner = machine.run("stat -c '%U:%G %a' /etc/device-agent/private.key")
    reader = machine.run("setpriv --reuid device-agent --regid device-agent --clear-groups head -c 1 /etc/device-agent/private.key >/dev/null 2>&1 "
                         "&& echo can || echo cannot")
    device.restart()
    device.wait_status(lambda s: s["counters"]["readings.uploaded"] > 0, 90, "it uploads")
    given = machine.run("ls /run/credentials/device-agent.service")
    rig.report.row("`LoadCredential=`: key of root alone",
                   f"{owner}; the agent's user {reader} read the file; /run/credentials holds {given}; it uploads",
                   owner == "root:root 600" and reader == "cannot" and "private.key" in given)


def pkcs11(rig):
    """The same key in a token of SoftHSM2, which the agent asks to sign."""
    machine, device = rig.machine, rig.device
    machine.run(f"""set -e
      d={STATE}/softhsm; rm -rf $d; mkdir -p $d/tokens
      printf 'directories.tokendir = %s/tokens\\nobjectstore.backend = file\\nlog.level = ERROR\\n' $d >$d/softhsm2.conf
      printf 12345678 >$d/pin
      export SOFTHSM2_CONF=$d/softhsm2.conf
      softhsm2-util --init-token --free --label device --pin 12345678 --so-pin 12345678
      openssl pkcs8 -topk8 -nocrypt -in /etc/device-agent/private.key -out /tmp/key.p8
      softhsm2-util --import /tmp/key.p8 --token device --label device-key --id 01 --pin 12345678
      rm /tmp/key.p8; chmod 600 $d/pin; chown -R device-agent:device-agent $d
      mkdir -p /etc/systemd/system/device-agent.service.d
      printf '[Service]\\nEnvironment=SOFTHSM2_CONF=%s PKCS11_MODULE_PATH=/usr/lib/softhsm/libsofthsm2.so\\n' $d/softhsm2.conf \\
        >/etc/systemd/system/device-agent.service.d/pkcs11.conf
      mv /etc/device-agent/private.key /etc/device-agent/private.key.away
      systemctl daemon-reload""", 120)
    device.configure(SIMULATED, privateKeyPath=f"pkcs11:token=device;object=device-key?pin-source=file:{STATE}/softhsm/pin")
    try:
        device.restart()
        device.wait_status(lambda s: s["counters"]["readings.uploaded"] > 0 and connected(s), 120, "it uploads and MQTT is connected")
        rig.report.row("key in a PKCS#11 token (SoftHSM2), no key file", "credentials, uploads and MQTT with it")
    finally:
        machine.run("rm -f /etc/systemd/system/device-agent.service.d/pkcs11.conf; systemctl daemon-reload\n"
                    "mv /etc/device-agent/private.key.away /etc/device-agent/private.key")
        device.configure(SIMULATED)
        device.restart()
