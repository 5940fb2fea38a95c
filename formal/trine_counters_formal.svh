// SPDX-License-Identifier: Apache-2.0
//
// Proof of trine_counters: both halves, with the carry that waits, are the number of events, in a counter of
// fewer than 64 bits its lowest ones; and
// once a low half was read, the high half shows what belongs to that moment until it is read,
// unless the low half goes round twice in between.

`include "trine_assert.svh"

logic f_past_valid_q = 1'b0;
always_ff @(posedge clk_i) f_past_valid_q <= 1'b1;
always_comb assume (rst_ni == f_past_valid_q);

logic [Counters-1:0] f_counted, f_hold, f_added, f_coherent;
for (genvar i = 0; i < Counters; i++) begin : f_counter
  logic [63:0] f_events_q = '0;
  logic        f_held_q   = 1'b0;  // The low half was read and the high half not yet.
  logic [31:0] f_high_q   = '0;    // What the high half must show then.
  logic [1:0]  f_rounds_q = '0;    // Carries since; 2 means more than one.
  logic        f_owed_q   = 1'b0;  // A carry waited although nothing held it.

  logic f_round;
  assign f_round = events_i[i] && (&f_events_q[31:0]);

  always_ff @(posedge clk_i) begin
    f_owed_q <= rst_ni && carry_q[i] && !hold_q[i];
    if (!rst_ni || clear_i) begin
      f_events_q <= '0;
      f_held_q   <= 1'b0;
    end else begin
      f_events_q <= f_events_q + 64'(events_i[i]);
      f_held_q   <= read_low_i[i] || (f_held_q && !read_high_i[i]);
      if (read_low_i[i]) begin
        f_high_q   <= f_events_q[63:32];
        f_rounds_q <= {1'b0, f_round};
      end else if (f_round && f_rounds_q != 2'd2) f_rounds_q <= f_rounds_q + 2'd1;
    end
  end

  // A carry waits only while a high half is held.
  logic [Width-33:0] f_high;
  assign f_high       = high_o[32*i +: Width-32] + (Width-32)'(carry_q[i]);
  assign f_counted[i] = {f_high, low_o[32*i +: 32]} == f_events_q[Width-1:0]
                     && 64'(high_o[32*i +: 32]) >> (Width - 32) == '0;
  assign f_hold[i]    = hold_q[i] == f_held_q && f_rounds_q != 2'd3;
  assign f_added[i]   = !f_owed_q || !carry_q[i];
  assign f_coherent[i] = !f_held_q || f_rounds_q == 2'd2
                      || (high_o[32*i +: Width-32] == f_high_q[Width-33:0] && carry_q[i] == f_rounds_q[0]);
end

`TRINE_ASSERT(Counted_A, &f_counted)
`TRINE_ASSERT(HeldForHigh_I, &f_hold)
`TRINE_ASSERT(CarryAdded_A, &f_added)
`TRINE_ASSERT(HalvesAgree_A, &f_coherent)
