#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# fpga/ice40/flow.sh BOARD DEVICE PACKAGE ACT_WIDTH LEDS_LOW OUT: the trit engine with a product to
# check, as OUT/BOARD.bin. Yosys, nextpnr-ice40, icepack and icetime from Debian; the program that writes
# the ROMs is built where it is missing. It fails where the clock of 12 MHz is missed.
set -euo pipefail
cd "$(dirname "$0")/../.."
. fpga/tools.sh
[ $# -eq 6 ] || { echo "usage: fpga/ice40/flow.sh BOARD DEVICE PACKAGE ACT_WIDTH LEDS_LOW OUT" >&2; exit 2; }
board=$1 device=$2 package=$3 act_width=$4 leds_low=$5 out=$6
need_tools yosys nextpnr-ice40 icepack icetime
need_icestorm_data
make_rom=$PWD/build/bin/make_ice40_rom
if [ ! -x "$make_rom" ]; then                    # A clean clone.
  mkdir -p build
  run_quietly build/make_ice40_rom.log cmake -S . -B build -G Ninja -Wno-dev
  run_quietly build/make_ice40_rom.log ninja -C build make_ice40_rom
fi
root=$PWD pins=$PWD/fpga/boards/$board/pins.pcf clock_mhz=12
cd "$out"

echo "$act_width" >act_width
"$make_rom" . 4 "$act_width" 1
files=("$root"/rtl/trine_pkg.sv "$root"/rtl/matrix/trine_matrix_pkg.sv "$root"/rtl/common/trine_clock_gate.sv
       "$root"/rtl/matrix/trit/*.sv "$root"/fpga/common/trine_uart_tx.sv "$root"/fpga/ice40/*.sv)
run_quietly yosys.log yosys -p "
  read_verilog -sv -I$root/rtl ${files[*]}
  chparam -set ActWidth $act_width -set LedsLow $leds_low trine_ice40
  hierarchy -check -top trine_ice40
  rename -top trine_ice40
  proc; opt; wreduce; opt_clean
  techmap -map $root/fpga/techmap.v
  synth_ice40 -abc9 -top trine_ice40 -json netlist.json
  check -assert
  tee -o stat.txt stat"
run_quietly place.log nextpnr-ice40 --"$device" --package "$package" --json netlist.json --pcf "$pins" \
  --asc routed.asc --freq "$clock_mhz" --seed 1
run_quietly icepack.log icepack routed.asc "$board.bin"
run_quietly icetime.log icetime -d "$device" -P "$package" -p "$pins" -c "$clock_mhz" -t -r timing.txt routed.asc

# used NAME: how many of them the placed design has, of how many.
used() {
  sed -nE "s,.*$1: *([0-9]+)/ *([0-9]+) .*,\\1 of \\2,p" place.log | head -n 1
}
fmax=$(sed -nE "s/.*Max frequency for clock '[^']*': ([0-9.]+) MHz.*/\\1/p" place.log | tail -n 1)
icetime_mhz=$(sed -nE 's/.*\(([0-9.]+) MHz\).*/\1/p' timing.txt | head -n 1)
{
  echo "board           $board, $device-$package"
  echo "logic cells     $(used ICESTORM_LC)"
  echo "block RAMs      $(used ICESTORM_RAM)"
  echo "nextpnr-ice40   $fmax MHz, $clock_mhz wanted"
  echo "icetime         $icetime_mhz MHz"
  echo "bitstream       $(stat -c %s "$board.bin") bytes"
} | tee summary.txt
