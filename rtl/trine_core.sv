// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// The core without its registers: control, memory paths, vector memory and the units.
///
/// `start_i` runs the command list that the settings name; they hold while `busy_o`.  Modules talk
/// only through the ports here.  Parameters and the AXI4 master are those of trine_top.
module trine_core #(
  parameter  int unsigned Groups        = 16,
  parameter  int unsigned TileRows      = 2048,
  parameter  int unsigned Vectors       = 1,
  parameter  int unsigned ActWidth      = 12,
  parameter  int unsigned VectorWords   = 65536,
  parameter  int unsigned MaxCols       = 16384,
  parameter  int unsigned AddrWidth     = 40,
  parameter  int unsigned ReadFifoBeats = 256,
  parameter  int unsigned F16Engine     = 1,
  parameter  int unsigned VectorUnit    = 1,
  parameter  int unsigned ClockGates    = 0,
  localparam int unsigned DataWidth     = 32 * Groups
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  // Registers
  input  logic                   start_i,         // One-cycle pulse, only when not busy.
  input  logic                   abort_i,         // One-cycle pulse.
  input  logic                   clear_i,         // Zeroes the cycles that the profile counts.
  input  trine_control_pkg::settings_t settings_i,
  output logic                   busy_o,
  output logic                   finish_o,        // One-cycle pulse, the last busy cycle.
  output logic [7:0]             error_code_o,    // Valid with `finish_o`.
  output logic [31:0]            index_o,         // Of the command.
  /// Weight, read and write beats, stalls for memory, table and rows, commands.
  output logic [6:0]             events_o,
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

  localparam int unsigned BeatWidth = $clog2(VectorWords / Groups);
  localparam int unsigned GroupBits = $clog2(Groups);

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
    .clear_i      (start_i),
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

  // ---- Write stream ----

  logic                 write_valid, write_ready, write_error, write_idle;
  logic [AddrWidth-1:0] write_addr, column_job_addr;
  logic [31:0]          write_bytes;
  logic                 column_job_valid;
  logic                 transfer_valid, record_valid, stream_ready;
  logic [DataWidth-1:0] transfer_data, record_data;

  trine_write_path #(
    .Groups    (Groups),
    .AddrWidth (AddrWidth)
  ) u_write_path (
    .clk_i,
    .rst_ni,
    .job_valid_i      (write_valid),
    .job_addr_i       (write_addr),
    .job_bytes_i      (write_bytes),
    .column_valid_i   (column_job_valid),
    .column_addr_i    (column_job_addr),
    .job_ready_o      (write_ready),
    .clear_i          (start_i),
    .error_o          (write_error),
    .idle_o           (write_idle),
    .transfer_valid_i (transfer_valid),
    .transfer_data_i  (transfer_data),
    .record_valid_i   (record_valid),
    .record_data_i    (record_data),
    .beat_ready_o     (stream_ready),
    .aw_addr_o        (m_axi_awaddr_o),
    .aw_len_o         (m_axi_awlen_o),
    .aw_valid_o       (m_axi_awvalid_o),
    .aw_ready_i       (m_axi_awready_i),
    .w_data_o         (m_axi_wdata_o),
    .w_strb_o         (m_axi_wstrb_o),
    .w_last_o         (m_axi_wlast_o),
    .w_valid_o        (m_axi_wvalid_o),
    .w_ready_i        (m_axi_wready_i),
    .b_resp_i         (m_axi_bresp_i),
    .b_valid_i        (m_axi_bvalid_i),
    .b_ready_o        (m_axi_bready_o)
  );

  localparam logic [2:0] BeatSize  = 3'($clog2(DataWidth / 8));
  localparam logic [1:0] BurstIncr = 2'b01;
  assign m_axi_arsize_o  = BeatSize;
  assign m_axi_awsize_o  = BeatSize;
  assign m_axi_arburst_o = BurstIncr;
  assign m_axi_awburst_o = BurstIncr;

  // ---- Control ----

  logic                 load_start, store_start, column_start, transfer_done, book_start, bad_codebook;
  logic                 vector_start, vector_done, vector_nonfinite;
  logic                 command_begin, command_done, record_start, record_done, running;
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
    .start_i            (start_i),
    .abort_i            (abort_i),
    .list_addr_i        (settings_i.list_addr),
    .list_count_i       (settings_i.list_count),
    .mem_base_i         (settings_i.mem_base),
    .mem_limit_i        (settings_i.mem_limit),
    .position_i         (settings_i.position),
    .tokens_i           (settings_i.tokens),
    .profile_addr_i     (settings_i.profile_addr),
    .profile_count_i    (settings_i.profile_count),
    .busy_o,
    .finish_o,
    .error_code_o,
    .index_o,
    .command_begin_o    (command_begin),
    .command_done_o     (command_done),
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
    .load_done_i        (transfer_done),
    .store_start_o      (store_start),
    .store_done_i       (1'b0),
    .column_start_o     (column_start),
    .column_addr_o      (column_addr),
    .column_done_i      (1'b0),
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

  trine_control_pkg::unit_start_t unit_start;
  always_comb begin
    unit_start.opcode  = word0[7:0];
    unit_start.depth   = word0[trine_commands_pkg::FIELD_DEPTH_LSB +: 3];
    unit_start.raw     = word0[trine_commands_pkg::FIELD_RAW_LSB];
    unit_start.f16     = word0[trine_commands_pkg::FIELD_F16_LSB];
    unit_start.bank    = word0[trine_commands_pkg::FIELD_BANK_LSB +: 4];
    unit_start.zero    = '0;
    unit_start.address = 64'(column_addr);
    unit_start.rows    = rows;
    unit_start.cols    = cols;
    unit_start.src     = 32'(src_beat) << GroupBits;
    unit_start.src2    = 32'(src2_beat) << GroupBits;
    unit_start.dst     = 32'(dst_beat) << GroupBits;
    unit_start.stride  = stride;
    unit_start.alpha   = alpha;
    unit_start.beta    = beta;
  end

  // ---- Vector memory and its users ----

  logic                         transfer_write_valid, unit_write_valid;
  logic [BeatWidth-1:0]         transfer_write_beat, unit_write_beat;
  logic [DataWidth-1:0]         transfer_write_data, unit_write_data;
  logic                         transfer_read_valid, unit_read_valid;
  logic [BeatWidth-1:0]         transfer_read_beat, unit_read_beat;
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
    .bank_i               (unit_start.bank),
    .load_write_valid_i   (transfer_write_valid),
    .load_write_beat_i    (transfer_write_beat),
    .load_write_data_i    (transfer_write_data),
    .unit_write_valid_i   (unit_write_valid),
    .unit_write_beat_i    (unit_write_beat),
    .unit_write_data_i    (unit_write_data),
    .read_valid_i         (transfer_read_valid || unit_read_valid),
    .read_beat_i          (unit_read_valid ? unit_read_beat : transfer_read_beat),
    .read_data_o          (read_data),
    .matvec_write_valid_i (matvec_write_valid),
    .matvec_write_beat_i  (matvec_write_beat),
    .matvec_write_data_i  (matvec_write_data),
    .matvec_read_valid_i  (matvec_read_valid),
    .matvec_read_beat_i   (matvec_read_beat),
    .matvec_read_data_o   (matvec_read_data)
  );

  trine_transfer_unit #(
    .Groups      (Groups),
    .VectorWords (VectorWords),
    .AddrWidth   (AddrWidth)
  ) u_transfer_unit (
    .clk_i,
    .rst_ni,
    .load_start_i      (load_start),
    .store_start_i     (store_start),
    .column_start_i    (column_start),
    .start_i           (unit_start),
    .done_o            (transfer_done),
    .load_valid_i      (beat_valid && !matvec_active && !word_wanted),
    .load_ready_o      (load_ready),
    .load_data_i       (beat_data),
    .job_valid_o       (column_job_valid),
    .job_ready_i       (write_ready),
    .job_addr_o        (column_job_addr),
    .beat_valid_o      (transfer_valid),
    .beat_ready_i      (stream_ready),
    .beat_data_o       (transfer_data),
    .vec_read_valid_o  (transfer_read_valid),
    .vec_read_beat_o   (transfer_read_beat),
    .vec_read_data_i   (read_data),
    .vec_write_valid_o (transfer_write_valid),
    .vec_write_beat_o  (transfer_write_beat),
    .vec_write_data_o  (transfer_write_data)
  );

  // ---- Vector operations ----

  if (VectorUnit != 0) begin : gen_vector_unit
    logic clk_vector;
    trine_clock_gate #(.Gated (ClockGates)) u_clock (
      .clk_i,
      .rst_ni,
      .en_i  (trine_commands_pkg::unit_of(unit_start.opcode) == trine_commands_pkg::UnitVector),
      .clk_o (clk_vector)
    );

    trine_vector_unit #(
      .Groups      (Groups),
      .VectorWords (VectorWords)
    ) u_vector_unit (
      .clk_i             (clk_vector),
      .rst_ni,
      .start_i           (vector_start),
      .op_i              (trine_commands_pkg::vector_op_of(unit_start.opcode)),
      .rows_i            (unit_start.rows),
      .cols_i            (unit_start.cols),
      .src_beat_i        (BeatWidth'(unit_start.src >> GroupBits)),
      .src2_beat_i       (BeatWidth'(unit_start.src2 >> GroupBits)),
      .dst_beat_i        (BeatWidth'(unit_start.dst >> GroupBits)),
      .alpha_i           (unit_start.alpha),
      .beta_i            (unit_start.beta),
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
    assign unused_vector = ^{vector_start, read_data};
  end

  // ---- Matrix times vector ----

  logic wait_memory, wait_table, wait_rows;

  trine_matrix_unit #(
    .Groups      (Groups),
    .TileRows    (TileRows),
    .Vectors     (Vectors),
    .ActWidth    (ActWidth),
    .MaxCols     (MaxCols),
    .VectorWords (VectorWords),
    .F16Engine   (F16Engine),
    .ClockGates  (ClockGates)
  ) u_matrix_unit (
    .clk_i,
    .rst_ni,
    .start_valid_i     (matvec_start),
    .start_i           (unit_start),
    .done_o            (matvec_done),
    .bad_codebook_o    (bad_codebook),
    .bad_set_byte_o    (bad_set_byte),
    .bad_tail_o        (bad_tail),
    .nonfinite_o       (nonfinite),
    .overflow_o        (overflow),
    .book_start_i      (book_start),
    .book_busy_o       (book_busy),
    .word_valid_i      (word_valid && book_busy),
    .word_ready_o      (book_ready),
    .word_data_i       (word_data),
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
  assign events_o = {command_done, activity};

  trine_profile #(.Groups (Groups)) u_profile (
    .clk_i,
    .rst_ni,
    .clear_i      (clear_i),
    .enable_i     (settings_i.profile_count != '0),
    .busy_i       (busy_o),
    .begin_i      (command_begin),
    .end_i        (command_done),
    .index_i      (index_o),
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

  `TRINE_ASSERT(StreamUsedUp_A, !command_done || read_idle)

endmodule
