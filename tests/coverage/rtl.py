#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tests/coverage/rtl.py DATA [--holes]: what the tests reached of the RTL, from Verilator's files in the folder DATA.

A point is a block of statements or a branch (lines), or a bit of a signal (toggles), which counts when it changed
both ways in one instance of one run. Points that no test reaches stand in waivers.txt with a reason: an entry that
excuses nothing, or something that is reached, is an error. So is a file of the RTL that no counted test has, without
such an entry. Prints a table by folder, and with --holes every point that is neither reached nor excused. Fails below
98 % of lines or 92 % of toggles of any folder.
"""

import re
import sys
from collections import defaultdict
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import NamedTuple

LEAST = {"lines": 98.0, "toggles": 92.0}
WAIVERS = Path(__file__).with_name("waivers.txt")
ENTRY = re.compile(r"C '\x01f\x02.*?(rtl/[^\x01]+)\x01l\x02(\d+)\x01n\x02(\d+)\x01page\x02v_(\w+)/[^\x01]*\x01o\x02([^\x01']*)"
                   r"(?:\x01S\x02([^\x01]*))?' (\d+)")


class Point(NamedTuple):
    """A place in the RTL; `what` is a signal's bit or the kind of a block."""

    file: str
    line: int
    column: int
    measure: str
    what: str

    def text(self) -> str:
        return f"{self.file}:{self.line} {self.what}"


class Waiver(NamedTuple):
    """Points that are excused: patterns of their file and of what they are, and why.

    `what` is a pattern of signals, `signals[LOW..HIGH,LOW..HIGH]` some bits of theirs, `KIND: TEXT` a block or branch
    whose first line has the text; `module` stands for a file that no counted test has.
    """

    file: str
    what: str
    reason: str

    def excuses(self, point: Point) -> bool:
        if not fits(self.file, point.file):
            return False
        kind, text = self.what.split(": ", 1) if ": " in self.what else ("", "")
        if kind or point.measure == "lines":
            return point.what == kind and text in source(point.file)[point.line - 1]
        bits = re.fullmatch(r"(.*)\[([\d.,]+)\]", self.what)
        if not bits or ".." not in bits[2]:
            return fits(self.what, point.what)
        bit = re.fullmatch(r"(.*)\[(\d+)\]", point.what)
        return bool(bit) and fits(bits[1], bit[1]) and any(
            int(low) <= int(bit[2]) <= int(high) for low, high in (part.split("..") for part in bits[2].split(",")))


def fits(pattern: str, text: str) -> bool:
    """fnmatch without its [...]: brackets are those of bits."""
    return fnmatchcase(text, pattern.replace("[", "[[]"))


@cache
def source(file: str) -> list[str]:
    return Path(file).read_text().splitlines()


def read_points(data: Path) -> dict[Point, int]:
    counts: dict[Point, int] = defaultdict(int)
    for path in sorted(data.glob("*.dat")):
        for line in path.read_text(encoding="latin-1").splitlines()[1:]:
            found = ENTRY.match(line)
            if not found:
                continue  # Of the tests' own modules.
            file, number, column, page, what, _, count = found.groups()
            measure = {"line": "lines", "branch": "lines", "toggle": "toggles"}.get(page)
            if measure is None:
                continue
            point = Point(file, int(number), int(column), measure, what)
            counts[point] = max(counts[point], int(count))
    if not counts:
        sys.exit(f"tests/coverage/rtl.py: there is no data in {data}")
    return counts


def uncounted(counted: set[str]) -> list[str]:
    """Files with a module that are not counted; packages have no points."""
    modules = (str(path) for path in sorted(Path("rtl").rglob("*.sv")) if not path.stem.endswith("_pkg"))
    return [file for file in modules if file not in counted]


def read_waivers() -> list[Waiver]:
    waivers = []
    for number, line in enumerate(WAIVERS.read_text().splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        fields = [field.strip() for field in line.split("|")]
        if len(fields) != 3 or not all(fields):
            sys.exit(f"{WAIVERS}:{number}: not 'file | point | reason'")
        waivers.append(Waiver(*fields))
    return waivers


def main() -> None:
    if len(sys.argv) not in (2, 3) or sys.argv[2:] not in ([], ["--holes"]):
        sys.exit(__doc__)
    points = read_points(Path(sys.argv[1]))
    waivers = read_waivers()
    used: dict[Waiver, int] = defaultdict(int)
    totals: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])  # points, reached, excused
    holes, status = [], 0
    for point, count in sorted(points.items()):
        total = totals[point.file.rsplit("/", 1)[0], point.measure]
        total[0] += 1
        if count >= (2 if point.measure == "toggles" else 1):
            total[1] += 1
            continue
        excuse = next((waiver for waiver in waivers if waiver.excuses(point)), None)
        if excuse:
            used[excuse] += 1
            total[2] += 1
        else:
            holes.append(point)
    for file in uncounted({point.file for point in points}):
        excuse = next((waiver for waiver in waivers if waiver.what == "module" and fits(waiver.file, file)), None)
        if excuse:
            used[excuse] += 1
        else:
            print(f"tests/coverage/rtl.py: no counted test has {file}", file=sys.stderr)
            status = 1
    print(f"{'folder':20} {'measure':8} {'points':>7} {'reached':>8} {'excused':>8} {'share':>8}")
    for (folder, measure), (number, reached, excused) in sorted(totals.items()):
        share = 100 * reached / (number - excused) if number > excused else 100.0
        print(f"{folder:20} {measure:8} {number:7} {reached:8} {excused:8} {share:7.2f} %")
        if share < LEAST[measure]:
            print(f"tests/coverage/rtl.py: {folder}: {measure} are below {LEAST[measure]} %", file=sys.stderr)
            status = 1
    for waiver in waivers:
        if not used[waiver]:
            print(f"{WAIVERS}: '{waiver.file} | {waiver.what}' excuses nothing", file=sys.stderr)
            status = 1
    if len(sys.argv) == 3:
        for point in holes:
            print(point.text())
    sys.exit(status)


if __name__ == "__main__":
    main()
