#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# fpga/timing.sh [TOP [PARAMETER=VALUE...]]: maps a module, flat, for UltraScale+ and prints its ten slowest paths
# by the delays of cells and wires that fpga/timing.py assumes: an estimate, since nothing is placed. Without
# a name the core with two groups and one attention head. PATHS=N prints more or fewer.
set -euo pipefail
cd "$(dirname "$0")/.."
. fpga/tools.sh
need_tools yosys
top=${1:-trine_top}
parameters=("${@:2}")
[ $# -gt 0 ] || parameters=(Groups=2 AttentionHeads=1)

out=build/fpga/timing-$top
mkdir -p "$out"
set_parameters=
for p in "${parameters[@]}"; do set_parameters+="chparam -set ${p%%=*} ${p#*=} $top; "; done
mapfile -t packages < <(core_packages)
mapfile -t modules < <(core_modules)
run_quietly "$out/yosys.log" yosys -p "
  read_verilog -sv -Irtl ${packages[*]} ${modules[*]}; $set_parameters
  hierarchy -check -top $top; rename -top $top
  proc; flatten; opt; wreduce; opt_clean; techmap -D XILINX -map fpga/techmap.v
  synth_xilinx -abc9 -family xcup -top $top; write_json $out/netlist.json"
python3 fpga/timing.py "$out/netlist.json" "${PATHS:-10}"
