// SPDX-License-Identifier: Apache-2.0

/// Attention of one query head: a multiplier for each element of a beat, used by scores and values
/// in turn, and what is around them.
///
/// `fetch_i`, `step_i`, `weigh_i` and `realign_i` say what happens (trine_attention_pkg); all is
/// combinational or one register behind them.  Nothing moves while `used_i` is low; the last
/// `lacks_i` positions are not seen: they come, but have no score and weigh nothing.
module trine_attention_head #(
  parameter  int unsigned Groups     = 16,
  parameter  int unsigned Width      = 15,
  parameter  int unsigned QuantLanes = 4,
  localparam int unsigned Lanes      = 2 * Groups,
  localparam int unsigned Blocks     = (Groups > 8) ? Groups / 8 : 1,
  localparam int unsigned BlockBits  = trine_attention_pkg::BlockBits,
  localparam int unsigned WordAddr   = BlockBits + 4 - $clog2(QuantLanes),
  localparam int unsigned SumBits    = trine_attention_pkg::SumBits,
  localparam int unsigned QueryBits  = trine_attention_pkg::QueryBits
) (
  input  logic                          clk_i,
  input  logic                          rst_ni,
  input  logic                          start_i,
  input  logic                          used_i,
  input  trine_attention_pkg::fetch_t   fetch_i,
  input  logic [QueryBits-1:0]          lacks_i,
  input  trine_attention_pkg::step_t    step_i,
  input  trine_attention_pkg::weigh_t   weigh_i,
  input  trine_attention_pkg::realign_t realign_i,
  input  logic [trine_attention_pkg::FactorBits-1:0] factor_i,
  // From the quantizer
  input  logic                          mant_write_i,
  input  logic [WordAddr-1:0]           mant_addr_i,
  input  logic [QuantLanes*Width-1:0]   mant_data_i,
  input  logic                          exp_write_i,
  input  logic [7:0]                    exp_data_i,
  // Of all heads
  input  logic [16*Lanes-1:0]           elements_i,      // With `multiply`: mantissas, extended.
  input  logic [8*Blocks-1:0]           key_fields_i,    // With `block_key`.
  input  logic [5*Blocks-1:0]           value_shifts_i,  // With `align_weight`.
  input  logic [8*Blocks-1:0]           field_steps_i,   // With the realignment's `load`.
  // Results
  output logic                          busy_o,          // Another step of realignment is needed.
  output logic                          overflow_o,
  output logic [trine_attention_pkg::WeightSumBits-1:0] weights_o,
  input  logic [$clog2(Lanes)-1:0]      lane_i,
  output logic [SumBits-1:0]            sum_o            // Of that lane of the beat that was read.
);

  localparam int unsigned BlockLanes = Lanes / Blocks;
  localparam int unsigned QueryBeats = BlockBits + 4 - $clog2(Lanes);   // Bits of a beat of it.
  localparam int unsigned WeightBits = trine_attention_pkg::WeightBits;
  localparam int unsigned Log2Bits   = trine_attention_pkg::Log2Bits;

  trine_attention_pkg::fetch_t   fetch;
  trine_attention_pkg::step_t    step;
  trine_attention_pkg::weigh_t   weigh;
  trine_attention_pkg::realign_t realign;
  assign fetch = used_i ? fetch_i : '0;
  always_comb begin
    step = used_i ? step_i : '0;
    // What matters with another step only does not wait for the head.
    step.multiply_key = step_i.multiply_key;
    step.add_again    = step_i.add_again;
    if (step_i.key_behind < lacks_i)   step.block_key  = 1'b0;
    if (step_i.score_behind < lacks_i) step.difference = 1'b0;
    if (step_i.keep_behind < lacks_i)  step.keep       = 1'b0;
  end
  assign weigh   = used_i ? weigh_i : '0;
  assign realign = used_i ? realign_i : '0;

  // ---- The query ----

  logic [Width*Lanes-1:0] query, query_q;
  logic [8*Blocks-1:0]    query_fields, query_fields_q;
  logic                   unused_parity;          // The memory has none here.
  trine_f16_activations #(
    .Groups     (Groups),
    .ActWidth   (Width),
    .QuantLanes (QuantLanes),
    .GroupWidth (BlockBits)
  ) u_query (
    .clk_i,
    .mant_write_i,
    .mant_addr_i,
    .mant_data_i,
    .exp_write_i,
    .exp_data_i,
    .read_i  (step.read_query),
    .beat_i  (step.query_beat[QueryBeats-1:0]),
    .mants_o (query),
    .exps_o  (query_fields),
    .bad_parity_o (unused_parity)
  );
  // A multiplier does not wait for a memory.
  always_ff @(posedge clk_i) begin
    if (step.take_query) begin
      query_q        <= query;
      query_fields_q <= query_fields;
    end
  end

  // ---- Weights, aligned to the blocks of a value ----

  logic [Log2Bits-1:0]          log2;
  logic [Log2Bits-25:0]         largest;
  logic [5:0]                   grown;
  logic [WeightBits-1:0]        weight;
  logic [32*Blocks-1:0]         weights_q;
  trine_attention_weight u_weight (
    .clk_i,
    .start_i,
    .fetch_i   (fetch),
    .step_i    (step),
    .weigh_i   (weigh),
    .realign_i (realign),
    .seen_i    (weigh.round_behind >= lacks_i),
    .log2_i    (log2),
    .largest_i (largest),
    .grown_o   (grown),
    .weight_o  (weight),
    .sum_o     (weights_o)
  );
  always_ff @(posedge clk_i) begin
    if (step.align_weight) begin
      for (int unsigned b = 0; b < Blocks; b++) begin
        logic [WeightBits:0] shifted;
        shifted = {weight, 1'b0} >> value_shifts_i[5*b +: 5];
        weights_q[32*b +: 32] <= 32'(shifted[WeightBits:1]) + 32'(shifted[0]);
      end
    end
  end

  // ---- Products ----

  logic [64*Lanes-1:0] products_q;
  always_ff @(posedge clk_i) begin
    if (step.multiply) begin
      for (int unsigned i = 0; i < Lanes; i++) begin
        logic signed [WeightBits:0] factor;
        factor = step.multiply_key ? (WeightBits+1)'(signed'(query_q[Width*i +: Width]))
                                   : signed'(weights_q[32*(i/BlockLanes) +: WeightBits+1]);
        products_q[64*i +: 64] <= 64'(signed'(elements_i[16*i +: 16])) * 64'(factor);
      end
    end
  end

  trine_attention_score #(
    .Lanes  (Lanes),
    .Blocks (Blocks),
    .Width  (Width)
  ) u_score (
    .clk_i,
    .rst_ni,
    .start_i,
    .step_i         (step),
    .factor_i,
    .query_fields_i (query_fields_q),
    .key_fields_i,
    .products_i     (products_q),
    .overflow_o,
    .log2_o         (log2),
    .largest_o      (largest)
  );

  logic [64*Lanes-1:0] sums;
  trine_attention_sums #(
    .Lanes  (Lanes),
    .Blocks (Blocks),
    .Beats  (trine_attention_pkg::MaxHeadDim / Lanes)
  ) u_sums (
    .clk_i,
    .step_i     (step),
    .realign_i  (realign),
    .grown_i    (grown),
    .fields_i   (field_steps_i),
    .busy_o,
    .products_i (products_q),
    .sums_o     (sums)
  );

  always_comb begin
    sum_o = sums[SumBits-1:0];
    for (int unsigned i = 1; i < Lanes; i++)
      if (32'(lane_i) == i) sum_o = sums[64*i +: SumBits];
  end

  logic unused_ok;
  assign unused_ok = ^{sums, step};

endmodule
