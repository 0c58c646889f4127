"""Two USB bridges that Debian's kernel has drivers for, and the chips behind them: I2C (i2c-tiny-usb) with LM75 and BMP280,
1-wire (DS2490) with DS18B20."""
import struct

from usbip import Stall, UsbDevice


class I2cTinyUsb(UsbDevice):
    """An I2C bus: {address: chip}; a chip has write(bytes) and read(count)."""

    vendor, product = 0x0403, 0xC631
    GET_FUNCTIONALITY, SET_DELAY, GET_STATUS, IO = 1, 2, 3, 4
    FUNCTIONALITY = 0x0EFF0009  # plain I2C, and the SMBus commands that the kernel makes of it
    ACKNOWLEDGED, REFUSED = 1, 2
    I2C_READ = 1

    def __init__(self, chips):
        self.chips = chips
        self.status = 0

    def vendor_request(self, request, value, index, length, data):
        if request == self.GET_FUNCTIONALITY:
            return struct.pack("<I", self.FUNCTIONALITY)
        if request == self.SET_DELAY:
            return b""
        if request == self.GET_STATUS:
            return bytes([self.status])
        if self.IO <= request < self.IO + 4:
            chip = self.chips.get(index)
            self.status = self.ACKNOWLEDGED if chip else self.REFUSED
            if value & self.I2C_READ:
                return chip.read(length) if chip else bytes(length)
            if chip and data:
                chip.write(data)
            return b""
        raise Stall


class Lm75:
    """NXP/TI LM75: four registers, three of 16 bits; the temperature in steps of 0.5 °C in the upper nine."""

    def __init__(self, celsius):
        self.registers = {0: b"", 1: b"\0", 2: struct.pack(">h", 75 << 8), 3: struct.pack(">h", 80 << 8)}
        self.pointer = 0
        self.set(celsius)

    def set(self, celsius):
        self.registers[0] = struct.pack(">h", round(celsius * 2) << 7)

    def write(self, data):
        self.pointer = data[0] & 3
        if len(data) > 1 and self.pointer != 0:
            self.registers[self.pointer] = data[1:]

    def read(self, count):
        return (self.registers[self.pointer] * count)[:count]


class Bmp280:
    """Bosch BMP280 with the calibration and the raw values of its data sheet's example: 25.08 °C and 100653 Pa."""

    def __init__(self):
        self.memory = bytearray(256)
        self.pointer = 0
        self.memory[0xD0] = 0x58
        struct.pack_into("<HhhHhhhhhhhh", self.memory, 0x88, 27504, 26435, -1000, 36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000)
        self.memory[0xF7:0xFA] = (415148 << 4).to_bytes(3, "big")
        self.memory[0xFA:0xFD] = (519888 << 4).to_bytes(3, "big")

    def write(self, data):
        self.pointer = data[0]
        for i in range(1, len(data), 2):  # value, then register and value again
            self.memory[self.pointer if i == 1 else data[i - 1]] = data[i]

    def read(self, count):
        return bytes(self.memory[self.pointer:self.pointer + count])


class Ds2490(UsbDevice):
    """A 1-wire bus with one thermometer."""

    vendor, product = 0x04FA, 0x2490
    endpoints = ((0x81, 3, 16, 10), (0x02, 2, 64, 0), (0x83, 2, 64, 0))
    alternates = 4
    CONTROL, COMMUNICATION, MODE = 0, 1, 2
    BIT, RESET, BYTE, BLOCK, SEARCH = 0x20, 0x42, 0x52, 0x74, 0xF4
    ONE = 0x0008
    IDLE = 0x20

    def __init__(self, chip):
        self.chip = chip
        self.sent, self.received = bytearray(), bytearray()
        self.command = 0

    def vendor_request(self, request, value, index, length, data):
        if request == self.COMMUNICATION:
            self.command = value
            self.execute(value & 0xF6, value, index)
        elif request == self.CONTROL:
            self.sent, self.received = bytearray(), bytearray()
        return b""

    def execute(self, command, value, index):
        if command == self.RESET:
            self.chip.reset()
        elif command == self.BIT:
            self.received.append(self.chip.bit(1 if value & self.ONE else 0))
        elif command == self.BYTE:
            self.received.append(self.chip.byte(index & 0xFF))
        elif command == self.BLOCK:
            block, self.sent = self.sent[:index], self.sent[index:]
            self.received += bytes(self.chip.byte(b) for b in block)
        elif command == self.SEARCH:
            self.sent = bytearray()
            self.received += self.chip.rom

    def write(self, endpoint, data):
        self.sent += data

    def read(self, endpoint, length):
        if endpoint == 1:
            buffers = (0, len(self.sent), min(len(self.received), 255))
            return bytes([0] * 8 + [self.IDLE, self.command & 0xFF, self.command >> 8, *buffers, 0, 0])
        data, self.received = self.received[:length], self.received[length:]
        return bytes(data)


class Ds18b20:
    """Maxim DS18B20, externally powered, 12 bits: a temperature in steps of 1/16 °C."""

    SKIP_ROM, MATCH_ROM, READ_ROM = 0xCC, 0x55, 0x33
    CONVERT, READ_SCRATCHPAD, WRITE_SCRATCHPAD = 0x44, 0xBE, 0x4E

    def __init__(self, serial, celsius):
        rom = b"\x28" + serial.to_bytes(6, "little")
        self.rom = rom + bytes([crc8(rom)])
        self.celsius = celsius
        self.raw = 85 * 16  # its value after power-on
        self.alarms = bytes([75, 70, 0x7F])
        self.reset()

    def reset(self):
        self.selected, self.awaited, self.output = False, 0, bytearray()

    def bit(self, _):
        return 1  # externally powered; a conversion is over

    def byte(self, value):
        if self.awaited:  # the rest of a command
            self.awaited -= 1
            self.input.append(value)
            if self.awaited == 0:
                self.complete()
        elif self.output:
            return self.output.pop(0)
        elif not self.selected:
            self.input, self.awaited = bytearray([value]), 8 if value == self.MATCH_ROM else 0
            self.selected = value == self.SKIP_ROM
            self.output = bytearray(self.rom if value == self.READ_ROM else b"")
        elif value == self.CONVERT:
            self.raw = round(self.celsius * 16)
        elif value == self.READ_SCRATCHPAD:
            pad = struct.pack("<h", self.raw) + self.alarms + b"\xff\x0c\x10"
            self.output = bytearray(pad + bytes([crc8(pad)]))
        elif value == self.WRITE_SCRATCHPAD:
            self.input, self.awaited = bytearray([value]), 3
        return value

    def complete(self):
        if self.input[0] == self.MATCH_ROM:
            self.selected = self.input[1:] == self.rom
        else:
            self.alarms = bytes(self.input[1:])


def crc8(data):
    """x^8 + x^5 + x^4 + 1, reflected (Maxim application note 27)."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0x8C if crc & 1 else crc >> 1
    return crc
