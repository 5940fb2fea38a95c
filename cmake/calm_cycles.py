# SPDX-License-Identifier: Apache-2.0
"""Copies of a model's edge for the calm cycles of a weight stream (model_edge.py).

Most cycles of a stream are calm: a beat comes and one goes, nothing else begins or ends, as CALM says
signal by signal. Their copy has these values as constants, so that the compiler drops what follows from
them; it tells whether the next cycle is calm, too, which it mostly knows by then, and takes it. Streams of
a token are calm in other ways as well, each with a copy of its own: the job behind is ready and waits, or
weights are FP16, or something small happens beside the stream.
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
m_axi_wvalid_o 0
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
u_core.__Vcellinp__u_profile__events_i 67
record_start 0
record_valid 0
record_done 0
u_control.turn_begins 0
u_profile.taken_q 0
m_axi_rresp_i 0
u_read_path.error_q 0
u_beat_router.pop 0
u_write_path.beat_valid 0
u_write_path.part_ready 0
u_write_dma.fill_q 0
u_write_dma.open 0
u_write_dma.push 0
u_core.write_valid 0
u_units.attention_write_valid 0
u_units.vector_nonfinite 0
u_transfer_unit.load_done 0
u_transfer_unit.store_valid 0
u_load_unit.left_q 0
u_load_unit.high_q 0
u_codebook_loader.take 0
u_codebook_loader.bad 0
u_matrix_unit.bad_codebook 0
u_matrix_unit.__Vcellinp__u_codebook_loader__start_i 0
u_matvec.bad_weight 0
u_matvec.bad_set_byte 0
u_matvec.bad_tail 0
u_matvec.overflow 0
u_matvec.f16_acc 0
u_matvec.f16_ready 0
u_banks.nonfinite 0
u_bank.quantizing_q 0
u_bank.u_writer.finished_q 0
u_bank.u_writer.high_q 0
u_bank.u_writer.high_valid_q 0
u_bank.u_writer.past_q 0
u_f16.active_q 0
u_f16.hold 0
u_f16.last_beat_q 0
u_f16.padding_q 0
u_f16.row_end_q 0
u_trit.bad_bytes 0
u_trit.bad_tail 0
u_trit.u_front.u_walk.active_q 1
u_trit.u_back.u_walk.active_q 1
u_builder.mark 0
u_builder.mark_q 0
u_builder.mark_q2 0
u_builder.flag_q 0
u_builder.pending_q 0
"""

# What else the copy for the deepest weights knows, 4 trits each: a beat has all planes of its rows, and
# the fourth counts three times. The job of a core or of the engine alone.
PLANES = """
u_front.sub_q 0
u_front.last_sub 1
u_front.weight_q 1
u_front.weight_q2 1
u_gearbox.low_valid_q 1
u_back.lane_d 0
u_back.entry_row_q 0
"""
DEEP = tuple(f"{job}>>42&7 4\n{beat}>>6&3 1{PLANES}" for job, beat in (("u_matvec.trit_job", "u_trit.beat"),
                                                                     ("job_i", "beat")))

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
u_matvec.f16_acc -
u_matvec.f16_ready -
u_f16.active_q -
u_f16.hold -
u_f16.last_beat_q -
u_f16.padding_q -
u_f16.row_end_q -
u_trit.u_front.u_walk.active_q -
u_trit.u_back.u_walk.active_q -
"""
# What comes now and then beside any of these: a burst is asked for, a result is written, the host reads a
# register.
BESIDE = """
u_dma.issue -
u_answers.pop -
m_axi_arvalid_o -
u_row_reader.asked -
u_read_path.__Vcellinp__gen_one.u_dma__job_valid_i -
u_units.matvec_write_valid -
u_vector_memory.gen_bank__BRA__0__KET__.write_q -
s_axil_arvalid_i -
s_axil_rvalid_o -
u_registers.read -
u_registers.read_low -
u_registers.read_high -
u_registers.moved_q -
"""


class Calm:
    """A copy of the edge for calm cycles of a weight stream: `more` is known of those that it is for, the
    clocks `running` run in them, and of `maybe` some."""

    # Clocks that may run in any of them: counting for a profile is one.
    MAYBE = ("clk_build", "clk_results", "clk_profile")
    # A signal, or a word of one, those that Verilator writes anew at each edge before it reads them, and
    # variables of a block, which it does the same with unless they are written bit by bit.
    SIGNAL = r"vlSelf->(\w+(?:\[\d+\])?)"
    TEMPORARY = r"__Vdly|__Vfunc_"
    BLOCK = r"\w+__DOT__unnamedblk\d+__DOT__"

    def __init__(self, model, name, more, running, maybe=()):
        self.model = model
        self.name = name
        self.next = [self]          # Copies that may follow this one without another test.
        self.running = ("clk_i", *running)
        self.maybe = (*self.MAYBE, *maybe)
        self.missing = []
        self.values = {}            # Of signals.
        self.parts = []             # Of signals: name, the part in C++ with {} for it, value.
        for line in filter(None, (CALM + more).split("\n")):
            self._condition(*line.split())
        if self.values:
            always, maybe = model.bits(*self.running), model.bits(*self.maybe)
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
        always, maybe = self.model.bits(*self.running), self.model.bits(*self.maybe)
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
        beat = "(*beat)" if self.model.data in self.model.scalars else "beat"
        return re.sub(rf"vlSelf->{self.model.data}\b", beat, "".join(text))

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
                first = match[3] and match[2] not in seen
                if (first and (depths == [False, False] or re.match(self.BLOCK, match[2])) or
                        re.match(self.TEMPORARY, match[2])):
                    local.add(match[2])
                seen.add(match[2])
        return {name for name in local if name in self.types}

    @staticmethod
    def _variable(name):
        return "calm_" + re.sub(r"\W+", "_", name)

    def conditions(self):
        """Signals, the part in C++ with {} for each, values."""
        return [(name, "{}", value) for name, value in self.values.items()] + self.parts

    def tests(self, conditions, local=False):
        """C++: these hold in the cycle that comes, by the model's signals or by the variables for them."""
        def signal(name):
            return self._variable(name) if local and name in self.local else f"vlSelf->{name}"
        zeros = [signal(name) for name, part, value in conditions if (part, value) == ("{}", "0")]
        # Of the model's signals, most cycles that are not calm are known by one of the first few.
        step = len(zeros) or 1 if local else 16
        tests = [f"{part.format(signal(name))} == {value}" for name, part, value in conditions
                 if (part, value) != ("{}", "0")]
        tests += ["!(" + " | ".join(zeros[i:i + step]) + ")" for i in range(0, len(zeros), step)]
        return " &&\n      ".join(tests) or "true"

    def function(self):
        """The copy, for up to `left` cycles, whose beats lie one behind the other; it returns whether the
        next one is calm, too."""
        def assign_both(match):
            name = match[1]
            if name not in self.local:
                return match[0]
            own = re.match(f"{self.TEMPORARY}|{self.BLOCK}", name)
            if match[2] and not own and name not in self.values:
                return f"vlSelf->{name} = {self._variable(name)} ="
            return self._variable(name) + (match[2] or "")
        text = (f"static __attribute__((noinline)) bool {self.name}({self.model.root}* vlSelf, "
                "const Beat* __restrict& beat, unsigned& left) {\n  for (;;) {\n")
        text += "  unsigned clocks = 0;\n"
        for name in filter(None, map(self.model.clock, self.maybe)):
            text += f"  clocks |= unsigned{{vlSelf->{name}}} << {self.model.triggers[name]};\n"
        for name in sorted(self.local):
            value = self.values.get(name, f"vlSelf->{name}" if name in {p[0] for p in self.parts} else "0")
            text += f"  {self.types[name]} {self._variable(name)} = {value};\n"
        for name, part, value in self.parts:
            signal = self._variable(name) if name in self.local else f"vlSelf->{name}"
            text += f"  if ({part.format(signal)} != {value}) __builtin_unreachable();\n"
        text += re.sub(self.SIGNAL + r"(\s*=(?!=))?", assign_both, self.text)
        # Streams are read once and come from memory; bursts mostly follow each other there.
        text += "  beat += kBeat;\n  --left;\n  __builtin_prefetch(beat + kAhead);\n"
        for copy in self.next:
            text += (f"  if ({self.tests(copy.conditions(), True)}) {{\n"
                     "    if (left == 0) return true;\n    continue;\n  }\n")
        # Until here the signals of CALM have the values that they had.
        for name in re.findall(self.SIGNAL + r"\s*=(?!=)", self.text):
            if name in self.values and name in self.local:
                self.local.remove(name)
                text += f"  vlSelf->{name} = {self._variable(name)};\n"
        return text + "  return false;\n  }\n}\n"


def calm_copies(model):
    """Copies for calm cycles: pairs of what tells one from those behind it, in C++, or None where that
    takes all that it knows, and the copy."""
    deep = DEEP[model.scalar("job_i") == "job_i"]
    kinds = [("deep", deep, ["clk_trit"], []), ("calm", "", ["clk_trit"], [])]
    if model.scalar("u_core.read_valid"):
        either = WAITING + "u_core.read_valid -" + BESIDE
        kinds = [("waiting", WAITING, ["clk_trit"], []), *kinds, ("busy", either, ["clk_trit"], ["clk_bus"])]
    if model.clock("clk_rest") and model.clock("clk_f16"):
        kinds.insert(0, ("halves", HALVES, ["clk_f16"], []))
        kinds.append(("busy_halves", HALVES + BESIDE, ["clk_f16"], ["clk_bus"]))
    copies_of = {kind: Calm(model, f"trine_edge_{kind}", *about) for kind, *about in kinds}
    # A model without any of these signals has no calm cycles.
    if not copies_of["calm"].values:
        return []
    known = set(copies_of["calm"].conditions())
    # Without the job's signal nothing tells the deepest weights from others.
    if set(copies_of["deep"].conditions()) == known:
        del copies_of["deep"]
    for kind, followers in {"busy": ("waiting", "deep"), "busy_halves": ("halves",)}.items():
        if kind in copies_of:
            copies_of[kind].next = [copies_of[name] for name in followers if name in copies_of]

    def test(kind, copy):
        if kind == "halves":
            return f"vlSelf->{model.clock('clk_f16')}"
        if kind == "waiting":
            return f"vlSelf->{model.scalar('u_core.read_valid')}"
        if kind.startswith("busy"):
            return None
        return copy.tests([condition for condition in copy.conditions() if condition not in known])
    return [(test(kind, copy), copy) for kind, copy in copies_of.items()]
