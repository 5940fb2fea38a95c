#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""fpga/pins.py NETLIST: Verilog of a module `pins` around the module `unit` of a mapped ECP5 netlist.

A unit has more ports than a chip has pins. In `pins` each input comes from a register of a shift register, each
output goes to a register, and what these hold is joined to one pin by exclusive ors of four with a register
behind each: so all paths of the unit lie between registers, no output is left out, and a pin takes a third of a
LUT. The unit places and routes alone. Inputs whose names begin with `clk` are the clock.
"""

import json
import sys
from pathlib import Path

FF = '#(.GSR("AUTO"), .CEMUX("1"), .CLKMUX("CLK"), .LSRMUX("LSR"), .REGSET("RESET"), .SRMODE("LSR_OVER_CE"))'
XOR = "16'h6996"  # Of all four.


def flip_flop(name: str, data: str, out: str) -> str:
    return f"  TRELLIS_FF {FF} {name} (.CLK(clk), .CE(1'b1), .LSR(1'b0), .DI({data}), .Q({out}));"


def wrapped(ports: dict[str, dict]) -> list[str]:
    lines, connections, sources, sinks = [], [], 0, 0
    for name, port in ports.items():
        width = len(port["bits"])
        if port["direction"] == "output":
            connections.append(f".\\{name} (results[{sinks} +: {width}])")
            sinks += width
        elif name.startswith("clk"):
            connections.append(f".\\{name} (clk)")
        else:
            connections.append(f".\\{name} (inputs[{sources} +: {width}])")
            sources += width
    lines += [
        "module pins (input clk, input in, output out);",
        f"  wire [{sources}:0] inputs;",
        f"  wire [{sinks - 1}:0] results, level0;",
        f"  unit unit ({', '.join(connections)});",
        f"  assign inputs[{sources}] = in;",
    ]
    for i in range(sources):
        lines.append(flip_flop(f"input_{i}", f"inputs[{i + 1}]", f"inputs[{i}]"))
    for i in range(sinks):
        lines.append(flip_flop(f"held_{i}", f"results[{i}]", f"level0[{i}]"))
    level = 0
    while sinks > 1:
        number = (sinks + 3) // 4
        lines.append(f"  wire [{number - 1}:0] sums{level + 1}, level{level + 1};")
        for i in range(number):
            pins = [f"level{level}[{k}]" if k < sinks else "1'b0" for k in range(4 * i, 4 * i + 4)]
            ports = ", ".join(f".{name} ({pin})" for name, pin in zip("ABCD", pins, strict=True))
            lines.append(f"  LUT4 #(.INIT({XOR})) join_{level}_{i} ({ports}, .Z(sums{level + 1}[{i}]));")
            lines.append(flip_flop(f"joined_{level}_{i}", f"sums{level + 1}[{i}]", f"level{level + 1}[{i}]"))
        level, sinks = level + 1, number
    lines.append(f"  assign out = level{level}[0];")
    return [*lines, "endmodule"]


def main() -> None:
    modules = json.loads(Path(sys.argv[1]).read_text())["modules"]
    print("\n".join(wrapped(modules["unit"]["ports"])))


if __name__ == "__main__":
    main()
