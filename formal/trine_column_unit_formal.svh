// SPDX-License-Identifier: Apache-2.0
//
// Proof of trine_column_unit: of a job of n elements the k-th write goes to the address plus k strides and has
// the k-th word of the source as FP16 in each half of its beat; each write is one job and then one beat,
// and the end is told once, after the last.

logic f_past_valid_q = 1'b0;
always_ff @(posedge clk_i) f_past_valid_q <= 1'b1;
always_comb assume (rst_ni == f_past_valid_q);
always_comb assume (rows_i != '0);

// The one above starts no second job, and holds the fields of the one that runs.
logic f_busy_q = 1'b0;
logic [CountWidth-1:0] f_rows_q = '0, f_jobs_q = '0, f_beats_q = '0;
logic [31:0]           f_stride_q;
logic [AddrWidth-1:0]  f_next_q;
always_comb assume (!start_i || !f_busy_q);
always_comb if (f_busy_q) assume (stride_i == f_stride_q);

// Vector memory: the solver chooses one word; what is read holds until the next read.
(* anyconst *) logic [BeatWidth-1:0]  f_word_beat;
(* anyconst *) logic [PlaceWidth-1:0] f_word_place;
(* anyconst *) logic [31:0]           f_word;
always_comb assume (32'(f_word_place) < Groups);
logic [BeatWidth-1:0] f_read_q;
logic [DataWidth-1:0] f_from_place;
assign f_from_place = vec_read_data_i >> (32 * f_word_place);
always_comb if (f_read_q == f_word_beat) assume (f_from_place[31:0] == f_word);
logic                 f_held_q = 1'b0;
logic [DataWidth-1:0] f_data_q;
always_comb if (f_held_q) assume (vec_read_data_i == f_data_q);

logic f_job, f_beat, f_last;
assign f_job  = job_valid_o && job_ready_i;
assign f_beat = beat_valid_o && beat_ready_i;
assign f_last = f_beat && f_beats_q + CountWidth'(1) == f_rows_q;

// The word of the next beat, by counting.
logic [BeatWidth-1:0]  f_beat_q;
logic [PlaceWidth-1:0] f_place_q = '0;
logic                  f_ended_q = 1'b0;
always_ff @(posedge clk_i) begin
  f_ended_q <= rst_ni && f_last;
  f_data_q  <= vec_read_data_i;
  f_held_q  <= rst_ni && !vec_read_valid_o;
  if (vec_read_valid_o) f_read_q <= vec_read_beat_o;
  if (!rst_ni) f_busy_q <= 1'b0;
  else         f_busy_q <= start_i || (f_busy_q && !f_last);
  if (start_i) begin
    f_rows_q   <= rows_i;
    f_jobs_q   <= '0;
    f_beats_q  <= '0;
    f_stride_q <= stride_i;
    f_next_q   <= addr_i;
    f_beat_q   <= src_beat_i;
    f_place_q  <= '0;
  end else begin
    if (f_job) f_jobs_q <= f_jobs_q + CountWidth'(1);
    if (f_beat) begin
      f_beats_q <= f_beats_q + CountWidth'(1);
      f_next_q  <= f_next_q + AddrWidth'(f_stride_q);
      f_place_q <= 32'(f_place_q) == Groups - 1 ? '0 : f_place_q + PlaceWidth'(1);
      if (32'(f_place_q) == Groups - 1) f_beat_q <= f_beat_q + BeatWidth'(1);
    end
  end
end

logic                  f_stalled_q = 1'b0, f_beat_stalled_q = 1'b0;
logic [AddrWidth-1:0]  f_addr_q;
logic [DataWidth-1:0]  f_beat_data_q;
always_ff @(posedge clk_i) begin
  f_stalled_q      <= rst_ni && job_valid_o && !job_ready_i;
  f_beat_stalled_q <= rst_ni && beat_valid_o && !beat_ready_i;
  f_addr_q         <= job_addr_o;
  f_beat_data_q    <= beat_data_o;
end

logic [CountWidth-1:0] f_left;
assign f_left = f_rows_q - f_beats_q;
logic f_mine;
assign f_mine = f_beat_q == f_word_beat && f_place_q == f_word_place;
`TRINE_ASSERT(BusyState_I, f_busy_q == (state_q != StIdle) && state_q <= StBeat)
`TRINE_ASSERT(Counted_I, !f_busy_q || (left_q == f_left && f_beats_q < f_rows_q
                                       && place_q == f_place_q && vec_read_beat_o == f_beat_q
                                       && job_addr_o == f_next_q && 32'(place_q) < Groups))
`TRINE_ASSERT(ReadKept_I, !f_busy_q || state_q == StRead || f_read_q == f_beat_q)
`TRINE_ASSERT(Taken_I, state_q != StRound || !f_mine || word_q == f_word)
`TRINE_ASSERT(Rounded_I, state_q != StJob || !f_mine || half_q == trine_f16_pkg::narrowed(f_word))

`TRINE_ASSERT(OneJobThenOneBeat_A, !f_busy_q
              || f_jobs_q == f_beats_q + CountWidth'(state_q == StBeat))
`TRINE_ASSERT(AddressOfElement_A, !job_valid_o || job_addr_o == f_next_q)
`TRINE_ASSERT(WordOfElement_A, !beat_valid_o || !f_mine
              || beat_data_o == {(2*Groups){trine_f16_pkg::narrow(trine_f16_pkg::narrowed(f_word))}})
`TRINE_ASSERT(NoneTooMany_A, f_busy_q || !(job_valid_o || beat_valid_o || vec_read_valid_o))
`TRINE_ASSERT(EndToldOnce_A, done_o == f_ended_q)
`TRINE_ASSERT(JobHolds_A, !f_stalled_q || (job_valid_o && job_addr_o == f_addr_q))
`TRINE_ASSERT(BeatHolds_A, !f_beat_stalled_q || (beat_valid_o && beat_data_o == f_beat_data_q))
