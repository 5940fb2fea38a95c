// SPDX-License-Identifier: Apache-2.0
//
// Proof of the sum of trine_attention_weight: from a start on it is the sum of the weights as they are kept, shifted by
// what the reference grew when that moves, to the largest score so far; for up to 131,072 weights it never overflows.

logic f_past_valid_q = 1'b0, f_started_q = 1'b0;
always_ff @(posedge clk_i) f_past_valid_q <= 1'b1;
logic rst_ni;                            // Nothing is said before the first start.
assign rst_ni = f_started_q;

// The largest is that of trine_attention_score, which begins at 0 and never falls; a move and a weight do not meet.
logic signed [Log2Bits-25:0] f_largest_q, f_reference_q;
logic        f_moved_q = 1'b0;
logic [17:0] f_kept_q;                   // Weights in the sum.
logic [SumBits:0] f_sum_q;               // One bit more: an overflow would show.
logic [Log2Bits-25:0] f_growth_q;
always_comb begin
  if (f_started_q && !start_i) assume (largest_i >= f_largest_q);
  assume (!(f_moved_q && weigh_i.keep));
  assume (!(realign_i.start && (weigh_i.keep || f_moved_q)));
  assume (!weigh_i.keep || f_kept_q < 18'd131072);
end
always_ff @(posedge clk_i) begin
  f_moved_q   <= realign_i.start;
  f_largest_q <= start_i ? '0 : largest_i;
  if (start_i) begin
    f_started_q   <= 1'b1;
    f_reference_q <= '0;
    f_kept_q      <= '0;
    f_sum_q       <= '0;
  end else begin
    if (realign_i.start) begin
      f_reference_q <= largest_i;
      f_growth_q    <= largest_i - f_reference_q;
    end
    if (f_moved_q)         f_sum_q <= f_growth_q >= (Log2Bits-24)'(63) ? '0 : f_sum_q >> f_growth_q[5:0];
    else if (weigh_i.keep) begin
      f_sum_q  <= f_sum_q + (SumBits+1)'(weight);
      f_kept_q <= f_kept_q + 18'd1;
    end
  end
end
logic f_starts_q = 1'b0;
always_ff @(posedge clk_i) f_starts_q <= start_i;
logic [SumBits:0] f_bound;
assign f_bound = (SumBits+1)'(f_kept_q) << WeightBits;

`TRINE_ASSERT(SumIsExact_A, (SumBits+1)'(sum_o) == f_sum_q)
`TRINE_ASSERT(NoOverflow_I, f_sum_q <= f_bound && f_kept_q <= 18'd131072)
`TRINE_ASSERT(ReferenceIsLargest_A, reference_q == f_reference_q && f_reference_q <= f_largest_q)
`TRINE_ASSERT(Grown_I, !f_moved_q || f_starts_q
              || (moved_q && 6'(grown_o) == (f_growth_q > (Log2Bits-24)'(63) ? 6'd63 : f_growth_q[5:0])))
`TRINE_ASSERT(Moved_I, moved_q == f_moved_q)
