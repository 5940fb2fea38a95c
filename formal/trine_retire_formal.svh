// SPDX-License-Identifier: Apache-2.0
//
// Proof of trine_retire: one command after the other; the first one with an error ends the list with its code, and so
// does END with none; the list is over when all is answered and not before; a record lies in the window. Progress:
// between two commands it waits for nothing but beats to be counted, a record, a hold; a stop for answers.

logic f_past_valid_q = 1'b0;
always_ff @(posedge clk_i) f_past_valid_q <= 1'b1;
always_comb if (!f_past_valid_q) assume (!rst_ni);

(* anyconst *) trine_control_pkg::settings_t f_settings;
always_comb assume (settings_i == f_settings);

// A list, from its start to its finish; the command that is over and not yet judged; what ended it.
logic        f_list_q = 1'b0, f_owed_q = 1'b0, f_ends_q = 1'b0, f_abort_q = 1'b0;
logic [7:0]  f_code_q;
logic [31:0] f_index_q;
logic [7:0]  f_data;
always_comb begin                        // The lowest data error, ABORTED lowest of all.
  f_data = trine_commands_pkg::ERROR_NONE;
  if (status_i.bad_sum)        f_data = trine_commands_pkg::ERROR_STREAM_SUM;
  if (status_i.bad_parity)     f_data = trine_commands_pkg::ERROR_MEMORY_PARITY;
  if (status_i.overflow)       f_data = trine_commands_pkg::ERROR_OVERFLOW;
  if (status_i.nonfinite)      f_data = trine_commands_pkg::ERROR_NONFINITE;
  if (status_i.bad_tail)       f_data = trine_commands_pkg::ERROR_BAD_TAIL;
  if (status_i.bad_set_byte)   f_data = trine_commands_pkg::ERROR_BAD_SET_BYTE;
  if (status_i.bad_codebook)   f_data = trine_commands_pkg::ERROR_BAD_CODEBOOK;
  if (write_status_i.error)    f_data = trine_commands_pkg::ERROR_AXI_WRITE;
  if (read_status_i.error)     f_data = trine_commands_pkg::ERROR_AXI_READ;
  if (f_abort_q && !f_ends_q)  f_data = trine_commands_pkg::ERROR_ABORTED;
end
always_ff @(posedge clk_i) begin
  if (!rst_ni) begin
    f_list_q  <= 1'b0;
    f_owed_q  <= 1'b0;
    f_abort_q <= 1'b0;
  end else begin
    f_list_q  <= start_i || (f_list_q && !finish_o);
    f_abort_q <= f_list_q && (f_abort_q || abort_i);
    f_owed_q  <= (over_i && over_error_i == trine_commands_pkg::ERROR_NONE) || (f_owed_q && !command_done_o);
    if (start_i) begin
      f_code_q  <= trine_commands_pkg::ERROR_NONE;
      f_index_q <= '0;
      f_ends_q  <= 1'b0;
    end else begin
      if (over_i) f_ends_q <= end_i;
      if (over_i) f_code_q <= over_error_i;
      if (command_done_o) f_code_q <= f_data;
      if (command_begin_o) f_index_q <= f_index_q + 32'd1;
    end
  end
end
always_comb begin
  assume (!start_i || (!f_list_q && rst_ni));
  assume (!over_i || go_o);
end

logic f_went_q = 1'b0, f_stopped_q = 1'b0, f_over_q = 1'b0, f_started_q = 1'b0;
logic f_judged_q = 1'b0;
logic [7:0] f_over_error_q;
always_ff @(posedge clk_i) begin
  f_went_q    <= rst_ni && go_o;
  f_stopped_q <= rst_ni && stop_o && !finish_o;
  f_over_q    <= rst_ni && over_i;
  f_over_error_q <= over_error_i;
  f_started_q <= rst_ni && start_i;
  f_judged_q  <= rst_ni && command_done_o;
end

logic f_error;
assign f_error = f_code_q != trine_commands_pkg::ERROR_NONE;
// A record has no place: that is the command's error if it has no other.
logic f_recorded, f_no_place;
logic [63:0] f_place;
assign f_recorded = f_index_q < f_settings.profile_count;
assign f_place    = f_settings.profile_addr + {26'd0, f_index_q, 6'd0};

`TRINE_ASSERT(BusyIsList_A, busy_o == f_list_q)
`TRINE_ASSERT(GoesAfterStart_A, !f_started_q || (go_o && index_o == '0))
`TRINE_ASSERT(OneAtATime_A, !go_o || (f_list_q && !f_owed_q && !stop_o))
`TRINE_ASSERT(GoesUntilOver_A, !f_went_q || f_over_q || go_o)
`TRINE_ASSERT(ErrorOfCheckStops_A, !f_over_q || f_over_error_q == trine_commands_pkg::ERROR_NONE || stop_o)
`TRINE_ASSERT(DoneOncePerCommand_A, !command_done_o || f_owed_q)
`TRINE_ASSERT(NextWithoutError_A, !(command_begin_o && f_list_q) || (!f_error && !f_ends_q && !f_owed_q && !go_o))
`TRINE_ASSERT(StopsForAReason_A, !stop_o || f_error || f_ends_q || f_recorded)
`TRINE_ASSERT(StopStays_A, !f_stopped_q || stop_o)
`TRINE_ASSERT(FinishWhenAnswered_A, finish_o == (stop_o && write_status_i.idle && read_status_i.idle && counted_i))
`TRINE_ASSERT(FirstErrorIsTold_A, !finish_o || !f_error || error_code_o == f_code_q
              || (error_code_o == trine_commands_pkg::ERROR_AXI_WRITE && write_status_i.error))
`TRINE_ASSERT(EndWithoutError_A, !finish_o || f_error || error_code_o == trine_commands_pkg::ERROR_NONE
              || (f_recorded && (error_code_o == trine_commands_pkg::ERROR_ALIGNMENT
                                 || error_code_o == trine_commands_pkg::ERROR_ADDRESS_RANGE
                                 || error_code_o == trine_commands_pkg::ERROR_AXI_WRITE)))
`TRINE_ASSERT(IndexCounts_A, !go_o || index_o == f_index_q)
`TRINE_ASSERT(RecordOfCommand_A, !write_valid_o || (f_recorded && write_job_o.address == f_place
              && write_job_o.bytes == 32'd64))
`TRINE_ASSERT(RecordInWindow_A, !write_valid_o || (write_job_o.address[63:AddrWidth] == '0
              && write_job_o.address[5:0] == '0 && write_job_o.address >= f_settings.mem_base
              && 65'(write_job_o.address) + 65'd64 <= 65'(f_settings.mem_limit)))
`TRINE_ASSERT(RecordStarts_A, record_start_o == (write_valid_o && write_ready_i))

// ---- Progress ----

logic [3:0] f_rank, f_rank_q;
logic       f_held, f_held_q;
assign f_rank   = state_q == StCount ? 4'd10 : state_q == StJudge ? 4'd9 : state_q == StPlace ? 4'd8
                : state_q == StSum ? 4'd7 : state_q == StWindow ? 4'd6 : state_q == StOutside ? 4'd5 : state_q == StWrite ? 4'd4
                : state_q == StRecord ? 4'd3 : state_q == StNext ? 4'd2 : state_q == StHold ? 4'd1 : 4'd0;
assign f_held   = !busy_o || go_o || (state_q == StCount && !counted_i) || (write_valid_o && !write_ready_i)
               || (state_q == StRecord && !record_done_i) || (state_q == StHold && hold_i) || stop_o;
always_ff @(posedge clk_i) begin
  f_rank_q <= f_rank;
  f_held_q <= !rst_ni || f_held;
end
`TRINE_ASSERT(RankFalls_A, f_held_q || f_rank < f_rank_q || stop_o)

// ---- Invariants ----

(* peek = "u_window.valid_q" *) logic f_window_valid;
(* peek = "u_window.out_q" *)   logic f_window_out;
(* peek = "u_window.limit_q" *) logic [AddrWidth:0] f_window_limit;
(* peek = "u_window.end_q" *)   logic [AddrWidth+1:0] f_window_end;
logic f_judged;
assign f_judged = state_q == StPlace || state_q == StSum || state_q == StWindow || state_q == StOutside || state_q == StWrite
               || state_q == StRecord;
`TRINE_ASSERT(State_I, state_q <= StStop && stop_q == (state_q == StStop) && write_q == (state_q == StWrite)
              && f_list_q == (state_q != StIdle)
              && f_owed_q == (state_q == StCount || state_q == StJudge))
`TRINE_ASSERT(Index_I, !f_list_q || stop_o || index_o == f_index_q + 32'(state_q == StHold))
`TRINE_ASSERT(Ends_I, !f_list_q || go_o || end_q == f_ends_q)
`TRINE_ASSERT(Abort_I, !f_list_q || abort_q == f_abort_q)
`TRINE_ASSERT(Code_I, !f_list_q || state_q == StStop || error_q == f_code_q)
`TRINE_ASSERT(NoError_I, !(state_q == StReady || state_q == StCount || state_q == StJudge || state_q == StHold)
              || (error_q == trine_commands_pkg::ERROR_NONE && (!f_ends_q || state_q == StCount || state_q == StJudge)))
`TRINE_ASSERT(Recorded_I, !f_judged || f_recorded)
`TRINE_ASSERT(Stop_I, state_q != StStop || error_q == f_code_q
              || (f_code_q == trine_commands_pkg::ERROR_NONE && f_recorded
                  && (error_q == trine_commands_pkg::ERROR_ALIGNMENT || error_q == trine_commands_pkg::ERROR_ADDRESS_RANGE)))
`TRINE_ASSERT(Aligned_I, !(state_q == StSum || state_q == StWindow || state_q == StOutside || state_q == StWrite)
              || (f_settings.profile_addr[5:0] == '0 && first_q == f_place))
`TRINE_ASSERT(Window_I, state_q != StWindow || (f_window_valid
              && f_window_out == (first_q[63:AddrWidth] != '0 || first_q < f_settings.mem_base)
              && 64'(f_window_limit) == (f_settings.mem_limit[63:AddrWidth] != '0 ? 64'd1 << AddrWidth
                                                                                  : f_settings.mem_limit)
              && f_window_end == (AddrWidth+2)'(first_q[AddrWidth-1:0]) + (AddrWidth+2)'(64)))
