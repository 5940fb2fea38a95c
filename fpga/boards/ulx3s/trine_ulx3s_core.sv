// SPDX-License-Identifier: Apache-2.0

/// The core on a ULX3S (ECP5) without the pads of the SDRAM: a serial line to its registers and to its
/// memory, the SDRAM behind trine_sdram.
///
/// Lamps: 0 the interrupt of the core, 1 the serial line from the host, 7 the reset.  The button next
/// to the USB socket is the reset.
module trine_ulx3s_core #(
  parameter  int unsigned Groups         = 1,
  parameter  int unsigned TileRows       = 512,
  parameter  int unsigned VectorWords    = 8192,
  parameter  int unsigned MaxCols        = 2048,
  parameter  int unsigned F16Engine      = 1,
  parameter  int unsigned VectorUnit     = 1,
  parameter  int unsigned AttentionHeads = 0,
  /// 1,000,000 Bd at 25 MHz.
  parameter  int unsigned BitCycles      = 25
) (
  input  logic        clk_25mhz,
  input  logic        btn_pwr_n,
  input  logic        ftdi_txd,                    // To the FPGA,
  output logic        ftdi_rxd,                    // from it.
  output logic [7:0]  led,
  // SDRAM, see trine_sdram
  output logic [3:0]  sdram_command,
  output logic [1:0]  sdram_ba,
  output logic [12:0] sdram_a,
  output logic [1:0]  sdram_dqm,
  output logic        sdram_drive,
  output logic [15:0] sdram_dq_to,
  input  logic [15:0] sdram_dq_from
);

  localparam int unsigned AddrWidth = 32;
  localparam int unsigned WordAddr  = 23;         // 32 MiB.

  if (Groups != 1) begin : gen_bad_groups
    $error("trine_ulx3s_core: the memory of this board has 32 bits, so Groups must be 1");
  end

  // The button bounces; the core stays in reset for 2.6 ms behind it.
  logic [15:0] awake_q = 16'd0;
  logic        button_q, button_meta_q, rst_n;
  assign rst_n = awake_q == 16'hFFFF;
  always_ff @(posedge clk_25mhz) begin
    button_meta_q <= btn_pwr_n;
    button_q      <= button_meta_q;
    if (!button_q)   awake_q <= 16'd0;
    else if (!rst_n) awake_q <= awake_q + 16'd1;
  end

  logic [11:0] awaddr, araddr;
  logic        awvalid, awready, wvalid, wready, bvalid, bready, arvalid, arready, rvalid, rready;
  logic [31:0] wdata, rdata;
  logic [3:0]  wstrb;
  logic [1:0]  bresp, rresp;
  logic        port_valid, port_ready, port_write, port_done, port_error;
  logic [31:0] port_addr, port_wdata, port_rdata;
  trine_uart_bridge #(.BitCycles(BitCycles)) u_bridge (
    .clk_i            (clk_25mhz),
    .rst_ni           (rst_n),
    .rx_i             (ftdi_txd),
    .tx_o             (ftdi_rxd),
    .m_axil_awaddr_o  (awaddr),
    .m_axil_awvalid_o (awvalid),
    .m_axil_awready_i (awready),
    .m_axil_wdata_o   (wdata),
    .m_axil_wstrb_o   (wstrb),
    .m_axil_wvalid_o  (wvalid),
    .m_axil_wready_i  (wready),
    .m_axil_bresp_i   (bresp),
    .m_axil_bvalid_i  (bvalid),
    .m_axil_bready_o  (bready),
    .m_axil_araddr_o  (araddr),
    .m_axil_arvalid_o (arvalid),
    .m_axil_arready_i (arready),
    .m_axil_rdata_i   (rdata),
    .m_axil_rresp_i   (rresp),
    .m_axil_rvalid_i  (rvalid),
    .m_axil_rready_o  (rready),
    .mem_valid_o      (port_valid),
    .mem_ready_i      (port_ready),
    .mem_write_o      (port_write),
    .mem_addr_o       (port_addr),
    .mem_data_o       (port_wdata),
    .mem_done_i       (port_done),
    .mem_error_i      (port_error),
    .mem_data_i       (port_rdata)
  );

  logic [AddrWidth-1:0] m_araddr, m_awaddr;
  logic [7:0]           m_arlen;
  logic                 m_arvalid, m_arready, m_rvalid, m_rready, m_rlast, m_awvalid, m_awready;
  logic                 m_wvalid, m_wready, m_wlast, m_bvalid, m_bready, irq;
  logic [31:0]          m_rdata, m_wdata;
  logic [3:0]           m_wstrb;
  logic [1:0]           m_rresp, m_bresp;
  logic                 word_valid, word_ready, word_write, word_done;
  logic [WordAddr-1:0]  word_addr;
  logic [31:0]          word_wdata, word_rdata;
  logic [3:0]           word_strobes;
  trine_axi_words #(.AddrWidth(AddrWidth), .WordAddr(WordAddr)) u_words (
    .clk_i           (clk_25mhz),
    .rst_ni          (rst_n),
    .s_axi_araddr_i  (m_araddr),
    .s_axi_arlen_i   (m_arlen),
    .s_axi_arvalid_i (m_arvalid),
    .s_axi_arready_o (m_arready),
    .s_axi_rdata_o   (m_rdata),
    .s_axi_rresp_o   (m_rresp),
    .s_axi_rlast_o   (m_rlast),
    .s_axi_rvalid_o  (m_rvalid),
    .s_axi_rready_i  (m_rready),
    .s_axi_awaddr_i  (m_awaddr),
    .s_axi_awvalid_i (m_awvalid),
    .s_axi_awready_o (m_awready),
    .s_axi_wdata_i   (m_wdata),
    .s_axi_wstrb_i   (m_wstrb),
    .s_axi_wlast_i   (m_wlast),
    .s_axi_wvalid_i  (m_wvalid),
    .s_axi_wready_o  (m_wready),
    .s_axi_bresp_o   (m_bresp),
    .s_axi_bvalid_o  (m_bvalid),
    .s_axi_bready_i  (m_bready),
    .port_valid_i    (port_valid),
    .port_ready_o    (port_ready),
    .port_write_i    (port_write),
    .port_addr_i     (port_addr),
    .port_data_i     (port_wdata),
    .port_done_o     (port_done),
    .port_error_o    (port_error),
    .port_data_o     (port_rdata),
    .word_valid_o    (word_valid),
    .word_ready_i    (word_ready),
    .word_write_o    (word_write),
    .word_addr_o     (word_addr),
    .word_data_o     (word_wdata),
    .word_strobes_o  (word_strobes),
    .word_done_i     (word_done),
    .word_data_i     (word_rdata)
  );
  trine_sdram u_sdram (
    .clk_i     (clk_25mhz),
    .rst_ni    (rst_n),
    .valid_i   (word_valid),
    .ready_o   (word_ready),
    .write_i   (word_write),
    .word_i    (word_addr),
    .data_i    (word_wdata),
    .strobes_i (word_strobes),
    .done_o    (word_done),
    .data_o    (word_rdata),
    .command_o (sdram_command),
    .bank_o    (sdram_ba),
    .address_o (sdram_a),
    .mask_o    (sdram_dqm),
    .drive_o   (sdram_drive),
    .dq_o      (sdram_dq_to),
    .dq_i      (sdram_dq_from)
  );

  // Bursts are those of the core: INCR of whole beats.
  logic       unused_done;
  logic [2:0] unused_arsize, unused_awsize;
  logic [1:0] unused_arburst, unused_awburst;
  logic [7:0] unused_awlen;
  trine_top #(
    .Groups         (Groups),
    .TileRows       (TileRows),
    .VectorWords    (VectorWords),
    .MaxCols        (MaxCols),
    .AddrWidth      (AddrWidth),
    .F16Engine      (F16Engine),
    .VectorUnit     (VectorUnit),
    .AttentionHeads (AttentionHeads)
  ) u_core (
    .clk_i            (clk_25mhz),
    .rst_ni           (rst_n),
    .irq_o            (irq),
    .command_done_o   (unused_done),
    .command_hold_i   (1'b0),
    .s_axil_awaddr_i  (awaddr),
    .s_axil_awvalid_i (awvalid),
    .s_axil_awready_o (awready),
    .s_axil_wdata_i   (wdata),
    .s_axil_wstrb_i   (wstrb),
    .s_axil_wvalid_i  (wvalid),
    .s_axil_wready_o  (wready),
    .s_axil_bresp_o   (bresp),
    .s_axil_bvalid_o  (bvalid),
    .s_axil_bready_i  (bready),
    .s_axil_araddr_i  (araddr),
    .s_axil_arvalid_i (arvalid),
    .s_axil_arready_o (arready),
    .s_axil_rdata_o   (rdata),
    .s_axil_rresp_o   (rresp),
    .s_axil_rvalid_o  (rvalid),
    .s_axil_rready_i  (rready),
    .m_axi_araddr_o   (m_araddr),
    .m_axi_arlen_o    (m_arlen),
    .m_axi_arsize_o   (unused_arsize),
    .m_axi_arburst_o  (unused_arburst),
    .m_axi_arvalid_o  (m_arvalid),
    .m_axi_arready_i  (m_arready),
    .m_axi_rdata_i    (m_rdata),
    .m_axi_rresp_i    (m_rresp),
    .m_axi_rlast_i    (m_rlast),
    .m_axi_rvalid_i   (m_rvalid),
    .m_axi_rready_o   (m_rready),
    .m_axi_awaddr_o   (m_awaddr),
    .m_axi_awlen_o    (unused_awlen),
    .m_axi_awsize_o   (unused_awsize),
    .m_axi_awburst_o  (unused_awburst),
    .m_axi_awvalid_o  (m_awvalid),
    .m_axi_awready_i  (m_awready),
    .m_axi_wdata_o    (m_wdata),
    .m_axi_wstrb_o    (m_wstrb),
    .m_axi_wlast_o    (m_wlast),
    .m_axi_wvalid_o   (m_wvalid),
    .m_axi_wready_i   (m_wready),
    .m_axi_bresp_i    (m_bresp),
    .m_axi_bvalid_i   (m_bvalid),
    .m_axi_bready_o   (m_bready)
  );

  logic line_q;
  always_ff @(posedge clk_25mhz) line_q <= ftdi_txd;
  assign led = {!rst_n, 5'd0, line_q, irq};

  logic unused_ok;
  assign unused_ok = ^{unused_done, unused_arsize, unused_awsize, unused_arburst, unused_awburst,
                       unused_awlen};

endmodule
