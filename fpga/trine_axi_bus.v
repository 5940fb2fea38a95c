// SPDX-License-Identifier: Apache-2.0

// What the wrappers trine_axi, trine_axi2 and trine_axi4 have in common: trine_top with the signals
// of AXI that it does not need, a reset synchronizer and register slices.  Plain Verilog, so that
// tools that take no SystemVerilog at the top of a block take the wrappers.
//
// Signals of read port p are in slice p.  `aresetn` may fall and rise at any time; the core sees it
// at the clock, and until it has left reset nothing is taken on s_axi.
module trine_axi_bus #(
  // Those of trine_top.
  parameter Groups         = 16,
  parameter TileRows       = 2048,
  parameter Vectors        = 1,
  parameter ActWidth       = 12,
  parameter VectorWords    = 65536,
  parameter MaxCols        = 32768,
  parameter AddrWidth      = 40,
  parameter Ports          = 1,
  parameter ReadFifoBeats  = 512,
  parameter ReadBurst      = 256,
  parameter WriteBurst     = 64,
  parameter F16Engine      = 1,
  parameter VectorUnit     = 1,
  parameter AttentionHeads = 8,
  parameter AttentionWidth = 15,
  parameter Parity         = 0,
  parameter StreamSum      = 0,
  // 1: AXI3: bursts of 16 beats at most, lengths of 4 bits, locks of 2 bits.
  parameter Axi3           = 0,
  // 1: a register slice of two entries on that channel, a cycle more.
  parameter SliceAr        = 0,
  parameter SliceAw        = 0,
  parameter SliceW         = 0,
  parameter LenWidth       = Axi3 != 0 ? 4 : 8
) (
  input  wire                      aclk,
  input  wire                      aresetn,
  output wire                      interrupt,
  // AXI4-Lite slave: registers
  input  wire [11:0]               s_axi_awaddr,
  input  wire                      s_axi_awvalid,
  output wire                      s_axi_awready,
  input  wire [31:0]               s_axi_wdata,
  input  wire [3:0]                s_axi_wstrb,
  input  wire                      s_axi_wvalid,
  output wire                      s_axi_wready,
  output wire [1:0]                s_axi_bresp,
  output wire                      s_axi_bvalid,
  input  wire                      s_axi_bready,
  input  wire [11:0]               s_axi_araddr,
  input  wire                      s_axi_arvalid,
  output wire                      s_axi_arready,
  output wire [31:0]               s_axi_rdata,
  output wire [1:0]                s_axi_rresp,
  output wire                      s_axi_rvalid,
  input  wire                      s_axi_rready,
  // AXI masters: memory
  output wire [Ports*AddrWidth-1:0] m_axi_araddr,
  output wire [Ports*LenWidth-1:0] m_axi_arlen,
  output wire [Ports*3-1:0]        m_axi_arsize,
  output wire [Ports*2-1:0]        m_axi_arburst,
  output wire [Ports-1:0]          m_axi_arvalid,
  input  wire [Ports-1:0]          m_axi_arready,
  input  wire [32*Groups-1:0]      m_axi_rdata,
  input  wire [Ports*2-1:0]        m_axi_rresp,
  input  wire [Ports-1:0]          m_axi_rlast,
  input  wire [Ports-1:0]          m_axi_rvalid,
  output wire [Ports-1:0]          m_axi_rready,
  output wire [AddrWidth-1:0]      m_axi_awaddr,
  output wire [LenWidth-1:0]       m_axi_awlen,
  output wire [2:0]                m_axi_awsize,
  output wire [1:0]                m_axi_awburst,
  output wire                      m_axi_awvalid,
  input  wire                      m_axi_awready,
  output wire [32*Groups/Ports-1:0] m_axi_wdata,
  output wire [4*Groups/Ports-1:0] m_axi_wstrb,
  output wire                      m_axi_wlast,
  output wire                      m_axi_wvalid,
  input  wire                      m_axi_wready,
  input  wire [1:0]                m_axi_bresp,
  input  wire                      m_axi_bvalid,
  output wire                      m_axi_bready
);

  localparam PortWidth = 32 * Groups / Ports;
  localparam Longest   = Axi3 != 0 ? 16 : 256;

  // ---- Reset ----

  (* ASYNC_REG = "TRUE" *) reg [1:0] reset_q;
  always @(posedge aclk or negedge aresetn) begin
    if (!aresetn) reset_q <= 2'b00;
    else          reset_q <= {reset_q[0], 1'b1};
  end
  // Asynchronous up to here; every register of the core takes it at a clock edge.
  reg rst_n;
  always @(posedge aclk) rst_n <= reset_q[1];

  // ---- The core ----

  wire [Ports*AddrWidth-1:0] ar_addr;
  wire [Ports*8-1:0]         ar_len;
  wire [Ports-1:0]           ar_valid, ar_ready;
  wire [AddrWidth-1:0]       aw_addr;
  wire [7:0]                 aw_len;
  wire                       aw_valid, aw_ready;
  wire [PortWidth-1:0]       w_data;
  wire [PortWidth/8-1:0]     w_strb;
  wire                       w_last, w_valid, w_ready;
  wire                       s_awready, s_wready, s_arready;
  wire                       unused_command_done;
  assign s_axi_awready = s_awready && rst_n;
  assign s_axi_wready  = s_wready && rst_n;
  assign s_axi_arready = s_arready && rst_n;

  trine_top #(
    .Groups         (Groups),
    .TileRows       (TileRows),
    .Vectors        (Vectors),
    .ActWidth       (ActWidth),
    .VectorWords    (VectorWords),
    .MaxCols        (MaxCols),
    .AddrWidth      (AddrWidth),
    .Ports          (Ports),
    .ReadFifoBeats  (ReadFifoBeats),
    .ReadBurst      (ReadBurst < Longest ? ReadBurst : Longest),
    .WriteBurst     (WriteBurst < Longest ? WriteBurst : Longest),
    .F16Engine      (F16Engine),
    .VectorUnit     (VectorUnit),
    .AttentionHeads (AttentionHeads),
    .AttentionWidth (AttentionWidth),
    .Parity         (Parity),
    .StreamSum      (StreamSum)
  ) u_top (
    .clk_i            (aclk),
    .rst_ni           (rst_n),
    .irq_o            (interrupt),
    .command_done_o   (unused_command_done),
    .command_hold_i   (1'b0),
    .s_axil_awaddr_i  (s_axi_awaddr),
    .s_axil_awvalid_i (s_axi_awvalid),
    .s_axil_awready_o (s_awready),
    .s_axil_wdata_i   (s_axi_wdata),
    .s_axil_wstrb_i   (s_axi_wstrb),
    .s_axil_wvalid_i  (s_axi_wvalid),
    .s_axil_wready_o  (s_wready),
    .s_axil_bresp_o   (s_axi_bresp),
    .s_axil_bvalid_o  (s_axi_bvalid),
    .s_axil_bready_i  (s_axi_bready),
    .s_axil_araddr_i  (s_axi_araddr),
    .s_axil_arvalid_i (s_axi_arvalid),
    .s_axil_arready_o (s_arready),
    .s_axil_rdata_o   (s_axi_rdata),
    .s_axil_rresp_o   (s_axi_rresp),
    .s_axil_rvalid_o  (s_axi_rvalid),
    .s_axil_rready_i  (s_axi_rready),
    .m_axi_araddr_o   (ar_addr),
    .m_axi_arlen_o    (ar_len),
    .m_axi_arsize_o   (m_axi_arsize),
    .m_axi_arburst_o  (m_axi_arburst),
    .m_axi_arvalid_o  (ar_valid),
    .m_axi_arready_i  (ar_ready),
    .m_axi_rdata_i    (m_axi_rdata),
    .m_axi_rresp_i    (m_axi_rresp),
    .m_axi_rlast_i    (m_axi_rlast),
    .m_axi_rvalid_i   (m_axi_rvalid),
    .m_axi_rready_o   (m_axi_rready),
    .m_axi_awaddr_o   (aw_addr),
    .m_axi_awlen_o    (aw_len),
    .m_axi_awsize_o   (m_axi_awsize),
    .m_axi_awburst_o  (m_axi_awburst),
    .m_axi_awvalid_o  (aw_valid),
    .m_axi_awready_i  (aw_ready),
    .m_axi_wdata_o    (w_data),
    .m_axi_wstrb_o    (w_strb),
    .m_axi_wlast_o    (w_last),
    .m_axi_wvalid_o   (w_valid),
    .m_axi_wready_i   (w_ready),
    .m_axi_bresp_i    (m_axi_bresp),
    .m_axi_bvalid_i   (m_axi_bvalid),
    .m_axi_bready_o   (m_axi_bready)
  );

  // ---- Slices ----

  genvar p;
  generate
    for (p = 0; p < Ports; p = p + 1) begin : gen_ar
      trine_axi_slice #(.Sliced (SliceAr), .DataWidth (AddrWidth + LenWidth)) u_slice (
        .clk_i   (aclk),
        .rst_ni  (rst_n),
        .valid_i (ar_valid[p]),
        .ready_o (ar_ready[p]),
        .data_i  ({ar_addr[AddrWidth*p +: AddrWidth], ar_len[8*p +: LenWidth]}),
        .valid_o (m_axi_arvalid[p]),
        .ready_i (m_axi_arready[p]),
        .data_o  ({m_axi_araddr[AddrWidth*p +: AddrWidth], m_axi_arlen[LenWidth*p +: LenWidth]})
      );
    end
  endgenerate

  trine_axi_slice #(.Sliced (SliceAw), .DataWidth (AddrWidth + LenWidth)) u_slice_aw (
    .clk_i   (aclk),
    .rst_ni  (rst_n),
    .valid_i (aw_valid),
    .ready_o (aw_ready),
    .data_i  ({aw_addr, aw_len[LenWidth-1:0]}),
    .valid_o (m_axi_awvalid),
    .ready_i (m_axi_awready),
    .data_o  ({m_axi_awaddr, m_axi_awlen})
  );

  trine_axi_slice #(.Sliced (SliceW), .DataWidth (PortWidth + PortWidth / 8 + 1)) u_slice_w (
    .clk_i   (aclk),
    .rst_ni  (rst_n),
    .valid_i (w_valid),
    .ready_o (w_ready),
    .data_i  ({w_data, w_strb, w_last}),
    .valid_o (m_axi_wvalid),
    .ready_i (m_axi_wready),
    .data_o  ({m_axi_wdata, m_axi_wstrb, m_axi_wlast})
  );

  // In AXI3 the upper bits of a length are zero.
  wire unused_ok;
  assign unused_ok = ^{ar_len, aw_len, unused_command_done};

endmodule
