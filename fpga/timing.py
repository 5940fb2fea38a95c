#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""fpga/timing.py NETLIST [PATHS]: estimates the slowest paths of a flat UltraScale+ netlist in Yosys' JSON.

A path runs from a register, a memory or a DSP block to the next of them. Delays are those of speed grade -2
at 0.85 V, rounded up: of cells as Vivado's published timing reports and the data sheet (DS925) give them, of
wires by the number of pins that they lead to (WIRES). Nothing is placed: the result says how many stages of
logic a clock has to pass and which come first, not what a board reaches. Prints the PATHS (10) slowest that
begin or end in registers of different names, a path a line, and the clock rate of the first.
"""

import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

# Nanoseconds. CLOCK is skew and jitter, SETUP that of a flip-flop.
CLOCK, SETUP, FLIP_FLOP = 0.10, 0.06, 0.10
LUT, MUX = 0.12, 0.08
CARRY_START, CARRY_PASS, CARRY_END = 0.25, 0.04, 0.15  # operand to sum or carry, carry to carry, carry to sum
LUT_RAM_READ, LUT_RAM_CLOCK = 0.15, 0.60  # address to word; clock to word
BLOCK_RAM, BLOCK_RAM_REGISTER, BLOCK_RAM_SETUP = 1.00, 0.30, 0.40
# A DSP48E2: inputs to product, product to output through the adder, operand of the adder to output.
DSP_PRODUCT, DSP_SUM, DSP_OUTPUT = 1.10, 0.80, 0.16
# A wire that leads to at most so many pins; beyond, the last. NEXT is one to the neighbour in a slice.
WIRES = ((1, 0.22), (4, 0.27), (16, 0.35), (64, 0.45), (256, 0.60))
WIRE_LONG, WIRE_BLOCK, WIRE_NEXT = 0.80, 0.20, 0.03

Bit = int | str


class Arc(NamedTuple):
    """A combinational way through a cell: input bit, output bit, delay, what it passes."""

    source: Bit
    target: Bit
    delay: float
    kind: str


class Timing:
    """Where paths of a netlist begin and end, and the ways through its cells."""

    def __init__(self, module: dict) -> None:
        self.loads: dict[Bit, int] = defaultdict(int)
        self.start: dict[Bit, tuple[float, str]] = {}
        self.end: list[tuple[Bit, float, str, str]] = []   # Bit, setup time, kind of cell, name.
        self.arcs: list[Arc] = []
        self.names = names_of(module)
        for cell in module["cells"].values():
            self.add(cell)

    def add(self, cell: dict) -> None:
        kind, pins, ways = cell["type"], cell["connections"], cell["port_directions"]
        inputs = [(pin, bit) for pin, bits in pins.items() if ways[pin] == "input" for bit in bits if bit not in ("0", "1", "x")]
        outputs = [(pin, bit) for pin, bits in pins.items() if ways[pin] == "output" for bit in bits]
        for _, bit in inputs:
            self.loads[bit] += 1
        if re.fullmatch(r"LUT[1-6]|INV|BUF", kind):
            self.through(inputs, outputs, LUT if kind.startswith("LUT") else 0.0, "LUT" if kind.startswith("LUT") else kind)
        elif re.fullmatch(r"MUXF[789]", kind):
            self.through(inputs, outputs, MUX, "MUXF")
        elif re.fullmatch(r"CARRY[48]", kind):
            self.carry(pins, int(kind[5:]))
        elif re.fullmatch(r"FD[RSCP]E", kind):
            self.clocked(inputs, outputs, FLIP_FLOP, SETUP, "FF")
        elif re.fullmatch(r"RAM\d+\w*|SRL\w+", kind) and not kind.startswith("RAMB"):
            self.clocked(inputs, outputs, LUT_RAM_CLOCK, SETUP, "LUTRAM")
            address = [(pin, bit) for pin, bit in inputs if re.fullmatch(r"ADDR[A-H]|DPRA\w*|A\d?", pin)]
            self.through(address, outputs, LUT_RAM_READ, "LUTRAM")
        elif re.fullmatch(r"RAMB\w+|URAM288", kind):
            registered = number(cell, "DOA_REG") or number(cell, "DOB_REG")
            self.clocked(inputs, outputs, BLOCK_RAM_REGISTER if registered else BLOCK_RAM, BLOCK_RAM_SETUP, "BRAM")
        elif kind == "DSP48E2":
            self.dsp(cell, inputs, outputs)
        elif kind not in ("IBUF", "OBUF", "BUFG", "IBUFG"):
            raise ValueError(f"a cell of type {kind}, whose delays are not known")

    def through(self, inputs: list, outputs: list, delay: float, kind: str) -> None:
        self.arcs += [Arc(a, b, delay, kind) for _, a in inputs for _, b in outputs]

    def clocked(self, inputs: list, outputs: list, begin: float, setup: float, kind: str) -> None:
        name = next((self.names[bit] for _, bit in outputs if bit in self.names), kind)
        for _, bit in outputs:
            self.start[bit] = (begin, self.names.get(bit, kind))
        self.end += [(bit, setup, kind, f"{name} {pin}" if pin in ("CE", "R", "S") else name)
                     for pin, bit in inputs if not re.fullmatch(r"\w*CLK\w*|C", pin)]

    def carry(self, pins: dict, width: int) -> None:
        chain = pins.get("CI", []) + pins.get("CYINIT", []) + pins.get("CI_TOP", [])
        for bit in range(width):
            targets = ((pins["O"][bit], "O"), (pins["CO"][bit], "CO"))
            for target, pin in targets:
                self.arcs += [Arc(c, target, CARRY_END if pin == "O" else CARRY_PASS, "CARRY") for c in chain]
                self.arcs += [Arc(pins[side][low], target, CARRY_START, "CARRY")
                              for side in ("S", "DI") for low in range(bit + 1) if not (pin == "O" and side == "DI" and low == bit)]

    def dsp(self, cell: dict, inputs: list, outputs: list) -> None:
        """A product with the registers that the netlist asks for; what is not registered is passed in one go."""
        name = next((self.names[bit] for _, bit in outputs if bit in self.names), "DSP")
        middle, last = number(cell, "MREG"), number(cell, "PREG")
        to_end = 0.0 if middle else DSP_SUM
        for pin, bit in inputs:
            if re.fullmatch(r"CLK|CE\w+|RST\w+", pin):
                continue
            registered = number(cell, {"A": "AREG", "B": "BREG", "C": "CREG", "D": "DREG"}.get(pin, "NONE"))
            delay = DSP_SUM if pin == "C" else DSP_PRODUCT + to_end
            if registered or (middle and pin != "C") or last:
                self.end.append((bit, SETUP if registered else delay, "DSP", f"{name} (DSP)"))
            if not registered and not last and (pin == "C" or not middle):
                self.arcs += [Arc(bit, out, delay + DSP_OUTPUT, "DSP") for _, out in outputs]
        if last:
            begin = DSP_OUTPUT + FLIP_FLOP
        elif middle:
            begin = FLIP_FLOP + DSP_SUM + DSP_OUTPUT
        elif number(cell, "AREG") or number(cell, "BREG"):
            begin = FLIP_FLOP + DSP_PRODUCT + DSP_SUM + DSP_OUTPUT
        else:
            return
        for _, bit in outputs:
            self.start[bit] = (begin, f"{self.names.get(bit, 'DSP')} (DSP)")

    def wire(self, bit: Bit, to: str) -> float:
        """The wire that carries a bit to a pin of a cell."""
        if to == "MUXF" or (to == "CARRY" and self.loads[bit] == 1):
            return WIRE_NEXT
        delay = next((delay for most, delay in WIRES if self.loads[bit] <= most), WIRE_LONG)
        return delay + (WIRE_BLOCK if to in ("DSP", "BRAM") else 0.0)


def number(cell: dict, parameter: str) -> int:
    value = cell["parameters"].get(parameter, 0)
    return int(value, 2) if isinstance(value, str) else int(value)


def names_of(module: dict) -> dict[Bit, str]:
    """The name of each bit: of all that it has, the one of the RTL with the fewest levels."""
    names: dict[Bit, str] = {}
    for name, net in module["netnames"].items():
        if net["hide_name"] or "$" in name:
            continue
        for bit in net["bits"]:
            if bit not in names or name.count(".") < names[bit].count("."):
                names[bit] = name
    return names


def arrivals(timing: Timing) -> tuple[dict[Bit, float], dict[Bit, tuple[Arc, float]]]:
    """The time at which each bit is stable after the clock, and the way that it came last."""
    after: dict[Bit, list[Arc]] = defaultdict(list)
    waits: dict[Bit, int] = defaultdict(int)
    for arc in timing.arcs:
        after[arc.source].append(arc)
        waits[arc.target] += 1
    bits = set(after) | set(waits) | set(timing.start)
    time = {bit: timing.start.get(bit, (0.0, ""))[0] for bit in bits}
    came: dict[Bit, tuple[Arc, float]] = {}
    ready = [bit for bit in bits if not waits[bit]]
    passed = 0
    while ready:
        bit = ready.pop()
        passed += 1
        for arc in after[bit]:
            wire = timing.wire(bit, arc.kind)
            if time[bit] + wire + arc.delay > time[arc.target]:
                time[arc.target] = time[bit] + wire + arc.delay
                came[arc.target] = (arc, wire)
            waits[arc.target] -= 1
            if not waits[arc.target]:
                ready.append(arc.target)
    if passed != len(bits):
        raise ValueError(f"{len(bits) - passed} bits are in a combinational loop")
    return time, came


def plain(name: str) -> str:
    """A register's name without the numbers of instances that are alike."""
    return re.sub(r"\[\d+\]", "[*]", name)


def slowest(timing: Timing) -> Iterator[str]:
    time, came = arrivals(timing)
    ends = sorted(((time[bit] + timing.wire(bit, kind) + setup + CLOCK, bit, kind, name)
                   for bit, setup, kind, name in timing.end if bit in time), key=lambda end: -end[0])
    seen: set[tuple[str, str]] = set()
    for total, bit, kind, name in ends:
        cells: dict[str, int] = defaultdict(int)
        wires = timing.wire(bit, kind)
        while bit in came:
            arc, wire = came[bit]
            cells[arc.kind] += 1
            wires += wire
            bit = arc.source
        if bit not in timing.start:
            continue  # From a pin of the design.
        key = (plain(timing.start[bit][1]), plain(name))
        if key in seen:
            continue
        seen.add(key)
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(cells.items()))
        yield f"{total:5.2f} ns, {1000 / total:4.0f} MHz, {wires:4.2f} ns of wires, {kinds or 'no cell'}: {key[0]} -> {key[1]}"


def main() -> None:
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    modules = [m for m in json.loads(Path(sys.argv[1]).read_text())["modules"].values()
               if not int(str(m["attributes"].get("blackbox", "0")), 2)
               and not int(str(m["attributes"].get("whitebox", "0")), 2)]
    if len(modules) != 1:
        sys.exit(f"fpga/timing.py: {sys.argv[1]} has {len(modules)} modules, not one: it is not flat")
    lines = slowest(Timing(modules[0]))
    for _, line in zip(range(int(sys.argv[2]) if len(sys.argv) == 3 else 10), lines, strict=False):
        print(line)


if __name__ == "__main__":
    main()
