"""AWS's side: the testbed as a process, and what an operator asks of it with the AWS CLI."""
import csv
import json
import os
import re
import shutil
import subprocess
import time

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TESTBED = f"{REPOSITORY}/src/DeviceAgent.Testbed/bin/Debug/net10.0/DeviceAgent.Testbed"
RECORDING = f"{REPOSITORY}/src/DeviceAgent/Data/occupancy.csv"


class Cloud:
    def __init__(self, folder, port_base):
        self.folder = os.path.join(folder, "cloud")
        self.port_base = port_base
        self.process = None
        self.environment = None

    @property
    def ports(self):
        """Those that a device speaks to: credentials provider, DynamoDB, MQTT."""
        return [self.port_base, self.port_base + 1, self.port_base + 6]

    def start(self):
        env = os.path.join(self.folder, "env.sh")
        os.makedirs(self.folder, exist_ok=True)
        if os.path.exists(env):
            os.unlink(env)
        dotnet = shutil.which("dotnet")
        if dotnet:  # where it is not installed in its usual place
            os.environ.setdefault("DOTNET_ROOT", os.path.dirname(os.path.realpath(dotnet)))
        log = open(os.path.join(self.folder, "testbed.log"), "ab")
        self.process = subprocess.Popen(
            ["nice", "-n", "5", TESTBED, "--no-devices", "--state", self.folder, "--port-base", str(self.port_base)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
        end = time.monotonic() + 120
        while not os.path.exists(env):
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"the testbed did not start (is port {self.port_base} taken?): see the end of {log.name}")
            time.sleep(0.2)
        self.environment = dict(os.environ)
        for name in ("AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
            self.environment.pop(name, None)
        self.environment.update(re.findall(r"^export (\w+)='(.*)'$", open(env).read(), re.M))

    def end(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)

    def make_thing(self, name):
        """Thing, certificate, table and the permission for both role aliases, by scripts/aws-setup.sh; returns the folder for the device."""
        folder = os.path.join(self.folder, "device", name)
        if os.path.exists(os.path.join(folder, "agent.json")):  # an earlier run's; the cloud's state is kept, too
            return folder
        for alias in ("device-agent-next", "device-agent"):
            subprocess.run([f"{REPOSITORY}/scripts/aws-setup.sh", name, "--role-alias", alias, "--directory", folder],
                           env=self.environment, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        return folder

    def aws(self, *arguments):
        """The AWS CLI's answer, from JSON."""
        endpoint = self.environment["AWS_ENDPOINT_URL_" + arguments[0].upper()]
        command = ["aws", "--endpoint-url", endpoint, "--output", "json", *arguments]
        result = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        if result.returncode != 0:
            raise RuntimeError(f"aws {' '.join(arguments)}: {result.stderr.strip()}")
        return json.loads(result.stdout or "null")

    def thing_arn(self, name):
        return self.aws("iot", "describe-thing", "--thing-name", name)["thingArn"]

    def items(self, table, serial_number, since="0"):
        """All items of a serial number from a timestamp on, by timestamp."""
        items = self.aws("dynamodb", "query", "--table-name", table, "--key-condition-expression", "serial_number = :s AND #t >= :t",
                         "--expression-attribute-names", '{"#t": "timestamp"}',
                         "--expression-attribute-values", json.dumps({":s": {"S": serial_number}, ":t": {"S": since}}))["Items"]
        return {item["timestamp"]["S"]: {name: next(iter(value.values())) for name, value in item.items()} for item in items}


def recording():
    """The lines of builtin:occupancy: {time: {column: text}}."""
    with open(RECORDING, newline="") as f:
        rows = list(csv.reader(f))
    names = rows[0]
    lines = {}
    for row in rows[1:]:
        # Like R writes it: the rows have a number in front that the heading does not name.
        values = dict(zip(names, row[len(row) - len(names):]))
        lines[values.pop("date")] = values
    return lines
