# SPDX-License-Identifier: Apache-2.0
"""Copies of a model's edge for the calm cycles of a weight stream (model_edge.py).

Most cycles of a stream are calm: a beat comes and one goes, nothing else begins or ends, as
calm_signals.py says signal by signal. Their copy has these values as constants, so that the compiler
drops what follows from them; it tells whether the next cycle is calm, too, which it mostly knows by then,
and takes it. Streams of a token are calm in other ways as well, each with a copy of its own: the job
behind is ready and waits, or weights are FP16, or something small happens beside the stream.
"""
import re

from calm_signals import BESIDE, CALM, DEEP, HALVES, WAITING


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
