// SPDX-License-Identifier: Apache-2.0
//
// Proof of trine_counters: once a low half was read, the next read of that high half shows what belongs
// to that moment, and without that it shows the high half of its own moment.  trine_event_counts proves
// that what a read sees is the number of events.

`include "trine_assert.svh"

logic f_past_valid_q = 1'b0;
always_ff @(posedge clk_i) f_past_valid_q <= 1'b1;
always_comb assume (rst_ni == f_past_valid_q);

// Reads leave every other cycle.
logic f_read_q = 1'b0, f_given_q = 1'b0;
always_ff @(posedge clk_i) begin
  f_read_q  <= rst_ni && read_i;
  f_given_q <= rst_ni && f_read_q;
end
always_comb assume (!(f_read_q && read_i) && 32'(number_i) < Counters);

logic [Counters-1:0] f_kept, f_low, f_high, f_same;
for (genvar i = 0; i < Counters; i++) begin : f_counter
  logic             f_held_q = 1'b0;  // The low half was read and the high half not yet.
  logic [Width-1:0] f_seen_q = '0;    // What the counter was then.
  logic             f_mine, f_high_half;
  always_ff @(posedge clk_i) begin
    f_mine      <= rst_ni && read_i && 32'(number_i) == i;
    f_high_half <= read_high_i;
  end
  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) f_held_q <= 1'b0;
    else if (f_mine) begin
      f_held_q <= !f_high_half;
      if (!f_high_half) f_seen_q <= value;
    end
  end
  assign f_same[i] = !read_q || (f_mine == (32'(number_q) == i) && (!f_mine || f_high_half == read_high_q));
  logic [Width-33:0] f_stored;        // What is held, or will be in the next cycle.
  assign f_stored  = given_q && !read_high_q && 32'(number_q) == i ? value_q[Width-1:32] : high_q[i];
  assign f_kept[i] = kept_q[i] == f_held_q && (!f_held_q || f_stored == f_seen_q[Width-1:32]);
  // The answer comes a cycle after that.
  logic        f_low_q = 1'b0, f_high_q = 1'b0;
  logic [31:0] f_answer_q;
  always_ff @(posedge clk_i) begin
    f_low_q    <= rst_ni && f_mine && !f_high_half;
    f_high_q   <= rst_ni && f_mine && f_high_half;
    f_answer_q <= !f_high_half ? value[31:0] : 32'(f_held_q ? f_seen_q[Width-1:32] : value[Width-1:32]);
  end
  assign f_low[i]  = !f_low_q || value_o == f_answer_q;
  assign f_high[i] = !f_high_q || value_o == f_answer_q;
end

`TRINE_ASSERT(HeldForHigh_I, &f_kept)
`TRINE_ASSERT(ReadInTurn_I, read_q == f_read_q && given_q == f_given_q && !(read_q && given_q))
`TRINE_ASSERT(SameRead_I, &f_same)
`TRINE_ASSERT(LowHalf_A, &f_low)
`TRINE_ASSERT(HalvesAgree_A, &f_high)
