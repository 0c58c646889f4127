#!/usr/bin/env python3
"""disk.py IMAGE SOCKET [--ignore-flush]: a disk with a volatile write cache, served by NBD on a Unix socket.

What the machine writes stays in this process's memory until the machine flushes; only a flush (or a write with FUA) brings it to
IMAGE. So a power cut loses what was not flushed, as with a real disk:
  SIGTERM  power cut: of the blocks (4 KiB) not yet flushed, each is kept or lost by chance - a disk writes its cache in any order;
  SIGUSR1  power cut: all blocks not yet flushed are lost.
Both print one line of JSON (flushes, kept, lost) and end. With --ignore-flush it lies: it answers a flush and keeps everything in its cache.
"""
import argparse
import json
import os
import random
import signal
import socket
import struct
import sys

BLOCK = 4096
INIT_MAGIC, OPTION_MAGIC, REPLY_MAGIC = 0x4E42444D41474943, 0x49484156454F5054, 0x3E889045565A9
REQUEST_MAGIC, SIMPLE_REPLY_MAGIC = 0x25609513, 0x67446698
OPT_EXPORT_NAME, OPT_ABORT, OPT_INFO, OPT_GO = 1, 2, 6, 7
REP_ACK, REP_INFO, REP_ERR_UNSUPPORTED = 1, 3, 0x80000001
INFO_EXPORT, INFO_BLOCK_SIZE = 0, 3
FIXED_NEWSTYLE, NO_ZEROES = 1, 2
HAS_FLAGS, SEND_FLUSH, SEND_FUA = 1, 4, 8
CMD_READ, CMD_WRITE, CMD_DISCONNECT, CMD_FLUSH = 0, 1, 2, 3
COMMAND_FUA = 1
EINVAL = 22


class Disk:
    def __init__(self, path, ignore_flush):
        self.ignore_flush = ignore_flush
        self.file = os.open(path, os.O_RDWR)
        self.size = os.fstat(self.file).st_size
        self.cache = {}  # block number -> its bytes, written but not flushed
        self.flushes = 0

    def read(self, offset, length):
        data = os.pread(self.file, length, offset)
        if not self.cache:
            return data
        data = bytearray(data)
        for block in range(offset // BLOCK, (offset + length - 1) // BLOCK + 1):
            cached = self.cache.get(block)
            if cached is not None:
                start = max(offset, block * BLOCK)
                end = min(offset + length, (block + 1) * BLOCK)
                data[start - offset:end - offset] = cached[start - block * BLOCK:end - block * BLOCK]
        return data

    def write(self, offset, data):
        for block in range(offset // BLOCK, (offset + len(data) - 1) // BLOCK + 1):
            start = max(offset, block * BLOCK)
            end = min(offset + len(data), (block + 1) * BLOCK)
            part = data[start - offset:end - offset]
            if len(part) < BLOCK:
                whole = bytearray(self.cache.get(block) or os.pread(self.file, BLOCK, block * BLOCK))
                whole[start - block * BLOCK:end - block * BLOCK] = part
                part = bytes(whole)
            self.cache[block] = part

    def flush(self):
        self.flushes += 1
        if not self.ignore_flush:
            self.persist(self.cache)
            self.cache = {}

    def persist(self, blocks):
        for block, data in blocks.items():
            os.pwrite(self.file, data, block * BLOCK)

    def cut(self, chance):
        """Power is gone: each block that was not flushed survives with this probability."""
        kept = {block: data for block, data in self.cache.items() if chance is not None and chance.random() < 0.5}
        self.persist(kept)
        print(json.dumps({"flushes": self.flushes, "kept": len(kept), "lost": len(self.cache) - len(kept)}), flush=True)


def receive(connection, length):
    data = bytearray(length)
    view, got = memoryview(data), 0
    while got < length:
        count = connection.recv_into(view[got:])
        if count == 0:
            raise EOFError
        got += count
    return bytes(data)


def negotiate(connection, disk):
    """The fixed newstyle handshake, up to the transmission phase; False when the client only asked."""
    flags = HAS_FLAGS | SEND_FLUSH | SEND_FUA
    connection.sendall(struct.pack(">QQH", INIT_MAGIC, OPTION_MAGIC, FIXED_NEWSTYLE | NO_ZEROES))
    no_zeroes = struct.unpack(">I", receive(connection, 4))[0] & NO_ZEROES

    def reply(option, kind, data=b""):
        connection.sendall(struct.pack(">QIII", REPLY_MAGIC, option, kind, len(data)) + data)

    while True:
        _, option, length = struct.unpack(">QII", receive(connection, 16))
        receive(connection, length)
        if option == OPT_EXPORT_NAME:
            connection.sendall(struct.pack(">QH", disk.size, flags) + (b"" if no_zeroes else bytes(124)))
            return True
        if option in (OPT_INFO, OPT_GO):
            reply(option, REP_INFO, struct.pack(">HQH", INFO_EXPORT, disk.size, flags))
            reply(option, REP_INFO, struct.pack(">HIII", INFO_BLOCK_SIZE, 512, BLOCK, 1 << 25))
            reply(option, REP_ACK)
            if option == OPT_GO:
                return True
        elif option == OPT_ABORT:
            reply(option, REP_ACK)
            return False
        else:
            reply(option, REP_ERR_UNSUPPORTED)


def transmit(connection, disk):
    while True:
        _, command_flags, command, handle, offset, length = struct.unpack(">IHHQQI", receive(connection, 28))
        data, error = b"", 0
        if command == CMD_DISCONNECT:
            return
        if command == CMD_READ:
            data = disk.read(offset, length)
        elif command == CMD_WRITE:
            disk.write(offset, receive(connection, length))
            if command_flags & COMMAND_FUA:
                disk.flush()
        elif command == CMD_FLUSH:
            disk.flush()
        else:
            error = EINVAL
        connection.sendall(struct.pack(">IIQ", SIMPLE_REPLY_MAGIC, error, handle) + data)


class PowerCut(BaseException):
    def __init__(self, chance):
        super().__init__()
        self.chance = chance


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("image")
    parser.add_argument("socket")
    parser.add_argument("--ignore-flush", action="store_true")
    arguments = parser.parse_args()
    disk = Disk(arguments.image, arguments.ignore_flush)
    chance = random.Random()

    def cut(number, _):
        # Once: a second signal must not disturb the writing of what the first one keeps.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)
        raise PowerCut(chance if number == signal.SIGTERM else None)

    try:
        signal.signal(signal.SIGTERM, cut)
        signal.signal(signal.SIGUSR1, cut)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(arguments.socket)
            listener.listen(1)
            while True:
                connection, _ = listener.accept()
                with connection:
                    try:
                        if negotiate(connection, disk):
                            transmit(connection, disk)
                    except (EOFError, ConnectionError):
                        pass  # the machine is gone; its cache waits for the signal that says how
    except PowerCut as power:
        disk.cut(power.chance)
    finally:
        os.unlink(arguments.socket)


if __name__ == "__main__":
    sys.exit(main())
