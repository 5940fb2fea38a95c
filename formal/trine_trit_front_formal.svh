// SPDX-License-Identifier: Apache-2.0
//
// Proof of trine_trit_front, for each depth: of the beats of a panel the first ones are tails, as many as a tail code has
// bits, and the 24 * depth others are looked up in the order of the format: of each unit of rows three sets, at depth 3
// three beats a set. What rides along with a beat is that beat's. Sums that are complete go to the hold entries
// in turn, none before it is free.

logic f_past_valid_q = 1'b0;
always_ff @(posedge clk_i) f_past_valid_q <= 1'b1;
always_comb if (!f_past_valid_q) assume (!rst_ni);

(* anyconst *) trine_matrix_pkg::trit_job_t f_job;
logic f_runs_q = 1'b0;                   // There was a start.
always_ff @(posedge clk_i) f_runs_q <= rst_ni && (start_i || f_runs_q);
always_comb begin
  assume (f_job.depth >= 3'd1 && f_job.depth <= 3'd4 && f_job.panels != '0 && f_job.blocks[BlockWidth:0] != '0);
  assume (job_i == f_job);
end

// Place of the next beat in its panel, from the handshakes; of a body beat its set, and its beat of the set.
logic [7:0] f_beat_q, f_tails, f_all, f_body, f_subs, f_in_unit;
logic [1:0] f_set, f_sub;
assign f_tails   = 8'(trine_pkg::tail_bits(f_job.depth));
assign f_all     = f_tails + 8'd24 * 8'(f_job.depth);
assign f_body    = f_beat_q - f_tails;
assign f_subs    = f_job.depth == 3'd3 ? 8'd3 : 8'd1;
assign f_in_unit = f_body % (8'd3 * f_subs);
assign f_set     = 2'(f_in_unit / f_subs);
assign f_sub     = 2'(f_in_unit % f_subs);
logic f_is_tail, f_last;
assign f_is_tail = f_beat_q < f_tails;
assign f_last    = f_beat_q == f_all - 8'd1;

// Beats on their way: looked up one, two, three and four cycles ago.
logic [3:0] f_look_q = '0;
logic [1:0] f_set_q1, f_sub_q1, f_set_q2, f_sub_q2, f_set_q3, f_sub_q3, f_set_q4;
logic [2:0] f_kept_q = '0, f_coming;     // Entries that wait to be read; completed beats on their way.
logic [1:0] f_entry_q = '0;
assign f_coming = 3'(f_look_q[0] && f_set_q1 == 2'd2) + 3'(f_look_q[1] && f_set_q2 == 2'd2)
                + 3'(f_look_q[2] && f_set_q3 == 2'd2) + 3'(f_look_q[3] && f_set_q4 == 2'd2);
always_ff @(posedge clk_i) begin
  f_look_q <= rst_ni && !start_i ? {f_look_q[2:0], look} : '0;
  {f_set_q1, f_sub_q1, f_set_q2, f_sub_q2, f_set_q3, f_sub_q3, f_set_q4}
      <= {f_set, f_sub, f_set_q1, f_sub_q1, f_set_q2, f_sub_q2, f_set_q3};
  if (!rst_ni || start_i) begin
    f_beat_q  <= '0;
    f_kept_q  <= '0;
    f_entry_q <= '0;
  end else begin
    if (accept) f_beat_q <= f_last ? '0 : f_beat_q + 8'd1;
    f_kept_q  <= f_kept_q + 3'(beat_o.keep) - 3'(hold_free_i);
    f_entry_q <= f_entry_q + 2'(beat_o.keep);
  end
end
always_comb assume (!hold_free_i || f_kept_q != '0);

`TRINE_ASSERT(TailsFirst_A, !f_runs_q || !accept || tail_valid_o == f_is_tail)
`TRINE_ASSERT(TailsTaken_A, !(tail_valid_o && tail_ready_i) || accept)
`TRINE_ASSERT(PanelEnds_A, !f_runs_q || step == (accept && f_last))
`TRINE_ASSERT(SetOfBeat_A, !f_runs_q || !beat_o.look || beat_o.page == {buffer, f_set})
`TRINE_ASSERT(TablesAreBuilt_A, !beat_o.look || full_i[buffer])
`TRINE_ASSERT(WeightOfBeat_A, !f_runs_q || (beat_o.weigh == f_look_q[1] && (!beat_o.weigh
              || beat_o.weight == (f_job.depth == 3'd3 ? f_sub_q2 : f_job.depth == 3'd1 ? 2'd0 : 2'd1))))
`TRINE_ASSERT(SumOfBeat_A, !f_runs_q || (beat_o.add == f_look_q[2] && (!beat_o.add
              || (beat_o.first == (f_set_q3 == 2'd0)
                  && beat_o.first_fourth == (f_set_q3 == 2'd0 && f_sub_q3 == 2'd0)))))
`TRINE_ASSERT(KeptWhenComplete_A, !f_runs_q || beat_o.keep == (f_look_q[3] && f_set_q4 == 2'd2))
`TRINE_ASSERT(EntriesInTurn_A, !f_runs_q || !beat_o.keep || (beat_o.entry == f_entry_q && f_kept_q < 3'(HoldDepth)))
`TRINE_ASSERT(WaitsForAReason_A, !f_runs_q || !active_q || weight_ready_o || (f_is_tail ? !tail_ready_i
              : !full_i[buffer] || (f_set == 2'd2 && f_kept_q + f_coming == 3'(HoldDepth))))

logic [7:0] f_unit_beats;
assign f_unit_beats = 8'(unit_q) * (8'd3 * f_subs);
`TRINE_ASSERT(Tail_I, !f_runs_q || !tail_q || (f_beat_q == 8'(tail_count_q) - 8'd1 && tail_count_q != '0
              && f_is_tail && unit_q == '0 && set_q == '0 && sub_q == '0))
logic [7:0] f_place;
assign f_place = f_unit_beats + 8'(set_q) * f_subs + 8'(sub_q);
`TRINE_ASSERT(Body_I, !f_runs_q || tail_q || f_body == f_place)
`TRINE_ASSERT(BodyRange_I, !f_runs_q || tail_q || (f_beat_q < f_all && !f_is_tail))
`TRINE_ASSERT(Unit_I, !f_runs_q || tail_q || (set_q <= 2'd2 && 8'(sub_q) < f_subs && unit_q <= last_unit))
`TRINE_ASSERT(PanelEnd_I, !f_runs_q || panel_end_q == (completes && last_sub && unit_q == last_unit))
`TRINE_ASSERT(HoldFull_I, hold_full_q == (used_q == 3'(HoldDepth)))
// The walk is where the beats are by the time a body beat comes, and told its end before that.
logic f_step_q = 1'b0, f_step_q2 = 1'b0, f_started_q = 1'b0;
always_ff @(posedge clk_i) begin
  f_step_q  <= rst_ni && !start_i && step;
  f_step_q2 <= rst_ni && !start_i && f_step_q;
  f_started_q <= rst_ni && start_i;
end
`TRINE_ASSERT(WalkedInTime_A, !look || (!step_q && final_q == job_end))
`TRINE_ASSERT(Stepped_I, step_q == f_step_q && (!f_step_q || f_beat_q == '0) && (!f_step_q2 || f_beat_q <= 8'd1))
`TRINE_ASSERT(Final_I, !f_runs_q || f_step_q2 || f_started_q || final_q == job_end)
`TRINE_ASSERT(Active_I, active_q == (unused_active && !(step_q && final_q)))
`TRINE_ASSERT(TailCount_I, !f_runs_q || tail_q || tail_count_q == 4'd1)
`TRINE_ASSERT(Idle_I, f_runs_q || (!active_q && !unused_active && f_look_q == '0 && f_kept_q == '0))
`TRINE_ASSERT(Way_I, {keep_q, add_q, weigh_q, look_q}
              == {f_look_q[3] && f_set_q4 == 2'd2, f_look_q[2:0]})
`TRINE_ASSERT(First_I, !f_runs_q || !look_q || (sums_q == {f_set_q1 == 2'd0, f_set_q1 == 2'd0 && f_sub_q1 == 2'd0, f_set_q1 == 2'd2}
              && weight_q == (f_job.depth == 3'd3 ? f_sub_q1 : f_job.depth == 3'd1 ? 2'd0 : 2'd1)))
`TRINE_ASSERT(Second_I, !f_runs_q || !weigh_q
              || sums_q2 == {f_set_q2 == 2'd0, f_set_q2 == 2'd0 && f_sub_q2 == 2'd0, f_set_q2 == 2'd2})
`TRINE_ASSERT(Third_I, !f_runs_q || !add_q
              || sums_q3 == {f_set_q3 == 2'd0, f_set_q3 == 2'd0 && f_sub_q3 == 2'd0, f_set_q3 == 2'd2})
`TRINE_ASSERT(Used_I, (used_q == f_kept_q + f_coming && hold_q == f_entry_q))
