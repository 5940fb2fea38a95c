#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""fpga/fmax.py NAME REPORT: a line of fpga/fmax.sh from the report of nextpnr-ecp5.

The clock rate, what the design takes, and the slowest path: where it begins and ends, how much of it are wires.
"""

import json
import sys
from pathlib import Path


def main() -> None:
    name, report = sys.argv[1], json.loads(Path(sys.argv[2]).read_text())
    clocks = report["fmax"]
    if len(clocks) != 1:
        sys.exit(f"fpga/fmax.py: {sys.argv[2]} has {len(clocks)} clocks, not one")
    (rate,) = (clock["achieved"] for clock in clocks.values())
    paths = [p["path"] for p in report["critical_paths"] if p["from"] == p["to"]]
    slowest = max(paths, key=lambda path: sum(step["delay"] for step in path))
    total = sum(step["delay"] for step in slowest)
    wires = sum(step["delay"] for step in slowest if step["type"] == "routing")
    used = {kind: cells["used"] for kind, cells in report["utilization"].items()}
    luts = used.get("TRELLIS_COMB", 2 * used.get("TRELLIS_SLICE", 0))
    print(f"{name:10} {rate:6.1f} MHz  {luts:6} LUT  {used.get('MULT18X18D', 0):3} MULT18X18D  "
          f"{used.get('DP16KD', 0):3} DP16KD  {total:5.1f} ns, {wires:5.1f} of wires: "
          f"{slowest[0]['from']['cell']} -> {slowest[-1]['to']['cell']}")


if __name__ == "__main__":
    main()
