#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""fpga/uart.py against a board that is a thread behind a pseudo-terminal: every action, and what goes wrong."""

import os
import pty
import struct
import subprocess
import sys
import tempfile
import threading
import tty
from pathlib import Path

TOOL = Path(__file__).resolve().parents[2] / "fpga" / "uart.py"
MEMORY = 1 << 16


class FakeBoard(threading.Thread):
    """The bridge's protocol on the master's end of a pseudo-terminal."""

    def __init__(self, silent: bool = False) -> None:
        super().__init__(daemon=True)
        self.master, slave = pty.openpty()
        tty.setraw(self.master)
        self.path = os.ttyname(slave)
        self.slave = slave
        self.silent = silent
        self.registers: dict[int, int] = {0: 0x54524E45}
        self.memory = bytearray(MEMORY)

    def take(self, count: int) -> bytes:
        """The next bytes of the host."""
        data = b""
        while len(data) < count:
            data += os.read(self.master, count - len(data))
        return data

    def run(self) -> None:
        """Answers until the terminal is gone."""
        try:
            while True:
                self.answer(self.take(1))
        except OSError:
            pass

    def answer(self, letter: bytes) -> None:
        """One request."""
        if letter == b"R":
            (address,) = struct.unpack("<H", self.take(2))
            reply = struct.pack("<I", self.registers.get(address, 0)) + (b"K" if address < 0x800 else b"E")
        elif letter == b"W":
            address, value = struct.unpack("<HI", self.take(6))
            self.registers[address] = value
            reply = b"K"
        else:
            address, words = struct.unpack("<IH", self.take(6))
            good = address + 4 * words <= MEMORY
            if letter == b"w":
                data = self.take(4 * words)
                if good:
                    self.memory[address : address + 4 * words] = data
                reply = b"K" if good else b"E"
            else:
                reply = (bytes(self.memory[address : address + 4 * words]) if good else bytes(4 * words))
                reply += b"K" if good else b"E"
        if not self.silent:
            view = memoryview(reply)
            while view:
                view = view[os.write(self.master, view) :]


def call(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The tool's outcome."""
    return subprocess.run([sys.executable, str(TOOL), *arguments], capture_output=True, text=True, timeout=60)


def check(condition: bool, what: str) -> None:
    """Ends the test with what is wrong."""
    if not condition:
        sys.exit(f"uart_test: {what}")


def main() -> None:
    """All cases."""
    board = FakeBoard()
    board.start()
    port = board.path
    done = call(port, "read", "0")
    check(done.stdout == "0x54524e45\n" and done.returncode == 0, f"read: {done}")
    check(call(port, "write", "0x10", "0xDEADBEEF").returncode == 0, "write")
    check(board.registers[0x10] == 0xDEADBEEF, "the register's value")
    done = call(port, "read", "0x900")
    check(done.returncode == 1 and "out of range" in done.stderr, f"a refusal: {done}")
    with tempfile.TemporaryDirectory() as folder:
        data = bytes(i * 7 & 0xFF for i in range(10001))
        source, copy = Path(folder, "a"), Path(folder, "b")
        source.write_bytes(data)
        check(call(port, "load", "0x100", str(source)).returncode == 0, "load")
        check(bytes(board.memory[0x100 : 0x100 + 10004]) == data + bytes(3), "what was loaded")
        check(call(port, "dump", "0x100", "10004", str(copy)).returncode == 0, "dump")
        check(copy.read_bytes() == data + bytes(3), "what was dumped")
        done = call(port, "dump", hex(MEMORY - 4), "8", str(copy))
        check(done.returncode == 1 and copy.read_bytes() == data + bytes(3), f"beyond the end: {done}")
    for bad in (["read", "2"], ["read", "0x1000"], ["read", "x"], ["write", "0"], ["jump", "0"]):
        done = call(port, *bad)
        check(done.returncode == 1 and done.stderr.startswith("fpga/uart.py: "), f"{bad}: {done}")
    done = call("/dev/there_is_none", "read", "0")
    check(done.returncode == 1 and "/dev/there_is_none" in done.stderr, f"no port: {done}")
    silent = FakeBoard(silent=True)
    silent.start()
    done = call(silent.path, "read", "0")
    check(done.returncode == 1 and "no answer to 'R'" in done.stderr, f"silence: {done}")
    print("uart_test: passed")


if __name__ == "__main__":
    main()
