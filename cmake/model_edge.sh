#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# model_edge.sh MODEL [DATA]: in the folder of a model with `ClockGates` = 2 that Verilator 5.006 wrote,
# prints the C++ of MODEL___024root___edge(root, inputs): one rising edge in a single step
# (sim/clock_edges.h). DATA: the input that is new in most cycles (m_axi_rdata_i).
#
# The body is that of Verilator's eval_nba() with the triggers as bits of one word instead of flags in
# memory. So the compiler tests several at once, and makes copies without any test for the clocks that
# run while a weight stream does.
set -euo pipefail
root=$1___024root
data=${2:-m_axi_rdata_i}

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
# The clocks with these names, signals or inputs, as lines "NUMBER CLOCK" of $triggers.
named() {
  local IFS='|'
  grep -E "( |__DOT__)($*)(_i)?\$" <<< "$triggers" || true
}
# The same as the bits of a word.
bits() {
  local number clock mask=0
  while read -r number clock; do mask=$((mask | 1 << number)); done < <(named "$@")
  echo "${mask}u"
}
# C++: none of the clocks runs, apart from those with these names.
no_other() {
  local number clock text=0
  while read -r number clock; do
    if ! named "$@" | grep -q "^$number "; then text+=" | vlSelf->$clock"; fi
  done <<< "$triggers"
  echo "!($text)"
}
edge=$(body "$1" eval_nba | sed -E 's/vlSelf->__VnbaTriggered\.at\((\w+)U\)/((clocks >> \1) \& 1u)/g')
# The edge when the clocks with these names run.
copy() {
  cat << END
static __attribute__((noinline)) void trine_edge_$(bits "$@")($root* vlSelf) {
  const unsigned clocks = $(bits "$@");
$edge
END
}
# C++: runs the copy for the clocks with these names if those of them behind the first two do.
run_copy() {
  local name text=true
  for name in "${@:3}"; do text+=" && vlSelf->$(named "$name" | cut -d' ' -f2)"; done
  echo "    if ($text) return trine_edge_$(bits "$@")(vlSelf);"
}

cat << END
static __attribute__((noinline)) void trine_edge_of($root* vlSelf, const unsigned clocks) {
$edge
END
# A weight stream runs in most cycles: tables are built and results written beside it now and then.
beside=(clk_build)
if [[ -n $(named clk_results) ]]; then beside+=(clk_results); fi
sets=("${beside[*]}" "${beside[@]}" "")
if [[ ${#beside[@]} == 1 ]]; then sets=("${beside[@]}" ""); fi
for set in "${sets[@]}"; do
  read -r -a names <<< "$set"
  copy clk_i clk_trit "${names[@]}"
done
if [[ -n $(named clk_f16) ]]; then copy clk_i clk_f16; fi
echo "void ${root}___edge($root* vlSelf, bool inputs) {"
# Such data goes to registers only; otherwise it would be an input that changes in every cycle.
if body "$1" ico_sequent__TOP__0 | grep -q "$data"; then echo "  inputs = true;"; fi
cat << END
  if (inputs) {
    vlSelf->__VicoTriggered.at(0U) = 1U;
    ${root}___eval_ico(vlSelf);
  }
  if (vlSelf->$(named clk_trit | cut -d' ' -f2) && $(no_other clk_i clk_trit "${beside[@]}")) {
END
for set in "${sets[@]}"; do
  read -r -a names <<< "$set"
  run_copy clk_i clk_trit "${names[@]}"
done
echo "  }"
echo "  unsigned clocks = $(bits clk_i);"
while read -r number clock; do
  if [[ $clock != clk_i ]]; then echo "  clocks |= unsigned{vlSelf->$clock} << $number;"; fi
done <<< "$triggers"
if [[ -n $(named clk_f16) ]]; then
  echo "  if (clocks == $(bits clk_i clk_f16)) return trine_edge_$(bits clk_i clk_f16)(vlSelf);"
fi
echo "  trine_edge_of(vlSelf, clocks);"
echo "}"
