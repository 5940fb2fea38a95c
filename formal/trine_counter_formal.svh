// SPDX-License-Identifier: Apache-2.0
//
// Proof of trine_counter: both halves, with the carry that waits, are the number of events; and
// once the low half was read, the high half shows what belongs to that moment until it is read,
// unless the low half goes round twice in between.

logic f_past_valid_q = 1'b0;
always_ff @(posedge clk_i) f_past_valid_q <= 1'b1;
always_comb assume (rst_ni == f_past_valid_q);

logic [63:0] f_events_q = '0;
logic        f_held_q   = 1'b0;  // The low half was read and the high half not yet.
logic [31:0] f_high_q   = '0;    // What the high half must show then.
logic [1:0]  f_rounds_q = '0;    // Carries since; 2 means more than one.

logic f_round;
assign f_round = event_i && (&f_events_q[31:0]);

always_ff @(posedge clk_i) begin
  if (!rst_ni || clear_i) begin
    f_events_q <= '0;
    f_held_q   <= 1'b0;
  end else begin
    f_events_q <= f_events_q + 64'(event_i);
    f_held_q   <= read_low_i || (f_held_q && !read_high_i);
    if (read_low_i) begin
      f_high_q   <= f_events_q[63:32];
      f_rounds_q <= {1'b0, f_round};
    end else if (f_round && f_rounds_q != 2'd2) f_rounds_q <= f_rounds_q + 2'd1;
  end
end

logic f_owed_q = 1'b0;  // A carry waited although nothing held it.
always_ff @(posedge clk_i) f_owed_q <= rst_ni && carry_q && !hold_q;

always_ff @(posedge clk_i) begin
  if (rst_ni) begin
    if (f_owed_q) assert (!carry_q);
    assert ({high_o + 32'(carry_q), low_o} == f_events_q);
    assert (hold_q == f_held_q);
    assert (f_rounds_q != 2'd3);
    if (f_held_q && f_rounds_q != 2'd2) begin
      assert (high_o == f_high_q);
      assert (carry_q == f_rounds_q[0]);
    end
    cover (f_held_q && f_rounds_q == 2'd1 && read_high_i);
  end
end
