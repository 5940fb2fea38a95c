// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Trine: a matrix-vector core for balanced-ternary weights.
///
/// The host writes a command list to memory and its address to the registers (AXI4-Lite), and
/// sets CTRL.START; the core reads commands, vectors and weights and writes results through one
/// AXI4 master (one id, INCR bursts of whole beats).  Modules talk only through the ports here.
module trine_top #(
  /// Groups side by side; a beat of the data bus has 4 * Groups bytes: 1, 2, 4, 8 or 16.
  parameter  int unsigned Groups        = 16,
  /// Rows of a row tile, a multiple of 32.
  parameter  int unsigned TileRows      = 2048,
  /// Activation vectors that share a weight beat.
  parameter  int unsigned Vectors       = 1,
  /// Bits of an activation mantissa.
  parameter  int unsigned ActWidth      = 12,
  /// FP32 words of vector memory, a multiple of 32.
  parameter  int unsigned VectorWords   = 65536,
  /// Longest activation vector.
  parameter  int unsigned MaxCols       = 16384,
  parameter  int unsigned AddrWidth     = 40,
  /// Beats of the read FIFO, a power of two.
  parameter  int unsigned ReadFifoBeats = 256,
  /// 1: trine_matvec runs F16_MATVEC; 0: that opcode is refused.
  parameter  int unsigned HalfEngine    = 1,
  localparam int unsigned DataWidth     = 32 * Groups
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  output logic                   irq_o,
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
  if (Vectors != 1) begin : gen_bad_vectors
    $error("trine_top: one bank of vector memory so far, Vectors must be 1");
  end
  if (TileRows == 0 || TileRows % 32 != 0 || VectorWords == 0 || VectorWords % 32 != 0)
  begin : gen_bad_rows
    $error("trine_top: TileRows and VectorWords must be multiples of 32");
  end

  // ---- Registers ----

  logic        start, abort, busy, finish, command_done;
  logic [63:0] list_addr, mem_base, mem_limit;
  logic [31:0] list_count, index;
  logic [7:0]  error_code;
  logic [6:0]  events;

  trine_registers #(
    .Groups      (Groups),
    .TileRows    (TileRows),
    .Vectors     (Vectors),
    .ActWidth    (ActWidth),
    .VectorWords (VectorWords),
    .MaxCols     (MaxCols),
    .HalfEngine  (HalfEngine)
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
    .busy_i       (busy),
    .finish_i     (finish),
    .error_code_i (error_code),
    .index_i      (index),
    .events_i     (events)
  );

  // ---- Read stream: commands and codebooks word by word, vectors, weights ----

  logic                 read_valid, read_ready, read_error, read_idle;
  logic [AddrWidth-1:0] read_addr;
  logic [31:0]          read_beats;
  logic                 beat_valid, beat_ready;
  logic [DataWidth-1:0] beat_data;

  trine_read_dma #(
    .Groups    (Groups),
    .AddrWidth (AddrWidth),
    .FifoBeats (ReadFifoBeats)
  ) u_read_dma (
    .clk_i,
    .rst_ni,
    .job_valid_i  (read_valid),
    .job_ready_o  (read_ready),
    .job_addr_i   (read_addr),
    .job_beats_i  (read_beats),
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

  // ---- Write stream ----

  logic                 write_valid, write_ready, write_error, write_idle;
  logic [AddrWidth-1:0] write_addr;
  logic [31:0]          write_bytes;
  logic                 store_valid, store_ready;
  logic [DataWidth-1:0] store_data;

  trine_write_dma #(
    .Groups    (Groups),
    .AddrWidth (AddrWidth)
  ) u_write_dma (
    .clk_i,
    .rst_ni,
    .job_valid_i  (write_valid),
    .job_ready_o  (write_ready),
    .job_addr_i   (write_addr),
    .job_bytes_i  (write_bytes),
    .clear_i      (start),
    .error_o      (write_error),
    .idle_o       (write_idle),
    .beat_valid_i (store_valid),
    .beat_ready_o (store_ready),
    .beat_data_i  (store_data),
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
  logic                 matvec_start, matvec_done;
  logic                 bad_set_byte, bad_tail, nonfinite, overflow;
  logic                 f16, half, raw;
  logic [2:0]           depth;
  logic [31:0]          rows, cols;
  logic [BeatWidth-1:0] src_beat, dst_beat;

  trine_sequencer #(
    .Groups      (Groups),
    .VectorWords (VectorWords),
    .MaxCols     (MaxCols),
    .AddrWidth   (AddrWidth),
    .HalfEngine  (HalfEngine)
  ) u_sequencer (
    .clk_i,
    .rst_ni,
    .start_i         (start),
    .abort_i         (abort),
    .list_addr_i     (list_addr),
    .list_count_i    (list_count),
    .mem_base_i      (mem_base),
    .mem_limit_i     (mem_limit),
    .busy_o          (busy),
    .finish_o        (finish),
    .error_code_o    (error_code),
    .index_o         (index),
    .command_done_o  (command_done),
    .word_valid_i    (word_valid),
    .word_ready_o    (command_ready),
    .word_data_i     (word_data),
    .read_valid_o    (read_valid),
    .read_ready_i    (read_ready),
    .read_addr_o     (read_addr),
    .read_beats_o    (read_beats),
    .read_error_i    (read_error),
    .write_valid_o   (write_valid),
    .write_ready_i   (write_ready),
    .write_addr_o    (write_addr),
    .write_bytes_o   (write_bytes),
    .write_error_i   (write_error),
    .write_idle_i    (write_idle),
    .load_start_o    (load_start),
    .load_done_i     (load_done),
    .store_start_o   (store_start),
    .store_done_i    (store_done),
    .book_start_o    (book_start),
    .book_busy_i     (book_busy),
    .bad_codebook_i  (bad_codebook),
    .matvec_start_o  (matvec_start),
    .matvec_active_o (matvec_active),
    .matvec_done_i   (matvec_done),
    .bad_set_byte_i  (bad_set_byte),
    .bad_tail_i      (bad_tail),
    .nonfinite_i     (nonfinite),
    .overflow_i      (overflow),
    .f16_o           (f16),
    .half_o          (half),
    .raw_o           (raw),
    .depth_o         (depth),
    .rows_o          (rows),
    .cols_o          (cols),
    .src_beat_o      (src_beat),
    .dst_beat_o      (dst_beat)
  );

  // ---- Vector memory and its users ----

  logic                 load_write_valid, store_read_valid, matvec_write_valid, matvec_read_valid;
  logic [BeatWidth-1:0] load_write_beat, store_read_beat, matvec_write_beat, matvec_read_beat;
  logic [DataWidth-1:0] load_write_data, matvec_write_data, vec_read_data;

  trine_vector_memory #(
    .Groups      (Groups),
    .VectorWords (VectorWords)
  ) u_vector_memory (
    .clk_i,
    .rst_ni,
    .load_write_valid_i   (load_write_valid),
    .load_write_beat_i    (load_write_beat),
    .load_write_data_i    (load_write_data),
    .store_read_valid_i   (store_read_valid),
    .store_read_beat_i    (store_read_beat),
    .matvec_write_valid_i (matvec_write_valid),
    .matvec_write_beat_i  (matvec_write_beat),
    .matvec_write_data_i  (matvec_write_data),
    .matvec_read_valid_i  (matvec_read_valid),
    .matvec_read_beat_i   (matvec_read_beat),
    .read_data_o          (vec_read_data)
  );

  trine_load_unit #(
    .Groups      (Groups),
    .VectorWords (VectorWords)
  ) u_load_unit (
    .clk_i,
    .rst_ni,
    .start_i           (load_start),
    .half_i            (half),
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
    .half_i           (half),
    .rows_i           (rows[CountWidth-1:0]),
    .src_beat_i       (src_beat),
    .done_o           (store_done),
    .vec_read_valid_o (store_read_valid),
    .vec_read_beat_o  (store_read_beat),
    .vec_read_data_i  (vec_read_data),
    .beat_valid_o     (store_valid),
    .beat_ready_i     (store_ready),
    .beat_data_o      (store_data)
  );

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

  logic wait_memory, wait_table, wait_rows;

  trine_matvec #(
    .Groups      (Groups),
    .TileRows    (TileRows),
    .Vectors     (Vectors),
    .ActWidth    (ActWidth),
    .MaxCols     (MaxCols),
    .VectorWords (VectorWords),
    .HalfEngine  (HalfEngine)
  ) u_matvec (
    .clk_i,
    .rst_ni,
    .start_i           (matvec_start),
    .half_i            (f16),
    .raw_i             (raw),
    .bank_i            (4'd0),
    .depth_i           (depth),
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
    .vec_read_data_i   (vec_read_data),
    .vec_write_valid_o (matvec_write_valid),
    .vec_write_beat_o  (matvec_write_beat),
    .vec_write_data_o  (matvec_write_data)
  );

  // In the order of the register map.
  assign events = {
    command_done,
    matvec_active && wait_rows,
    matvec_active && wait_table,
    matvec_active && wait_memory,
    m_axi_wvalid_o && m_axi_wready_i,
    m_axi_rvalid_i && m_axi_rready_o,
    matvec_active && beat_valid && weight_ready
  };

  logic unused_ok;
  assign unused_ok = m_axi_rlast_i;

  `TRINE_ASSERT(StreamUsedUp_A, !command_done || read_idle)

endmodule
