// SPDX-License-Identifier: Apache-2.0
//
// Proof of trine_dispatch: each job is taken once and is over before the next; it runs its unit once if it has no error
// and never if it has one; what it asks memory for is what the job says, the codebook first, each once; reads of
// the next job go out only when no write can change them. Progress: a job that is on its way waits for nothing
// but its write to be taken, its unit, or, at END and FENCE, the answers to writes.
//
// Everything is counted from the handshakes.

logic f_past_valid_q = 1'b0;
always_ff @(posedge clk_i) f_past_valid_q <= 1'b1;
always_comb if (!f_past_valid_q) assume (!rst_ni);

logic f_stands, f_needs, f_writer;       // Of the job that is offered.
assign f_stands = job_i.error == trine_commands_pkg::ERROR_NONE;
assign f_needs  = job_valid_i && f_stands && job_i.reads;
assign f_writer = job_i.start.unit == trine_commands_pkg::UnitStore
               || (job_i.start.unit == trine_commands_pkg::UnitAttention
                   && job_i.start.memory == trine_commands_pkg::MemoryWriteBlocks);

// The job that was taken, and what is left of it.
logic f_busy_q = 1'b0, f_started_q = 1'b0, f_written_q = 1'b0, f_ended_q = 1'b0;
logic f_book_q = 1'b0, f_data_q = 1'b0;  // Reads of its own that were not yet asked for,
logic f_next_book_q = 1'b0, f_next_data_q = 1'b0;   // those of the job that waits that were.
logic f_waits_q = 1'b0, f_job_writes_q;
trine_control_pkg::job_t f_job_q, f_offer_q;

logic f_asked, f_of_next, f_is_book;
assign f_asked   = read_valid_o && read_ready_i;
assign f_of_next = read_job_o.turn != turn_o;
assign f_is_book = read_job_o.reader == trine_control_pkg::ReadBook;
logic f_next_book, f_next_data;          // With what is asked for in this cycle.
assign f_next_book = f_next_book_q || (f_asked && f_of_next && f_is_book);
assign f_next_data = f_next_data_q || (f_asked && f_of_next && !f_is_book);

always_ff @(posedge clk_i) begin
  f_waits_q <= rst_ni && !stop_i && job_valid_i && !job_ready_o;
  f_offer_q <= job_i;
  if (!rst_ni) begin
    f_busy_q      <= 1'b0;
    f_book_q      <= 1'b0;
    f_data_q      <= 1'b0;
    f_next_book_q <= 1'b0;
    f_next_data_q <= 1'b0;
  end else begin
    f_busy_q <= begin_o || (f_busy_q && !over_o);
    if (begin_o) begin
      f_job_q       <= job_i;
      f_job_writes_q <= f_writer;
      f_started_q   <= 1'b0;
      f_written_q   <= 1'b0;
      f_ended_q     <= 1'b0;
      f_book_q      <= f_needs && job_i.book && !f_next_book;
      f_data_q      <= f_needs && !f_next_data;
      f_next_book_q <= 1'b0;
      f_next_data_q <= 1'b0;
    end else begin
      f_next_book_q <= f_next_book && !stop_i;
      f_next_data_q <= f_next_data && !stop_i;
      if (stop_i || (f_asked && !f_of_next && f_is_book))  f_book_q <= 1'b0;
      if (stop_i || (f_asked && !f_of_next && !f_is_book)) f_data_q <= 1'b0;
      if (start_o) f_started_q <= 1'b1;
      if (write_valid_o && write_ready_i) f_written_q <= 1'b1;
      if (done_i || (f_busy_q && write_idle_i && !start_o && !running_o && !over_o && !write_valid_o)) f_ended_q <= 1'b1;
    end
  end
end

// Those around it: check offers a job until it is taken; what its proof says of jobs; retire lets no command begin
// during a stop and stops when none runs; a unit ends once, not before it has got what it reads.
always_comb begin
  if (f_waits_q) assume (job_valid_i && job_i == f_offer_q);
  assume (!job_valid_i || !f_stands || (job_i.start.unit != trine_commands_pkg::UnitNone
          && (!job_i.book || job_i.reads) && (!job_i.reads || (!f_writer
          && job_i.start.unit != trine_commands_pkg::UnitColumn && job_i.start.unit != trine_commands_pkg::UnitControl))));
  assume (!(stop_i && (go_i || f_busy_q)));
  assume (!done_i || (running_o && !f_book_q && !f_data_q));
end

// ---- What it does ----

`TRINE_ASSERT(OneAtATime_A, !begin_o || (!f_busy_q && go_i && job_valid_i && job_ready_o))
`TRINE_ASSERT(TakenIsBegun_A, job_ready_o == begin_o)
`TRINE_ASSERT(OverOnce_A, !over_o || f_busy_q)
`TRINE_ASSERT(OverTold_A, !over_o || (error_o == f_job_q.error && word0_o == f_job_q.word0))
`TRINE_ASSERT(OverWhenRun_A, !over_o || f_job_q.error != trine_commands_pkg::ERROR_NONE
              || (f_ended_q && f_started_q == (f_job_q.start.unit != trine_commands_pkg::UnitControl)))
`TRINE_ASSERT(ErrorRunsNothing_A, !f_busy_q || f_job_q.error == trine_commands_pkg::ERROR_NONE
              || (over_o && !f_started_q && !f_written_q && !f_book_q && !f_data_q))
`TRINE_ASSERT(StartOfJob_A, !start_o || (f_busy_q && !f_started_q && unit_start_o == f_job_q.start
              && f_job_q.error == trine_commands_pkg::ERROR_NONE && f_written_q == f_job_writes_q
              && f_job_q.start.unit != trine_commands_pkg::UnitControl))
`TRINE_ASSERT(JobHolds_A, !f_busy_q || unit_start_o == f_job_q.start)
`TRINE_ASSERT(RunsAfterStart_A, !running_o || (f_busy_q && f_started_q && !f_ended_q))
`TRINE_ASSERT(WriteOfJob_A, !write_valid_o || (f_busy_q && f_job_writes_q && !f_written_q
              && f_job_q.error == trine_commands_pkg::ERROR_NONE
              && write_job_o.address == f_job_q.start.address && write_job_o.bytes == f_job_q.bytes))

// A read is the codebook or the data of a job without an error, the next one in order.
logic f_same_read, f_other_read;
assign f_same_read  = f_busy_q && f_data_q && (f_book_q ? read_job_o.reader == trine_control_pkg::ReadBook
        && read_job_o.address == f_job_q.book_address && read_job_o.pieces == 32'd1
        && read_job_o.piece_beats == 32'(32 / Groups) && read_job_o.beats == 32'(32 / Groups)
      : read_job_o.reader == (f_job_q.start.unit == trine_commands_pkg::UnitLoad ? trine_control_pkg::ReadLoad
                                                                          : trine_control_pkg::ReadWeights)
        && read_job_o.address == f_job_q.start.address && read_job_o.pieces == f_job_q.pieces
        && read_job_o.piece_beats == f_job_q.piece_beats && read_job_o.beats == f_job_q.beats
        && read_job_o.stride == f_job_q.start.stride);
assign f_other_read = f_needs && !f_next_data_q && ((job_i.book && !f_next_book_q) ? read_job_o.reader == trine_control_pkg::ReadBook
        && read_job_o.address == job_i.book_address && read_job_o.pieces == 32'd1
        && read_job_o.piece_beats == 32'(32 / Groups) && read_job_o.beats == 32'(32 / Groups)
      : read_job_o.reader == (job_i.start.unit == trine_commands_pkg::UnitLoad ? trine_control_pkg::ReadLoad
                                                                          : trine_control_pkg::ReadWeights)
        && read_job_o.address == job_i.start.address && read_job_o.pieces == job_i.pieces
        && read_job_o.piece_beats == job_i.piece_beats && read_job_o.beats == job_i.beats
        && read_job_o.stride == job_i.start.stride);
`TRINE_ASSERT(ReadOfJob_A, !read_valid_o || (f_of_next ? f_other_read : f_same_read))
`TRINE_ASSERT(OwnReadsAsked_A, !f_busy_q || !f_data_q || stop_i || (read_valid_o && !f_of_next))

logic f_early_q = 1'b0, f_safe_q = 1'b0;
always_ff @(posedge clk_i) begin
  f_early_q <= rst_ni && read_valid_o && f_of_next && !begin_o && !stop_i;
  f_safe_q  <= running_o && write_idle_i && (unit_start_o.unit == trine_commands_pkg::UnitLoad
            || unit_start_o.unit == trine_commands_pkg::UnitMatrix
            || unit_start_o.unit == trine_commands_pkg::UnitVector
            || unit_start_o.memory == trine_commands_pkg::MemoryReadCache);
end
`TRINE_ASSERT(EarlyWhenSafe_A, !read_valid_o || !f_of_next || f_early_q || f_safe_q)

// ---- Progress: the rank falls in every cycle that waits for nobody ----

logic [2:0] f_rank, f_rank_q;
logic       f_held, f_held_q;
assign f_rank = write_valid_o ? 3'd4 : start_o ? 3'd3 : over_o ? 3'd1 : f_busy_q ? 3'd2 : 3'd0;
assign f_held = !f_busy_q || (write_valid_o && !write_ready_i) || (running_o && !done_i)
             || (f_rank == 3'd2 && !running_o && !write_idle_i);
always_ff @(posedge clk_i) begin
  f_rank_q <= f_rank;
  f_held_q <= !rst_ni || f_held;
end
`TRINE_ASSERT(RankFalls_A, f_held_q || f_rank < f_rank_q)
`TRINE_ASSERT(TakesWhenAsked_A, !(job_valid_i && go_i && !stop_i && !f_busy_q) || begin_o)

// ---- Invariants ----

`TRINE_ASSERT(State_I, state_q <= StOver && f_busy_q == (state_q != StTake)
              && running_o == (state_q == StRun))
`TRINE_ASSERT(Job_I, !f_busy_q || (bytes_q == f_job_q.bytes && error_o == f_job_q.error && word0_o == f_job_q.word0))
`TRINE_ASSERT(Phase_I, !f_busy_q || f_job_q.error != trine_commands_pkg::ERROR_NONE
              || ((state_q != StWrite || (f_job_writes_q && !f_written_q && !f_started_q))
                  && (state_q != StStart || (f_written_q == f_job_writes_q && !f_started_q))
                  && (state_q != StRun || f_started_q)
                  && (state_q == StOver || !f_ended_q)
                  && (state_q == StDrain) == (f_job_q.start.unit == trine_commands_pkg::UnitControl && state_q != StOver)
                  && (state_q != StDrain || !f_started_q)))
`TRINE_ASSERT(Unit_I, !f_busy_q || f_job_q.error != trine_commands_pkg::ERROR_NONE
              || f_job_q.start.unit != trine_commands_pkg::UnitNone)
`TRINE_ASSERT(Over_I, state_q != StOver || f_job_q.error != trine_commands_pkg::ERROR_NONE
              || (f_ended_q && f_started_q == (f_job_q.start.unit != trine_commands_pkg::UnitControl)
                  && !f_data_q && !f_book_q))
`TRINE_ASSERT(Errors_I, !f_busy_q || f_job_q.error == trine_commands_pkg::ERROR_NONE
              || (state_q == StOver && !f_started_q && !f_written_q && !f_data_q && !f_book_q))
`TRINE_ASSERT(Kind_I, !f_busy_q || f_job_q.error != trine_commands_pkg::ERROR_NONE || !f_job_q.reads
              || f_job_q.start.unit != trine_commands_pkg::UnitControl)
`TRINE_ASSERT(ReadsData_I, !f_data_q || f_job_q.reads)
`TRINE_ASSERT(Idle_I, f_busy_q || (!f_data_q && !f_book_q))
`TRINE_ASSERT(BookBeforeData_I, !f_book_q || f_data_q)
(* peek = "u_read_ahead.data_q" *) logic f_ahead_data;
(* peek = "u_read_ahead.book_q" *) logic f_ahead_book;
(* peek = "u_read_ahead.book_address_q" *) logic [63:0] f_ahead_address;
(* peek = "u_read_ahead.data_job_q" *) logic [194:0] f_ahead_bits;
trine_control_pkg::read_job_t f_ahead;
assign f_ahead = f_ahead_bits;
logic f_ahead_own, f_ahead_next;
assign f_ahead_own = f_ahead.reader == (f_job_q.start.unit == trine_commands_pkg::UnitLoad ? trine_control_pkg::ReadLoad
                                                                       : trine_control_pkg::ReadWeights)
        && f_ahead.address == f_job_q.start.address && f_ahead.pieces == f_job_q.pieces && f_ahead.beats == f_job_q.beats
        && f_ahead.piece_beats == f_job_q.piece_beats && f_ahead.stride == f_job_q.start.stride
        && f_ahead_address == f_job_q.book_address;
assign f_ahead_next = f_ahead.reader == (job_i.start.unit == trine_commands_pkg::UnitLoad ? trine_control_pkg::ReadLoad
                                                                       : trine_control_pkg::ReadWeights)
        && f_ahead.address == job_i.start.address && f_ahead.pieces == job_i.pieces && f_ahead.beats == job_i.beats
        && f_ahead.piece_beats == job_i.piece_beats && f_ahead.stride == job_i.start.stride
        && f_ahead_address == job_i.book_address;
`TRINE_ASSERT(Own_I, !f_data_q || (f_ahead_data && f_ahead_book == f_book_q && !f_next_data_q && !f_next_book_q
              && !asked_q && f_ahead.turn == turn_o && f_busy_q && f_ahead_own))
`TRINE_ASSERT(Next_I, asked_q || (!f_next_book_q && !f_next_data_q))
`TRINE_ASSERT(NextAsked_I, !asked_q || (f_needs && !f_data_q && f_ahead_data == !f_next_data_q
              && (!f_next_data_q || !job_i.book || f_next_book_q)
              && f_ahead_book == (job_i.book && !f_next_book_q)
              && (!f_next_book_q || job_i.book)
              && (!busy || (f_ahead.turn != turn_o && f_ahead_next))))
`TRINE_ASSERT(Busy_I, !busy || asked_q || f_data_q)
