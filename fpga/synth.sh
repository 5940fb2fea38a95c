#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# fpga/synth.sh xcup|ecp5|ice40 [TOP] [PARAMETER=VALUE...]: synthesizes with Debian's Yosys 0.23 and
# prints the cells of its parts (fpga/cells.py), DEPTH levels of them (4).
#
#   fpga/synth.sh xcup trine_top Groups=16          the core for UltraScale+
#   fpga/synth.sh ecp5 trine_top Groups=1           a small core for ECP5
#   fpga/synth.sh ice40 trine_trit_engine           the trit engine, one group, for iCE40
set -euo pipefail
cd "$(dirname "$0")/.."
. fpga/tools.sh
family=${1:?usage: fpga/synth.sh xcup|ecp5|ice40 [TOP] [PARAMETER=VALUE...]}
case $family in
  xcup) top=${2:-trine_top}; parameters=(Groups=16) ;;
  # The core of fpga/boards/ulx3s.
  ecp5) top=${2:-trine_top}
        parameters=(Groups=1 TileRows=512 VectorWords=8192 MaxCols=2048 AttentionHeads=0) ;;
  # Small tiles: a tile's partial sums would fill the block RAM of any iCE40.
  ice40) top=${2:-trine_trit_engine}
         parameters=(Groups=1 TileRows=64 BlockWidth=4 QuantLanes=1) ;;
  *) echo "fpga/synth.sh: unknown family '$family'" >&2; exit 2 ;;
esac
[ $# -gt 2 ] && parameters=("${@:3}")

out=build/fpga/$family-$top
mkdir -p "$out"
set_parameters=
declare -A defines=([xcup]="-D XILINX" [ecp5]="-D ECP5")
define=${defines[$family]:-}
for p in "${parameters[@]}"; do set_parameters+="chparam -set ${p%%=*} ${p#*=} $top; "; done
mapfile -t packages < <(core_packages)
mapfile -t modules < <(core_modules)

# Carry chains first (see techmap.v); the hierarchy stays, so that the report is by module and
# the sixteen groups are mapped once.
prepare="read_verilog -sv -Irtl ${packages[*]} ${modules[*]}; $set_parameters
         hierarchy -check -top $top; rename -top $top; proc; opt; wreduce; opt_clean; techmap $define -map fpga/techmap.v"
case $family in
  # Yosys warns that its ABC9 takes the delays of the 7 series: they steer the mapping only.
  xcup) map="synth_xilinx -abc9 -family xcup -top $top" ;;
  # The hierarchy stays only where it is asked to.
  ecp5) map="synth_ecp5 -abc9 -noflatten -top $top" ;;
  ice40) map="synth_ice40 -abc9 -top $top" ;;
esac
yosys -q -l "$out/yosys.log" -p "$prepare; $map; check; tee -o $out/stat.txt stat;
                                 write_json $out/netlist.json" >/dev/null 2>"$out/warnings.txt" ||
  { tail -n 5 "$out/warnings.txt" >&2; exit 1; }

python3 fpga/cells.py "$out/stat.txt" "${DEPTH:-4}" | tee "$out/table.txt"
