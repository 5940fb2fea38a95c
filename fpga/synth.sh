#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# fpga/synth.sh xcup|ice40 [TOP] [PARAMETER=VALUE...]: synthesizes with Debian's Yosys 0.23 and
# prints the cells of every module and in total.
#
#   fpga/synth.sh xcup trine_top Groups=16          the core for UltraScale+
#   fpga/synth.sh ice40 trine_trit_engine           the trit engine, one group, for iCE40
set -euo pipefail
cd "$(dirname "$0")/.."
family=${1:?usage: fpga/synth.sh xcup|ice40 [TOP] [PARAMETER=VALUE...]}
case $family in
  xcup) top=${2:-trine_top}; parameters=(Groups=16) ;;
  # Small tiles: a tile's partial sums would fill the block RAM of any iCE40.
  ice40) top=${2:-trine_trit_engine}
         parameters=(Groups=1 TileRows=64 BlockWidth=4 QuantLanes=1) ;;
  *) echo "fpga/synth.sh: unknown family '$family'" >&2; exit 2 ;;
esac
[ $# -gt 2 ] && parameters=("${@:3}")

out=build/fpga/$family-$top
mkdir -p "$out"
set_parameters=
define=; [ "$family" = xcup ] && define="-D XILINX"
for p in "${parameters[@]}"; do set_parameters+="chparam -set ${p%%=*} ${p#*=} $top; "; done
packages=(rtl/trine_pkg.sv rtl/generated/*_pkg.sv rtl/{common,control,matrix,vector,attention}/*_pkg.sv)
modules=()
for f in $(find rtl -name '*.sv' | sort); do [[ $f = *_pkg.sv ]] || modules+=("$f"); done

# Carry chains first (see techmap.v); the hierarchy stays, so that the report is by module and
# the sixteen groups are mapped once.
prepare="read_verilog -sv -Irtl ${packages[*]} ${modules[*]}; $set_parameters
         hierarchy -check -top $top; rename -top $top; proc; opt; wreduce; opt_clean; techmap $define -map fpga/techmap.v"
case $family in
  # Yosys warns that its ABC9 takes the delays of the 7 series: they steer the mapping only.
  xcup) map="synth_xilinx -abc9 -family xcup -top $top" ;;
  ice40) map="synth_ice40 -abc9 -top $top" ;;
esac
yosys -q -l "$out/yosys.log" -p "$prepare; $map; check; tee -o $out/stat.txt stat;
                                 write_json $out/netlist.json" >/dev/null 2>"$out/warnings.txt" ||
  { tail -n 5 "$out/warnings.txt" >&2; exit 1; }

# One row a module: LUTs, LUT RAM, flip-flops, DSPs, block RAMs, carry cells.
awk '
  function flush() {
    if (name != "")
      printf "%-28s %7d %7d %7d %5d %7.1f %7d\n", name, lut, lutram, ff, dsp, bram, carry
    lut = lutram = ff = dsp = bram = carry = 0
  }
  BEGIN { printf "%-28s %7s %7s %7s %5s %7s %7s\n",
                 "module", "LUT", "LUTRAM", "FF", "DSP", "BRAM36", "carry" }
  /^===/ { flush(); name = $2; sub(/\$paramod[^\\]*\\/, "", name); sub(/\\.*/, "", name)
           if (name == "design") name = "total" }
  $1 ~ /^LUT[1-6]$/ || $1 == "SB_LUT4" { lut += $2 }
  $1 == "RAM32M16" || $1 == "RAM64M8" { lutram += 8 * $2 }
  $1 ~ /^SRL/ { lutram += $2 }
  $1 ~ /^FD[RSCP]E$/ || $1 ~ /^SB_DFF/ { ff += $2 }
  $1 ~ /^DSP48/ { dsp += $2 }
  $1 == "RAMB36E2" || $1 == "SB_RAM40_4K" { bram += $2 }
  $1 == "RAMB18E2" { bram += $2 / 2 }
  $1 ~ /^CARRY/ || $1 == "SB_CARRY" { carry += $2 }
  END { flush() }' "$out/stat.txt" | tee "$out/table.txt"
