#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# fpga/fmax.sh [UNIT...]: places and routes units of the core alone on an LFE5U-25F of the slowest grade, with
# registers at all their pins (fpga/pins.py), and prints a table: clock rate, LUTs, what the slowest path runs between.
# Without names: all units but `core`, the whole one, which fills the device (docs/resources.md) and is routed for half an
# hour or more. Each gets LIMIT seconds (7,200). SEED=N chooses the placement (1). Ends with 77 where nextpnr-ecp5 is
# missing.
set -euo pipefail
cd "$(dirname "$0")/.."
. fpga/tools.sh
need_tools yosys nextpnr-ecp5
core="Groups=1 TileRows=512 VectorWords=8192 MaxCols=2048"
declare -A units=(
  [core]="trine_top $core AttentionHeads=0 AddrWidth=32 ReadBursts=16 CounterWidth=40"
  [matrix]="trine_matrix_unit $core"
  [vector]="trine_vector_unit Groups=1 VectorWords=8192"
  [control]="trine_control Groups=1 VectorWords=8192 MaxCols=2048 AttentionHeads=0 AddrWidth=32"
  [memory]="trine_memory_path Groups=1 AddrWidth=32 ReadBursts=16"
  [transfer]="trine_transfer_unit Groups=1 VectorWords=8192 AddrWidth=32"
  [registers]="trine_registers $core AttentionHeads=0 CounterWidth=40"
)
# The whole core takes nine tenths of the device. Flip-flops of a slice share their enable, those of a tile of four slices
# their reset, and nextpnr 0.4 puts no pair of a LUT and its flip-flop where another pair is: with many small sets of
# enable and reset every tile has a set, other sets find none, and it looks without end. So enables of fewer than 8
# flip-flops and resets of fewer than 32 become LUTs. LUT5s, which take two LUTs of one slice, are left out, too.
control_sets="-mince 8 -minsrst 32"
# What synth_ecp5 of Yosys 0.23 asks for at this step.
# shellcheck disable=SC2016
flip_flops=$(printf -- ' -cell $_%s %s' DFF_?_ 01 DFF_?P?_ r SDFF_?P?_ r DFFE_??_ 01 DFFE_?P??_ r SDFFE_?P??_ r DLATCH_?_ x)
seed=${SEED:-1}
[ $# -gt 0 ] || set -- matrix vector control memory transfer registers
for name in "$@"; do
  [ -n "${units[$name]:-}" ] || { echo "fpga/fmax.sh: no unit '$name'; there are: ${!units[*]}" >&2; exit 2; }
done

mapfile -t packages < <(core_packages)
mapfile -t modules < <(core_modules)
echo "# $(yosys -V | cut -d' ' -f1,2), $(nextpnr-ecp5 --version 2>&1 | head -1), LFE5U-25F-6, seed $seed"
for name in "$@"; do
  out=build/fpga/fmax/$name
  mkdir -p "$out"
  read -r top parameters <<<"${units[$name]}"
  set_parameters=
  for p in $parameters; do set_parameters+="chparam -set ${p%%=*} ${p#*=} $top; "; done
  luts='' few_sets=''
  if [ "$name" = core ]; then
    luts=-nowidelut few_sets="opt_clean; dfflegalize $flip_flops $control_sets"
  fi
  run_quietly "$out/yosys.log" yosys -p "
    read_verilog -sv -Irtl ${packages[*]} ${modules[*]}; $set_parameters
    hierarchy -check -top $top; rename -top unit
    proc; flatten; opt; wreduce; opt_clean; techmap -D ECP5 -map fpga/techmap.v
    synth_ecp5 -abc9 $luts -top unit -run begin:map_ffs; $few_sets
    synth_ecp5 -abc9 $luts -top unit -run map_ffs: -json $out/unit.json"
  python3 fpga/block_registers.py "$out/unit.json" >"$out/blocks.log"
  python3 fpga/pins.py "$out/unit.json" >"$out/pins.v"
  run_quietly "$out/pins.log" yosys -p "
    read_json $out/unit.json; read_verilog $out/pins.v
    hierarchy -top pins; proc; flatten; opt_clean; write_json $out/pins.json"
  run_quietly "$out/place.log" timeout "${LIMIT:-7200}" nextpnr-ecp5 --25k --package CABGA381 --speed 6 --freq 80 --seed "$seed" \
    --timing-allow-fail --json "$out/pins.json" --report "$out/report.json"
  python3 fpga/fmax.py "$name" "$out/report.json"
done
