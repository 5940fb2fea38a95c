#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# shellcheck disable=SC2016  # What looks like a variable is Tcl.
# Runs the build scripts of the boards in tclsh with stand-ins for the vendor's commands
# (vivado_lint.tcl), then again with one mistake each, which must be found.
set -euo pipefail
cd "$(dirname "$0")/../.."
. fpga/tools.sh
need_tools tclsh
root=$PWD
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
ln -s "$root/rtl" "$scratch/rtl"
cp -r fpga "$scratch/fpga"

# lint BOARD
lint() {
  mkdir -p "$scratch/out"
  tclsh tests/fpga/vivado_lint.tcl "$scratch" "$scratch/fpga/boards/$1/build.tcl" "$scratch/out"
}

boards=0
for script in fpga/boards/*/build.tcl; do
  lint "$(basename "$(dirname "$script")")"
  boards=$((boards + 1))
done
[ "$boards" -ge 3 ] || { echo "only $boards boards have a build.tcl"; exit 1; }

mistakes=0
# finds BOARD FILE EDIT WORD: with this edit of FILE the board's lint must fail and name WORD.
finds() {
  local said
  cp "fpga/$2" "$scratch/fpga/$2"
  sed -i "$3" "$scratch/fpga/$2"
  cmp -s "fpga/$2" "$scratch/fpga/$2" && { echo "'$3' changes nothing in $2"; exit 1; }
  if said=$(lint "$1" 2>&1); then
    echo "'$3' in $2 was not found"
    exit 1
  fi
  [[ $said == *"$4"* ]] || { echo "'$3' in $2: the error does not say '$4': $said"; exit 1; }
  cp "fpga/$2" "$scratch/fpga/$2"
  mistakes=$((mistakes + 1))
}
finds kv260 vivado/project.tcl 's/-norecurse \$sources/-norecursive $sources/' 'no option -norecursive'
finds kv260 vivado/project.tcl 's/wait_on_run /wait_on_runs /' 'wait_on_runs'
finds kv260 vivado/project.tcl 's/-to_step/-until/' 'no option -until'
finds kv260 vivado/project.tcl 's/synth_design impl_1 write_bitstream/synth_design impl_1 write_bitsream/' 'write_bitsream'
finds kv260 vivado/project.tcl 's/include_dirs/include_dir/' "no 'include_dir'"
finds kv260 vivado/project.tcl 's/get_filesets sources_1/get_filesets source_1/' "'source_1'"
finds kv260 vivado/project.tcl 's/-reference trine_axi4/-reference trine_axi5/' 'trine_axi5'
finds kv260 vivado/project.tcl 's/-max_paths 10 -file/-max_paths 10 -fil/' 'no option -fil'
finds kv260 vivado/zynqmp.tcl 's/ip:smartconnect/ip:smartconect/' 'smartconect'
finds kv260 vivado/zynqmp.tcl 's/CONFIG.NUM_SI/CONFIG.NUM_SLAVES/' 'NUM_SLAVES'
finds kv260 vivado/zynqmp.tcl 's/PSU__USE__IRQ0/PSU__USE__IRQ_0/' 'PSU__USE__IRQ_0'
finds kv260 vivado/zynqmp.tcl 's,ps/pl_clk0,ps/pl_clk,' "'pl_clk'"
finds kv260 vivado/zynqmp.tcl 's/S_AXI_HP\${port}_FPD/S_AXI_HPC${port}_FPD/' 'S_AXI_HPC0_FPD'
finds kv260 vivado/zynqmp.tcl '/trine_connect trine.interrupt/d' 'trine/interrupt is not connected'
finds kv260 vivado/zynqmp.tcl 's/foreach port {0 1 2 3}/foreach port {0 1 2}/' 'm03_axi is not connected'
finds kv260 vivado/zynqmp.tcl 's/-offset \$registers/-offest $registers/' 'no option -offest'
finds kv260 vivado/zynqmp.tcl 's/_DDR_LOW/_DRAM_LOW/' 'HP0_DRAM_LOW'
finds kv260 vivado/zynqmp.tcl 's/-type ip -vlnv xilinx.com:ip:proc_sys_reset/-type core -vlnv xilinx.com:ip:proc_sys_reset/' "'core'"
finds kv260 boards/kv260/build.tcl 's/Groups 16/Group 16/' 'CONFIG.Group'
finds kv260 boards/kv260/build.tcl 's/AddrWidth 40/AddrWidth/' 'has no'
finds kv260 boards/kv260/memories.xdc 's/u_vector_memory/u_vectors_memory/' 'u_vectors_memory'
finds kv260 boards/kv260/memories.xdc 's/RAM_STYLE/RAM_STILE/' 'RAM_STILE'
finds zcu104 boards/zcu104/build.tcl 's/board_part/boardpart/; s/trine_zynqmp /trine_zynq /' 'trine_zynq'
finds u55c boards/u55c/build.tcl 's/USER_SWITCH_ENABLE_00/USER_SWITCH_ENABLE/' 'USER_SWITCH_ENABLE'
finds u55c boards/u55c/build.tcl 's/-mode Slave/-mode Target/' 'Target'
finds u55c boards/u55c/build.tcl 's/trine_connect_interface xdma.M_AXI_LITE registers.S00_AXI/trine_connect_interface xdma\/M_AXI_LITE registers\/S02_AXI/' 'S02_AXI'
finds u55c boards/u55c/build.tcl 's/trine.m03_axi 20$/trine\/m02_axi 20/' 'm03_axi has no addresses'
finds u55c boards/u55c/pins.xdc 's/get_ports pcie_perst_n/get_ports pcie_perst/' "'pcie_perst'"
finds u55c boards/u55c/pins.xdc 's/IOSTANDARD LVCMOS18/IO_STANDARD LVCMOS18/' 'IO_STANDARD'
finds u55c boards/u55c/pins.xdc 's/-period 10.000/-periode 10.000/' 'no option -periode'
echo "$boards boards, $mistakes mistakes found"
