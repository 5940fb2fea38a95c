// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Attention over keys and values in memory (docs/numerics.md), and storing them there.
///
/// `start_i` begins what `store_i` says; the fields hold until `done_o`, with which the errors are
/// final.
///
///   store      `rows_i` words from `src_beat_i` on leave as blocks of 16 mantissas
///   attention  the rows_i / head_dim_i query heads at `src_beat_i` of `bank_i` and of the
///              `more_i` banks behind it, at most `Heads` in all and `Positions` banks, over
///              `positions_i` keys and values of head_dim_i elements, which come as beats, one
///              a cycle but between chunks; results to `dst_beat_i`.  The last bank sees all
///              positions, the one before it all but one, and so on
module trine_attention_unit #(
  parameter  int unsigned Groups      = 16,
  parameter  int unsigned Heads       = 8,          // 1 to 32.
  parameter  int unsigned Width       = 15,         // Bits of a mantissa, 8 to 16.
  parameter  int unsigned Positions   = 1,          // Queries that can share a pass, 1 to 8.
  parameter  int unsigned VectorWords = 65536,
  localparam int unsigned VecBits     = $clog2(VectorWords / Groups),
  localparam int unsigned DataWidth   = 32 * Groups
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 start_i,
  input  logic                 store_i,             // Otherwise attention.
  input  logic [31:0]          rows_i,
  input  logic [9:0]           head_dim_i,          // 32, 64, 128, 256 or 512.
  input  logic [31:0]          positions_i,
  input  logic [3:0]           bank_i,
  input  logic [3:0]           more_i,              // Below `Positions`, and below positions_i.
  input  logic [trine_attention_pkg::FactorBits-1:0] factor_i,
  input  logic [VecBits-1:0]   src_beat_i,
  input  logic [VecBits-1:0]   dst_beat_i,
  output logic                 done_o,
  output logic                 nonfinite_o,
  output logic                 overflow_o,
  // Keys and values
  input  logic                 beat_valid_i,
  output logic                 beat_ready_o,
  input  logic [DataWidth-1:0] beat_data_i,
  output logic                 wait_memory_o,       // Why no beat moved.
  output logic                 wait_query_o,
  output logic                 wait_scores_o,
  // Blocks
  output logic                 block_valid_o,
  input  logic                 block_ready_i,
  output logic [DataWidth-1:0] block_data_o,
  // Vector memory, of a bank
  output logic [3:0]           vec_bank_o,
  output logic                 vec_read_valid_o,
  output logic [VecBits-1:0]   vec_read_beat_o,
  input  logic [DataWidth-1:0] vec_read_data_i,
  output logic                 vec_write_valid_o,
  output logic [VecBits-1:0]   vec_write_beat_o,
  output logic [DataWidth-1:0] vec_write_data_o
);

  if (Heads == 0 || Heads > 32 || Width < 8 || Width > 16 || 16 % Groups != 0 || Positions == 0
      || Positions > 8) begin : gen_bad
    $error("trine_attention_unit: Heads 1 to 32, Width 8 to 16, Positions 1 to 8, or Groups");
  end

  localparam int unsigned QuantLanes = 4;
  localparam int unsigned GroupWidth = $clog2(Heads * trine_attention_pkg::MaxHeadDim / 16);
  localparam int unsigned WordAddr   = GroupWidth + 4 - $clog2(QuantLanes);
  localparam int unsigned Lanes      = 2 * Groups;
  localparam int unsigned LaneBits   = $clog2(Lanes);
  localparam int unsigned Blocks     = (Groups > 8) ? Groups / 8 : 1;
  localparam int unsigned HeadBits   = (Heads > 1) ? $clog2(Heads) : 1;
  localparam int unsigned BeatBits   = trine_attention_pkg::BeatBits;
  localparam int unsigned QueryBits  = trine_attention_pkg::QueryBits;

  logic attention_start, store_start, active_q, attention_done, store_done;
  assign attention_start = start_i && !store_i;
  assign store_start     = start_i && store_i;
  assign done_o          = attention_done || store_done;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) active_q <= 1'b0;
    else active_q <= start_i || (active_q && !done_o);
  end

  // The last head of a query.
  logic [HeadBits-1:0] last_head;
  always_comb begin
    last_head = '0;
    for (int unsigned n = 5; n < 10; n++)
      if (head_dim_i[n]) last_head = HeadBits'((rows_i >> n) - 32'd1);
  end

  // ---- Quantizer: one query after the other, or a block to store ----

  logic                        quantize, mant_write, exp_write, quantized;
  logic                        bad_value, bad_block_q, bad_result;
  logic                        waiting, query_next, queries_ready;
  logic [QueryBits-1:0]        query_q;               // That is quantized.
  logic [VecBits-1:0]          quantize_beat;
  logic [GroupWidth+4:0]       quantize_cols;
  logic [WordAddr-1:0]         mant_addr;
  logic [QuantLanes*Width-1:0] mant_data;
  logic [7:0]                  exp_data, unused_max;
  logic [GroupWidth:0]         unused_count;
  assign quantize_cols = store_i ? (GroupWidth+5)'(16) : rows_i[GroupWidth+4:0];
  assign query_next    = active_q && !store_i && waiting && quantized && query_q != more_i;
  assign queries_ready = quantized && query_q == more_i;
  always_ff @(posedge clk_i) begin
    if (start_i) query_q <= '0;
    else if (query_next) query_q <= query_q + 1'b1;
  end
  trine_act_quantizer #(
    .Groups       (Groups),
    .ActWidth     (Width),
    .QuantLanes   (QuantLanes),
    .VecAddrWidth (VecBits),
    .GroupWidth   (GroupWidth)
  ) u_quantizer (
    .clk_i,
    .rst_ni,
    .start_i          (attention_start || query_next || quantize),
    .src_beat_i       (store_i ? quantize_beat : src_beat_i),
    .cols_i           (quantize_cols),
    .groups_i         (quantize_cols[GroupWidth+4:4]),
    .vec_read_valid_o,
    .vec_read_beat_o,
    .vec_read_data_i,
    .mant_write_o     (mant_write),
    .mant_addr_o      (mant_addr),
    .mant_data_o      (mant_data),
    .exp_write_o      (exp_write),
    .exp_data_o       (exp_data),
    .quantized_o      (unused_count),
    .max_exp_o        (unused_max),
    .nonfinite_o      (bad_value),
    .done_o           (quantized)
  );

  trine_block_store #(
    .Groups     (Groups),
    .Width      (Width),
    .QuantLanes (QuantLanes),
    .VecBits    (VecBits)
  ) u_block_store (
    .clk_i,
    .rst_ni,
    .start_i         (store_start),
    .rows_i,
    .src_beat_i,
    .done_o          (store_done),
    .quantize_o      (quantize),
    .quantize_beat_o (quantize_beat),
    .mant_valid_i    (mant_write && store_i),
    .mant_step_i     (mant_addr[1:0]),
    .mant_data_i     (mant_data),
    .field_i         (exp_data),
    .beat_valid_o    (block_valid_o),
    .beat_ready_i    (block_ready_i),
    .beat_data_o     (block_data_o)
  );

  // Each block begins the quantizer anew, which forgets.
  always_ff @(posedge clk_i) begin
    if (start_i) bad_block_q <= 1'b0;
    else if (active_q && !quantize && bad_value) bad_block_q <= 1'b1;
  end
  assign nonfinite_o = bad_block_q || bad_value || (!store_i && bad_result);

  // ---- Control ----

  trine_attention_pkg::beat_t    beat, beat_q, beat_q2;
  trine_attention_pkg::look_t    look, look_ahead;
  trine_attention_pkg::fetch_t   fetch;
  trine_attention_pkg::step_t    step;
  trine_attention_pkg::weigh_t   weigh;
  trine_attention_pkg::realign_t realign;
  logic                          moving, realigned, result_start, idle, streaming;
  logic                          results_q;           // They leave.
  logic [BeatBits-1:0]           realign_beat, result_read_beat;
  logic                          result_read;

  trine_attention_control #(.Groups (Groups)) u_control (
    .clk_i,
    .rst_ni,
    .start_i        (attention_start),
    .positions_i,
    .head_dim_i,
    .quantized_i    (queries_ready),
    .valid_i        (beat_valid_i),
    .ready_o        (beat_ready_o),
    .idle_i         (idle),
    .beat_o         (beat),
    .look_o         (look_ahead),
    .weigh_o        (weigh),
    .realign_o      (realign),
    .realign_beat_o (realign_beat),
    .realigned_o    (realigned),
    .moving_i       (moving),
    .result_o       (result_start),
    .streaming_o    (streaming),
    .waiting_o      (waiting)
  );
  assign wait_memory_o = streaming && !beat_valid_i;
  assign wait_query_o  = active_q && waiting && beat_valid_i;
  assign wait_scores_o = active_q && !waiting && !streaming && beat_valid_i;

  trine_attention_steps u_steps (
    .clk_i,
    .rst_ni,
    .beat_i         (beat),
    .realign_i      (realign),
    .realign_beat_i (realign_beat),
    .result_read_i  (result_read),
    .result_beat_i  (result_read_beat),
    .beat_o         (beat_q),
    .beat2_o        (beat_q2),
    .idle_o         (idle),
    .fetch_o        (fetch),
    .step_o         (step)
  );

  // ---- Keys, values, heads ----

  logic [16*Lanes-1:0] elements;
  logic [8*Blocks-1:0] key_fields;
  logic [5*Blocks*Positions-1:0] value_shifts;
  logic [8*Blocks*Positions-1:0] field_steps, result_fields;
  // A beat's exponents come with its sums.
  always_comb begin
    look = look_ahead;
    if (results_q) begin
      look.sums = result_read;
      look.beat = result_read_beat;
    end
  end
  trine_attention_values #(
    .Groups    (Groups),
    .Width     (Width),
    .Positions (Positions)
  ) u_values (
    .clk_i,
    .start_i         (attention_start),
    .more_i,
    .beat_i          (beat),
    .beat_q_i        (beat_q),
    .beat_q2_i       (beat_q2),
    .look_i          (look),
    .data_i          (beat_data_i),
    .elements_o      (elements),
    .key_fields_o    (key_fields),
    .value_shifts_o  (value_shifts),
    .load_i          (realign.load),
    .realigned_i     (realigned),
    .field_steps_o   (field_steps),
    .result_fields_o (result_fields)
  );

  logic [HeadBits-1:0] result_head;
  logic [LaneBits-1:0] result_lane;
  logic [trine_attention_pkg::WeightSumBits-1:0] weights;
  logic [trine_attention_pkg::SumBits-1:0]       sum;
  logic                                          score_overflow;
  trine_attention_heads #(
    .Groups     (Groups),
    .Heads      (Heads),
    .Width      (Width),
    .Positions  (Positions),
    .QuantLanes (QuantLanes),
    .GroupWidth (GroupWidth)
  ) u_heads (
    .clk_i,
    .rst_ni,
    .start_i        (attention_start),
    .more_i,
    .next_i         (query_next),
    .query_i        (query_q),
    .last_head_i    (last_head),
    .head_dim_i,
    .factor_i,
    .fetch_i        (fetch),
    .step_i         (step),
    .weigh_i        (weigh),
    .realign_i      (realign),
    .mant_write_i   (mant_write && !store_i),
    .mant_addr_i    (mant_addr),
    .mant_data_i    (mant_data),
    .exp_write_i    (exp_write && !store_i),
    .exp_data_i     (exp_data),
    .elements_i     (elements),
    .key_fields_i   (key_fields),
    .value_shifts_i (value_shifts),
    .field_steps_i  (field_steps),
    .busy_o         (moving),
    .overflow_o     (score_overflow),
    .head_i         (result_head),
    .lane_i         (result_lane),
    .weights_o      (weights),
    .sum_o          (sum)
  );
  assign overflow_o = !store_i && score_overflow;

  // ---- Results ----

  logic [7:0]           result_field;
  logic [QueryBits-1:0] result_query;
  always_comb begin
    result_field = result_fields[7:0];
    for (int unsigned p = 0; p < Positions; p++)
      for (int unsigned b = 0; b < Blocks; b++)
        if (result_query == QueryBits'(p) && 32'(result_lane) / 16 == b)
          result_field = result_fields[8*(Blocks*p+b) +: 8];
  end

  always_ff @(posedge clk_i) begin
    if (start_i) results_q <= 1'b0;
    else if (result_start) results_q <= 1'b1;
  end
  assign vec_bank_o = bank_i + (results_q ? result_query : query_q);
  trine_attention_result #(
    .Groups  (Groups),
    .Heads   (Heads),
    .Width   (Width),
    .VecBits (VecBits)
  ) u_result (
    .clk_i,
    .rst_ni,
    .start_i           (result_start),
    .more_i,
    .last_head_i       (last_head),
    .head_dim_i,
    .dst_beat_i,
    .done_o            (attention_done),
    .nonfinite_o       (bad_result),
    .query_o           (result_query),
    .head_o            (result_head),
    .weights_i         (weights),
    .read_o            (result_read),
    .read_beat_o       (result_read_beat),
    .lane_o            (result_lane),
    .sum_i             (sum),
    .field_i           (result_field),
    .vec_write_valid_o,
    .vec_write_beat_o,
    .vec_write_data_o
  );

  `TRINE_ASSERT(StartWhenIdle_A, !start_i || !active_q)
  `TRINE_ASSERT(OneDone_A, !(attention_done && store_done))

endmodule
