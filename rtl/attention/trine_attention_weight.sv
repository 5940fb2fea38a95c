// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Weights of one head: keeps log2 of the weights of a chunk, makes 2^(log2 - reference) of them,
/// rounded to units of 2^-23, keeps those and adds them up.
///
/// `step_i` stores log2 of a weight, `fetch_i` reads a weight, `weigh_i` moves the stages between
/// (trine_attention_pkg); `realign_i.start` moves the reference to `largest_i` and shifts the sum.
module trine_attention_weight #(
  localparam int unsigned Log2Bits     = trine_attention_pkg::Log2Bits,
  localparam int unsigned WeightBits   = trine_attention_pkg::WeightBits,
  localparam int unsigned SumBits      = trine_attention_pkg::WeightSumBits,
  localparam int unsigned PositionBits = trine_attention_pkg::PositionBits
) (
  input  logic                          clk_i,
  input  logic                          start_i,
  input  trine_attention_pkg::fetch_t   fetch_i,
  input  trine_attention_pkg::step_t    step_i,
  input  trine_attention_pkg::weigh_t   weigh_i,
  input  trine_attention_pkg::realign_t realign_i,
  input  logic                          seen_i,      // With `weigh_i.round`; otherwise it weighs 0.
  input  logic [Log2Bits-1:0]           log2_i,      // With the step's `keep`.
  input  logic signed [Log2Bits-25:0]   largest_i,
  output logic [5:0]                    grown_o,     // Of the reference, in its last move.
  output logic [WeightBits-1:0]         weight_o,    // In the cycle after it was read.
  output logic [SumBits-1:0]            sum_o
);

  localparam int unsigned Positions = 2 ** PositionBits;
  // From 2^-25 on nothing is left of a weight; exponents up to there fit in 30 bits.
  localparam logic signed [Log2Bits:0] Nothing = -(47'sd25 <<< 24);

  // ---- The reference ----

  logic signed [Log2Bits-25:0] reference_q;
  logic [Log2Bits-25:0]        growth;
  logic [5:0]                  grown;
  always_comb begin
    growth = '0;
    grown  = '0;
    if (realign_i.start) begin
      growth = largest_i - reference_q;
      grown  = growth > (Log2Bits-24)'(63) ? 6'd63 : growth[5:0];
    end
  end
  always_ff @(posedge clk_i) begin
    if (start_i) reference_q <= '0;
    else if (realign_i.start) begin
      reference_q <= largest_i;
      grown_o     <= grown;
    end
  end

  // ---- 2^-x ----

  logic [Log2Bits-1:0] log2;
  trine_ram #(.DataWidth(Log2Bits), .Depth(Positions)) u_log2 (
    .clk_i,
    .write_i      (step_i.keep),
    .write_addr_i (step_i.keep_position),
    .write_data_i (log2_i),
    .read_i       (weigh_i.read),
    .read_addr_i  (weigh_i.read_position),
    .read_data_o  (log2)
  );

  logic signed [Log2Bits:0]                minus_x;       // log2 - reference.
  logic                                    zero_q, zero_q2;
  logic signed [29:0]                      fixed_q;
  logic signed [9:0]                       field_q2;
  logic [trine_math_pkg::SegmentWidth-1:0] segment_q2;
  logic signed [17:0]                      offset_q2;
  always_comb begin
    minus_x = '0;
    if (weigh_i.distance)
      minus_x = (Log2Bits+1)'(signed'(log2)) - {reference_q[Log2Bits-25], reference_q, 24'd0};
  end
  always_ff @(posedge clk_i) begin
    if (weigh_i.distance) begin
      zero_q  <= minus_x <= Nothing;
      fixed_q <= minus_x[29:0];
    end
    if (weigh_i.segment) begin
      zero_q2    <= zero_q;
      segment_q2 <= trine_math_pkg::exp2_segment(fixed_q[23:18]);
      offset_q2  <= {!fixed_q[17], fixed_q[16:0]};
      field_q2   <= 10'(signed'(fixed_q[29:24])) + 10'sd127;
    end
  end

  logic [31:0] power;
  trine_fp32_segment u_segment (
    .clk_i,
    .en_i      (weigh_i.busy),
    .segment_i (segment_q2),
    .offset_i  (offset_q2),
    .sign_i    (1'b0),
    .field_i   (field_q2),
    .zero_i    (zero_q2),
    .inf_i     (1'b0),
    .nan_i     (1'b0),
    .y_o       (power)
  );

  // ---- Rounded, halves up; kept and added up ----

  logic [WeightBits:0]   shifted, shifted_q;
  logic [WeightBits-1:0] weight;
  always_comb begin
    logic [7:0] down;
    shifted = '0;
    down    = '0;
    if (weigh_i.round && seen_i) begin
      down    = 8'd127 - power[30:23];
      shifted = down > 8'd24 ? '0 : {1'b1, power[22:0], 1'b0} >> down[4:0];
    end
    weight = '0;
    if (weigh_i.keep) weight = shifted_q[WeightBits:1] + WeightBits'(shifted_q[0]);
  end
  always_ff @(posedge clk_i) begin
    if (weigh_i.round) shifted_q <= shifted;
  end
  trine_ram #(.DataWidth(WeightBits), .Depth(Positions)) u_weights (
    .clk_i,
    .write_i      (weigh_i.keep),
    .write_addr_i (weigh_i.keep_position),
    .write_data_i (weight),
    .read_i       (fetch_i.weight),
    .read_addr_i  (fetch_i.position),
    .read_data_o  (weight_o)
  );

  // The sum follows the reference a cycle later.
  logic moved_q;
  always_ff @(posedge clk_i) begin
    moved_q <= realign_i.start;
    if (start_i) sum_o <= '0;
    else if (moved_q) sum_o <= sum_o >> grown_o;
    else if (weigh_i.keep) sum_o <= sum_o + SumBits'(weight);
  end

  logic unused_ok;
  assign unused_ok = ^{step_i, weigh_i, realign_i, power[31]};

`ifdef FORMAL_TRINE_ATTENTION_WEIGHT
  `include "trine_attention_weight_formal.svh"
`endif

endmodule
