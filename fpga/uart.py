#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Registers and memory of a board behind its serial line (fpga/common/trine_uart_bridge.sv).

  fpga/uart.py DEVICE read ADDRESS              a register
  fpga/uart.py DEVICE write ADDRESS VALUE       a register
  fpga/uart.py DEVICE dump ADDRESS BYTES FILE   memory to a file
  fpga/uart.py DEVICE load ADDRESS FILE         a file to memory, padded with zeros to whole words

DEVICE is a serial port such as /dev/ttyUSB0. Numbers may be hexadecimal (0x...). The core's registers are
in docs/registers.md; ID is at 0x000.
"""

import os
import select
import struct
import sys
import termios
import time
from pathlib import Path

WORDS = 1024  # Of a request; a count has 16 bits.
PATIENCE = 2.0  # Seconds without a byte after which nobody answers.


class BoardError(Exception):
    """The board did not do what it was asked to."""


class Board:
    """The serial line to a board; a break first, so that a request that was cut off is forgotten."""

    def __init__(self, path: str) -> None:
        self.fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
        mode = termios.tcgetattr(self.fd)
        mode[0] = mode[1] = mode[3] = 0  # No character means anything.
        mode[2] = termios.CS8 | termios.CREAD | termios.CLOCAL
        mode[4] = mode[5] = termios.B1000000
        mode[6][termios.VMIN], mode[6][termios.VTIME] = 0, 0
        termios.tcsetattr(self.fd, termios.TCSANOW, mode)
        termios.tcsendbreak(self.fd, 0)
        time.sleep(0.01)
        termios.tcflush(self.fd, termios.TCIFLUSH)

    def ask(self, request: bytes, count: int) -> bytes:
        """The `count` bytes that answer a request, without the letter at their end, which must be K."""
        sent, answer = 0, b""
        while len(answer) < count + 1:
            wanted = [self.fd] if sent < len(request) else []
            reads, writes, _ = select.select([self.fd], wanted, [], PATIENCE)
            if not reads and not writes:
                raise BoardError(f"no answer to '{chr(request[0])}': {len(answer)} of {count + 1} bytes came")
            if writes:
                sent += os.write(self.fd, request[sent : sent + 4096])
            if reads:
                answer += os.read(self.fd, count + 1 - len(answer))
        if answer[-1:] != b"K":
            raise BoardError(f"'{chr(request[0])}' was answered with {answer[-1:]!r}: the address is out of range")
        return answer[:-1]

    def read(self, address: int) -> int:
        """A register."""
        return struct.unpack("<I", self.ask(struct.pack("<BH", ord("R"), address), 4))[0]

    def write(self, address: int, value: int) -> None:
        """A register."""
        self.ask(struct.pack("<BHI", ord("W"), address, value), 0)

    def dump(self, address: int, size: int) -> bytes:
        """Bytes of memory, in whole words."""
        data = b""
        while len(data) < size:
            words = min(WORDS, (size - len(data)) // 4)
            data += self.ask(struct.pack("<BIH", ord("r"), address + len(data), words), 4 * words)
        return data

    def load(self, address: int, data: bytes) -> None:
        """Bytes to memory, in whole words."""
        for at in range(0, len(data), 4 * WORDS):
            part = data[at : at + 4 * WORDS]
            self.ask(struct.pack("<BIH", ord("w"), address + at, len(part) // 4) + part, 0)


def number(text: str, limit: int, step: int = 1) -> int:
    """A number from the command line, below `limit` and a multiple of `step`."""
    try:
        value = int(text, 0)
    except ValueError:
        raise BoardError(f"'{text}' is no number") from None
    if not 0 <= value < limit or value % step:
        raise BoardError(f"{text} is not below {limit:#x} or no multiple of {step}")
    return value


def run(arguments: list[str]) -> None:
    """What the command line asks for."""
    device, action, *rest = arguments
    if action == "read" and len(rest) == 1:
        print(f"{Board(device).read(number(rest[0], 1 << 12, 4)):#010x}")
    elif action == "write" and len(rest) == 2:
        Board(device).write(number(rest[0], 1 << 12, 4), number(rest[1], 1 << 32))
    elif action == "dump" and len(rest) == 3:
        address, size = number(rest[0], 1 << 32, 4), number(rest[1], 1 << 32, 4)
        Path(rest[2]).write_bytes(Board(device).dump(address, size))
    elif action == "load" and len(rest) == 2:
        address, data = number(rest[0], 1 << 32, 4), Path(rest[1]).read_bytes()
        Board(device).load(address, data + bytes(-len(data) % 4))
    else:
        raise BoardError("usage: fpga/uart.py DEVICE read|write|dump|load ...; the head of the file has more")


def main(arguments: list[str]) -> int:
    """Exit status: 1 for a board that does not answer as it should."""
    try:
        if len(arguments) < 2:
            raise BoardError(__doc__.strip())
        run(arguments)
    except (BoardError, OSError, termios.error) as error:
        print(f"fpga/uart.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
