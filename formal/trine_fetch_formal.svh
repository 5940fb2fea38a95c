// SPDX-License-Identifier: Apache-2.0
//
// Proof of trine_fetch: what it reads are the commands of the list, in order, each once, and nothing outside the
// window or beyond LIST_COUNT; as many commands leave as were read, each when its beats have come (trine_fifo keeps
// them in order); what comes in place of a command that may not be read is its error, as the last. Progress: it waits for
// nothing but room, its read to be taken and, behind an error, the commands before it to leave.

logic f_past_valid_q = 1'b0;
always_ff @(posedge clk_i) f_past_valid_q <= 1'b1;
always_comb if (!f_past_valid_q) assume (!rst_ni);

(* anyconst *) trine_control_pkg::settings_t f_settings;
always_comb assume (settings_i == f_settings);

// From the handshakes: commands asked for, beats that came, commands that left.
logic        f_list_q = 1'b0, f_refused_q = 1'b0, f_stalled_q = 1'b0;
logic [31:0] f_asked_q = '0;
logic [63:0] f_next_q;                   // Address of the next one.
logic [31:0] f_count;                    // That this read asks for.
logic [CountBits-1:0] f_due_q = '0;      // Commands asked for whose last beat has not come,
logic [CountBits-1:0] f_here_q = '0;     // whose beats have and that have not left.
logic [PlaceBits-1:0] f_place_q = '0;    // Beats of the next one that came.
trine_control_pkg::read_job_t f_job_q;
logic f_taken;                           // A read is taken; it is counted in the next cycle.
logic [BlockBits:0] f_pending;
assign f_taken   = read_valid_o && read_ready_i;
assign f_pending = state_q == StCount ? count_q : '0;
logic f_last_beat;
assign f_count     = read_job_o.piece_beats >> BeatShift;
assign f_last_beat = beat_valid_i && 32'(f_place_q) == Beats - 1;
always_ff @(posedge clk_i) begin
  f_stalled_q <= rst_ni && !stop_i && read_valid_o && !read_ready_i;
  f_job_q     <= read_job_o;
  if (!rst_ni || stop_i) begin
    f_list_q    <= 1'b0;
    f_refused_q <= 1'b0;
    f_due_q     <= '0;
    f_here_q    <= '0;
    f_place_q   <= '0;
  end else begin
    if (start_i) begin
      f_list_q    <= 1'b1;
      f_asked_q   <= '0;
      f_next_q    <= f_settings.list_addr;
    end else if (f_taken) begin
      f_asked_q <= f_asked_q + f_count;
      f_next_q  <= f_next_q + 64'(f_count) * 64'd64;
    end
    if (left && !fetched_o.here) f_refused_q <= 1'b1;
    if (start_i) f_refused_q <= 1'b0;
    f_due_q  <= f_due_q + (f_taken ? CountBits'(f_count) : '0) - CountBits'(f_last_beat);
    f_here_q <= f_here_q + CountBits'(f_last_beat) - CountBits'(left && fetched_o.here);
    if (beat_valid_i) f_place_q <= f_last_beat ? '0 : f_place_q + 1'b1;
  end
end
always_comb begin
  assume (!start_i || (rst_ni && !stop_i && !f_list_q));
  assume (!beat_valid_i || stop_i || f_due_q != '0);
end

`TRINE_ASSERT(NextInOrder_A, !read_valid_o || (f_list_q && read_job_o.address == f_next_q
              && read_job_o.reader == trine_control_pkg::ReadList && read_job_o.pieces == 32'd1
              && read_job_o.beats == read_job_o.piece_beats && f_count != '0 && f_count <= 32'(Block)
              && read_job_o.piece_beats == f_count << BeatShift))
`TRINE_ASSERT(ReadInWindow_A, !read_valid_o || (read_job_o.address >= f_settings.mem_base
              && 65'(read_job_o.address) + (65'(f_count) << 6) <= 65'(f_settings.mem_limit)
              && 65'(read_job_o.address) + (65'(f_count) << 6) <= 65'(1) << AddrWidth))
`TRINE_ASSERT(ReadInList_A, !read_valid_o || 33'(f_asked_q) + 33'(f_count) <= 33'(f_settings.list_count))
`TRINE_ASSERT(JobHolds_A, !f_stalled_q || stop_i || (read_valid_o && read_job_o == f_job_q))
`TRINE_ASSERT(NoneTooMany_A, !(fetched_valid_o && fetched_o.here) || f_here_q != '0)
`TRINE_ASSERT(ErrorIsLast_A, !(fetched_valid_o && !fetched_o.here) || (f_due_q == '0 && f_here_q == '0 && !f_refused_q
              && fetched_o.error != trine_commands_pkg::ERROR_NONE))
`TRINE_ASSERT(ErrorInPlace_A, !(fetched_valid_o && !fetched_o.here)
              || fetched_o.error == (f_asked_q >= f_settings.list_count ? trine_commands_pkg::ERROR_LIST_OVERRUN
                                   : f_next_q[5:0] != '0 ? trine_commands_pkg::ERROR_ALIGNMENT
                                                         : trine_commands_pkg::ERROR_ADDRESS_RANGE))

// ---- Progress ----

logic [2:0] f_rank, f_rank_q;
logic       f_held, f_held_q;
assign f_rank = state_q == StCount ? 3'd5 : state_q == StRoom ? 3'd4 : state_q == StSize ? 3'd3 : state_q == StJudge ? 3'd2 : 3'd1;
assign f_held = state_q == StIdle || state_q == StRefuse || (read_valid_o && !read_ready_i)
             || (state_q == StRoom && !has_room);
always_ff @(posedge clk_i) begin
  f_rank_q <= f_rank;
  f_held_q <= !rst_ni || stop_i || f_held || f_taken;
end
`TRINE_ASSERT(RankFalls_A, f_held_q || f_rank < f_rank_q)
`TRINE_ASSERT(RoomComes_A, 33'(f_due_q) + 33'(f_here_q) == 33'(held_q) + 33'(f_pending) - 33'(gone_q))
`TRINE_ASSERT(ErrorComes_A, state_q != StRefuse || held_q != '0 || fetched_valid_o)

// ---- Invariants ----

(* peek = "u_fifo.write_ptr_q" *) logic [$clog2(Ahead*Beats):0] f_write_ptr;
(* peek = "u_fifo.read_ptr_q" *)  logic [$clog2(Ahead*Beats):0] f_read_ptr;
logic [$clog2(Ahead*Beats):0] f_fifo;            // Beats in its RAM.
assign f_fifo = f_write_ptr - f_read_ptr;
`TRINE_ASSERT(State_I, state_q <= StRefuse && (state_q == StIdle || f_list_q) && (!f_refused_q || state_q == StIdle)
              && (!f_list_q || f_refused_q || state_q != StIdle))
logic [AddrWidth:0] f_address;           // Of the next one.
assign f_address = address_q + ((AddrWidth+1)'(f_pending) << 6);
`TRINE_ASSERT(Next_I, !f_list_q || (index_q + 32'(f_pending) == f_asked_q
              && AddrWidth'(f_address) == f_next_q[AddrWidth-1:0]
              && beyond_q == (f_settings.list_addr[63:AddrWidth] != '0)
              && (beyond_q ? f_next_q == f_settings.list_addr
                           : 64'(f_address) == f_next_q && f_next_q <= 64'd1 << AddrWidth)))
`TRINE_ASSERT(Held_I, 32'(held_q) + 32'(f_pending) == 32'(f_due_q) + 32'(f_here_q) + 32'(gone_q)
              && 32'(held_q) + 32'(f_pending) <= 32'(Ahead) && 32'(f_due_q) <= 32'(Ahead)
              && (state_q != StCount || !beyond_q))
`TRINE_ASSERT(NoList_I, f_list_q || (f_due_q == '0 && f_here_q == '0 && f_place_q == '0))
`TRINE_ASSERT(Beats_I, 32'(f_here_q) * Beats + 32'(f_place_q)
              == (full_q ? Beats : 0) + 32'(place_q) + 32'(f_fifo) + 32'(held_valid))
`TRINE_ASSERT(Places_I, 32'(place_q) < Beats && 32'(f_place_q) < Beats && (f_place_q == '0 || f_due_q != '0)
              && (!full_q || place_q == '0))
// A list beyond the bus is refused: what its block would be doesn't matter.
logic [63:0] f_limit, f_left;
assign f_limit = f_settings.mem_limit[63:AddrWidth] != '0 ? 64'd1 << AddrWidth : f_settings.mem_limit;
assign f_left  = f_limit - f_next_q;
`TRINE_ASSERT(Room_I, !(state_q == StSize || state_q == StJudge || state_q == StAsk)
              || (f_asked_q < f_settings.list_count && f_next_q[5:0] == '0 && held_q <= CountBits'(Ahead - Block)
                  && listed_q == f_settings.list_count - f_asked_q
                  && (beyond_q || f_limit < f_next_q || 64'(left_q) == f_left >> 6)
                  && (beyond_q || address_q[AddrWidth]
                      || before_q == (f_next_q < f_settings.mem_base || f_limit < f_next_q))))
`TRINE_ASSERT(Count_I, !(state_q == StJudge || state_q == StAsk) || (32'(count_q) <= listed_q && 64'(count_q) <= 64'(left_q)
              && 32'(count_q) + 32'(f_next_q[6 +: BlockBits]) <= Block
              && (count_q != '0 || left_q == '0)))
`TRINE_ASSERT(Ask_I, state_q != StAsk || (!before_q && count_q != '0 && !beyond_q && f_next_q[63:AddrWidth] == '0))
`TRINE_ASSERT(Error_I, state_q == StRefuse ? error_q != trine_commands_pkg::ERROR_NONE
                      && error_q == (f_asked_q >= f_settings.list_count ? trine_commands_pkg::ERROR_LIST_OVERRUN
                                   : f_next_q[5:0] != '0 ? trine_commands_pkg::ERROR_ALIGNMENT
                                                         : trine_commands_pkg::ERROR_ADDRESS_RANGE)
              : state_q == StIdle || error_q == trine_commands_pkg::ERROR_NONE)
