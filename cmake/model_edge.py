#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the C++ of one rising edge of a model in a single step (sim/clock_edges.h).

model_edge.py MODEL [DATA]: in the folder of a model with `ClockGates` = 2 that Verilator 5.006 wrote,
prints MODEL___024root___edge(root, inputs, calm). DATA: the input that is new in most cycles
(m_axi_rdata_i).

The body is that of Verilator's eval_nba() with the triggers as bits of one word instead of flags in
memory. So the compiler tests several at once, and makes copies without any test for the clocks that
run while a weight stream does.
Calm cycles, which are most of a stream's, have copies of their own (calm_cycles.py).
MODEL___024root___stream(root, data, most, calm) takes such cycles one after the other, as long as they
are calm: the values of DATA for them lie behind each other at `data` and go from there to the registers
that take them.
"""
import glob
import re
import sys

sys.dont_write_bytecode = True  # Nothing is left beside the sources.
from calm_cycles import calm_copies


def fail(text):
    sys.exit(f"model_edge.py: {text}")


class Model:
    """What Verilator wrote about a model, in the current folder."""

    def __init__(self, name, data):
        self.root = name + "___024root"
        self.data = data
        self.functions = {}
        for path in sorted(glob.glob(name + "*.cpp")):
            with open(path, encoding="utf-8") as file:
                for match in re.finditer(rf"^(?:VL_INLINE_OPT )?void {self.root}___(\w+)\([^)]*\) \{{\n"
                                         r"(.*?)^}", file.read(), re.DOTALL | re.MULTILINE):
                    self.functions[match[1]] = self._clean(match[2])
        with open(self.root + ".h", encoding="utf-8") as file:
            header = file.read()
        sizes = {"8": "CData", "16": "SData", "": "IData", "64": "QData"}
        self.scalars = {match[2]: match[1] for match in
                        re.finditer(r"\b([CSIQ]Data)/\*\d+:0\*/ (\w+);", header)}
        self.scalars |= {match[2]: sizes[match[1]] for match in
                         re.finditer(r"\bVL_(?:IN|OUT)(8|16|64|)\(&?(\w+),", header)}
        self.wides = re.findall(r"\bVlWide<\d+>/\*\d+:0\*/ (\w+);", header)
        self.triggers = self._triggers(header)
        self.steps = self._steps()

    @staticmethod
    def _clean(body):
        """A function's text without debugging output."""
        body = re.sub(r"^#ifdef VL_DEBUG\n.*?^#endif.*?\n", "", body, flags=re.DOTALL | re.MULTILINE)
        return "".join(line + "\n" for line in body.split("\n")
                       if line and not re.search(r"VL_DEBUG|Prevent unused|Syms|// Body|// Init", line))

    def _triggers(self, header):
        """The clocks, each a bit of a word: its number of each."""
        text = re.sub(r"\s+", " ", self.functions["eval_triggers__act"])
        clocks = {match[2]: int(match[1], 0) for match in re.finditer(
            r"__VactTriggered\.at\((\w+)U\) = \(\(IData\)\(vlSelf->(\w+)\) & "
            r"\(~ \(IData\)\(vlSelf->__Vtrigrprev__TOP__\2\)\)\);", text)}
        flags = re.search(r"VlTriggerVec<(\d+)> __VactTriggered;", header)[1]
        if len(clocks) != int(flags):
            fail(f"{self.root} has a trigger that is no rising edge of a clock")
        if self.functions["eval_act"].strip():
            fail(f"{self.root} has clocks that follow from an edge")
        return clocks

    def clock(self, name):
        """The signal or input of this name that is a clock, or None."""
        found = [clock for clock in self.triggers if re.search(rf"(^|__DOT__){name}(_i)?$", clock)]
        return found[0] if found else None

    def bits(self, *names):
        """The clocks of these names as bits."""
        clocks = [self.clock(name) for name in names]
        return sum(1 << self.triggers[clock] for clock in clocks if clock)

    def _steps(self):
        """eval_nba(): pairs of the clocks that run a step, as bits, and its statements."""
        steps = []

        def note(match):
            numbers = re.findall(r"__VnbaTriggered\.at\((\w+)U\)", match[1])
            if re.sub(r"vlSelf->__VnbaTriggered\.at\(\w+U\)|[\s()|]", "", match[1]):
                fail(f"{self.root} has a step with the condition {match[1]}")
            steps.append((sum({1 << int(number, 0) for number in numbers}), match[2]))
            return ""
        rest = re.sub(r"^    if \((.*?)\) \{\n(.*?)^    \}\n", note, self.functions["eval_nba"],
                      flags=re.DOTALL | re.MULTILINE)
        if rest.strip():
            fail(f"{self.root} has a step for every edge: {rest}")
        return steps

    def _only(self, end, names):
        """Of these names the one that ends like this, or None."""
        end = end.replace(".", "__DOT__")
        found = [name for name in names if name == end or name.endswith("__DOT__" + end)]
        found = [name for name in found if "__Vdly" not in name and "__Vfunc" not in name]
        return found[0] if len(found) == 1 else None

    def scalar(self, end):
        """The one signal of at most 64 bits whose name ends like this, or None."""
        return self._only(end, self.scalars)

    def wide(self, end):
        """The same of more bits."""
        return self._only(end, self.wides)


def copies(model):
    """Copies of the edge for sets of clocks: pairs of the names and the C++."""
    # A weight stream runs in most cycles: tables are built and results written beside it now and then.
    beside = [name for name in ("clk_build", "clk_results") if model.clock(name)]
    sets = [("clk_i", "clk_trit", *some) for some in (beside, *([name] for name in beside), ())]
    if model.clock("clk_f16"):
        sets.append(("clk_i", "clk_f16"))
    return {names: model.bits(*names) for names in dict.fromkeys(sets)}


def edge(model, kind, name, parameters, clocks):
    """A function that takes an edge with the clocks of the word `clocks`."""
    text = f"static __attribute__((noinline)) {kind} {name}({model.root}* vlSelf{parameters}) {{\n{clocks}"
    for numbers, statements in model.steps:
        text += f"  if (clocks & {numbers}u) {{\n{statements}  }}\n"
    return text + "}\n"


def dispatch(model, calms):
    """The function for calm cycles, one after the other. The copy that took the last edge found this
    one calm for itself, so what tells them apart will do."""
    print(f"static bool trine_calm({model.root}* vlSelf, const Beat* __restrict& beat, unsigned& left) {{")
    for test, copy in calms:
        if test:
            print(f"  if ({test}) return {copy.name}(vlSelf, beat, left);")
    print("  return false;\n}")
    print(f"""unsigned {model.root}___stream({model.root}* vlSelf, const void* data, unsigned most, bool& calm) {{
  const Beat* __restrict beat = static_cast<const Beat*>(data);
  unsigned left = most;
  while (calm && left > 0) calm = trine_calm(vlSelf, beat, left);
  return most - left;
}}""")


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    data = sys.argv[2] if len(sys.argv) == 3 else "m_axi_rdata_i"
    model = Model(sys.argv[1], data)
    # A beat may lie anywhere in memory.
    word = model.scalars.get(data, "IData")
    print(f"""using Beat __attribute__((may_alias, aligned(1))) = {word};
// Words of a beat, and how many lie ahead of it where memory is asked for more.
constexpr unsigned kBeat = sizeof({model.root}::{data}) / sizeof(Beat);
constexpr unsigned kAhead = 2048 / sizeof(Beat);""")
    print(edge(model, "void", "trine_edge_of", ", const unsigned clocks", ""), end="")
    sets = copies(model)
    for bits in sets.values():
        print(edge(model, "void", f"trine_edge_{bits}", "", f"  const unsigned clocks = {bits}u;\n"),
              end="")
    try:
        calms = calm_copies(model)
    except ValueError as error:
        fail(error)
    # What all of them know is tested once.
    entries = [(copy, copy.conditions()) for _, copy in calms]
    common = [condition for condition in entries[0][1]
              if all(condition in others for _, others in entries)] if entries else []
    entries = [(copy, copy.tests([condition for condition in conditions if condition not in common]))
               for copy, conditions in entries]
    for _, copy in calms:
        print(copy.function())
    for name in sorted({name for _, copy in calms for name in copy.missing}):
        print(f"// Not in this model: {name}")
    dispatch(model, calms)
    print(f"bool {model.root}___edge({model.root}* vlSelf, bool inputs, bool calm) {{")
    print(f"  const Beat* __restrict beat = reinterpret_cast<const Beat*>(&vlSelf->{data});")
    print("  unsigned left = 1;")
    # Such data goes to registers only; otherwise it would be an input that changes in every cycle.
    if data in model.functions.get("ico_sequent__TOP__0", ""):
        print("  inputs = true;")
    if calms:
        print("  if (calm && !inputs) return trine_calm(vlSelf, beat, left);")
    print(f"""  if (inputs) {{
    vlSelf->__VicoTriggered.at(0U) = 1U;
    {model.root}___eval_ico(vlSelf);
  }}""")
    if entries:
        print(f"  if ({calms[0][1].tests(common)}) {{")
        for copy, tests in entries:
            print(f"    if ({tests}) return {copy.name}(vlSelf, beat, left);")
        print("  }")
    print(f"  unsigned clocks = {model.bits('clk_i')}u;")
    for clock, bit in model.triggers.items():
        if clock != "clk_i":
            print(f"  clocks |= unsigned{{vlSelf->{clock}}} << {bit};")
    print("  switch (clocks) {")
    for bits in sets.values():
        print(f"    case {bits}u: trine_edge_{bits}(vlSelf); break;")
    print("    default: trine_edge_of(vlSelf, clocks);\n  }\n  return false;\n}")


if __name__ == "__main__":
    main()
