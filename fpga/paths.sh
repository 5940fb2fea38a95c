#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# fpga/paths.sh [--check|--write]: the longest paths of the core's units by Yosys, as a table; --write puts
# it into fpga/paths.txt, --check compares it with that.
#
# Each unit is mapped alone for iCE40 HX, a device for which Yosys knows the delay of every cell, without
# multipliers of its own. `sta` adds the delays of cells from a register or an input to a register or an
# output; wires cost nothing. `ltp` counts the cells of the path with the most of them. So the numbers
# compare units and changes; what a device reaches is less.
set -euo pipefail
cd "$(dirname "$0")/.."
. fpga/tools.sh
mode=${1:-}
[[ $mode =~ ^(--check|--write)?$ ]] || { echo "usage: fpga/paths.sh [--check|--write]" >&2; exit 2; }
need_tools yosys
version=$(yosys -V | cut -d' ' -f2)

units=(
  "trine_fetch Groups=1 Ahead=8" "trine_check Groups=16" "trine_dispatch Groups=16" "trine_retire"
  "trine_read_dma Groups=1" "trine_write_dma Groups=1" "trine_load_unit Groups=1 VectorWords=2048"
  "trine_store_unit Groups=1 VectorWords=2048"
  "trine_table_builder Groups=1" "trine_trit_front" "trine_trit_back TileRows=64" "trine_row_gearbox Groups=1"
  "trine_scale_lookup Groups=1" "trine_trit_vector Groups=1 TileRows=64 BlockWidth=4"
  "trine_act_quantizer Groups=1" "trine_result_writer Groups=1"
  "trine_f16_sum"
  "trine_fp32_add" "trine_vector_sum"
)

out=build/fpga/paths
mkdir -p "$out"
{
  echo "read_verilog -sv -Irtl $(core_packages | tr '\n' ' ') $(core_modules | tr '\n' ' ')"
  echo "design -save all"
  for unit in "${units[@]}"; do
    read -r top parameters <<<"$unit"
    echo "design -load all"
    for p in $parameters; do echo "chparam -set ${p%%=*} ${p#*=} $top"; done
    echo "hierarchy -check -top $top
rename -top $top
proc
opt
wreduce
opt_clean
techmap -map fpga/techmap.v
synth_ice40 -device hx -abc9 -top $top
read_verilog -lib -specify -D ICE40_HX +/ice40/cells_sim.v
tee -q -o $out/$top.sta sta
tee -q -o $out/$top.ltp ltp -noff"
  done
} >"$out/paths.ys"
run_quietly "$out/yosys.log" yosys -s "$out/paths.ys"

{
  echo "# Written by fpga/paths.sh with Yosys $version: delays of cells alone, iCE40 HX."
  printf '%-22s %-34s %10s %7s\n' unit parameters "sta, ps" "cells"
  for unit in "${units[@]}"; do
    read -r top parameters <<<"$unit"
    delay=$(sed -nE 's/^Latest arrival time in .* is ([0-9]+):$/\1/p' "$out/$top.sta")
    cells=$(sed -nE 's/^Longest topological path in .*\(length=([0-9]+)\):$/\1/p' "$out/$top.ltp")
    [[ -n $delay && -n $cells ]] || { echo "fpga/paths.sh: $top has no path" >&2; exit 1; }
    printf '%-22s %-34s %10d %7d\n' "$top" "${parameters:--}" "$delay" "$cells"
  done
} >"$out/paths.txt"
case $mode in
  --write) cp "$out/paths.txt" fpga/paths.txt ;;
  --check)
    pinned=$(sed -nE '1s/.*Yosys ([0-9.]+[^ ]*):.*/\1/p' fpga/paths.txt)
    [ "$version" = "$pinned" ] || { echo "skipped: this is Yosys $version, the table is of $pinned" >&2; exit 77; }
    diff fpga/paths.txt "$out/paths.txt" || { echo "the paths have changed: fpga/paths.sh --write" >&2; exit 1; } ;;
  *) cat "$out/paths.txt" ;;
esac
