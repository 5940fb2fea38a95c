// SPDX-License-Identifier: Apache-2.0
//
// Proof of the running maximum of trine_attention_score: from a start on it is the largest of 0 and of the kept log2s,
// each rounded up to an integer; so it never falls, and no kept value is above it.

logic f_past_valid_q = 1'b0, f_started_q = 1'b0;
always_ff @(posedge clk_i) f_past_valid_q <= 1'b1;
always_comb assume (rst_ni == f_past_valid_q);

// A kept value is marked; whether another one, that the solver chooses, was kept.
(* anyseq *)   logic                        f_mark;
(* anyconst *) logic signed [Log2Bits-25:0] f_chosen;
logic                        f_marked_q = 1'b0, f_chosen_q = 1'b0, f_grows_q = 1'b0;
logic signed [Log2Bits-25:0] f_marked_value_q, f_before_q;
logic signed [Log2Bits:0]    f_up, f_log2, f_distance;
assign f_up       = {integer_part[Log2Bits-25], integer_part, 24'd0};
assign f_log2     = (Log2Bits+1)'(log2_o);
assign f_distance = f_up - f_log2;
always_ff @(posedge clk_i) begin
  f_started_q <= f_started_q || start_i;
  f_grows_q   <= f_started_q && !start_i;
  f_before_q  <= largest_o;
  if (start_i) begin
    f_marked_q <= 1'b0;
    f_chosen_q <= 1'b0;
  end else if (step_i.keep) begin
    if (f_mark) begin
      f_marked_q       <= 1'b1;
      f_marked_value_q <= integer_part;
    end
    if (integer_part == f_chosen) f_chosen_q <= 1'b1;
  end
end

// The rounded value of a largest log2 would pass the largest integer; trine_check bounds the factor so that none comes.
`TRINE_ASSERT(RoundedUp_A, !step_i.keep || log2_o[Log2Bits-1:24] == {1'b0, {(Log2Bits-25){1'b1}}}
              || (f_distance >= 0 && f_distance < (47'sd1 <<< 24)))
`TRINE_ASSERT(NoneAbove_A, !f_marked_q || f_marked_value_q <= largest_o)
`TRINE_ASSERT(IsOneOfThem_A, !f_started_q || largest_o != f_chosen || f_chosen == 0 || f_chosen_q)
`TRINE_ASSERT(NeverFalls_A, !f_grows_q || largest_o >= f_before_q)
