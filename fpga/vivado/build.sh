#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# fpga/vivado/build.sh BOARD OUT: OUT/trine.bit and its reports by Vivado, then OUT/trine.bit.bin and
# OUT/trine.dtbo for boards that run Linux, then the row of the board's table.
set -euo pipefail
cd "$(dirname "$0")/../.."
. fpga/tools.sh
board=$1 out=$2
need_tools vivado
overlay=fpga/boards/$board/overlay.dts
[ ! -f "$overlay" ] || need_tools bootgen dtc
run_quietly "$out/vivado.log" vivado -mode batch -nojournal -nolog \
  -source "fpga/boards/$board/build.tcl" -tclargs "$out" "$(nproc)"
if [ -f "$overlay" ]; then
  printf 'all: { [destination_device = pl] %s }\n' "$out/trine.bit" >"$out/trine.bif"
  run_quietly "$out/bootgen.log" bootgen -image "$out/trine.bif" -arch zynqmp -process_bitstream bin -w
  run_quietly "$out/dtc.log" dtc -@ -I dts -O dtb -o "$out/trine.dtbo" "$overlay"
fi
python3 fpga/report.py "$board=$out"
