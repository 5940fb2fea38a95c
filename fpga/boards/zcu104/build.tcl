# SPDX-License-Identifier: Apache-2.0
#
# ZCU104: vivado -mode batch -source fpga/boards/zcu104/build.tcl -tclargs OUT JOBS
lassign $argv out jobs
set folder [file dirname [file normalize [info script]]]
set root [file normalize $folder/../../..]
source $root/fpga/vivado/project.tcl
source $root/fpga/vivado/zynqmp.tcl

trine_project zcu104 xczu7ev-ffvc1156-2-e xilinx.com:zcu104:part0:*
trine_zynqmp trine_zcu104 {
  Groups 16 TileRows 2048 VectorWords 65536 MaxCols 32768 AddrWidth 40 AttentionHeads 8
} 100 0x80000000
trine_run trine_zcu104 [list $folder/memories.xdc] $jobs
