#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# tests/four_state/run.sh TOP TEST NETLIST FREE=[OUTPUT[=VALID],...] [ROWS]
#
# Runs the Yosys netlist of a module in Icarus Verilog from X at power-on, with the vectors that TEST
# (the test of the Verilated source) applies and the outputs that it saw. FREE: outputs that are not
# compared, or only while VALID is 1.
#
# Without ROWS the module becomes gates and flip-flops, memories too; flip-flops tell an X on their
# enable (cells.v), and 500 cycles of each of the test's first four models are run. With ROWS, for large
# modules, the netlist is one of words: registers and memories tell an X on their enables, memories
# also on the address of a write (words.awk), and so many cycles are run.
set -euo pipefail
top=$1 test=$2 netlist=$3 free=${4#FREE=} rows=${5:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
folder=$(dirname "$0")

TRINE_VECTOR_DIR=$work TRINE_VECTOR_ROWS=${rows:-500} "$test" >"$work/test.log" ||
  { cat "$work/test.log"; exit 1; }
if [ -z "$rows" ]; then
  yosys -q -p "read_verilog -sv $netlist; hierarchy -top $top; proc; memory; opt -fast; simplemap
    dfflegalize -cell \$_DFF_P_ x -cell \$_DFFE_PP_ x
    techmap -map $folder/map.v; opt_clean; write_verilog -noattr $work/dut.v"
else
  # A reset that a register has of its own and a choice among several would take X for 0.
  yosys -q -p "read_verilog -sv $netlist; hierarchy -top $top; proc; opt_clean; memory -nomap
    opt_dff; dffunmap -srst-only; pmuxtree; opt_clean
    write_verilog -noattr $work/words.v" 2>"$work/yosys.log" || { cat "$work/yosys.log"; exit 1; }
  awk -f "$folder/words.awk" "$work/words.v" >"$work/dut.v"
fi
clocks=$(sed -n 's/^  input \(clk[a-z_]*_i\);$/\1/p' "$work/dut.v" | tr '\n' ' ')
awk -v top="$top" -v free="${free//,/ }" -v clocks="$clocks" -f "$folder/bench.awk" \
  "$work/ports.txt" >"$work/bench.v"
iverilog -g2012 -s four_state_bench -o "$work/sim" "$work/dut.v" "$folder/cells.v" "$work/bench.v"

sum=0
for vectors in "$work"/*.vec; do
  vvp -n "$work/sim" +vectors="$vectors" >"$work/log"
  got=$(sed -n 's/^\([1-9][0-9]*\) rows, 0 errors$/\1/p' "$work/log")
  [ -n "$got" ] || { cat "$work/log"; exit 1; }
  sum=$((sum + got))
done
echo "$top: $sum cycles from X at power-on without a difference"
