# SPDX-License-Identifier: Apache-2.0
#
# Alveo U55C: vivado -mode batch -source fpga/boards/u55c/build.tcl -tclargs OUT JOBS
#
# The host sees registers and HBM through XDMA (PCIe 3.0 x4). Core, HBM ports and HBM reference run at
# 100 MHz, made of XDMA's clock; every port reaches all of the 16 GB through the HBM's own switch.
lassign $argv out jobs
set folder [file dirname [file normalize [info script]]]
set root [file normalize $folder/../../..]
source $root/fpga/vivado/project.tcl

trine_project u55c xcu55c-fsvh2892-2L-e ""
create_bd_design trine_u55c

create_bd_intf_port -mode Slave -vlnv xilinx.com:interface:diff_clock_rtl:1.0 pcie_refclk
create_bd_intf_port -mode Master -vlnv xilinx.com:interface:pcie_7x_mgt_rtl:1.0 pcie_mgt
create_bd_port -dir I -type rst pcie_perst_n
set_property CONFIG.FREQ_HZ 100000000 [get_bd_intf_ports pcie_refclk]
set_property CONFIG.POLARITY ACTIVE_LOW [get_bd_ports pcie_perst_n]
create_bd_port -dir O hbm_cattrip

create_bd_cell -type ip -vlnv xilinx.com:ip:util_ds_buf refclk
set_property -dict [list CONFIG.C_BUF_TYPE IBUFDSGTE] [get_bd_cells refclk]
create_bd_cell -type ip -vlnv xilinx.com:ip:xdma xdma
set_property -dict [list \
  CONFIG.functional_mode DMA CONFIG.mode_selection Advanced \
  CONFIG.pl_link_cap_max_link_width X4 CONFIG.pl_link_cap_max_link_speed 8.0_GT/s \
  CONFIG.axi_data_width 128_bit CONFIG.axisten_freq 250 \
  CONFIG.axilite_master_en true CONFIG.axilite_master_size 64 CONFIG.axilite_master_scale Kilobytes \
  CONFIG.xdma_num_usr_irq 1] [get_bd_cells xdma]

create_bd_cell -type ip -vlnv xilinx.com:ip:clk_wiz clocks
set_property -dict [list \
  CONFIG.PRIM_IN_FREQ 250.000 CONFIG.PRIM_SOURCE No_buffer \
  CONFIG.CLKOUT1_REQUESTED_OUT_FREQ 100.000 CONFIG.RESET_TYPE ACTIVE_LOW] [get_bd_cells clocks]
create_bd_cell -type ip -vlnv xilinx.com:ip:proc_sys_reset reset

create_bd_cell -type ip -vlnv xilinx.com:ip:hbm hbm
set config [list \
  CONFIG.USER_HBM_DENSITY 16GB CONFIG.USER_HBM_STACK 2 CONFIG.USER_APB_EN false \
  CONFIG.USER_SWITCH_ENABLE_00 TRUE CONFIG.USER_SWITCH_ENABLE_01 TRUE \
  CONFIG.USER_HBM_REF_CLK_0 100 CONFIG.USER_HBM_REF_CLK_1 100 \
  CONFIG.USER_CLK_SEL_LIST0 AXI_00_ACLK CONFIG.USER_CLK_SEL_LIST1 AXI_16_ACLK \
  CONFIG.USER_AXI_CLK_FREQ 100 CONFIG.USER_AXI_CLK1_FREQ 100]
for {set port 0} {$port < 32} {incr port} {
  # Two ports on each stack.
  lappend config CONFIG.USER_SAXI_[format %02d $port] \
    [expr {$port in {0 4 16 20} ? "true" : "false"}]
}
set_property -dict $config [get_bd_cells hbm]

trine_core trine {
  Groups 16 TileRows 2048 VectorWords 65536 MaxCols 32768 AddrWidth 40 AttentionHeads 8 Vectors 4
}
create_bd_cell -type ip -vlnv xilinx.com:ip:smartconnect registers
set_property -dict [list CONFIG.NUM_SI 1 CONFIG.NUM_MI 1 CONFIG.NUM_CLKS 2] [get_bd_cells registers]

# ---- Clocks and resets ----
trine_connect_interface pcie_refclk refclk/CLK_IN_D
trine_connect refclk/IBUF_OUT xdma/sys_clk_gt
trine_connect refclk/IBUF_DS_ODIV2 xdma/sys_clk
connect_bd_net [get_bd_ports pcie_perst_n] [get_bd_pins xdma/sys_rst_n]
trine_connect_interface xdma/pcie_mgt pcie_mgt
trine_connect xdma/axi_aclk clocks/clk_in1 registers/aclk1
trine_connect xdma/axi_aresetn clocks/resetn reset/ext_reset_in
trine_connect clocks/locked reset/dcm_locked
trine_connect clocks/clk_out1 reset/slowest_sync_clk registers/aclk trine/aclk \
  hbm/HBM_REF_CLK_0 hbm/HBM_REF_CLK_1 hbm/APB_0_PCLK hbm/APB_1_PCLK
trine_connect reset/peripheral_aresetn registers/aresetn trine/aresetn \
  hbm/APB_0_PRESET_N hbm/APB_1_PRESET_N
connect_bd_net [get_bd_pins hbm/DRAM_0_STAT_CATTRIP] [get_bd_ports hbm_cattrip]

# ---- Registers, interrupt ----
trine_connect_interface xdma/M_AXI_LITE registers/S00_AXI
trine_connect_interface registers/M00_AXI trine/s_axi
trine_connect trine/interrupt xdma/usr_irq_req

# ---- Memory: four ports, the host beside the first ----
foreach {port saxi} {0 00 1 04 2 16 3 20} {
  create_bd_cell -type ip -vlnv xilinx.com:ip:smartconnect memory$port
  set hosts [expr {$port == 0}]
  set_property -dict [list CONFIG.NUM_SI [expr {1 + $hosts}] CONFIG.NUM_MI 1 \
    CONFIG.NUM_CLKS [expr {1 + $hosts}]] [get_bd_cells memory$port]
  trine_connect clocks/clk_out1 memory$port/aclk hbm/AXI_${saxi}_ACLK
  trine_connect reset/peripheral_aresetn memory$port/aresetn hbm/AXI_${saxi}_ARESET_N
  trine_connect_interface trine/m0${port}_axi memory$port/S00_AXI
  # The name of the HBM's ports ends in _8HI for stacks of 8 GB.
  connect_bd_intf_net [get_bd_intf_pins memory$port/M00_AXI] [get_bd_intf_pins hbm/SAXI_${saxi}*]
}
trine_connect xdma/axi_aclk memory0/aclk1
trine_connect_interface xdma/M_AXI memory0/S01_AXI

# ---- Addresses ----
assign_bd_address -offset 0x0 -range 4K -target_address_space [get_bd_addr_spaces xdma/M_AXI_LITE] \
  [get_bd_addr_segs trine/s_axi/reg0] -force
foreach {space saxi} {
  xdma/M_AXI 00 trine/m00_axi 00 trine/m01_axi 04 trine/m02_axi 16 trine/m03_axi 20
} {
  for {set channel 0} {$channel < 32} {incr channel} {
    assign_bd_address -offset [format 0x%x [expr {$channel << 29}]] -range 512M \
      -target_address_space [get_bd_addr_spaces $space] \
      [get_bd_addr_segs hbm/SAXI_${saxi}*/HBM_MEM[format %02d $channel]] -force
  }
}

trine_run trine_u55c [list $folder/memories.xdc $folder/pins.xdc] $jobs
