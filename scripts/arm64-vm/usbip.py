"""USB devices that are programs: a USB/IP server. The machine attaches them with `usbip attach`; its kernel drives them as if they were plugged in.

Protocol: Documentation/usb/usbip_protocol.rst of Linux.
"""
import socket
import struct
import threading

OP_IMPORT, OP_IMPORT_REPLY = 0x8003, 0x0003
VERSION = 0x0111
CMD_SUBMIT, CMD_UNLINK, RET_SUBMIT, RET_UNLINK = 1, 2, 3, 4
DIRECTION_IN = 1
FULL_SPEED = 2
EPIPE, ECONNRESET = 32, 104
GET_STATUS, GET_DESCRIPTOR, GET_CONFIGURATION, GET_INTERFACE = 0, 6, 8, 10
DEVICE_DESCRIPTOR, CONFIGURATION_DESCRIPTOR = 1, 2


class Stall(Exception):
    """The device does not do that."""


class UsbDevice:
    """A full-speed device of one configuration and one interface; what it is for stands in the subclasses."""

    vendor = product = 0
    endpoints = ()  # (address, attributes, packet size, interval)
    alternates = 1

    def descriptor(self, kind):
        if kind == DEVICE_DESCRIPTOR:
            return struct.pack("<BBHBBBBHHHBBBB", 18, DEVICE_DESCRIPTOR, 0x0110, 0xFF, 0, 0, 8, self.vendor, self.product, 0x0205, 0, 0, 0, 1)
        if kind == CONFIGURATION_DESCRIPTOR:
            body = b""
            for alternate in range(self.alternates):
                body += struct.pack("<BBBBBBBBB", 9, 4, 0, alternate, len(self.endpoints), 0xFF, 0, 0, 0)
                for address, attributes, size, interval in self.endpoints:
                    body += struct.pack("<BBBBHB", 7, 5, address, attributes, size, interval)
            return struct.pack("<BBHBBBBB", 9, CONFIGURATION_DESCRIPTOR, 9 + len(body), 1, 1, 0, 0x80, 50) + body
        raise Stall

    def control(self, request_type, request, value, index, length, data):
        """A transfer on endpoint 0; returns the data of an IN transfer."""
        if request_type & 0x60 == 0:
            if request == GET_DESCRIPTOR:
                return self.descriptor(value >> 8)[:length]
            return {GET_STATUS: b"\0\0", GET_CONFIGURATION: b"\1", GET_INTERFACE: b"\0"}.get(request, b"")
        return self.vendor_request(request, value, index, length, data)

    def vendor_request(self, request, value, index, length, data):
        raise Stall

    def read(self, endpoint, length):
        raise Stall

    def write(self, endpoint, data):
        raise Stall


class UsbipServer:
    """Serves devices by the names of their buses ("1-1"), each connection in a thread, until closed."""

    def __init__(self, port, devices):
        self.devices = devices
        self.listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self.accept, daemon=True).start()

    def close(self):
        self.listener.close()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection:
            try:
                version, code, _, bus = struct.unpack(">HHI32s", receive(connection, 40))
                device = self.devices.get(bus.rstrip(b"\0").decode())
                if code != OP_IMPORT or device is None:
                    connection.sendall(struct.pack(">HHI", version, OP_IMPORT_REPLY, 1))
                    return
                connection.sendall(struct.pack(">HHI", VERSION, OP_IMPORT_REPLY, 0) + struct.pack(
                    ">256s32sIIIHHHBBBBBB", b"/sys/devices/usb/" + bus.rstrip(b"\0"), bus, 1, 1, FULL_SPEED,
                    device.vendor, device.product, 0x0205, 0xFF, 0, 0, 1, 1, 1))
                while True:
                    self.answer(connection, device)
            except (EOFError, ConnectionError):
                return

    @staticmethod
    def answer(connection, device):
        command, number, _, direction, endpoint = struct.unpack(">IIIII", receive(connection, 20))
        _, length, _, _, _, setup = struct.unpack(">IIIII8s", receive(connection, 28))
        if command == CMD_UNLINK:  # every transfer is answered at once: it is over already
            connection.sendall(struct.pack(">IIIIIi24x", RET_UNLINK, number, 0, 0, 0, 0))
            return
        data = receive(connection, length) if direction != DIRECTION_IN else b""
        status, answer = 0, b""
        try:
            if endpoint == 0:
                request_type, request, value, index, wanted = struct.unpack("<BBHHH", setup)
                answer = device.control(request_type, request, value, index, wanted, data)
            elif direction == DIRECTION_IN:
                answer = device.read(endpoint, length)
            else:
                device.write(endpoint, data)
        except Stall:
            status = -EPIPE
        count = len(answer) if direction == DIRECTION_IN else len(data)
        connection.sendall(struct.pack(">IIIIIiIIII8x", RET_SUBMIT, number, 0, 0, 0, status, count, 0, 0xFFFFFFFF, 0) + answer)


def receive(connection, length):
    data = b""
    while len(data) < length:
        part = connection.recv(length - len(data))
        if not part:
            raise EOFError
        data += part
    return data
