#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# fpga/build ulx3s: OUT/ulx3s.bit for a ULX3S with the ECP5-85F, with Yosys, nextpnr-ecp5 and ecppack. Where
# nextpnr-ecp5 is missing (Debian 12 has none), it ends behind the netlist with status 77.
set -euo pipefail
cd "$(dirname "$0")/../../.."
. fpga/tools.sh
out=$1 clock_mhz=25
need_tools yosys
mapfile -t packages < <(core_packages)
mapfile -t modules < <(core_modules)
run_quietly "$out/yosys.log" yosys -p "
  read_verilog -sv -Irtl ${packages[*]} ${modules[*]}
  read_verilog -sv -Irtl fpga/common/trine_uart_rx.sv fpga/common/trine_uart_tx.sv
  read_verilog -sv -Irtl fpga/common/trine_uart_bridge.sv fpga/common/trine_axi_words.sv
  read_verilog -sv -Irtl fpga/common/trine_sdram.sv fpga/boards/ulx3s/trine_ulx3s_core.sv
  read_verilog -sv -Irtl fpga/boards/ulx3s/trine_ulx3s.sv
  hierarchy -check -top trine_ulx3s
  proc; opt; wreduce; opt_clean
  techmap -D ECP5 -map fpga/techmap.v
  synth_ecp5 -abc9 -top trine_ulx3s -json $out/netlist.json
  check -assert
  tee -o $out/stat.txt stat"
python3 fpga/block_registers.py "$out/netlist.json"
need_tools nextpnr-ecp5 ecppack
run_quietly "$out/place.log" nextpnr-ecp5 --85k --package CABGA381 --speed 6 --json "$out/netlist.json" \
  --lpf fpga/boards/ulx3s/pins.lpf --textcfg "$out/routed.config" --freq "$clock_mhz" --seed 1
run_quietly "$out/ecppack.log" ecppack --compress --idcode 0x41113043 "$out/routed.config" "$out/ulx3s.bit"
python3 fpga/report.py "ulx3s=$out"
