#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""fpga/report.py BOARD=FOLDER...: what the builds of boards came to, as a table.

A folder holds the reports of Vivado (utilization.rpt, timing.rpt) or of nextpnr (place.log); one without
them gives the line "never run". Reports that lack a number that the table needs are an error.
"""

import re
import sys
from pathlib import Path

COLUMNS = ("board", "LUT", "FF", "BRAM", "URAM", "DSP", "clock asked, MHz", "worst slack, ns", "reached, MHz")


class ReportError(Exception):
    """A report that does not say what it should."""


def number(text: str, pattern: str, path: Path, what: str) -> float:
    """The last match of the pattern's first group; nextpnr says twice what it reaches."""
    found = re.findall(pattern, text, re.M)
    if not found:
        raise ReportError(f"{path}: there is no {what}")
    return float(found[-1])


def vivado(folder: Path) -> list[str]:
    """Of a placed and routed design: cells from the utilization, the clock that is worst off."""
    path = folder / "utilization.rpt"
    text = path.read_text()

    def used(site: str) -> str:
        value = number(text, rf"^\|\s*{site}\*?\s*\|\s*([0-9.]+)\s*\|", path, f"row '{site}'")
        return f"{value:g}"

    cells = [used(site) for site in ("CLB LUTs", "CLB Registers", "Block RAM Tile", "URAM", "DSPs")]
    path = folder / "timing.rpt"
    text = path.read_text()
    clocks = dict(re.findall(r"^\s*(\S+)\s+\{[0-9. ]+\}\s+([0-9.]+)\s+[0-9.]+\s*$", text, re.M))
    if not clocks:
        raise ReportError(f"{path}: there is no table of clocks")
    intra = text.split("| Intra Clock Table", 1)
    if len(intra) != 2:
        raise ReportError(f"{path}: there is no table of slacks within a clock")
    slacks = dict(re.findall(r"^\s*(\S+)\s+(-?[0-9]+\.[0-9]+)\s+-?[0-9.]+\s+\d+\s+\d+", intra[1], re.M))
    timed = {name: float(slacks[name]) for name in clocks if name in slacks}
    if not timed:
        raise ReportError(f"{path}: no clock has a slack")
    worst = min(timed, key=lambda name: timed[name])
    period = float(clocks[worst])
    return cells + [f"{1000 / period:.1f}", f"{timed[worst]:.3f}", f"{1000 / (period - timed[worst]):.1f}"]


def nextpnr(folder: Path) -> list[str]:
    """Of nextpnr's log; it has no URAM, and no flip-flops apart from logic cells on an iCE40."""
    path = folder / "place.log"
    text = path.read_text()

    def used(cell: str) -> str:
        return f"{number(text, rf'{cell}: *([0-9]+)/', path, cell):g}"

    ice40 = "ICESTORM_LC" in text
    cells = ([used("ICESTORM_LC"), "-", used("ICESTORM_RAM"), "-", "-"] if ice40 else
             [used("TRELLIS_COMB"), used("TRELLIS_FF"), used("DP16KD"), "-", used("MULT18X18D")])
    line = r"Max frequency for clock +'[^']*': +{} MHz \((?:PASS|FAIL) at {} MHz\)"
    reached = number(text, line.format("([0-9.]+)", "[0-9.]+"), path, "highest clock")
    asked = number(text, line.format("[0-9.]+", "([0-9.]+)"), path, "clock that was asked for")
    return cells + [f"{asked:.1f}", f"{1000 / asked - 1000 / reached:.3f}", f"{reached:.1f}"]


def row(board: str, folder: Path) -> list[str]:
    """The cells of a board's line."""
    if (folder / "utilization.rpt").exists():
        return [board] + vivado(folder)
    if (folder / "place.log").exists():
        return [board] + nextpnr(folder)
    return [board, "never run"] + [""] * (len(COLUMNS) - 2)


def main(arguments: list[str]) -> int:
    """Prints the table; 1 when a report cannot be read, 2 when an argument is not BOARD=FOLDER."""
    pairs = [argument.partition("=") for argument in arguments]
    if not pairs or any(not board or not folder for board, _, folder in pairs):
        print("usage: fpga/report.py BOARD=FOLDER...", file=sys.stderr)
        return 2
    try:
        rows = [row(board, Path(folder)) for board, _, folder in pairs]
    except (ReportError, OSError, UnicodeDecodeError) as error:
        print(f"fpga/report.py: {error}", file=sys.stderr)
        return 1
    for cells in [COLUMNS, ["---"] * len(COLUMNS), *rows]:
        print("| " + " | ".join(cells) + " |")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
