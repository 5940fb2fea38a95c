#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# tests/fpga/ice40.sh BOARD PACKAGE PASS_LEVEL FAULT: builds the bitstream of a board, reads the routed
# netlist back from it and simulates that: it must say pass, and fail once its ROMs have a fault of
# make_ice40_rom. PASS_LEVEL: level of the pin pass_o when the check has passed.
set -euo pipefail
cd "$(dirname "$0")/../.."
. fpga/tools.sh
board=$1 package=$2 high=$3 fault=$4
need_tools yosys nextpnr-ice40 icepack icetime icebox_vlog icebram iverilog vvp
need_icestorm_data
root=$PWD out=$PWD/build/fpga/$board
fpga/build "$board" "$out"
cd "$out"
cells=$(dirname "$(command -v yosys)")/../share/yosys/ice40/cells_sim.v

# simulate FILE.asc: what the design sends and its lamps.
simulate() {
  icebox_vlog -s -d "$package" -p "$root/fpga/boards/$board/pins.pcf" "$1" >"$1.v"
  iverilog -g2005-sv -DNO_ICE40_DEFAULT_ASSIGNMENTS -s ice40_bench -o "$1.vvp" "$1.v" "$cells" \
    "$root/tests/fpga/ice40_bench.v"
  vvp -n "$1.vvp" +bit=104 +limit=30000
}

# expect FILE.asc LINE
expect() {
  local said
  said=$(simulate "$1")
  echo "$1: $said"
  [ "$said" = "$2" ] || { echo "expected: $2"; exit 1; }
}

low=$((1 - high))
# The bitstream holds what was routed.
iceunpack "$board.bin" unpacked.asc
expect unpacked.asc "sent P pass $high fail $low unknown 0"
mkdir -p "$fault"
"$root/build/bin/make_ice40_rom" "$fault" 4 "$(cat act_width)" 1 "$fault"
icebram stimulus.hex "$fault/stimulus.hex" <routed.asc >"$fault/half.asc"
icebram expected.hex "$fault/expected.hex" <"$fault/half.asc" >"$fault/routed.asc"
cmp -s routed.asc "$fault/routed.asc" && { echo "$fault: the ROMs did not change"; exit 1; }
expect "$fault/routed.asc" "sent F pass $low fail $high unknown 0"
