#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the C++ of one rising edge of a model in a single step (sim/clock_edges.h).

model_edge.py MODEL [DATA]: in the folder of a model with `ClockGates` = 2 that Verilator 5.006 wrote,
prints MODEL___024root___edge(root, inputs, calm). DATA: the input that is new in most cycles
(m_axi_rdata_i).

The body is that of Verilator's eval_nba() with the triggers as bits of one word instead of flags in
memory. So the compiler tests several at once, and makes copies without any test for the clocks that
run while a weight stream does.

Most cycles of a stream are calm: a beat comes and one goes, nothing else begins or ends, as CALM says
signal by signal. Their copy has these values as constants, so that the compiler drops what follows from
them; it tells whether the next cycle is calm, too, which it mostly knows by then.
"""
import glob
import re
import sys

# Signals by the end of their names, and their values in a calm cycle. One that a core does not have,
# such as a part that depends on its read ports, is left out; tests see to it that the core of 16
# groups has them all. They decide how fast a model is, never what it does: any other cycle takes the
# usual way.
CALM = """
rst_ni 1
trine_top.fault_valid 0
u_core.flush 0
u_bus_watch.fails 0
m_axi_arvalid_o 0
m_axi_rvalid_i 1
u_registers.ones 0
u_registers.read 0
u_registers.soft_reset 0
u_registers.fault 0
u_counters.carry_q 0
u_registers.read_low 0
u_registers.read_high 0
trine_top.start 0
trine_top.clear 0
trine_top.abort 0
u_dma.__Vcellinp__u_fifo__rst_ni 1
u_fetch.__Vcellinp__u_fifo__rst_ni 1
u_clock_build.gen_gate.gen_after.left_q 0
u_beat_count.left_q 0
u_row_reader.left_q 0
u_dma.issue 0
u_answers.pop 0
u_answers.take 1
u_answers.stale_q 0
u_beat_router.advance 0
u_beat_router.push 0
u_beat_router.valid_q 1
u_beat_router.reader_q 3
u_beat_router.mine 1
u_units.matvec_write_valid 0
u_units.__Vcellinp__u_vector_memory__unit_write_valid_i 0
u_units.transfer_write_valid 0
u_units.matvec_read_valid 0
u_units.vector_read_valid 0
u_units.attention_read_valid 0
u_transfer_unit.store_read_valid 0
u_column_unit.state_q 0
u_dispatch.state_q 3
u_retire.state_q 1
u_control.wakes 0
u_control.rests_q 1
u_core.unit_start[10]>>29 5
u_attention_unit.u_control.state_q 0
u_dma.u_fifo.push 1
u_dma.u_fifo.fetch 1
u_dma.u_fifo.out_full_q 1
u_core.read_gate&3 0
s_axil_awvalid_i 0
s_axil_wvalid_i 0
s_axil_arvalid_i 0
s_axil_bvalid_o 0
s_axil_rvalid_o 0
u_registers.aw_full_q 0
u_registers.w_full_q 0
u_registers.moved_q 0
u_read_path.book_valid 0
u_matrix_unit.book_valid 0
u_matrix_unit.book_busy 0
u_matvec.book_q 0
u_units.__Vcellinp__u_matrix_unit__start_valid_i 0
u_control.job_ready 0
u_control.list_valid 0
u_read_arbiter.data 0
u_read_path.__Vcellinp__u_row_reader__valid_i 0
u_read_path.__Vcellinp__gen_one.u_dma__job_valid_i 0
u_row_reader.more 0
u_core.read_valid 0
u_bus_watch.counts 0
u_bus_watch.waits 0
u_bus_watch.tick 0
u_bus_watch.timer_q 0
u_bus_watch.late_q 0
m_axi_awvalid_o 0
u_write_dma.left_q 0
u_write_dma.burst_q 0
u_load_unit.active_q 0
u_load_unit.step_q 0
u_transfer_unit.column_done 0
u_transfer_unit.store_done 0
u_units.vector_done 0
u_units.attention_done 0
u_attention_unit.attention_start 0
u_banks.done 0
command_done_o 0
u_vector_memory.gen_bank__BRA__0__KET__.write_q 0
u_matvec.trit_runs 1
u_beat_router.moves 1
u_control.__Vcellinp__u_beat_count__used_i 1
u_control.counted 1
u_words.gen_cut.index_q 0
u_registers.__Vcellinp__u_counters__events_i 7
u_matvec.__Vcellinp__u_trit__start_i 0
"""


def fail(text):
    sys.exit(f"model_edge.py: {text}")


class Model:
    """What Verilator wrote about a model, in the current folder."""

    def __init__(self, name):
        self.root = name + "___024root"
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


# What else the copy for the deepest weights knows: 4 trits each. The job of a core or of the engine alone.
DEEP = ("u_matvec.trit_job>>42&7 4", "job_i>>42&7 4")


class Calm:
    """A copy of the edge for calm cycles of a weight stream; `more` is known of those that it is for."""

    # Clocks that run in all of them, and those that may.
    ALWAYS, MAYBE = ("clk_i", "clk_trit"), ("clk_build", "clk_results")
    # A signal, or a word of one, and those that Verilator writes anew at each edge before it reads them.
    SIGNAL = r"vlSelf->(\w+(?:\[\d+\])?)"
    TEMPORARY = r"__Vdly|__Vfunc_"

    def __init__(self, model, name, more=""):
        self.model = model
        self.name = name
        self.missing = []
        self.values = {}            # Of signals.
        self.parts = []             # Of signals: name, the part in C++ with {} for it, value.
        for line in (CALM + more).strip().split("\n"):
            self._condition(*line.split())
        if self.values:
            maybe = self.model.bits(*self.MAYBE)
            for clock, bit in model.triggers.items():
                if not 1 << bit & maybe and clock != "clk_i":
                    self.values[clock] = "1" if clock == model.clock("clk_trit") else "0"
        self.text = self._text()
        if re.search(r"vlSelf->[\w\[\]]+\s*(\+\+|--|[-+*|&^]=)|\breturn\b", self.text):
            fail(f"{model.root} changes a signal by something else than an assignment")
        self.types = dict(model.scalars)
        self._name_words()
        self.local = self._local()

    def _condition(self, end, value):
        match = re.fullmatch(r"([\w.]+?)(\[\d+\])?((?:(?:>>|&)\d+)*)", end)
        name = (self.model.wide if match[2] else self.model.scalar)(match[1])
        if name is None:
            self.missing.append(end)
        elif match[3]:
            self.parts.append((name + (match[2] or ""), f"({{}} {match[3]})", value))
        else:
            self.values[name + (match[2] or "")] = value

    def _text(self):
        """The steps of a calm cycle, functions in place of calls."""
        always, maybe = self.model.bits(*self.ALWAYS), self.model.bits(*self.MAYBE)
        text = []
        for clocks, statements in self.model.steps:
            if not clocks & (always | maybe):
                continue
            text.append("{\n" if clocks & always else f"if (clocks & {clocks & maybe}u) {{\n")
            for line in statements.splitlines():
                call = re.fullmatch(rf"\s*{self.model.root}___(\w+)\(vlSelf\);", line)
                text.append(f"{{ // {call[1]}\n{self.model.functions[call[1]]}}}\n" if call
                            else line + "\n")
            text.append("}\n")
        return "".join(text)

    def _name_words(self):
        """Of signals of more than 64 bits that are used word by word, each word is one."""
        word = r"\[(0x[0-9a-f]+|\d+)U\]"
        whole = set(re.findall(rf"vlSelf->(\w+)\b(?!{word})", self.text))
        wides = set(self.model.wides) - whole

        def name(match):
            if match[1] not in wides:
                return match[0]
            signal = f"{match[1]}[{int(match[2], 0)}]"
            self.types[signal] = "IData"
            return f"vlSelf->{signal}"
        self.text = re.sub(rf"vlSelf->(\w+){word}", name, self.text)

    def _local(self):
        """Signals for which a variable stands: their value is known from the start, or every calm
        cycle assigns them one before it reads them."""
        local = set(self.values) | {name for name, _, _ in self.parts}
        seen, depths = set(), []
        for match in re.finditer(rf"(if \(clocks & \d+u\) )?\{{|\}}|{self.SIGNAL}(?:\s*=(?!=)([^;]*);)?",
                                 self.text):
            if match[0] == "}":
                depths.pop()
            elif match[2] is None:
                depths.append(match[1] is not None)
            else:
                seen.update(re.findall(self.SIGNAL, match[3] or ""))
                first = match[3] and depths == [False, False] and match[2] not in seen
                if first or re.match(self.TEMPORARY, match[2]):
                    local.add(match[2])
                seen.add(match[2])
        return {name for name in local if name in self.types}

    @staticmethod
    def _variable(name):
        return "calm_" + re.sub(r"\W+", "_", name)

    def tests(self, local):
        """C++: the cycle that comes is calm, by the model's signals or by the variables for them."""
        def signal(name):
            return self._variable(name) if local and name in self.local else f"vlSelf->{name}"
        zeros = [signal(name) for name, value in self.values.items() if value == "0"]
        tests = ["!(" + " | ".join(zeros) + ")"]
        tests += [f"{signal(name)} == {value}" for name, value in self.values.items() if value != "0"]
        tests += [f"{part.format(signal(name))} == {value}" for name, part, value in self.parts]
        return " &&\n      ".join(tests)

    def function(self):
        """The copy; it returns whether the next cycle is calm, too."""
        def assign_both(match):
            name = match[1]
            if name not in self.local:
                return match[0]
            if match[2] and not re.match(self.TEMPORARY, name) and name not in self.values:
                return f"vlSelf->{name} = {self._variable(name)} ="
            return self._variable(name) + (match[2] or "")
        text = f"static __attribute__((noinline)) bool {self.name}({self.model.root}* vlSelf) {{\n"
        text += "  unsigned clocks = 0;\n"
        for name in filter(None, map(self.model.clock, self.MAYBE)):
            text += f"  clocks |= unsigned{{vlSelf->{name}}} << {self.model.triggers[name]};\n"
        for name in sorted(self.local):
            value = self.values.get(name, f"vlSelf->{name}" if name in {p[0] for p in self.parts} else "0")
            text += f"  {self.types[name]} {self._variable(name)} = {value};\n"
        for name, part, value in self.parts:
            signal = self._variable(name) if name in self.local else f"vlSelf->{name}"
            text += f"  if ({part.format(signal)} != {value}) __builtin_unreachable();\n"
        text += re.sub(self.SIGNAL + r"(\s*=(?!=))?", assign_both, self.text)
        text += f"  if ({self.tests(True)}) return true;\n"
        # Until here the signals of CALM have the values that they had.
        for name in re.findall(self.SIGNAL + r"\s*=(?!=)", self.text):
            if name in self.values and name in self.local:
                self.local.remove(name)
                text += f"  vlSelf->{name} = {self._variable(name)};\n"
        return text + "  return false;\n}\n"


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


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    model = Model(sys.argv[1])
    data = sys.argv[2] if len(sys.argv) == 3 else "m_axi_rdata_i"
    print(edge(model, "void", "trine_edge_of", ", const unsigned clocks", ""), end="")
    sets = copies(model)
    for bits in sets.values():
        print(edge(model, "void", f"trine_edge_{bits}", "", f"  const unsigned clocks = {bits}u;\n"),
              end="")
    calm = Calm(model, "trine_edge_calm")
    deep = Calm(model, "trine_edge_deep", DEEP[model.scalar("job_i") == "job_i"])
    deep_test = [f"{part.format('vlSelf->' + name)} == {value}" for name, part, value in deep.parts
                 if (name, part, value) not in calm.parts]
    take = "trine_edge_calm(vlSelf)"
    if deep_test:
        print(deep.function())
        take = f"{deep_test[0]} ? trine_edge_deep(vlSelf) : {take}"
    if calm.values:
        print(calm.function())
    for name in deep.missing:
        print(f"// Not in this model: {name}")
    print(f"bool {model.root}___edge({model.root}* vlSelf, bool inputs, bool calm) {{")
    # Such data goes to registers only; otherwise it would be an input that changes in every cycle.
    if data in model.functions.get("ico_sequent__TOP__0", ""):
        print("  inputs = true;")
    if calm.values:
        print(f"  if (calm && !inputs) return {take};")
    print(f"""  if (inputs) {{
    vlSelf->__VicoTriggered.at(0U) = 1U;
    {model.root}___eval_ico(vlSelf);
  }}""")
    if calm.values:
        print(f"  if ({calm.tests(False)}) return {take};")
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
