// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Scores of one head: products of a key's mantissas with the query's, block by block, become
/// log2 of a weight in units of 2^-24, and the largest of them the reference.
///
/// `step_i` moves the stages (trine_attention_pkg).  `Blocks` totals of a beat are aligned by the
/// exponent fields of query and key, which come with `multiply`.  `overflow_o` is sticky.
module trine_attention_score #(
  parameter  int unsigned Lanes    = 32,           // Products of a beat.
  parameter  int unsigned Blocks   = 2,            // Blocks of a beat, at least 1.
  parameter  int unsigned Width    = 15,
  localparam int unsigned Log2Bits = trine_attention_pkg::Log2Bits,
  localparam int unsigned FieldBits = trine_attention_pkg::FieldBits
) (
  input  logic                             clk_i,
  input  logic                             rst_ni,
  input  logic                             start_i,
  input  trine_attention_pkg::step_t       step_i,
  input  logic [trine_attention_pkg::FactorBits-1:0] factor_i,
  input  logic [FieldBits*Blocks-1:0]      query_fields_i,  // With `multiply`,
  input  logic [FieldBits*Blocks-1:0]      key_fields_i,    // of the block that ends.
  input  logic [64*Lanes-1:0]              products_i,      // With `collect`, sign-extended.
  output logic                             overflow_o,
  output logic signed [Log2Bits-1:0]       log2_o,          // With `keep`.
  output logic signed [Log2Bits-25:0]      largest_o        // Rounded up to an integer.
);

  localparam int unsigned BlockLanes = Lanes / Blocks;
  localparam int unsigned TotalBits  = 2 * Width + 4;
  localparam int unsigned TermBits   = TotalBits + 16;
  localparam int unsigned ScoreBits  = trine_attention_pkg::ScoreBits;
  localparam int unsigned DiffBits   = trine_attention_pkg::DiffBits;
  localparam int unsigned FactorBits = trine_attention_pkg::FactorBits;
  localparam int unsigned ProdBits   = DiffBits + FactorBits;
  // A multiplier of an FPGA takes so many bits of the difference without their sign.
  localparam int unsigned PartBits   = 17;

  // ---- Alignment of a block ----

  logic [6*Blocks-1:0] shifts_q, shifts_q2, shifts_q3;
  logic                too_large_q;
  always_ff @(posedge clk_i) begin
    if (step_i.block_key) begin
      too_large_q <= 1'b0;
      for (int unsigned b = 0; b < Blocks; b++) begin
        logic signed [10:0] shift;
        shift = 11'(250 + 2 * Width) - 11'(query_fields_i[FieldBits*b +: FieldBits])
                                     - 11'(key_fields_i[FieldBits*b +: FieldBits]);
        shifts_q[6*b +: 6] <= shift < 0 ? 6'd0 : shift > 11'sd63 ? 6'd63 : shift[5:0];
        if (shift < 0) too_large_q <= 1'b1;
      end
    end else too_large_q <= 1'b0;
    if (step_i.collect) shifts_q2 <= shifts_q;
    if (step_i.total)   shifts_q3 <= shifts_q2;
  end

  // ---- Sums ----

  logic [64*Blocks-1:0]        collected_q, totals_q, terms_q;
  logic signed [ScoreBits-1:0] score_q;
  always_ff @(posedge clk_i) begin
    if (step_i.collect) begin
      for (int unsigned b = 0; b < Blocks; b++) begin
        logic [63:0] collected;
        collected = '0;
        for (int unsigned i = 0; i < BlockLanes; i++)
          collected = collected + products_i[64*(BlockLanes*b+i) +: 64];
        collected_q[64*b +: 64] <= 64'(signed'(collected[TotalBits-1:0]));
      end
    end
    if (step_i.total) begin
      for (int unsigned b = 0; b < Blocks; b++) begin
        logic signed [TotalBits-1:0] total;
        total = collected_q[64*b +: TotalBits];
        if (!step_i.total_first) total = total + totals_q[64*b +: TotalBits];
        totals_q[64*b +: 64] <= 64'(total);
      end
    end
    if (step_i.align) begin
      for (int unsigned b = 0; b < Blocks; b++) begin
        logic signed [TermBits-1:0] term;
        term = {totals_q[64*b +: TotalBits], 16'd0};
        term = term >>> shifts_q3[6*b +: 6];
        terms_q[64*b +: 64] <= 64'(term);
      end
    end
    if (step_i.score) begin
      logic signed [ScoreBits-1:0] score;
      score = step_i.score_first ? '0 : score_q;
      for (int unsigned b = 0; b < Blocks; b++) score = score + terms_q[64*b +: ScoreBits];
      score_q <= score;
    end
  end

  // ---- Difference to the first score, scaled ----

  logic signed [ScoreBits-1:0] first_q;
  logic signed [ScoreBits:0]   difference_q;
  logic signed [DiffBits-1:0]  bounded_q;
  // Products of the factor with parts of the difference: the lowest bits, those above, the rest.
  logic [FactorBits+PartBits-1:0]        low_q, middle_q;
  logic signed [ProdBits-2*PartBits-1:0] high_q;
  logic                        bound_q, above, below;
  always_comb begin
    above = 1'b0;
    below = 1'b0;
    if (bound_q) begin
      above = !difference_q[ScoreBits] && difference_q[ScoreBits-1:DiffBits-1] != '0;
      below = difference_q[ScoreBits] && !(&difference_q[ScoreBits-1:DiffBits-1]);
    end
  end
  always_ff @(posedge clk_i) begin
    if (step_i.difference) begin
      if (step_i.first_score) first_q <= score_q;
      difference_q <= step_i.first_score ? '0
                                         : (ScoreBits+1)'(score_q) - (ScoreBits+1)'(first_q);
    end
    bound_q <= step_i.difference;
    if (bound_q)
      bounded_q <= above ? {1'b0, {(DiffBits-1){1'b1}}}
                 : below ? {1'b1, {(DiffBits-1){1'b0}}} : difference_q[DiffBits-1:0];
    if (step_i.scale) begin
      low_q    <= (FactorBits+PartBits)'(bounded_q[PartBits-1:0])
                * (FactorBits+PartBits)'(factor_i);
      middle_q <= (FactorBits+PartBits)'(bounded_q[2*PartBits-1:PartBits])
                * (FactorBits+PartBits)'(factor_i);
      high_q   <= (ProdBits-2*PartBits)'(signed'(bounded_q[DiffBits-1:2*PartBits]))
                * (ProdBits-2*PartBits)'(signed'({1'b0, factor_i}));
    end
    if (step_i.round) begin
      logic [ProdBits-PartBits-1:0] scaled;           // Above the lowest part's bits.
      scaled = {high_q, {PartBits{1'b0}}} + (ProdBits-PartBits)'(middle_q)
             + (ProdBits-PartBits)'(low_q[FactorBits+PartBits-1:PartBits]);
      log2_o <= {scaled, low_q[PartBits-1:16]};
    end
  end

  // ---- The largest ----

  logic signed [Log2Bits-25:0] integer_part;         // Of this one, rounded up.
  always_comb begin
    integer_part = '0;
    if (step_i.keep)
      integer_part = (Log2Bits-24)'(log2_o >>> 24) + (Log2Bits-24)'(log2_o[23:0] != '0);
  end
  always_ff @(posedge clk_i) begin
    if (start_i) largest_o <= '0;
    else if (step_i.keep && integer_part > largest_o) largest_o <= integer_part;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || start_i) overflow_o <= 1'b0;
    else if (too_large_q || above) overflow_o <= 1'b1;
  end

  logic unused_ok;
  assign unused_ok = ^{step_i, low_q[15:0]};

`ifdef FORMAL_TRINE_ATTENTION_SCORE
  `include "trine_attention_score_formal.svh"
`endif

endmodule
