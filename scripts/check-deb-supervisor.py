#!/usr/bin/env python3
"""A service manager as small as it gets: starts the agent in a chroot and holds it to systemd's notification protocol.

check-deb-supervisor.py ROOT: the agent is installed and configured there. Exit code 0 when it said all it must, in order.
"""
import os
import signal
import socket
import subprocess
import sys
import time

WATCHDOG_SECONDS = 6


class Notifications:
    """What the agent says on NOTIFY_SOCKET."""

    def __init__(self, path):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(path)
        os.chmod(path, 0o666)
        self.seen = []

    def wait_for(self, expected, seconds, agent):
        """Returns the message that holds the line, or fails."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                message = self._socket.recv(65536).decode()
            except socket.timeout:
                break
            self.seen.append(message)
            if any(line == expected or (expected.endswith("=") and line.startswith(expected)) for line in message.splitlines()):
                return message
        fail(f"no '{expected}' within {seconds} s; the agent {'runs' if agent.poll() is None else f'ended with {agent.returncode}'}; it said {self.seen}")


def fail(why):
    print(why)
    sys.exit(1)


def main(root):
    path = f"{root}/run/notify"
    if os.path.exists(path):
        os.unlink(path)
    notifications = Notifications(path)
    environment = {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "NOTIFY_SOCKET": "/run/notify",
        "WATCHDOG_USEC": str(WATCHDOG_SECONDS * 1_000_000),
        "CREDENTIALS_DIRECTORY": "/run/credentials",
        "DOTNET_EnableDiagnostics": "0",
    }
    # setpriv and chroot replace themselves: the process that was started is the agent.
    command = ["chroot", root, "setpriv", "--reuid", "device-agent", "--regid", "device-agent", "--init-groups",
               "/usr/bin/device-agent", "run", "--config", "/etc/device-agent/agent.json", "--set", "source.kind=simulated"]
    with open(f"{root}/tmp/agent.log", "wb") as log:
        agent = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        started = time.monotonic()
        notifications.wait_for("READY=1", 30, agent)
        print(f"READY=1 after {time.monotonic() - started:.2f} s")
        notifications.wait_for("STATUS=", 30, agent)
        for _ in range(3):
            began = time.monotonic()
            notifications.wait_for("WATCHDOG=1", WATCHDOG_SECONDS, agent)
            print(f"WATCHDOG=1 after {time.monotonic() - began:.2f} s")
        agent.send_signal(signal.SIGHUP)
        reloading = notifications.wait_for("RELOADING=1", 10, agent)
        if "MONOTONIC_USEC=" not in reloading:
            fail(f"RELOADING=1 without MONOTONIC_USEC: {reloading!r}")
        notifications.wait_for("READY=1", 10, agent)
        agent.send_signal(signal.SIGTERM)
        notifications.wait_for("STOPPING=1", 10, agent)
        if (code := agent.wait(15)) != 0:
            fail(f"exit code {code} at SIGTERM")
    except SystemExit:
        with open(f"{root}/tmp/agent.log", encoding="utf-8", errors="replace") as log:
            print("".join(log.readlines()[-10:]))
        raise
    finally:
        if agent.poll() is None:
            agent.kill()
            agent.wait()


main(sys.argv[1])
