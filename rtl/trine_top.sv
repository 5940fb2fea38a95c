// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

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
  /// Banks of vector memory, whose vectors share a weight beat: 1, 2 or 4.
  parameter  int unsigned Vectors       = 1,
  /// Bits of an activation mantissa.
  parameter  int unsigned ActWidth      = 12,
  /// FP32 words of a bank, a multiple of 32.
  parameter  int unsigned VectorWords   = 65536,
  /// Longest activation vector.
  parameter  int unsigned MaxCols       = 16384,
  parameter  int unsigned AddrWidth     = 40,
  /// Beats of the read FIFO, a power of two.
  parameter  int unsigned ReadFifoBeats = 256,
  /// 1: trine_matvec runs F16_MATVEC; 0: that opcode is refused.
  parameter  int unsigned F16Engine    = 1,
  /// 1: RMSNORM to ARGMAX exist; 0: those opcodes are refused.
  parameter  int unsigned VectorUnit    = 1,
  /// 1: the clocks of units that rest stand still, see trine_clock_gate.
  parameter  int unsigned ClockGates    = 0,
  localparam int unsigned DataWidth     = 32 * Groups
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  output logic                   irq_o,
  /// A command has run, its results are in vector memory: a pulse, for simulators and analysers.
  output logic                   command_done_o,
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
  // AXI4 master: memory
  output logic [AddrWidth-1:0]   m_axi_araddr_o,
  output logic [7:0]             m_axi_arlen_o,
  output logic [2:0]             m_axi_arsize_o,
  output logic [1:0]             m_axi_arburst_o,
  output logic                   m_axi_arvalid_o,
  input  logic                   m_axi_arready_i,
  input  logic [DataWidth-1:0]   m_axi_rdata_i,
  input  logic [1:0]             m_axi_rresp_i,
  input  logic                   m_axi_rlast_i,
  input  logic                   m_axi_rvalid_i,
  output logic                   m_axi_rready_o,
  output logic [AddrWidth-1:0]   m_axi_awaddr_o,
  output logic [7:0]             m_axi_awlen_o,
  output logic [2:0]             m_axi_awsize_o,
  output logic [1:0]             m_axi_awburst_o,
  output logic                   m_axi_awvalid_o,
  input  logic                   m_axi_awready_i,
  output logic [DataWidth-1:0]   m_axi_wdata_o,
  output logic [DataWidth/8-1:0] m_axi_wstrb_o,
  output logic                   m_axi_wlast_o,
  output logic                   m_axi_wvalid_o,
  input  logic                   m_axi_wready_i,
  input  logic [1:0]             m_axi_bresp_i,
  input  logic                   m_axi_bvalid_i,
  output logic                   m_axi_bready_o
);

  localparam int unsigned BeatWidth  = $clog2(VectorWords / Groups);
  localparam int unsigned CountWidth = $clog2(VectorWords + 1);

  if (!(Groups == 1 || Groups == 2 || Groups == 4 || Groups == 8 || Groups == 16))
  begin : gen_bad_groups
    $error("trine_top: Groups must be 1, 2, 4, 8 or 16");
  end
  if (TileRows == 0 || TileRows % 32 != 0 || VectorWords == 0 || VectorWords % 32 != 0)
  begin : gen_bad_rows
    $error("trine_top: TileRows and VectorWords must be multiples of 32");
  end

  // ---- Registers ----

  logic         start, abort, clear, busy, finish;
  logic [63:0]  list_addr, mem_base, mem_limit, profile_addr;
  logic [31:0]  list_count, index, position, profile_count;
  logic [127:0] tokens;
  logic [7:0]  error_code;
  logic [6:0]  events;

  trine_registers #(
    .Groups      (Groups),
    .TileRows    (TileRows),
    .Vectors     (Vectors),
    .ActWidth    (ActWidth),
    .VectorWords (VectorWords),
    .MaxCols     (MaxCols),
    .F16Engine  (F16Engine),
    .VectorUnit  (VectorUnit)
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
    .list_addr_o  (list_addr),
    .list_count_o (list_count),
    .mem_base_o   (mem_base),
    .mem_limit_o  (mem_limit),
    .clear_o      (clear),
    .position_o   (position),
    .tokens_o     (tokens),
    .profile_addr_o  (profile_addr),
    .profile_count_o (profile_count),
    .busy_i       (busy),
    .finish_i     (finish),
    .error_code_i (error_code),
    .index_i      (index),
    .events_i     (events)
  );

  // ---- Read stream: commands and codebooks word by word, vectors, weights ----

  logic                 read_valid, read_ready, read_error, read_idle;
  logic [AddrWidth-1:0] read_addr;
  logic [31:0]          read_beats, read_rows, read_stride;
  logic                 row_valid, row_ready;
  logic [AddrWidth-1:0] row_addr;
  logic [31:0]          row_beats;
  logic                 beat_valid, beat_ready;
  logic [DataWidth-1:0] beat_data;

  trine_row_reader #(.AddrWidth (AddrWidth)) u_row_reader (
    .clk_i,
    .rst_ni,
    .valid_i     (read_valid),
    .ready_o     (read_ready),
    .addr_i      (read_addr),
    .beats_i     (read_beats),
    .rows_i      (read_rows),
    .stride_i    (read_stride),
    .job_valid_o (row_valid),
    .job_ready_i (row_ready),
    .job_addr_o  (row_addr),
    .job_beats_o (row_beats)
  );

  trine_read_dma #(
    .Groups    (Groups),
    .AddrWidth (AddrWidth),
    .FifoBeats (ReadFifoBeats)
  ) u_read_dma (
    .clk_i,
    .rst_ni,
    .job_valid_i  (row_valid),
    .job_ready_o  (row_ready),
    .job_addr_i   (row_addr),
    .job_beats_i  (row_beats),
    .clear_i      (start),
    .error_o      (read_error),
    .idle_o       (read_idle),
    .ar_addr_o    (m_axi_araddr_o),
    .ar_len_o     (m_axi_arlen_o),
    .ar_valid_o   (m_axi_arvalid_o),
    .ar_ready_i   (m_axi_arready_i),
    .r_data_i     (m_axi_rdata_i),
    .r_resp_i     (m_axi_rresp_i),
    .r_valid_i    (m_axi_rvalid_i),
    .r_ready_o    (m_axi_rready_o),
    .beat_valid_o (beat_valid),
    .beat_ready_i (beat_ready),
    .beat_data_o  (beat_data)
  );

  // Who takes the beats: the engines or the load unit while they run, else whoever wants words.
  logic        matvec_active, weight_ready, load_ready, words_ready;
  logic        command_ready, book_busy, book_ready;
  logic        word_valid, word_wanted;
  logic [31:0] word_data;

  assign word_wanted = command_ready || book_busy;
  assign beat_ready  = matvec_active ? weight_ready : word_wanted ? words_ready : load_ready;

  trine_words #(.Groups (Groups)) u_words (
    .clk_i,
    .rst_ni,
    .valid_i (beat_valid && word_wanted),
    .ready_o (words_ready),
    .data_i  (beat_data),
    .valid_o (word_valid),
    .ready_i (command_ready || book_ready),
    .data_o  (word_data)
  );

  // ---- Write stream: store unit, column unit or profile, whichever runs ----

  logic                 write_valid, write_ready, write_error, write_idle;
  logic [AddrWidth-1:0] write_addr, column_job_addr;
  logic [31:0]          write_bytes;
  logic                 column_job_valid;
  logic                 store_valid, column_valid, record_valid, stream_ready;
  logic [DataWidth-1:0] store_data, column_data, record_data;

  trine_write_dma #(
    .Groups    (Groups),
    .AddrWidth (AddrWidth)
  ) u_write_dma (
    .clk_i,
    .rst_ni,
    .job_valid_i  (write_valid || column_job_valid),
    .job_ready_o  (write_ready),
    .job_addr_i   (column_job_valid ? column_job_addr : write_addr),
    .job_bytes_i  (column_job_valid ? 32'd2 : write_bytes),
    .clear_i      (start),
    .error_o      (write_error),
    .idle_o       (write_idle),
    .beat_valid_i (store_valid || column_valid || record_valid),
    .beat_ready_o (stream_ready),
    .beat_data_i  (column_valid ? column_data : record_valid ? record_data : store_data),
    .aw_addr_o    (m_axi_awaddr_o),
    .aw_len_o     (m_axi_awlen_o),
    .aw_valid_o   (m_axi_awvalid_o),
    .aw_ready_i   (m_axi_awready_i),
    .w_data_o     (m_axi_wdata_o),
    .w_strb_o     (m_axi_wstrb_o),
    .w_last_o     (m_axi_wlast_o),
    .w_valid_o    (m_axi_wvalid_o),
    .w_ready_i    (m_axi_wready_i),
    .b_resp_i     (m_axi_bresp_i),
    .b_valid_i    (m_axi_bvalid_i),
    .b_ready_o    (m_axi_bready_o)
  );

  localparam logic [2:0] BeatSize  = 3'($clog2(DataWidth / 8));
  localparam logic [1:0] BurstIncr = 2'b01;
  assign m_axi_arsize_o  = BeatSize;
  assign m_axi_awsize_o  = BeatSize;
  assign m_axi_arburst_o = BurstIncr;
  assign m_axi_awburst_o = BurstIncr;

  // ---- Control ----

  logic                 load_start, load_done, store_start, store_done, book_start, bad_codebook;
  logic                 column_start, column_done, vector_start, vector_done, vector_nonfinite;
  logic                 command_begin, record_start, record_done, running;
  logic                 matvec_start, matvec_done;
  logic                 bad_set_byte, bad_tail, nonfinite, overflow;
  logic [AddrWidth-1:0] column_addr;
  logic [31:0]          word0, rows, cols, stride, alpha, beta;
  logic [BeatWidth-1:0] src_beat, src2_beat, dst_beat;

  trine_sequencer #(
    .Groups      (Groups),
    .Vectors     (Vectors),
    .VectorWords (VectorWords),
    .MaxCols     (MaxCols),
    .AddrWidth   (AddrWidth),
    .F16Engine  (F16Engine),
    .VectorUnit  (VectorUnit)
  ) u_sequencer (
    .clk_i,
    .rst_ni,
    .start_i            (start),
    .abort_i            (abort),
    .list_addr_i        (list_addr),
    .list_count_i       (list_count),
    .mem_base_i         (mem_base),
    .mem_limit_i        (mem_limit),
    .position_i         (position),
    .tokens_i           (tokens),
    .profile_addr_i     (profile_addr),
    .profile_count_i    (profile_count),
    .busy_o             (busy),
    .finish_o           (finish),
    .error_code_o       (error_code),
    .index_o            (index),
    .command_begin_o    (command_begin),
    .command_done_o,
    .word_valid_i       (word_valid),
    .word_ready_o       (command_ready),
    .word_data_i        (word_data),
    .read_valid_o       (read_valid),
    .read_ready_i       (read_ready),
    .read_addr_o        (read_addr),
    .read_beats_o       (read_beats),
    .read_rows_o        (read_rows),
    .read_stride_o      (read_stride),
    .read_error_i       (read_error),
    .write_valid_o      (write_valid),
    .write_ready_i      (write_ready),
    .write_addr_o       (write_addr),
    .write_bytes_o      (write_bytes),
    .write_error_i      (write_error),
    .write_idle_i       (write_idle),
    .load_start_o       (load_start),
    .load_done_i        (load_done),
    .store_start_o      (store_start),
    .store_done_i       (store_done),
    .column_start_o     (column_start),
    .column_addr_o      (column_addr),
    .column_done_i      (column_done),
    .vector_start_o     (vector_start),
    .vector_done_i      (vector_done),
    .vector_nonfinite_i (vector_nonfinite),
    .record_start_o     (record_start),
    .record_done_i      (record_done),
    .book_start_o       (book_start),
    .book_busy_i        (book_busy),
    .bad_codebook_i     (bad_codebook),
    .matvec_start_o     (matvec_start),
    .matvec_active_o    (matvec_active),
    .matvec_done_i      (matvec_done),
    .bad_set_byte_i     (bad_set_byte),
    .bad_tail_i         (bad_tail),
    .nonfinite_i        (nonfinite),
    .overflow_i         (overflow),
    .running_o          (running),
    .word0_o            (word0),
    .rows_o             (rows),
    .cols_o             (cols),
    .stride_o           (stride),
    .alpha_o            (alpha),
    .beta_o             (beta),
    .src_beat_o         (src_beat),
    .src2_beat_o        (src2_beat),
    .dst_beat_o         (dst_beat)
  );

  logic       f16;
  logic [3:0] bank;
  assign f16 = word0[trine_commands_pkg::FIELD_F16_LSB];
  assign bank = word0[trine_commands_pkg::FIELD_BANK_LSB +: 4];

  // ---- Vector memory and its users ----

  logic                         load_write_valid, unit_write_valid;
  logic [BeatWidth-1:0]         load_write_beat, unit_write_beat;
  logic [DataWidth-1:0]         load_write_data, unit_write_data;
  logic                         store_read_valid, column_read_valid, unit_read_valid;
  logic [BeatWidth-1:0]         store_read_beat, column_read_beat, unit_read_beat;
  logic [DataWidth-1:0]         read_data;
  logic [Vectors-1:0]           matvec_write_valid, matvec_read_valid;
  logic [Vectors*BeatWidth-1:0] matvec_write_beat, matvec_read_beat;
  logic [Vectors*DataWidth-1:0] matvec_write_data, matvec_read_data;

  trine_vector_memory #(
    .Groups      (Groups),
    .Vectors     (Vectors),
    .VectorWords (VectorWords)
  ) u_vector_memory (
    .clk_i,
    .rst_ni,
    .bank_i               (bank),
    .load_write_valid_i   (load_write_valid),
    .load_write_beat_i    (load_write_beat),
    .load_write_data_i    (load_write_data),
    .unit_write_valid_i   (unit_write_valid),
    .unit_write_beat_i    (unit_write_beat),
    .unit_write_data_i    (unit_write_data),
    .read_valid_i         (store_read_valid || column_read_valid || unit_read_valid),
    .read_beat_i          (unit_read_valid ? unit_read_beat
                         : column_read_valid ? column_read_beat : store_read_beat),
    .read_data_o          (read_data),
    .matvec_write_valid_i (matvec_write_valid),
    .matvec_write_beat_i  (matvec_write_beat),
    .matvec_write_data_i  (matvec_write_data),
    .matvec_read_valid_i  (matvec_read_valid),
    .matvec_read_beat_i   (matvec_read_beat),
    .matvec_read_data_o   (matvec_read_data)
  );

  trine_load_unit #(
    .Groups      (Groups),
    .VectorWords (VectorWords)
  ) u_load_unit (
    .clk_i,
    .rst_ni,
    .start_i           (load_start),
    .f16_i            (f16),
    .rows_i            (rows[CountWidth-1:0]),
    .dst_beat_i        (dst_beat),
    .done_o            (load_done),
    .beat_valid_i      (beat_valid && !matvec_active && !word_wanted),
    .beat_ready_o      (load_ready),
    .beat_data_i       (beat_data),
    .vec_write_valid_o (load_write_valid),
    .vec_write_beat_o  (load_write_beat),
    .vec_write_data_o  (load_write_data)
  );

  trine_store_unit #(
    .Groups      (Groups),
    .VectorWords (VectorWords)
  ) u_store_unit (
    .clk_i,
    .rst_ni,
    .start_i          (store_start),
    .f16_i           (f16),
    .rows_i           (rows[CountWidth-1:0]),
    .src_beat_i       (src_beat),
    .done_o           (store_done),
    .vec_read_valid_o (store_read_valid),
    .vec_read_beat_o  (store_read_beat),
    .vec_read_data_i  (read_data),
    .beat_valid_o     (store_valid),
    .beat_ready_i     (stream_ready),
    .beat_data_o      (store_data)
  );

  trine_column_unit #(
    .Groups      (Groups),
    .VectorWords (VectorWords),
    .AddrWidth   (AddrWidth)
  ) u_column_unit (
    .clk_i,
    .rst_ni,
    .start_i          (column_start),
    .rows_i           (rows[CountWidth-1:0]),
    .stride_i         (stride),
    .addr_i           (column_addr),
    .src_beat_i       (src_beat),
    .done_o           (column_done),
    .vec_read_valid_o (column_read_valid),
    .vec_read_beat_o  (column_read_beat),
    .vec_read_data_i  (read_data),
    .job_valid_o      (column_job_valid),
    .job_ready_i      (write_ready),
    .job_addr_o       (column_job_addr),
    .beat_valid_o     (column_valid),
    .beat_ready_i     (stream_ready),
    .beat_data_o      (column_data)
  );

  // ---- Vector operations ----

  if (VectorUnit != 0) begin : gen_vector_unit
    // RMSNORM is the first opcode of this unit, ARGMAX its last and the last of all.
    logic clk_vector;
    trine_clock_gate #(.Gated (ClockGates)) u_clock (
      .clk_i,
      .rst_ni,
      .en_i  (word0[7:0] >= trine_commands_pkg::OPCODE_RMSNORM),
      .clk_o (clk_vector)
    );

    trine_vector_pkg::op_e op;
    always_comb begin
      unique case (word0[7:0])
        trine_commands_pkg::OPCODE_RMSNORM:  op = trine_vector_pkg::OpRmsnorm;
        trine_commands_pkg::OPCODE_ROPE:     op = trine_vector_pkg::OpRope;
        trine_commands_pkg::OPCODE_SOFTMAX:  op = trine_vector_pkg::OpSoftmax;
        trine_commands_pkg::OPCODE_SILU_MUL: op = trine_vector_pkg::OpSiluMul;
        trine_commands_pkg::OPCODE_ARGMAX:   op = trine_vector_pkg::OpArgmax;
        default:                             op = trine_vector_pkg::OpAdd;
      endcase
    end
    trine_vector_unit #(
      .Groups      (Groups),
      .VectorWords (VectorWords)
    ) u_vector_unit (
      .clk_i             (clk_vector),
      .rst_ni,
      .start_i           (vector_start),
      .op_i              (op),
      .rows_i            (rows),
      .cols_i            (cols),
      .src_beat_i        (src_beat),
      .src2_beat_i       (src2_beat),
      .dst_beat_i        (dst_beat),
      .alpha_i           (alpha),
      .beta_i            (beta),
      .done_o            (vector_done),
      .nonfinite_o       (vector_nonfinite),
      .vec_read_valid_o  (unit_read_valid),
      .vec_read_beat_o   (unit_read_beat),
      .vec_read_data_i   (read_data),
      .vec_write_valid_o (unit_write_valid),
      .vec_write_beat_o  (unit_write_beat),
      .vec_write_data_o  (unit_write_data)
    );
  end else begin : gen_no_vector_unit
    assign {vector_done, vector_nonfinite, unit_read_valid, unit_write_valid} = '0;
    assign {unit_read_beat, unit_write_beat} = '0;
    assign unit_write_data = '0;
    logic unused_vector;
    assign unused_vector = ^{vector_start, alpha, beta, src2_beat, read_data};
  end

  // ---- Matrix times vector ----

  logic        book_valid;
  logic [4:0]  book_index;
  logic [31:0] book_data;

  trine_codebook_loader u_codebook_loader (
    .clk_i,
    .rst_ni,
    .start_i      (book_start),
    .busy_o       (book_busy),
    .bad_o        (bad_codebook),
    .word_valid_i (word_valid && book_busy),
    .word_ready_o (book_ready),
    .word_data_i  (word_data),
    .book_valid_o (book_valid),
    .book_index_o (book_index),
    .book_data_o  (book_data)
  );

  logic is_f16, clk_matvec;
  assign is_f16 = word0[7:0] == trine_commands_pkg::OPCODE_F16_MATVEC;
  trine_clock_gate #(.Gated (ClockGates)) u_clock_matvec (
    .clk_i,
    .rst_ni,
    .en_i  (is_f16 || word0[7:0] == trine_commands_pkg::OPCODE_TRIT_MATVEC),
    .clk_o (clk_matvec)
  );

  logic wait_memory, wait_table, wait_rows;

  trine_matvec #(
    .Groups      (Groups),
    .TileRows    (TileRows),
    .Vectors     (Vectors),
    .ActWidth    (ActWidth),
    .MaxCols     (MaxCols),
    .VectorWords (VectorWords),
    .F16Engine  (F16Engine),
    .ClockGates  (ClockGates)
  ) u_matvec (
    .clk_i             (clk_matvec),
    .rst_ni,
    .start_i           (matvec_start),
    .f16_i            (is_f16),
    .raw_i             (word0[trine_commands_pkg::FIELD_RAW_LSB]),
    .depth_i           (word0[trine_commands_pkg::FIELD_DEPTH_LSB +: 3]),
    .bank_i            (bank),
    .rows_i            (rows),
    .cols_i            (cols),
    .src_beat_i        (src_beat),
    .dst_beat_i        (dst_beat),
    .done_o            (matvec_done),
    .bad_set_byte_o    (bad_set_byte),
    .bad_tail_o        (bad_tail),
    .nonfinite_o       (nonfinite),
    .overflow_o        (overflow),
    .book_valid_i      (book_valid),
    .book_index_i      (book_index),
    .book_data_i       (book_data),
    .weight_valid_i    (beat_valid && matvec_active),
    .weight_ready_o    (weight_ready),
    .weight_data_i     (beat_data),
    .wait_memory_o     (wait_memory),
    .wait_table_o      (wait_table),
    .wait_rows_o       (wait_rows),
    .vec_read_valid_o  (matvec_read_valid),
    .vec_read_beat_o   (matvec_read_beat),
    .vec_read_data_i   (matvec_read_data),
    .vec_write_valid_o (matvec_write_valid),
    .vec_write_beat_o  (matvec_write_beat),
    .vec_write_data_o  (matvec_write_data)
  );

  // ---- Counters ----

  // In the order of the register map, and of the profile.
  logic [5:0] activity;
  assign activity = {
    matvec_active && wait_rows,
    matvec_active && wait_table,
    matvec_active && wait_memory,
    m_axi_wvalid_o && m_axi_wready_i,
    m_axi_rvalid_i && m_axi_rready_o,
    matvec_active && beat_valid && weight_ready
  };
  assign events = {command_done_o, activity};

  trine_profile #(.Groups (Groups)) u_profile (
    .clk_i,
    .rst_ni,
    .clear_i      (clear),
    .enable_i     (profile_count != '0),
    .busy_i       (busy),
    .begin_i      (command_begin),
    .end_i        (command_done_o),
    .index_i      (index),
    .word0_i      (word0),
    .events_i     ({running, activity}),
    .start_i      (record_start),
    .done_o       (record_done),
    .beat_valid_o (record_valid),
    .beat_ready_i (stream_ready),
    .beat_data_o  (record_data)
  );

  logic unused_ok;
  assign unused_ok = m_axi_rlast_i;

  `TRINE_ASSERT(StreamUsedUp_A, !command_done_o || read_idle)

endmodule
