# SPDX-License-Identifier: Apache-2.0
"""Copies of a model's edge for the calm cycles of a weight stream (model_edge.py).

Most cycles of a stream are calm: a beat comes and one goes, nothing else begins or ends, as CALM says
signal by signal. Their copy has these values as constants, so that the compiler drops what follows from
them; it tells whether the next cycle is calm, too, which it mostly knows by then. Streams of a token
are calm in other ways as well, each with a copy of its own: the job behind is ready and waits, or weights
are FP16.
"""
import re

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
u_row_reader.asked 0
u_read_path.__Vcellinp__gen_one.u_dma__job_valid_i 0
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

# What else the copy for the deepest weights knows: 4 trits each. The job of a core or of the engine alone.
DEEP = ("u_matvec.trit_job>>42&7 4", "job_i>>42&7 4")

# What is not as CALM says while a read of the next commands, or of the list, waits for the end of this
# stream's: which of them, and for whom, is not known (-).
WAITING = DEEP[0] + """
u_core.read_valid 1
u_control.list_valid -
u_read_arbiter.data -
u_read_path.__Vcellinp__gen_one.u_dma__job_valid_i -
"""
# And in a stream of FP16 weights whose next rows are asked for: how many are left is not known.
HALVES = """
u_matvec.trit_runs 0
u_row_reader.left_q -
u_read_path.__Vcellinp__gen_one.u_dma__job_valid_i 1
"""


class Calm:
    """A copy of the edge for calm cycles of a weight stream: `more` is known of those that it is for, and
    the clocks `running` run in them."""

    # Clocks that may run in any of them: counting for a profile is one.
    MAYBE = ("clk_build", "clk_results", "clk_profile")
    # A signal, or a word of one, and those that Verilator writes anew at each edge before it reads them.
    SIGNAL = r"vlSelf->(\w+(?:\[\d+\])?)"
    TEMPORARY = r"__Vdly|__Vfunc_"

    def __init__(self, model, name, more="", running=("clk_trit",)):
        self.model = model
        self.name = name
        self.running = ("clk_i", *running)
        self.missing = []
        self.values = {}            # Of signals.
        self.parts = []             # Of signals: name, the part in C++ with {} for it, value.
        for line in filter(None, (CALM + more).split("\n")):
            self._condition(*line.split())
        if self.values:
            always, maybe = model.bits(*self.running), model.bits(*self.MAYBE)
            for clock, bit in model.triggers.items():
                if not 1 << bit & maybe and clock != "clk_i":
                    self.values[clock] = "1" if 1 << bit & always else "0"
        self.text = self._text()
        if re.search(r"vlSelf->[\w\[\]]+\s*(\+\+|--|[-+*|&^]=)|\breturn\b", self.text):
            raise ValueError(f"{model.root} changes a signal by something else than an assignment")
        self.types = dict(model.scalars)
        self._name_words()
        self.local = self._local()

    def _condition(self, end, value):
        match = re.fullmatch(r"([\w.]+?)(\[\d+\])?((?:(?:>>|&)\d+)*)", end)
        name = (self.model.wide if match[2] else self.model.scalar)(match[1])
        if name is None:
            self.missing.append(end)
        elif value == "-":
            self.values.pop(name, None)
        elif match[3]:
            self.parts.append((name + (match[2] or ""), f"({{}} {match[3]})", value))
        else:
            self.values[name + (match[2] or "")] = value

    def _text(self):
        """The steps of a calm cycle, functions in place of calls."""
        always, maybe = self.model.bits(*self.running), self.model.bits(*self.MAYBE)
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


def calm_copies(model):
    """Copies for calm cycles: pairs of what tells one from those behind it, in C++, and the copy."""
    deep = DEEP[model.scalar("job_i") == "job_i"]
    kinds = [("deep", deep, ["clk_trit"]), ("calm", "", ["clk_trit"])]
    if model.scalar("u_core.read_valid"):
        kinds.insert(0, ("waiting", WAITING, ["clk_trit"]))
    if model.clock("clk_rest") and model.clock("clk_f16"):
        kinds.insert(0, ("halves", HALVES, ["clk_f16"]))
    copies_of = {kind: Calm(model, f"trine_edge_{kind}", more, running) for kind, more, running in kinds}
    # A model without any of these signals has no calm cycles.
    if not copies_of["calm"].values:
        return []
    known = set(copies_of["calm"].parts)
    # Without the job's signal nothing tells the deepest weights from others.
    if set(copies_of["deep"].parts) == known:
        del copies_of["deep"]

    def test(kind, copy):
        if kind == "halves":
            return f"vlSelf->{model.clock('clk_f16')}"
        if kind == "waiting":
            return f"vlSelf->{model.scalar('u_core.read_valid')}"
        return " && ".join([f"{part.format('vlSelf->' + name)} == {value}"
                            for name, part, value in copy.parts if (name, part, value) not in known]) or "true"
    return [(test(kind, copy), copy) for kind, copy in copies_of.items()]
