// SPDX-License-Identifier: Apache-2.0
//
// Proof of trine_control around dispatch and retire, with any fetch and any check that keep to what their proofs show
// (trine_fetch_any.sv, trine_check_any.sv): what the proofs of dispatch and retire take for granted of one another
// holds, and one of them writes at a time.
//
// Of the units: one that runs ends once, when it has got what it reads.

logic f_past_valid_q = 1'b0;
always_ff @(posedge clk_i) f_past_valid_q <= 1'b1;
always_comb assume (rst_ni == f_past_valid_q);
(* anyconst *) trine_control_pkg::settings_t f_settings;

(* peek = "u_dispatch.state_q" *)             logic [2:0] f_dispatch;
(* peek = "u_dispatch.asked_q" *)             logic       f_asked;
(* peek = "u_dispatch.u_read_ahead.data_q" *) logic       f_data;
(* peek = "u_retire.state_q" *)               logic [3:0] f_retire;
logic f_runs, f_ready, f_stop;
assign f_runs  = f_dispatch != 3'd0;     // StTake is the first of its states,
assign f_ready = f_retire == 4'd1;       // StReady the second.
assign f_stop  = stop;
always_comb begin
  assume (settings_i == f_settings);
  assume (!start_i || !busy_o);
  assume (!unit_status_i.done || (running && (f_asked || !f_data)));
end

`TRINE_ASSERT(RunsWhileReady_A, !f_runs || f_ready)
`TRINE_ASSERT(StopWhenNoneRuns_A, !f_stop || (!f_runs && !go))
`TRINE_ASSERT(OverIsAwaited_A, !over || go)
`TRINE_ASSERT(BeginsWhenAwaited_A, !begins || (go && !f_runs))
`TRINE_ASSERT(IdleIsQuiet_A, busy_o || !(start_o || write_valid_o || running || begins))
`TRINE_ASSERT(States_I, f_dispatch <= 3'd5 && f_retire <= 4'd12)
`TRINE_ASSERT(Own_I, !f_data || f_asked || f_dispatch == 3'd2 || f_dispatch == 3'd3)
logic f_writer;
assign f_writer = job.start.unit == trine_commands_pkg::UnitStore
               || job.start.memory == trine_commands_pkg::MemoryWriteBlocks;
`TRINE_ASSERT(Job_I, !job_valid || job.error != trine_commands_pkg::ERROR_NONE
              || (job.start.unit != trine_commands_pkg::UnitNone && (!job.book || job.reads)
                  && (!job.reads || (!f_writer && job.start.unit != trine_commands_pkg::UnitColumn
                                     && job.start.unit != trine_commands_pkg::UnitControl))))
`TRINE_ASSERT(Next_I, !f_asked || (job_valid && job.reads && job.error == trine_commands_pkg::ERROR_NONE))
