# SPDX-License-Identifier: Apache-2.0
#
# The core beside the processors of a Zynq UltraScale+: registers behind M_AXI_HPM0_LPD, four memory
# ports at S_AXI_HP0_FPD to S_AXI_HP3_FPD, the interrupt at pl_ps_irq0[0], one clock for all.

# trine_zynqmp DESIGN PARAMETERS MEGAHERTZ REGISTERS
proc trine_zynqmp {design parameters megahertz registers} {
  create_bd_design $design
  create_bd_cell -type ip -vlnv xilinx.com:ip:zynq_ultra_ps_e ps
  apply_bd_automation -rule xilinx.com:bd_rule:zynq_ultra_ps_e \
    -config {apply_board_preset "1"} [get_bd_cells ps]
  set config [list \
    CONFIG.PSU__FPGA_PL0_ENABLE 1 CONFIG.PSU__CRL_APB__PL0_REF_CTRL__FREQMHZ $megahertz \
    CONFIG.PSU__USE__FABRIC__RST 1 CONFIG.PSU__USE__IRQ0 1 \
    CONFIG.PSU__USE__M_AXI_GP0 0 CONFIG.PSU__USE__M_AXI_GP1 0 CONFIG.PSU__USE__M_AXI_GP2 1]
  foreach port {2 3 4 5} {
    lappend config CONFIG.PSU__USE__S_AXI_GP$port 1 CONFIG.PSU__SAXIGP${port}__DATA_WIDTH 128
  }
  set_property -dict $config [get_bd_cells ps]

  create_bd_cell -type ip -vlnv xilinx.com:ip:proc_sys_reset reset
  create_bd_cell -type ip -vlnv xilinx.com:ip:smartconnect registers
  set_property -dict [list CONFIG.NUM_SI 1 CONFIG.NUM_MI 1] [get_bd_cells registers]
  trine_core trine $parameters

  trine_connect ps/pl_clk0 ps/maxihpm0_lpd_aclk ps/saxihp0_fpd_aclk ps/saxihp1_fpd_aclk \
    ps/saxihp2_fpd_aclk ps/saxihp3_fpd_aclk reset/slowest_sync_clk registers/aclk trine/aclk
  trine_connect ps/pl_resetn0 reset/ext_reset_in
  trine_connect reset/peripheral_aresetn registers/aresetn trine/aresetn
  trine_connect trine/interrupt ps/pl_ps_irq0
  trine_connect_interface ps/M_AXI_HPM0_LPD registers/S00_AXI
  trine_connect_interface registers/M00_AXI trine/s_axi
  foreach port {0 1 2 3} {
    trine_connect_interface trine/m0${port}_axi ps/S_AXI_HP${port}_FPD
  }

  assign_bd_address -offset $registers -range 4K -target_address_space [get_bd_addr_spaces ps/Data] \
    [get_bd_addr_segs trine/s_axi/reg0] -force
  # Every port sees all of the DDR memory, below and, where the board has it, above 4 GiB; nothing else.
  foreach port {0 1 2 3} {
    set space [get_bd_addr_spaces trine/m0${port}_axi]
    set slave ps/SAXIGP[expr {$port + 2}]/HP${port}
    assign_bd_address -target_address_space $space [get_bd_addr_segs ${slave}_DDR_LOW]
    set high [get_bd_addr_segs -quiet ${slave}_DDR_HIGH]
    if {$high ne ""} {
      assign_bd_address -target_address_space $space $high
    }
    foreach region {LPS_OCM QSPI} {
      set segment [get_bd_addr_segs -quiet ${slave}_$region]
      if {$segment ne ""} {
        exclude_bd_addr_seg -target_address_space $space $segment
      }
    }
  }
}
