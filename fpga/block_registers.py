#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""fpga/block_registers.py NETLIST: has multiplier blocks of a mapped, flat ECP5 netlist keep their products.

A MULT18X18D has a register behind its product, which synth_ecp5 of Yosys 0.23 does not use: it puts flip-flops beside
the block, and the wires to them are as long as a third of a cycle.  Where each bit of a product that is used leads to the
data of one flip-flop and nowhere else, all of one clock and enable and none with a reset, they become that register.
Blocks that lie side by side share four wires for enables and nextpnr-ecp5 0.4 does not look whether they may: so an
enable has the same pin at every block, and those of a fifth enable stay as they are.  The netlist is written anew in its place; prints how many blocks and flip-flops there were.
"""

import json
import os
import sys
from collections import defaultdict
from pathlib import Path

FREE = ("0", "x")  # A reset that never comes.
NOT = "0101010101010101"  # Of input A.


def kind(cell: dict) -> tuple | None:
    """Clock, enable and whether that is low of a flip-flop that a block can take over, or nothing."""
    if cell["type"] != "TRELLIS_FF":
        return None
    parameters, pins = cell["parameters"], cell["connections"]
    if parameters["CLKMUX"] != "CLK" or pins.get("LSR", ["0"])[0] not in FREE:
        return None
    enables = {"1": ("1", False), "CE": (pins.get("CE", ["1"])[0], False), "INV": (pins.get("CE", ["1"])[0], True)}
    enable = enables.get(parameters["CEMUX"].strip())  # Yosys puts a space behind text that looks like a number.
    return None if enable is None else (pins["CLK"][0], *enable)


def inverted(module: dict, bit: int) -> int:
    """A new net, the opposite of `bit`."""
    new = 1 + max(b for net in module["netnames"].values() for b in net["bits"] if isinstance(b, int))
    name = f"block_register_not_{new}"
    module["netnames"][f"{name}_o"] = {"hide_name": 0, "bits": [new], "attributes": {}}
    module["cells"][name] = {
        "hide_name": 0, "type": "LUT4", "parameters": {"INIT": NOT}, "attributes": {},
        "port_directions": {"A": "input", "B": "input", "C": "input", "D": "input", "Z": "output"},
        "connections": {"A": [bit], "B": ["0"], "C": ["0"], "D": ["0"], "Z": [new]},
    }
    return new


def numbered(net: int | str, nets: list) -> bool:
    """Gives the net one of four places, if one is left."""
    if net not in nets and len(nets) < 4:
        nets.append(net)
    return net in nets


def absorb(module: dict) -> tuple[int, int, int]:
    """Blocks, those of them that keep their product now, flip-flops that went."""
    cells = module["cells"]
    loads = defaultdict(list)
    for name, cell in cells.items():
        for pin, bits in cell["connections"].items():
            if cell["port_directions"][pin] == "input":
                for bit in bits:
                    loads[bit].append((name, pin))
    for name, port in module["ports"].items():
        for bit in port["bits"]:
            loads[bit].append((name, None))
    blocks = [cell for cell in cells.values() if cell["type"] == "MULT18X18D"]
    opposites, clocks, enables, kept, gone = {}, [], [], 0, 0
    for block in blocks:
        pins = block["connections"]
        used = {pin: bits[0] for pin, bits in pins.items()
                if block["port_directions"][pin] == "output" and bits and loads[bits[0]]}
        behind = {pin: loads[bit] for pin, bit in used.items()}
        if any(len(ends) != 1 or ends[0][1] != "DI" for ends in behind.values()):
            continue
        kinds = {kind(cells[ends[0][0]]) for ends in behind.values()}
        if len(kinds) != 1 or None in kinds:
            continue
        ((clock, enable, low),) = kinds
        if low:
            if enable not in opposites:
                opposites[enable] = inverted(module, enable)
            enable = opposites[enable]
        if not all(numbered(net, nets) for net, nets in ((clock, clocks), (enable, enables))):
            continue
        for pin, ends in behind.items():
            pins[pin] = cells.pop(ends[0][0])["connections"]["Q"]
        at = {"CLK": f"CLK{clocks.index(clock)}", "CE": f"CE{enables.index(enable)}", "RST": "RST0"}
        for pin, bit in ((at["CLK"], clock), (at["CE"], enable), (at["RST"], "0")):
            pins[pin] = [bit]
            block["port_directions"][pin] = "input"
        block["parameters"].update({f"REG_OUTPUT_{signal}": pin for signal, pin in at.items()})
        kept, gone = kept + 1, gone + len(used)
    return len(blocks), kept, gone


def main() -> None:
    path = Path(sys.argv[1])
    design = json.loads(path.read_text())
    (top,) = (module for module in design["modules"].values() if "top" in module["attributes"])
    blocks, kept, gone = absorb(top)
    print(f"{kept} of {blocks} multiplier blocks keep their product, {gone} flip-flops less")
    written = path.with_suffix(".new")
    written.write_text(json.dumps(design))
    os.replace(written, path)


if __name__ == "__main__":
    main()
