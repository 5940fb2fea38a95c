// SPDX-License-Identifier: Apache-2.0
//
// Proof of trine_event_counts: the low bits, with the carry that waits and the upper bits, are the
// number of events, whatever is read in between; so a carry is added before the next one comes.

`include "trine_assert.svh"

logic f_past_valid_q = 1'b0;
always_ff @(posedge clk_i) f_past_valid_q <= 1'b1;
always_comb assume (rst_ni == f_past_valid_q);

// Reads leave every other cycle.
logic                  f_read_q = 1'b0;
logic [NumberBits-1:0] f_number_q;
always_ff @(posedge clk_i) begin
  f_read_q   <= read_i;
  f_number_q <= number_i;
end
always_comb assume (!(f_read_q && read_i) && 32'(number_i) < Counters);

logic [Counters-1:0] f_counted, f_soon, f_exact;
for (genvar i = 0; i < Counters; i++) begin : f_counter
  logic [Width-1:0] f_events_q = '0;
  logic [3:0]       f_age_q    = '0;  // Cycles that the carry has waited.
  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      f_events_q <= '0;
      f_age_q    <= '0;
    end else begin
      f_events_q <= f_events_q + Width'(events_i[i]);
      f_age_q    <= carry_q[i] && !visited[i] && f_age_q != '1 ? f_age_q + 1'b1 : '0;
    end
  end
  logic [HighBits-1:0] f_high;
  assign f_high       = (zero_q[i] ? '0 : high_q[i]) + HighBits'(carry_q[i]);
  assign f_counted[i] = {f_high, low_q[LowBits*i +: LowBits]} == f_events_q;
  // No more events than cycles since the low bits went round; those of lower number go first.
  assign f_soon[i]    = !carry_q[i] || (low_q[LowBits*i +: LowBits] <= f_age_q && f_age_q <= 4'(2 * i + 3)
                                      && (f_age_q == '0 || visit_q));
  assign f_exact[i]   = !(f_read_q && 32'(f_number_q) == i) || value_o == f_events_q;
end

`TRINE_ASSERT(VisitDue_I, !visit_q || (f_read_q ? read_q && number_q == f_number_q : carry_q[number_q] && !read_q))
`TRINE_ASSERT(EventsCounted_A, &f_counted)
`TRINE_ASSERT(CarrySoon_I, &f_soon)
`TRINE_ASSERT(ReadExact_A, &f_exact)
