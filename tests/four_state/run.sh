#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# tests/four_state/run.sh TOP TEST NETLIST FREE=[OUTPUT[=VALID],...]
#
# Runs the Yosys netlist of a module in Icarus Verilog from X at power-on, with the vectors that TEST
# (the test of the Verilated source) applies and the outputs that it saw. Its flip-flops tell an X on
# their enable (cells.v); memories are flip-flops. FREE: outputs that are not compared, or only
# while VALID is 1.
set -euo pipefail
top=$1 test=$2 netlist=$3 free=${4#FREE=}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
folder=$(dirname "$0")

TRINE_VECTOR_DIR=$work "$test" >"$work/test.log" || { cat "$work/test.log"; exit 1; }
yosys -q -p "read_verilog -sv $netlist; hierarchy -top $top; proc; memory; opt -fast; simplemap
  dfflegalize -cell \$_DFF_P_ x -cell \$_DFFE_PP_ x
  techmap -map $folder/map.v; opt_clean; write_verilog -noattr $work/dut.v"
clocks=$(sed -n 's/^  input \(clk[a-z_]*_i\);$/\1/p' "$work/dut.v" | tr '\n' ' ')
awk -v top="$top" -v free="${free//,/ }" -v clocks="$clocks" -f "$folder/bench.awk" \
  "$work/ports.txt" >"$work/bench.v"
iverilog -g2012 -s four_state_bench -o "$work/sim" "$work/dut.v" "$folder/cells.v" "$work/bench.v"

rows=0
for vectors in "$work"/*.vec; do
  vvp -n "$work/sim" +vectors="$vectors" >"$work/log"
  got=$(sed -n 's/^\([1-9][0-9]*\) rows, 0 errors$/\1/p' "$work/log")
  [ -n "$got" ] || { cat "$work/log"; exit 1; }
  rows=$((rows + got))
done
echo "$top: $rows cycles from X at power-on without a difference"
