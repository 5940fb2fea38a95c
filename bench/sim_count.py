#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Counts what a simulated cycle costs: instructions and misses of a 32 KiB L1 instruction cache.

sim_count.py BUILD [ROWS]: runs BUILD/bin/sim_speed_count with ROWS rows (2048) and the core module
of the target `trine_count` under valgrind's callgrind, and prints both per cycle, by part of the
core, and those of the trit engine alone. Only the clock loops count: neither the host nor what is
before and behind it. Prints that it is skipped where valgrind is missing. Exits 1 when the result of
a simulation differs from golden's.
"""
import collections
import os
import re
import shutil
import subprocess
import sys
import tempfile

# Parts by the first prefix that fits the hierarchy of a signal.
PARTS = [
    ("u_core.u_units.u_matrix_unit.u_matvec.u_trit", "trit engine"),
    ("u_core.u_units.u_matrix_unit.u_matvec.gen_f16", "FP16 engine"),
    ("u_core.u_units.u_matrix_unit", "other parts of the matrix unit"),
    ("u_core.u_units.gen_vector_unit", "vector unit"),
    ("u_core.u_units.gen_attention_unit", "attention unit"),
    ("u_core.u_units", "vector memory and transfer units"),
    ("u_core.u_memory_path", "memory path"),
    ("m_axi", "memory path"),
    ("u_core.u_control", "control"),
    ("u_registers", "registers and counters"),
    ("u_core", "control"),
]
EVALUATION = "Verilator's evaluation"
HARNESS = "harness"


class Profile:
    """Costs of source lines out of a callgrind file: (file, function, line) -> [Ir, I1mr]."""

    def __init__(self, path):
        self.costs = collections.defaultdict(lambda: [0, 0])
        names = {"fl": {}, "fn": {}}
        current = {"fl": "", "fn": ""}
        line, events, is_call = 0, [], False
        with open(path, encoding="utf-8") as file:
            for text in file:
                text = text.rstrip("\n")
                key, _, value = text.partition("=")
                if text.startswith("events: "):
                    events = text.split()[1:]
                elif key in ("fl", "fi", "fe", "fn", "cfi", "cfl", "cfn") and value:
                    kind = "fn" if key.endswith("fn") else "fl"
                    name = self._name(names[kind], value)
                    if not key.startswith("c"):
                        current[kind] = name
                elif key == "calls":
                    is_call = True
                elif text and (text[0].isdigit() or text[0] in "+-*"):
                    place, *values = text.split()
                    if place[0] in "+-":
                        line += int(place)
                    elif place != "*":
                        line = int(place)
                    if not is_call:
                        cost = self.costs[current["fl"], current["fn"], line]
                        cost[0] += int(values[0])
                        at = events.index("I1mr")
                        cost[1] += int(values[at]) if len(values) > at else 0
                    is_call = False

    @staticmethod
    def _name(known, value):
        number, name = re.match(r"(\(\d+\))(?: (.*))?", value).groups()
        if name:
            known[number] = name
        return known[number]


class Sources:
    """Says to which part of the core a line of the generated C++ belongs."""

    def __init__(self):
        self.files = {}

    def part(self, path, function, line):
        if "___eval" in function or "Verilated" in function.split("(")[0].split("<")[0]:
            return EVALUATION if "VerilatedCore" not in function else HARNESS
        if not function.startswith(("Vtrine", "trine_edge_")):
            return HARNESS
        if not re.search(r"Vtrine|^edge\.inc$", os.path.basename(path)) or line == 0:
            return None  # Inlined, or moved: see below.
        lines = self.files.get(path)
        if lines is None:
            with open(path, encoding="utf-8") as file:
                lines = self.files[path] = file.read().split("\n")
        for index in range(min(line, len(lines)) - 1, -1, -1):
            match = re.search(r"trine_top__DOT__(\w+)|\b(m_axi_\w+)", lines[index])
            if match:
                name = (match.group(1) or match.group(2)).replace("__DOT__", ".")
                return next((part for prefix, part in PARTS if name.startswith(prefix)), "control")
            if lines[index].startswith(("void", "VL_INLINE", "static", "bool")):
                return None
        return None


def by_part(profile):
    """Costs of each part; lines without one are shared out like the others of their function."""
    sources = Sources()
    known = collections.defaultdict(lambda: collections.defaultdict(lambda: [0, 0]))
    open_costs = collections.defaultdict(lambda: [0, 0])
    for (path, function, line), cost in profile.costs.items():
        part = sources.part(path, function, line)
        target = open_costs[function] if part is None else known[function][part]
        for i in range(2):
            target[i] += cost[i]
    parts = collections.defaultdict(lambda: [0.0, 0.0])
    for function in set(known) | set(open_costs):
        total = sum(cost[0] for cost in known[function].values())
        shares = {part: cost[0] / total for part, cost in known[function].items()} if total else {
            EVALUATION: 1.0}
        for part, share in shares.items():
            for i in range(2):
                parts[part][i] += known[function][part][i] + share * open_costs[function][i]
    return parts


def count(build, rows, function):
    """Runs the counted sim_speed: what it printed, and the costs in this function."""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "callgrind")
        run = subprocess.run(
            ["valgrind", "--tool=callgrind", "--cache-sim=yes", "--I1=32768,8,64",
             "--D1=32768,8,64", "--collect-atstart=no", "--toggle-collect=" + function,
             "--callgrind-out-file=" + out, os.path.join(build, "bin", "sim_speed_count"), rows],
            env=dict(os.environ, TRINE_CORE_PATH=os.path.join(build, "bench", "count")),
            capture_output=True, text=True, check=False)
        if run.returncode != 0:
            sys.exit(run.stdout + run.stderr[-2000:])
        return run.stdout, Profile(out)


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    build, rows = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "2048"
    if shutil.which("valgrind") is None:
        print("skipped: valgrind is not installed")
        return
    printed, profile = count(build, rows, "trine::sim::VerilatedCore<*>::run(unsigned long)")
    cycles = int(re.search(r"cycles +(\d+)", printed).group(1))
    parts = by_part(profile)
    total = [sum(cost[i] for cost in parts.values()) for i in range(2)]
    print(f"{'part':32}{'instructions':>14}{'L1I misses':>14}    per cycle, of {cycles} cycles")
    for part, cost in sorted(parts.items(), key=lambda item: -item[1][0]):
        print(f"{part:32}{cost[0] / cycles:14.1f}{cost[1] / cycles:14.2f}")
    print(f"{'all':32}{total[0] / cycles:14.1f}{total[1] / cycles:14.2f}")
    printed, profile = count(build, rows, "*BareEngine::stream*")
    alone = int(re.search(r"engine alone.* in (\d+) cycles", printed).group(1))
    bare = [sum(cost[i] for cost in profile.costs.values()) for i in range(2)]
    print(f"{'the trit engine alone':32}{bare[0] / alone:14.1f}{bare[1] / alone:14.2f}")
    print(f"the core executes {total[0] / bare[0]:.2f} times the instructions of the engine alone")


if __name__ == "__main__":
    main()
