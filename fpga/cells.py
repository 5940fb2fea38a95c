#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""fpga/cells.py STAT [DEPTH]: the cells in Yosys' `stat` of a design that kept its hierarchy.

Prints a row for every instance down to DEPTH levels (4 by default) with all that is in it, times how often
it is there. LUTs and LUT RAM in LUTs (a RAM32M16 or RAM64M8 has 8, a TRELLIS_DPR16X4 4), an adder of ECP5
as two LUTs, block RAM in RAMB36 (UltraScale+), blocks of 18 kbit (ECP5) or of 4 kbit (iCE40).
"""

import re
import sys
from pathlib import Path

COLUMNS = ("LUT", "LUTRAM", "FF", "DSP", "BRAM", "URAM", "carry")
# Pattern of a cell's type -> what one of them counts as.
KINDS = (
    (r"LUT[1-6]|SB_LUT4", {"LUT": 1}),
    (r"RAM32M16|RAM64M8", {"LUTRAM": 8}),
    (r"SRL.*", {"LUTRAM": 1}),
    (r"TRELLIS_DPR16X4", {"LUTRAM": 4}),
    (r"FD[RSCP]E|SB_DFF\w*|TRELLIS_FF", {"FF": 1}),
    (r"DSP48\w*|MULT18X18D|SB_MAC16", {"DSP": 1}),
    (r"RAMB36E2|SB_RAM40_4K|DP16KD", {"BRAM": 1}),
    (r"RAMB18E2", {"BRAM": 0.5}),
    (r"URAM288", {"URAM": 1}),
    (r"CARRY\w*|SB_CARRY", {"carry": 1}),
    (r"CCU2C", {"LUT": 2, "carry": 1}),
)
Cells = dict[str, float]


def counted(kind: str, number: int) -> Cells:
    """What `number` cells of a type count as; modules of ours and glue count nothing here."""
    for pattern, each in KINDS:
        if re.fullmatch(pattern, kind):
            return {column: number * value for column, value in each.items()}
    return {}


def read(path: Path) -> tuple[dict[str, Cells], list[tuple[int, str, int]]]:
    """Cells of every module by itself, and the instances as (level, module, number)."""
    own: dict[str, Cells] = {}
    tree: list[tuple[int, str, int]] = []
    module = ""
    for line in path.read_text().splitlines():
        if found := re.fullmatch(r"=== (.+) ===", line):
            module = found[1]
            own.setdefault(module, {})
        elif module == "design hierarchy":
            if found := re.fullmatch(r"( +)(\S+) +(\d+)", line):
                tree.append((len(found[1]) // 2, found[2], int(found[3])))
            elif tree:
                break
        elif found := re.fullmatch(r" {5}(\S+) +(\d+)", line):
            for column, value in counted(found[1], int(found[2])).items():
                own[module][column] = own[module].get(column, 0) + value
    if not tree:  # One module: it is the design.
        modules = [name for name in own if own[name]]
        if len(modules) != 1:
            raise ValueError(f"{path}: there is neither a hierarchy nor one module")
        tree = [(1, modules[0], 1)]
    return own, tree


def totals(own: dict[str, Cells], tree: list[tuple[int, str, int]]) -> list[Cells]:
    """Of every line of the tree, the cells of one instance with all below it."""
    sums: list[Cells] = [dict(own.get(module, {})) for _, module, _ in tree]
    for child in range(len(tree) - 1, 0, -1):
        parent = next(i for i in range(child - 1, -1, -1) if tree[i][0] < tree[child][0])
        for column, value in sums[child].items():
            sums[parent][column] = sums[parent].get(column, 0) + tree[child][2] * value
    return sums


def plain(module: str) -> str:
    """The name without what Yosys adds for parameters."""
    return re.sub(r"^\$paramod(\$[0-9a-f]+)?\\", "", module).split("\\")[0]


def main(arguments: list[str]) -> int:
    """Prints the table."""
    if len(arguments) not in (1, 2):
        print("usage: fpga/cells.py STAT [DEPTH]", file=sys.stderr)
        return 2
    depth = int(arguments[1]) if len(arguments) == 2 else 4
    try:
        own, tree = read(Path(arguments[0]))
    except (OSError, ValueError) as error:
        print(f"fpga/cells.py: {error}", file=sys.stderr)
        return 1
    print(f"{'instance':<34}" + "".join(f"{column:>9}" for column in COLUMNS))
    first = tree[0][0]
    for (level, module, number), cells in zip(tree, totals(own, tree)):
        if level - first >= depth:
            continue
        name = "  " * (level - first) + (f"{number} x " if number > 1 else "") + plain(module)
        print(f"{name:<34}" + "".join(f"{number * cells.get(column, 0):>9g}" for column in COLUMNS))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
