#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# model_edge.sh MODEL: in the folder of a model of the fast core that Verilator 5.006 wrote, prints
# the C++ of MODEL___024root___edge(root, inputs): one rising edge in a single step (sim/clock_edges.h).
#
# The body is that of Verilator's eval_nba() with the triggers as bits of one word instead of flags in
# memory. So the compiler tests several at once, and makes a copy without any test for the clocks that
# run while a weight stream does.
set -euo pipefail
root=$1___024root

# The text of the function whose name ends in $1, without its first line and its debugging output.
body() {
  cat -- "$1"*.cpp | sed -n "/^void ${root}___$2(.*{\$/,/^}/p" |
    sed -e 1d -e '/VL_DEBUG/d' -e '/Prevent unused/d' -e '/Syms/d' -e '/\/\/ Body/d' -e '/^#/,/^#endif/d'
}

triggers=$(body "$1" eval_triggers__act | tr -d '\n' | tr ';' '\n' | sed -n -E \
  's/^.*__VactTriggered\.at\((\w+)U\) *= *\(\(IData\)\(vlSelf->(\w+)\) *& *\(~ \(IData\)\(vlSelf->__Vtrigrprev__TOP__\2\)\)\).*$/\1 \2/p')
flags=$(grep -o -E -m1 '__VactTriggered;|VlTriggerVec<[0-9]+> __VactTriggered' "$root.h" | grep -o -E '[0-9]+')
if [[ $(wc -l <<< "$triggers") != "$flags" ]]; then
  echo "model_edge.sh: $1 has a trigger that is no rising edge of a clock" >&2
  exit 1
fi
if body "$1" eval_act | grep -q '[^ }]'; then
  echo "model_edge.sh: $1 has clocks that follow from an edge" >&2
  exit 1
fi
# The bits of the clocks with these names.
bits() {
  local name mask=0 number clock
  for name in "$@"; do
    while read -r number clock; do
      if [[ $clock == "$name" || $clock == *__DOT__"$name" ]]; then mask=$((mask | 1 << number)); fi
    done <<< "$triggers"
  done
  echo "${mask}u"
}

echo "static inline __attribute__((always_inline)) void trine_edge_of($root* vlSelf, const unsigned clocks) {"
body "$1" eval_nba | sed -E 's/vlSelf->__VnbaTriggered\.at\((\w+)U\)/((clocks >> \1) \& 1u)/g'
echo "void ${root}___edge($root* vlSelf, bool inputs) {"
# Read data goes to registers only; otherwise it would be an input that changes in every cycle.
if body "$1" ico_sequent__TOP__0 | grep -q m_axi_rdata_i; then echo "  inputs = true;"; fi
echo "  if (inputs) {"
echo "    vlSelf->__VicoTriggered.at(0U) = 1U;"
echo "    ${root}___eval_ico(vlSelf);"
echo "  }"
echo "  unsigned clocks = 0;"
while read -r number clock; do
  if [[ $clock == clk_i ]]; then echo "  clocks |= 1u << $number;"
  else echo "  clocks |= unsigned{vlSelf->$clock} << $number;"; fi
done <<< "$triggers"
for hot in "$(bits clk_i clk_trit)" "$(bits clk_i clk_f16)"; do
  echo "  if (clocks == $hot) return trine_edge_of(vlSelf, $hot);"
done
echo "  trine_edge_of(vlSelf, clocks);"
echo "}"
