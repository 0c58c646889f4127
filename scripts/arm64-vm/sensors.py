"""Sensors: chips that are programs on the host, behind USB bridges that Debian's own kernel drives; the agent reads them with `source.kind` linux."""
import time

from bridges import Bmp280, Ds18b20, Ds2490, I2cTinyUsb, Lm75
from machine import MachineError
from service import SIMULATED
from usbip import UsbipServer


def sensors(rig):
    machine, device, report = rig.machine, rig.device, rig.report
    lm75, thermometer = Lm75(21.5), Ds18b20(0x0000A1B2C3D4, 19.125)
    port = rig.cloud.port_base + 20
    server = UsbipServer(port, {"1-1": I2cTinyUsb({0x48: lm75, 0x76: Bmp280()}), "1-2": Ds2490(thermometer)})
    try:
        machine.run("modprobe -a vhci-hcd lm75 bmp280-i2c w1_therm ds2490", 60)
        for bus in ("1-1", "1-2"):
            # The driver is not there for a moment after it was loaded, and after each attachment.
            machine.wait_until(f"usbip --tcp-port {port} attach -r 10.0.2.2 -b {bus}", 30, f"{bus} is attached")
        machine.wait_until("grep -l i2c-tiny-usb /sys/bus/i2c/devices/i2c-*/name", 30, "the I2C bus is there")
        machine.run("cd $(dirname $(grep -l i2c-tiny-usb /sys/bus/i2c/devices/i2c-*/name)); echo lm75 0x48 >new_device; echo bmp280 0x76 >new_device")
        machine.wait_until("ls -d /sys/bus/w1/devices/28-*", 60, "the 1-wire thermometer is found")
        loaded = machine.run("lsmod | awk '{ print $1 }' | grep -xE 'lm75|bmp280|bmp280_i2c|w1_therm|ds2490|i2c_tiny_usb|vhci_hcd' | sort")
        report.row("modules of Debian's kernel", loaded.replace("\n", " "))
        shown = machine.run("cd /sys; cat class/hwmon/*/name bus/iio/devices/*/name class/thermal/thermal_zone*/type 2>/dev/null; ls bus/w1/devices")
        report.row("chips and zones in sysfs", shown.replace("\n", " "))
        device.configure({"kind": "linux", "intervalSeconds": 2})
        device.restart()
        wire = f"w1_28_{thermometer.rom[6:0:-1].hex()}"
        expect(rig, "first values", {"lm75_temp1": 21.5, wire: 19.125, "bmp280_temperature": 25.08, "bmp280_pressure": 100.6533})
        lm75.set(-10.5)
        thermometer.celsius = -1.5
        expect(rig, "changed, below zero", {"lm75_temp1": -10.5, wire: -1.5})
    finally:
        server.close()
    device.configure(SIMULATED)
    device.restart()


def expect(rig, what, values):
    """An item of the table that was read from now on has exactly these values."""
    began = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
    found = {}

    def arrived():
        items = rig.newest(began)
        for item in items:
            found.update({name: item.get(name) for name in values})
            if all(name in item and abs(float(item[name]) - value) < 0.00005 for name, value in values.items()):
                return True
        return False

    try:
        rig.machine.wait_for(arrived, 90, what, pause=1)
        rig.report.row(f"in the table, {what}", ", ".join(f"{name} {found[name]}" for name in values))
    except MachineError:
        rig.report.row(f"in the table, {what}", f"expected {values}, found {found}", False)
