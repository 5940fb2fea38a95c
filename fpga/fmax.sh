#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# fpga/fmax.sh [UNIT...]: places and routes units of the core alone on an LFE5U-25F of the slowest grade, with
# registers at all their pins (fpga/pins.py), and prints a table: clock rate, LUTs, what the slowest path runs between.
# Without names: all units but `core`, the whole one, which fills the device (docs/resources.md): nextpnr looks for places
# for it for long or without end, so it gets LIMIT seconds (1,800). SEED=N chooses the placement (1). Ends with 77 where
# nextpnr-ecp5 is missing.
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
  run_quietly "$out/yosys.log" yosys -p "
    read_verilog -sv -Irtl ${packages[*]} ${modules[*]}; $set_parameters
    hierarchy -check -top $top; rename -top unit
    proc; flatten; opt; wreduce; opt_clean; techmap -map fpga/techmap.v
    scratchpad -copy abc9.script.default.area abc9.script
    synth_ecp5 -abc9 -top unit -json $out/unit.json"
  python3 fpga/pins.py "$out/unit.json" >"$out/pins.v"
  run_quietly "$out/pins.log" yosys -p "
    read_json $out/unit.json; read_verilog $out/pins.v
    hierarchy -top pins; proc; flatten; opt_clean; write_json $out/pins.json"
  run_quietly "$out/place.log" timeout "${LIMIT:-1800}" nextpnr-ecp5 --25k --package CABGA381 --speed 6 --freq 80 --seed "$seed" \
    --timing-allow-fail --json "$out/pins.json" --report "$out/report.json"
  python3 fpga/fmax.py "$name" "$out/report.json"
done
