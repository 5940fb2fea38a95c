# SPDX-License-Identifier: Apache-2.0
#
# The commands of Vivado that our scripts use: their options and how many other arguments they take
# (UG835). An option is `-name` (a switch) or `-name=` (with a value). Nothing here runs Vivado; a name or
# option that Vivado would refuse ends the script with an error.

namespace eval lint {
  variable commands {
    create_project         {-part= -force -in_memory} 1 2
    set_property           {-dict= -quiet} 1 3
    get_property           {-quiet} 2 2
    current_project        {-quiet} 0 1
    current_design         {-quiet} 0 1
    get_board_parts        {-quiet} 0 1
    get_filesets           {-quiet} 0 1
    get_files              {-quiet -of_objects= -filter=} 0 1
    get_runs               {-quiet} 0 1
    add_files              {-fileset= -norecurse -quiet} 1 1
    update_compile_order   {-fileset= -quiet} 0 0
    create_bd_design       {-quiet} 1 1
    create_bd_cell         {-type= -vlnv= -reference= -quiet} 1 1
    create_bd_port         {-dir= -type= -from= -to= -freq_hz=} 1 1
    create_bd_intf_port    {-mode= -vlnv=} 1 1
    get_bd_cells           {-quiet -hierarchical -filter= -of_objects=} 0 1
    get_bd_pins            {-quiet -filter= -of_objects=} 0 1
    get_bd_ports           {-quiet -filter=} 0 1
    get_bd_intf_pins       {-quiet -filter= -of_objects=} 0 1
    get_bd_intf_ports      {-quiet -filter=} 0 1
    get_bd_addr_spaces     {-quiet -of_objects=} 0 1
    get_bd_addr_segs       {-quiet -of_objects=} 0 1
    connect_bd_net         {-net= -quiet} 1 99
    connect_bd_intf_net    {-intf_net= -quiet} 2 2
    apply_bd_automation    {-rule= -config=} 1 1
    assign_bd_address      {-offset= -range= -target_address_space= -force -quiet} 0 1
    exclude_bd_addr_seg    {-target_address_space= -quiet} 1 1
    validate_bd_design     {-force -quiet} 0 1
    save_bd_design         {-quiet} 0 1
    make_wrapper           {-files= -top -import -force} 0 0
    launch_runs            {-to_step= -jobs= -quiet} 1 1
    wait_on_run            {-timeout= -quiet} 1 1
    open_run               {-name= -quiet} 1 1
    report_utilization     {-file= -hierarchical -quiet} 0 0
    report_timing_summary  {-file= -max_paths= -quiet} 0 0
    get_timing_paths       {-max_paths= -setup -hold -quiet} 0 0
    write_hw_platform      {-fixed -include_bit -force -file=} 0 1
    create_clock           {-name= -period= -waveform= -add} 0 1
    set_false_path         {-from= -to= -through=} 0 0
    get_ports              {-quiet -filter=} 0 1
    get_cells              {-quiet -hierarchical -filter=} 0 1
  }
  # Values that Vivado checks at once.
  variable values {
    create_bd_cell.type {ip module hier}  create_bd_port.dir {I O IO}  create_bd_port.type {clk rst intr data}
    create_bd_intf_port.mode {Master Slave}  launch_runs.to_step {write_bitstream route_design synth_design}
  }
  variable fileset_properties {include_dirs top}
  variable project_properties {board_part board_connections target_language}
  variable port_properties {CONFIG.FREQ_HZ CONFIG.POLARITY}
  variable constraint_properties {PACKAGE_PIN IOSTANDARD PULLTYPE RAM_STYLE BITSTREAM.CONFIG.UNUSEDPIN}

  # Pins, interfaces and parameters of the cells, as far as our designs touch them (PG201, PG164,
  # PG247, PG195, PG276, PG065, the Zynq UltraScale+ wrapper).
  variable cells
  array set cells {
    zynq_ultra_ps_e.pins {pl_clk0 pl_resetn0 pl_ps_irq0 maxihpm0_lpd_aclk saxihp[0-3]_fpd_aclk}
    zynq_ultra_ps_e.interfaces {M_AXI_HPM0_LPD S_AXI_HP[0-3]_FPD}
    zynq_ultra_ps_e.config {PSU__FPGA_PL0_ENABLE PSU__CRL_APB__PL0_REF_CTRL__FREQMHZ
      PSU__USE__FABRIC__RST PSU__USE__IRQ0 PSU__USE__M_AXI_GP[0-2] PSU__USE__S_AXI_GP[0-6]
      PSU__SAXIGP[0-6]__DATA_WIDTH}
    zynq_ultra_ps_e.spaces {Data}
    zynq_ultra_ps_e.segments {SAXIGP[2-5]/HP[0-3]_DDR_LOW SAXIGP[2-5]/HP[0-3]_DDR_HIGH
      SAXIGP[2-5]/HP[0-3]_LPS_OCM SAXIGP[2-5]/HP[0-3]_QSPI}
    proc_sys_reset.pins {slowest_sync_clk ext_reset_in dcm_locked peripheral_aresetn}
    proc_sys_reset.interfaces {} proc_sys_reset.config {}
    smartconnect.pins {aclk aclk1 aresetn} smartconnect.interfaces {S0[0-1]_AXI M00_AXI}
    smartconnect.config {NUM_SI NUM_MI NUM_CLKS}
    util_ds_buf.pins {IBUF_OUT IBUF_DS_ODIV2} util_ds_buf.interfaces {CLK_IN_D}
    util_ds_buf.config {C_BUF_TYPE}
    clk_wiz.pins {clk_in1 resetn clk_out1 locked} clk_wiz.interfaces {}
    clk_wiz.config {PRIM_IN_FREQ PRIM_SOURCE CLKOUT1_REQUESTED_OUT_FREQ RESET_TYPE}
    xdma.pins {sys_clk sys_clk_gt sys_rst_n axi_aclk axi_aresetn usr_irq_req}
    xdma.interfaces {M_AXI M_AXI_LITE pcie_mgt}
    xdma.config {functional_mode mode_selection pl_link_cap_max_link_width pl_link_cap_max_link_speed
      axi_data_width axisten_freq axilite_master_en axilite_master_size axilite_master_scale
      xdma_num_usr_irq}
    xdma.spaces {M_AXI M_AXI_LITE}
    hbm.pins {HBM_REF_CLK_[01] APB_[01]_PCLK APB_[01]_PRESET_N DRAM_[01]_STAT_CATTRIP
      AXI_[0-3][0-9]_ACLK AXI_[0-3][0-9]_ARESET_N}
    hbm.interfaces {SAXI_00_8HI SAXI_04_8HI SAXI_16_8HI SAXI_20_8HI}
    hbm.config {USER_HBM_DENSITY USER_HBM_STACK USER_APB_EN USER_SWITCH_ENABLE_0[01]
      USER_HBM_REF_CLK_[01] USER_CLK_SEL_LIST[01] USER_AXI_CLK_FREQ USER_AXI_CLK1_FREQ
      USER_SAXI_[0-3][0-9]}
    hbm.segments {SAXI_[0-3][0-9]_8HI/HBM_MEM[0-3][0-9]}
  }
}
