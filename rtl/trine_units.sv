// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Vector memory and the units that work on it: transfer, vector, matrix and attention unit.
///
/// `start_valid_i` starts the unit that `start_i` names; that holds until `status_o.done`, after
/// which `judge_i` asks for the data errors of its work.  One unit works at a time, so they share
/// the ports of vector memory (asserted there).  Beats of the read stream come to those who asked
/// for them; the data goes to all.
module trine_units #(
  parameter  int unsigned Groups      = 16,
  parameter  int unsigned TileRows    = 2048,
  parameter  int unsigned Vectors     = 1,
  parameter  int unsigned ActWidth    = 12,
  parameter  int unsigned VectorWords = 65536,
  parameter  int unsigned MaxCols     = 32768,
  parameter  int unsigned AddrWidth   = 40,
  parameter  int unsigned F16Engine   = 1,
  parameter  int unsigned VectorUnit  = 1,
  parameter  int unsigned AttentionHeads = 8,
  parameter  int unsigned AttentionWidth = 15,
  parameter  int unsigned Parity      = 0,
  parameter  int unsigned StreamSum   = 0,
  parameter  int unsigned ClockGates  = 0,
  localparam int unsigned DataWidth   = 32 * Groups
) (
  input  logic                            clk_i,
  input  logic                            clk_rest_i,      // Has all edges of `clk_i` while a
                                                           // transfer unit runs.
  input  logic                            rst_ni,
  // Control
  input  logic                            start_valid_i,
  input  trine_control_pkg::unit_start_t  start_i,
  input  logic                            judge_i,
  output trine_control_pkg::unit_status_t status_o,
  // Read stream: elements, words of a codebook, weights
  input  logic [DataWidth-1:0]            beat_data_i,
  input  logic                            load_valid_i,
  output logic                            load_ready_o,
  input  logic                            word_valid_i,
  output logic                            word_ready_o,
  input  logic [31:0]                     word_data_i,
  input  logic                            weight_valid_i,
  output logic                            weight_ready_o,
  output logic                            wait_memory_o,   // Why no weight moved.
  output logic                            wait_table_o,
  output logic                            wait_rows_o,
  // Write stream: jobs of two bytes (STORE_COLUMN), and beats
  output logic                            job_valid_o,
  input  logic                            job_ready_i,
  output logic [AddrWidth-1:0]            job_addr_o,
  output logic                            beat_valid_o,
  input  logic                            beat_ready_i,
  output logic [DataWidth-1:0]            beat_data_o
);

  localparam int unsigned BeatWidth = $clog2(VectorWords / Groups);
  localparam int unsigned GroupBits = $clog2(Groups);

  // The unit that runs has the word.  One that does not takes no weights and waits for none, so
  // these go to both that take some: which one it is would make a long path longer.
  logic is_matrix, is_vector, is_attention, transfer_done, matvec_done, vector_done;
  logic attention_done;
  logic bad_codebook, bad_set_byte, bad_tail, matvec_nonfinite, vector_nonfinite;
  logic attention_nonfinite, matvec_overflow, attention_overflow;
  logic bad_word, bad_matrix_word;                // Wrong parity: in vector memory, in the engines.
  logic bad_sum;
  assign is_matrix    = start_i.unit == trine_commands_pkg::UnitMatrix;
  assign is_vector    = start_i.unit == trine_commands_pkg::UnitVector;
  assign is_attention = start_i.unit == trine_commands_pkg::UnitAttention;
  always_comb begin
    status_o      = '0;
    status_o.done = transfer_done || matvec_done || vector_done || attention_done;
    if (judge_i) begin
      status_o.bad_parity = bad_word;
      if (is_matrix) begin
        status_o.bad_codebook = bad_codebook;
        status_o.bad_set_byte = bad_set_byte;
        status_o.bad_tail     = bad_tail;
        status_o.nonfinite    = matvec_nonfinite;
        status_o.overflow     = matvec_overflow;
        status_o.bad_parity   = bad_word || bad_matrix_word;
        status_o.bad_sum      = bad_sum;
      end
      if (is_vector) status_o.nonfinite = vector_nonfinite;
      if (is_attention) begin
        status_o.nonfinite = attention_nonfinite;
        status_o.overflow  = attention_overflow;
      end
    end
  end

  // ---- Vector memory and its users ----

  logic                         transfer_write_valid, vector_write_valid, attention_write_valid;
  logic [BeatWidth-1:0]         transfer_write_beat, vector_write_beat, attention_write_beat;
  logic [DataWidth-1:0]         transfer_write_data, vector_write_data, attention_write_data;
  logic                         transfer_read_valid, vector_read_valid, attention_read_valid;
  logic [BeatWidth-1:0]         transfer_read_beat, vector_read_beat, attention_read_beat;
  logic [3:0]                   attention_bank;
  logic [DataWidth-1:0]         read_data;
  logic [Vectors-1:0]           matvec_write_valid, matvec_read_valid;
  logic [Vectors*BeatWidth-1:0] matvec_write_beat, matvec_read_beat;
  logic [Vectors*DataWidth-1:0] matvec_write_data, matvec_read_data;

  // The quantizers read whole column blocks: what lies behind the columns is not used, and may
  // never have been written.
  logic [Vectors-1:0] matvec_uses;
  if (Parity != 0) begin : gen_uses
    logic [BeatWidth-1:0] first_beat;
    logic [31:0]          col_beats;
    assign first_beat = BeatWidth'(start_i.src >> GroupBits);
    assign col_beats  = 32'((33'(start_i.cols) + 33'(Groups - 1)) >> GroupBits);
    for (genvar b = 0; b < Vectors; b++) begin : gen_bank
      logic [BeatWidth-1:0] beat;                 // Of the vector.
      assign beat           = matvec_read_beat[BeatWidth*b +: BeatWidth] - first_beat;
      assign matvec_uses[b] = 32'(beat) < col_beats;
    end
  end else begin : gen_no_uses
    assign matvec_uses = '0;
  end

  trine_vector_memory #(
    .Groups      (Groups),
    .Vectors     (Vectors),
    .VectorWords (VectorWords),
    .Parity      (Parity)
  ) u_vector_memory (
    .clk_i,
    .rst_ni,
    .clear_i              (start_valid_i || judge_i),
    .bad_parity_o         (bad_word),
    .bank_i               (is_attention ? attention_bank : start_i.bank),
    .load_write_valid_i   (transfer_write_valid),
    .load_write_beat_i    (transfer_write_beat),
    .load_write_data_i    (transfer_write_data),
    .unit_write_valid_i   (vector_write_valid || attention_write_valid),
    .unit_write_beat_i    (attention_write_valid ? attention_write_beat : vector_write_beat),
    .unit_write_data_i    (attention_write_valid ? attention_write_data : vector_write_data),
    .read_valid_i         (transfer_read_valid || vector_read_valid || attention_read_valid),
    .read_beat_i          (vector_read_valid    ? vector_read_beat
                         : attention_read_valid ? attention_read_beat : transfer_read_beat),
    .read_data_o          (read_data),
    .matvec_write_valid_i (matvec_write_valid),
    .matvec_write_beat_i  (matvec_write_beat),
    .matvec_write_data_i  (matvec_write_data),
    .matvec_read_valid_i  (matvec_read_valid),
    .matvec_read_beat_i   (matvec_read_beat),
    .matvec_uses_i        (matvec_uses),
    .matvec_read_data_o   (matvec_read_data)
  );

  logic                 transfer_valid, block_valid;
  logic [DataWidth-1:0] transfer_data, block_data;
  trine_transfer_unit #(
    .Groups      (Groups),
    .VectorWords (VectorWords),
    .AddrWidth   (AddrWidth)
  ) u_transfer_unit (
    .clk_i             (clk_rest_i),
    .rst_ni,
    .start_valid_i     (start_valid_i),
    .start_i           (start_i),
    .done_o            (transfer_done),
    .load_valid_i,
    .load_ready_o,
    .load_data_i       (beat_data_i),
    .job_valid_o,
    .job_ready_i,
    .job_addr_o,
    .beat_valid_o      (transfer_valid),
    .beat_ready_i,
    .beat_data_o       (transfer_data),
    .vec_read_valid_o  (transfer_read_valid),
    .vec_read_beat_o   (transfer_read_beat),
    .vec_read_data_i   (read_data),
    .vec_write_valid_o (transfer_write_valid),
    .vec_write_beat_o  (transfer_write_beat),
    .vec_write_data_o  (transfer_write_data)
  );
  assign beat_valid_o = transfer_valid || block_valid;
  assign beat_data_o  = block_valid ? block_data : transfer_data;

  // ---- Vector operations ----

  if (VectorUnit != 0) begin : gen_vector_unit
    logic clk_vector;
    trine_clock_gate #(.Gated (ClockGates)) u_clock (
      .clk_i,
      .rst_ni,
      .en_i  (is_vector),
      .clk_o (clk_vector)
    );

    trine_vector_unit #(
      .Groups      (Groups),
      .VectorWords (VectorWords)
    ) u_vector_unit (
      .clk_i             (clk_vector),
      .rst_ni,
      .start_i           (start_valid_i && is_vector),
      .op_i              (trine_commands_pkg::vector_op_of(start_i.opcode)),
      .rows_i            (start_i.rows),
      .cols_i            (start_i.cols),
      .src_beat_i        (BeatWidth'(start_i.src >> GroupBits)),
      .src2_beat_i       (BeatWidth'(start_i.src2 >> GroupBits)),
      .dst_beat_i        (BeatWidth'(start_i.dst >> GroupBits)),
      .alpha_i           (start_i.alpha),
      .beta_i            (start_i.beta),
      .done_o            (vector_done),
      .nonfinite_o       (vector_nonfinite),
      .vec_read_valid_o  (vector_read_valid),
      .vec_read_beat_o   (vector_read_beat),
      .vec_read_data_i   (read_data),
      .vec_write_valid_o (vector_write_valid),
      .vec_write_beat_o  (vector_write_beat),
      .vec_write_data_o  (vector_write_data)
    );
  end else begin : gen_no_vector_unit
    assign {vector_done, vector_nonfinite, vector_read_valid, vector_write_valid} = '0;
    assign {vector_read_beat, vector_write_beat} = '0;
    assign vector_write_data = '0;
    logic unused_vector;
    assign unused_vector = ^read_data;
  end

  // ---- Attention ----

  logic matvec_ready, attention_ready;
  logic matvec_wait_memory, matvec_wait_table, matvec_wait_rows;
  logic attention_wait_memory, attention_wait_query, attention_wait_scores;
  assign weight_ready_o = attention_ready       || matvec_ready;
  assign wait_memory_o  = attention_wait_memory || matvec_wait_memory;
  assign wait_table_o   = attention_wait_query  || matvec_wait_table;
  assign wait_rows_o    = attention_wait_scores || matvec_wait_rows;

  if (AttentionHeads != 0) begin : gen_attention_unit
    logic clk_attention;
    trine_clock_gate #(.Gated (ClockGates)) u_clock (
      .clk_i,
      .rst_ni,
      .en_i  (is_attention),
      .clk_o (clk_attention)
    );

    trine_attention_unit #(
      .Groups      (Groups),
      .Heads       (AttentionHeads),
      .Width       (AttentionWidth),
      .Positions   (Vectors),
      .VectorWords (VectorWords)
    ) u_attention_unit (
      .clk_i             (clk_attention),
      .rst_ni,
      .start_i           (start_valid_i && is_attention),
      .store_i           (start_i.memory == trine_commands_pkg::MemoryWriteBlocks),
      .rows_i            (start_i.rows),
      .head_dim_i        (start_i.cols[9:0]),
      .positions_i       (start_i.stride),
      .bank_i            (start_i.bank),
      .more_i            (start_i.more),
      .factor_i          (start_i.alpha[trine_attention_pkg::FactorBits-1:0]),
      .src_beat_i        (BeatWidth'(start_i.src >> GroupBits)),
      .dst_beat_i        (BeatWidth'(start_i.dst >> GroupBits)),
      .done_o            (attention_done),
      .nonfinite_o       (attention_nonfinite),
      .overflow_o        (attention_overflow),
      .beat_valid_i      (weight_valid_i),
      .beat_ready_o      (attention_ready),
      .beat_data_i       (beat_data_i),
      .wait_memory_o     (attention_wait_memory),
      .wait_query_o      (attention_wait_query),
      .wait_scores_o     (attention_wait_scores),
      .block_valid_o     (block_valid),
      .block_ready_i     (beat_ready_i),
      .block_data_o      (block_data),
      .vec_bank_o        (attention_bank),
      .vec_read_valid_o  (attention_read_valid),
      .vec_read_beat_o   (attention_read_beat),
      .vec_read_data_i   (read_data),
      .vec_write_valid_o (attention_write_valid),
      .vec_write_beat_o  (attention_write_beat),
      .vec_write_data_o  (attention_write_data)
    );
  end else begin : gen_no_attention_unit
    assign {attention_done, attention_nonfinite, attention_overflow, attention_ready} = '0;
    assign {attention_wait_memory, attention_wait_query, attention_wait_scores} = '0;
    assign {block_valid, attention_read_valid, attention_write_valid} = '0;
    assign {attention_read_beat, attention_write_beat} = '0;
    assign attention_bank = start_i.bank;
    assign {block_data, attention_write_data} = '0;
    logic unused_attention;
    assign unused_attention = ^read_data;
  end

  // ---- Matrix times vector ----

  trine_matrix_unit #(
    .Groups      (Groups),
    .TileRows    (TileRows),
    .Vectors     (Vectors),
    .ActWidth    (ActWidth),
    .MaxCols     (MaxCols),
    .VectorWords (VectorWords),
    .F16Engine   (F16Engine),
    .Parity      (Parity),
    .StreamSum   (StreamSum),
    .ClockGates  (ClockGates)
  ) u_matrix_unit (
    .clk_i,
    .rst_ni,
    .start_valid_i     (start_valid_i && is_matrix),
    .start_i           (start_i),
    .done_o            (matvec_done),
    .bad_codebook_o    (bad_codebook),
    .bad_set_byte_o    (bad_set_byte),
    .bad_tail_o        (bad_tail),
    .nonfinite_o       (matvec_nonfinite),
    .overflow_o        (matvec_overflow),
    .bad_parity_o      (bad_matrix_word),
    .bad_sum_o         (bad_sum),
    .word_valid_i,
    .word_ready_o,
    .word_data_i,
    .weight_valid_i    (weight_valid_i),
    .weight_ready_o    (matvec_ready),
    .weight_data_i     (beat_data_i),
    .wait_memory_o     (matvec_wait_memory),
    .wait_table_o      (matvec_wait_table),
    .wait_rows_o       (matvec_wait_rows),
    .vec_read_valid_o  (matvec_read_valid),
    .vec_read_beat_o   (matvec_read_beat),
    .vec_read_data_i   (matvec_read_data),
    .vec_write_valid_o (matvec_write_valid),
    .vec_write_beat_o  (matvec_write_beat),
    .vec_write_data_o  (matvec_write_data)
  );

  `TRINE_ASSERT(OneDone_A, 32'(transfer_done) + 32'(matvec_done) + 32'(vector_done)
                         + 32'(attention_done) <= 1)
  `TRINE_ASSERT(OneReader_A, 32'(transfer_read_valid) + 32'(vector_read_valid)
                           + 32'(attention_read_valid) <= 1)
  `TRINE_ASSERT(OneOfWeights_A, !(attention_ready && matvec_ready)
                && !(attention_ready && !is_attention) && !(matvec_ready && !is_matrix))
  `TRINE_ASSERT(OneSender_A, !(transfer_valid && block_valid))
  `TRINE_ASSERT(OneTaker_A, 32'(load_valid_i) + 32'(word_valid_i) + 32'(weight_valid_i) <= 1)

endmodule
