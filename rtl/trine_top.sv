// SPDX-License-Identifier: Apache-2.0

/// Trine: a core that runs a decoder-only transformer with balanced-ternary weights.
///
/// The host writes a command list to memory and its address to the registers (AXI4-Lite), and
/// sets CTRL.START; the core reads commands, vectors and weights and writes results through one
/// AXI4 master (one id, INCR bursts of whole beats).  Modules talk only through the ports here.
module trine_top #(
  /// Groups side by side; a beat of the data bus has 4 * Groups bytes: 1, 2, 4, 8 or 16.
  parameter  int unsigned Groups        = 16,
  /// Rows of a row tile, a multiple of 32.
  parameter  int unsigned TileRows      = 2048,
  /// Banks of vector memory, whose vectors share a weight beat: 1, 2, 4 or 8.
  parameter  int unsigned Vectors       = 1,
  /// Bits of an activation mantissa.
  parameter  int unsigned ActWidth      = 12,
  /// FP32 words of a bank, a multiple of 32.
  parameter  int unsigned VectorWords   = 65536,
  /// Longest activation vector.
  parameter  int unsigned MaxCols       = 32768,
  parameter  int unsigned AddrWidth     = 40,
  /// AXI read ports that share the width of a beat: 1, 2 or 4, and at most Groups.
  parameter  int unsigned Ports         = 1,
  /// Beats of the read FIFO, a power of two.
  parameter  int unsigned ReadFifoBeats = 512,
  /// Beats of the longest read burst of a single port, and of the longest write burst: 16, 32, 64,
  /// 128 or 256.  Several read ports ask for 16 transfers at most.  AXI3 allows 16.
  parameter  int unsigned ReadBurst     = 256,
  /// Read bursts that a single port has under way at most, a power of two, at least 2.
  parameter  int unsigned ReadBursts    = 64,
  parameter  int unsigned WriteBurst    = 64,
  /// 1: trine_matvec runs F16_MATVEC; 0: that opcode is refused.
  parameter  int unsigned F16Engine    = 1,
  /// 1: RMSNORM to ARGMAX exist; 0: those opcodes are refused.
  parameter  int unsigned VectorUnit    = 1,
  /// Query heads that share a pass over keys and values, of one position or of several, at most 32;
  /// 0: STORE_BLOCKS and ATTENTION are refused.
  parameter  int unsigned AttentionHeads = 8,
  /// Bits of a mantissa of query, keys and values, 8 to 16.
  parameter  int unsigned AttentionWidth = 15,
  /// Bits of an event counter, 33 to 64: it wraps, and the bits above read 0.
  parameter  int unsigned CounterWidth  = 64,
  /// 1: vector memory and the memories of the matrix engines have parity; a command that uses a
  /// word with a bit turned over ends the list with MEMORY_PARITY.
  parameter  int unsigned Parity        = 0,
  /// 1: the checksum of a trit stream is compared with the one in its codebook block, if that has
  /// one; a command whose stream has another ends the list with STREAM_SUM.
  parameter  int unsigned StreamSum     = 0,
  /// 1: the clocks of units that rest stand still, see trine_clock_gate.
  parameter  int unsigned ClockGates    = 0,
  localparam int unsigned DataWidth     = 32 * Groups,
  localparam int unsigned PortWidth     = DataWidth / Ports
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  output logic                   irq_o,
  /// A command has run, its results are in vector memory: a pulse, for simulators and analysers.
  output logic                   command_done_o,
  /// While it is high no further command begins, so that a debugger can look at the results of the
  /// last one; COMMAND names the one that is held.  Tied low otherwise.
  input  logic                   command_hold_i,
  // AXI4-Lite slave: registers
  input  logic [11:0]            s_axil_awaddr_i,
  input  logic                   s_axil_awvalid_i,
  output logic                   s_axil_awready_o,
  input  logic [31:0]            s_axil_wdata_i,
  input  logic [3:0]             s_axil_wstrb_i,
  input  logic                   s_axil_wvalid_i,
  output logic                   s_axil_wready_o,
  output logic [1:0]             s_axil_bresp_o,
  output logic                   s_axil_bvalid_o,
  input  logic                   s_axil_bready_i,
  input  logic [11:0]            s_axil_araddr_i,
  input  logic                   s_axil_arvalid_i,
  output logic                   s_axil_arready_o,
  output logic [31:0]            s_axil_rdata_o,
  output logic [1:0]             s_axil_rresp_o,
  output logic                   s_axil_rvalid_o,
  input  logic                   s_axil_rready_i,
  // AXI4 master: memory; reads of port p in slice p, writes through port 0
  output logic [Ports*AddrWidth-1:0] m_axi_araddr_o,
  output logic [Ports*8-1:0]     m_axi_arlen_o,
  output logic [Ports*3-1:0]     m_axi_arsize_o,
  output logic [Ports*2-1:0]     m_axi_arburst_o,
  output logic [Ports-1:0]       m_axi_arvalid_o,
  input  logic [Ports-1:0]       m_axi_arready_i,
  input  logic [DataWidth-1:0]   m_axi_rdata_i,
  input  logic [Ports*2-1:0]     m_axi_rresp_i,
  input  logic [Ports-1:0]       m_axi_rlast_i,
  input  logic [Ports-1:0]       m_axi_rvalid_i,
  output logic [Ports-1:0]       m_axi_rready_o,
  output logic [AddrWidth-1:0]   m_axi_awaddr_o,
  output logic [7:0]             m_axi_awlen_o,
  output logic [2:0]             m_axi_awsize_o,
  output logic [1:0]             m_axi_awburst_o,
  output logic                   m_axi_awvalid_o,
  input  logic                   m_axi_awready_i,
  output logic [PortWidth-1:0]   m_axi_wdata_o,
  output logic [PortWidth/8-1:0] m_axi_wstrb_o,
  output logic                   m_axi_wlast_o,
  output logic                   m_axi_wvalid_o,
  input  logic                   m_axi_wready_i,
  input  logic [1:0]             m_axi_bresp_i,
  input  logic                   m_axi_bvalid_i,
  output logic                   m_axi_bready_o
);

  if (!(Groups == 1 || Groups == 2 || Groups == 4 || Groups == 8 || Groups == 16))
  begin : gen_bad_groups
    $error("trine_top: Groups must be 1, 2, 4, 8 or 16");
  end
  if (TileRows == 0 || TileRows % 32 != 0 || VectorWords == 0 || VectorWords % 32 != 0)
  begin : gen_bad_rows
    $error("trine_top: TileRows and VectorWords must be multiples of 32");
  end
  if (CounterWidth < 33 || CounterWidth > 64) begin : gen_bad_counters
    $error("trine_top: CounterWidth is 33 to 64");
  end
  if (Parity > 1 || StreamSum > 1) begin : gen_bad_checks
    $error("trine_top: Parity and StreamSum are 0 or 1");
  end
  if (AttentionHeads > 32 || AttentionWidth < 8 || AttentionWidth > 16) begin : gen_bad_attention
    $error("trine_top: AttentionHeads is 0 to 32, AttentionWidth 8 to 16");
  end

  logic         start, abort, clear, busy, finish;
  logic [31:0]  index;
  logic [7:0]   error_code;
  logic [6:0]   events;
  trine_control_pkg::settings_t settings;
  logic [31:0]  bus_limit;
  logic         fault_valid;
  trine_control_pkg::bus_fault_t fault;

  trine_registers #(
    .CounterWidth (CounterWidth),
    .Groups      (Groups),
    .TileRows    (TileRows),
    .Vectors     (Vectors),
    .ActWidth    (ActWidth),
    .VectorWords (VectorWords),
    .MaxCols     (MaxCols),
    .F16Engine  (F16Engine),
    .VectorUnit  (VectorUnit),
    .AttentionHeads (AttentionHeads),
    .AttentionWidth (AttentionWidth),
    .Parity      (Parity),
    .StreamSum   (StreamSum),
    .ClockGates  (ClockGates)
  ) u_registers (
    .clk_i,
    .rst_ni,
    .irq_o,
    .aw_addr_i    (s_axil_awaddr_i),
    .aw_valid_i   (s_axil_awvalid_i),
    .aw_ready_o   (s_axil_awready_o),
    .w_data_i     (s_axil_wdata_i),
    .w_strb_i     (s_axil_wstrb_i),
    .w_valid_i    (s_axil_wvalid_i),
    .w_ready_o    (s_axil_wready_o),
    .b_resp_o     (s_axil_bresp_o),
    .b_valid_o    (s_axil_bvalid_o),
    .b_ready_i    (s_axil_bready_i),
    .ar_addr_i    (s_axil_araddr_i),
    .ar_valid_i   (s_axil_arvalid_i),
    .ar_ready_o   (s_axil_arready_o),
    .r_data_o     (s_axil_rdata_o),
    .r_resp_o     (s_axil_rresp_o),
    .r_valid_o    (s_axil_rvalid_o),
    .r_ready_i    (s_axil_rready_i),
    .start_o      (start),
    .abort_o      (abort),
    .list_addr_o  (settings.list_addr),
    .list_count_o (settings.list_count),
    .mem_base_o   (settings.mem_base),
    .mem_limit_o  (settings.mem_limit),
    .clear_o      (clear),
    .position_o   (settings.position),
    .ahead_o      (settings.ahead),
    .tokens_o     (settings.tokens),
    .profile_addr_o  (settings.profile_addr),
    .profile_count_o (settings.profile_count),
    .bus_limit_o  (bus_limit),
    .fault_valid_i (fault_valid),
    .fault_i      (fault),
    .busy_i       (busy),
    .finish_i     (finish),
    .error_code_i (error_code),
    .index_i      (index),
    .events_i     (events)
  );

  trine_core #(
    .CounterWidth  (CounterWidth),
    .Groups        (Groups),
    .TileRows      (TileRows),
    .Vectors       (Vectors),
    .ActWidth      (ActWidth),
    .VectorWords   (VectorWords),
    .MaxCols       (MaxCols),
    .AddrWidth     (AddrWidth),
    .Ports         (Ports),
    .ReadFifoBeats (ReadFifoBeats),
    .ReadBurst     (ReadBurst),
    .ReadBursts    (ReadBursts),
    .WriteBurst    (WriteBurst),
    .F16Engine     (F16Engine),
    .VectorUnit    (VectorUnit),
    .AttentionHeads (AttentionHeads),
    .AttentionWidth (AttentionWidth),
    .Parity        (Parity),
    .StreamSum     (StreamSum),
    .ClockGates    (ClockGates)
  ) u_core (
    .clk_i,
    .rst_ni,
    .start_i      (start),
    .abort_i      (abort),
    .hold_i       (command_hold_i),
    .clear_i      (clear),
    .settings_i   (settings),
    .bus_limit_i  (bus_limit),
    .fault_valid_o (fault_valid),
    .fault_o      (fault),
    .busy_o       (busy),
    .finish_o     (finish),
    .error_code_o (error_code),
    .index_o      (index),
    .events_o     (events),
    .m_axi_araddr_o,
    .m_axi_arlen_o,
    .m_axi_arsize_o,
    .m_axi_arburst_o,
    .m_axi_arvalid_o,
    .m_axi_arready_i,
    .m_axi_rdata_i,
    .m_axi_rresp_i,
    .m_axi_rlast_i,
    .m_axi_rvalid_i,
    .m_axi_rready_o,
    .m_axi_awaddr_o,
    .m_axi_awlen_o,
    .m_axi_awsize_o,
    .m_axi_awburst_o,
    .m_axi_awvalid_o,
    .m_axi_awready_i,
    .m_axi_wdata_o,
    .m_axi_wstrb_o,
    .m_axi_wlast_o,
    .m_axi_wvalid_o,
    .m_axi_wready_i,
    .m_axi_bresp_i,
    .m_axi_bvalid_i,
    .m_axi_bready_o
  );

  assign command_done_o = events[6];

endmodule
