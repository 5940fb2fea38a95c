#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""fpga/pins.py NETLIST: Verilog of a module `pins` around the module `unit` of a mapped ECP5 netlist.

A unit has more ports than a chip has pins. In `pins` each input comes from a register of a shift register, each
output goes to a register, and a second one shifts what it holds out: so all paths of the unit lie between
registers, and the unit places and routes alone. Inputs whose names begin with `clk` are the clock.
"""

import json
import sys
from pathlib import Path

FF = '#(.GSR("AUTO"), .CEMUX("1"), .CLKMUX("CLK"), .LSRMUX("LSR"), .REGSET("RESET"), .SRMODE("LSR_OVER_CE"))'
MUX = "16'hCACA"  # C chooses B, otherwise A.


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
        "module pins (input clk, input in, input load, output out);",
        f"  wire [{sources}:0] inputs;",
        f"  wire [{sinks - 1}:0] results, held;",
        f"  wire [{sinks}:0] shift, chosen;",
        f"  unit unit ({', '.join(connections)});",
        "  assign inputs[%d] = in, shift[%d] = 1'b0, out = shift[0];" % (sources, sinks),
    ]
    for i in range(sources):
        lines.append(flip_flop(f"input_{i}", f"inputs[{i + 1}]", f"inputs[{i}]"))
    for i in range(sinks):
        lines.append(flip_flop(f"held_{i}", f"results[{i}]", f"held[{i}]"))
        lines.append(f"  LUT4 #(.INIT({MUX})) choose_{i} (.A(shift[{i + 1}]), .B(held[{i}]), .C(load), .D(1'b0), .Z(chosen[{i}]));")
        lines.append(flip_flop(f"shift_{i}", f"chosen[{i}]", f"shift[{i}]"))
    return [*lines, "endmodule"]


def main() -> None:
    modules = json.loads(Path(sys.argv[1]).read_text())["modules"]
    print("\n".join(wrapped(modules["unit"]["ports"])))


if __name__ == "__main__":
    main()
