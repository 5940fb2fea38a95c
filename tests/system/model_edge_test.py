#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""model_edge_test.py SCRIPT [EDGE]: what cmake/model_edge.py makes of a model of three signals, and what
it refuses; that EDGE, of the core of 16 groups, has all signals that a calm cycle is known by."""
import os
import subprocess
import sys
import tempfile
import unittest

SCRIPT = os.path.abspath(sys.argv[1])
EDGE = os.path.abspath(sys.argv[2]) if len(sys.argv) > 2 else None

HEADER = """VL_IN8(clk_i,0,0); VL_IN8(rst_ni,0,0); VL_INW(m_axi_rdata_i,511,0,16);
CData/*0:0*/ top__DOT__clk_trit; IData/*31:0*/ top__DOT__count_q; IData/*31:0*/ __Vdly__top__DOT__count_q;
VlTriggerVec<2> __VactTriggered;
"""
BODIES = {
    "eval_triggers__act": """
    vlSelf->__VactTriggered.at(0U) = ((IData)(vlSelf->clk_i)
        & (~ (IData)(vlSelf->__Vtrigrprev__TOP__clk_i)));
    vlSelf->__VactTriggered.at(1U) = ((IData)(vlSelf->top__DOT__clk_trit)
        & (~ (IData)(vlSelf->__Vtrigrprev__TOP__top__DOT__clk_trit)));
""",
    "eval_act": "",
    "ico_sequent__TOP__0": "    vlSelf->top__DOT__clk_trit = vlSelf->rst_ni;\n",
    "nba_sequent__TOP__0": """    vlSelf->__Vdly__top__DOT__count_q = vlSelf->top__DOT__count_q;
    if (vlSelf->rst_ni) {
        vlSelf->__Vdly__top__DOT__count_q = ((IData)(1U) + vlSelf->top__DOT__count_q);
    }
    vlSelf->top__DOT__count_q = vlSelf->__Vdly__top__DOT__count_q;
""",
    "eval_nba": """    if (vlSelf->__VnbaTriggered.at(1U)) {
        Vx___024root___nba_sequent__TOP__0(vlSelf);
    }
""",
}


def run(bodies, header=HEADER):
    """The script's exit status, output and errors for a model of these functions."""
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "Vx___024root.h"), "w", encoding="utf-8") as file:
            file.write(header)
        with open(os.path.join(folder, "Vx_0.cpp"), "w", encoding="utf-8") as file:
            for name, body in bodies.items():
                file.write(f"void Vx___024root___{name}(Vx___024root* vlSelf) {{\n{body}}}\n")
        return subprocess.run([sys.executable, SCRIPT, "Vx"], cwd=folder, capture_output=True, text=True,
                              check=False)


class ModelEdge(unittest.TestCase):
    def refuses(self, bodies, text):
        result = run(bodies)
        self.assertEqual(result.returncode, 1, result)
        self.assertIn(text, result.stderr)

    def test_calm_copy_knows_its_signals(self):
        result = run(BODIES)
        self.assertEqual(result.returncode, 0, result.stderr)
        copy = result.stdout[result.stdout.index("bool trine_edge_calm("):]
        copy = copy[:copy.index("\n}\n")]
        self.assertIn("CData calm_rst_ni = 1;", copy)
        self.assertIn("if (calm_rst_ni) {", copy)
        self.assertIn("vlSelf->top__DOT__count_q = calm___Vdly__top__DOT__count_q;", copy)
        self.assertNotIn("vlSelf->__Vdly", copy)
        self.assertIn("// Not in this model: u_dispatch.state_q", result.stdout)

    def test_variables_of_a_block(self):
        """Are variables of the copy, unless they are read before they are written."""
        header = HEADER + "IData/*31:0*/ top__DOT__unnamedblk1__DOT__sum; IData/*31:0*/ top__DOT__unnamedblk1__DOT__bits;\n"
        step = BODIES["nba_sequent__TOP__0"] + """    if (vlSelf->rst_ni) {
        vlSelf->top__DOT__unnamedblk1__DOT__sum = vlSelf->top__DOT__count_q;
        vlSelf->top__DOT__unnamedblk1__DOT__bits = ((2U & vlSelf->top__DOT__unnamedblk1__DOT__bits)
            | vlSelf->top__DOT__unnamedblk1__DOT__sum);
    }
"""
        result = run(BODIES | {"nba_sequent__TOP__0": step}, header)
        self.assertEqual(result.returncode, 0, result.stderr)
        copy = result.stdout[result.stdout.index("bool trine_edge_calm("):]
        copy = copy[:copy.index("\n}\n")]
        self.assertIn("calm_top__DOT__unnamedblk1__DOT__sum = vlSelf->top__DOT__count_q;", copy)
        self.assertNotIn("vlSelf->top__DOT__unnamedblk1__DOT__sum", copy)
        self.assertIn("vlSelf->top__DOT__unnamedblk1__DOT__bits =", copy)

    def test_stream_reads_beats_where_they_lie(self):
        step = BODIES["nba_sequent__TOP__0"] + "    vlSelf->top__DOT__count_q = vlSelf->m_axi_rdata_i[3U];\n"
        result = run(BODIES | {"nba_sequent__TOP__0": step})
        copy = result.stdout[result.stdout.index("bool trine_edge_calm("):]
        copy = copy[:copy.index("\n}\n")]
        self.assertIn("beat[3U]", copy)
        self.assertNotIn("m_axi_rdata_i", copy)

    def test_refuses_what_is_no_edge(self):
        falls = BODIES["eval_triggers__act"].replace("((IData)(vlSelf->clk_i)", "((~ (IData)(vlSelf->clk_i))")
        self.refuses(BODIES | {"eval_triggers__act": falls}, "a trigger that is no rising edge of a clock")

    def test_refuses_clocks_that_follow(self):
        self.refuses(BODIES | {"eval_act": "    vlSelf->top__DOT__clk_trit = vlSelf->clk_i;\n"},
                     "clocks that follow from an edge")

    def test_refuses_other_steps(self):
        self.refuses(BODIES | {"eval_nba": BODIES["eval_nba"].replace("at(1U)", "at(1U) & vlSelf->rst_ni")},
                     "a step with the condition")
        self.refuses(BODIES | {"eval_nba": BODIES["eval_nba"] + "    vlSelf->top__DOT__count_q = 0U;\n"},
                     "a step for every edge")

    def test_refuses_other_changes(self):
        step = BODIES["nba_sequent__TOP__0"] + "    vlSelf->top__DOT__count_q += 1U;\n"
        self.refuses(BODIES | {"nba_sequent__TOP__0": step}, "by something else than an assignment")

    @unittest.skipUnless(EDGE, "no core")
    def test_core_has_all_signals(self):
        with open(EDGE, encoding="utf-8") as file:
            text = file.read()
        self.assertNotIn("// Not in this model", text)
        # A token's streams are calm in each of these ways.
        for kind in ("calm", "deep", "waiting", "halves", "busy", "busy_halves"):
            self.assertIn(f" bool trine_edge_{kind}(", text)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
