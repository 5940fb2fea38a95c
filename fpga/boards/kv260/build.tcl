# SPDX-License-Identifier: Apache-2.0
#
# KV260: vivado -mode batch -source fpga/boards/kv260/build.tcl -tclargs OUT JOBS
lassign $argv out jobs
set folder [file dirname [file normalize [info script]]]
set root [file normalize $folder/../../..]
source $root/fpga/vivado/project.tcl
source $root/fpga/vivado/zynqmp.tcl

trine_project kv260 xck26-sfvc784-2LV-c xilinx.com:kv260_som:part0:*
set_property board_connections {som240_1_connector xilinx.com:kv260_carrier:som240_1_connector:1.3} \
  [current_project]
trine_zynqmp trine_kv260 {
  Groups 16 TileRows 2048 VectorWords 65536 MaxCols 32768 AddrWidth 40 AttentionHeads 1
} 100 0x80000000
trine_run trine_kv260 [list $folder/memories.xdc] $jobs
