// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// The control: fetches the commands of a list, checks them, runs them one after the other.
///
///   fetch -> check -> dispatch -> retire
///
/// Fetch and check work ahead of the command that runs; dispatch may ask for what the next one
/// reads.  What a command does to memory and registers happens in the order of the list, and each
/// begins when the one before is over.  Registers lie between the stages: no path crosses two.
///
/// While a command runs and the stages ahead of it are full or wait for their reads to be taken,
/// all four rest: each says so from its own registers, and then only a beat of the list, a read
/// that is taken, the end of the command, a start or an abort changes any.  When no transfer unit
/// runs and all writes are answered, too, nothing that has the clock `clk_rest_i` changes:
/// `rests_o`.
module trine_control #(
  parameter  int unsigned Groups      = 16,
  parameter  int unsigned Vectors     = 1,
  parameter  int unsigned VectorWords = 65536,
  parameter  int unsigned MaxCols     = 32768,
  parameter  int unsigned AddrWidth   = 40,
  parameter  int unsigned F16Engine   = 1,
  parameter  int unsigned VectorUnit  = 1,
  parameter  int unsigned AttentionHeads = 8,
  parameter  int unsigned StreamSum   = 0,
  localparam int unsigned DataWidth   = 32 * Groups
) (
  input  logic                            clk_i,
  input  logic                            clk_rest_i,      // Needs no edge while `rests_o`.
  output logic                            rests_o,
  input  logic                            rst_ni,
  // Registers
  input  logic                            start_i,         // One-cycle pulse, only when not busy.
  input  logic                            abort_i,         // One-cycle pulse.
  input  logic                            hold_i,          // The next command does not begin.
  input  trine_control_pkg::settings_t    settings_i,
  output logic                            busy_o,
  output logic                            finish_o,        // One-cycle pulse, the last busy cycle.
  output logic [7:0]                      error_code_o,    // Valid with `finish_o`.
  output trine_control_pkg::progress_t    progress_o,
  // Reads
  output logic                            read_valid_o,
  input  logic                            read_ready_i,
  output trine_control_pkg::read_job_t    read_job_o,
  output trine_control_pkg::read_gate_t   read_gate_o,
  input  trine_control_pkg::read_status_t read_status_i,
  input  logic                            list_valid_i,    // Beats of the list.
  input  logic                            list_error_i,
  input  logic [DataWidth-1:0]            list_data_i,
  // Writes
  output logic                            write_valid_o,
  input  logic                            write_ready_i,
  output trine_control_pkg::write_job_t   write_job_o,
  input  trine_control_pkg::write_status_t write_status_i,
  // Units
  output logic                            start_o,         // One-cycle pulse.
  output trine_control_pkg::unit_start_t  unit_start_o,
  input  trine_control_pkg::unit_status_t unit_status_i,
  // The profile record
  output logic                            record_start_o,  // One-cycle pulse.
  input  logic                            record_done_i
);

  logic stop, go;

  // Known from registers, a cycle later: one that looks at all stages would be worked out in every
  // cycle of a simulation.
  logic fetch_rests, check_rests, dispatch_rests, retire_rests, transfers, wakes, rests_q;
  assign wakes   = start_i || abort_i || list_valid_i || unit_status_i.done
                || (read_valid_o && read_ready_i);
  assign rests_o = rests_q && !wakes;
  always_ff @(posedge clk_rest_i) begin
    if (!rst_ni) rests_q <= 1'b0;
    else         rests_q <= fetch_rests && check_rests && dispatch_rests && retire_rests
                         && write_status_i.idle && !write_valid_o && !transfers && !wakes;
  end

  // ---- Fetch ----

  logic                         list_valid, list_ready, fetched_valid, fetched_ready;
  trine_control_pkg::read_job_t list_job;
  trine_control_pkg::fetched_t  fetched;
  trine_commands_pkg::command_t command;
  trine_fetch #(
    .Groups    (Groups),
    .AddrWidth (AddrWidth)
  ) u_fetch (
    .clk_i           (clk_rest_i),
    .rst_ni,
    .rests_o         (fetch_rests),
    .start_i,
    .stop_i          (stop),
    .settings_i,
    .read_valid_o    (list_valid),
    .read_ready_i    (list_ready),
    .read_job_o      (list_job),
    .beat_valid_i    (list_valid_i),
    .beat_error_i    (list_error_i),
    .beat_data_i     (list_data_i),
    .fetched_valid_o (fetched_valid),
    .fetched_ready_i (fetched_ready),
    .fetched_o       (fetched),
    .command_o       (command)
  );

  // ---- Check ----

  logic                    job_valid, job_ready;
  trine_control_pkg::job_t job;
  trine_check #(
    .Groups      (Groups),
    .Vectors     (Vectors),
    .VectorWords (VectorWords),
    .MaxCols     (MaxCols),
    .AddrWidth   (AddrWidth),
    .F16Engine   (F16Engine),
    .VectorUnit  (VectorUnit),
    .AttentionHeads (AttentionHeads),
    .StreamSum   (StreamSum)
  ) u_check (
    .clk_i           (clk_rest_i),
    .rst_ni,
    .rests_o         (check_rests),
    .stop_i          (stop),
    .settings_i,
    .fetched_valid_i (fetched_valid),
    .fetched_ready_o (fetched_ready),
    .fetched_i       (fetched),
    .command_i       (command),
    .job_valid_o     (job_valid),
    .job_ready_i     (job_ready),
    .job_o           (job)
  );

  // ---- Dispatch ----

  logic                          data_valid, data_ready, store_valid, begins, here, over;
  logic                          running, turn;
  logic [7:0]                    over_error;
  logic [31:0]                   word0;
  trine_control_pkg::read_job_t  data_job;
  trine_control_pkg::write_job_t store_job;
  trine_dispatch #(.Groups (Groups)) u_dispatch (
    .clk_i         (clk_rest_i),
    .rst_ni,
    .rests_o       (dispatch_rests),
    .stop_i        (stop),
    .go_i          (go),
    .job_valid_i   (job_valid),
    .job_ready_o   (job_ready),
    .job_i         (job),
    .read_valid_o  (data_valid),
    .read_ready_i  (data_ready),
    .read_job_o    (data_job),
    .write_valid_o (store_valid),
    .write_ready_i,
    .write_job_o   (store_job),
    .write_idle_i  (write_status_i.idle),
    .start_o,
    .unit_start_o,
    .done_i        (unit_status_i.done),
    .running_o     (running),
    .turn_o        (turn),
    .begin_o       (begins),
    .here_o        (here),
    .over_o        (over),
    .error_o       (over_error),
    .word0_o       (word0)
  );
  assign read_gate_o = {running, turn, begins, stop};

  trine_read_arbiter u_read_arbiter (
    .clk_i        (clk_rest_i),
    .rst_ni,
    .list_valid_i (list_valid),
    .list_ready_o (list_ready),
    .list_job_i   (list_job),
    .data_valid_i (data_valid),
    .data_ready_o (data_ready),
    .data_job_i   (data_job),
    .read_valid_o,
    .read_ready_i,
    .read_job_o
  );

  // ---- Retire ----

  logic                          counted, read_beat, record_valid, turn_begins, done;
  logic [31:0]                   index;
  trine_control_pkg::write_job_t record_job;
  trine_beat_count #(.Groups (Groups)) u_beat_count (
    .clk_i,
    .rst_ni,
    .begin_i   (begins),
    .here_i    (here),
    .used_i    (read_status_i.used),
    .event_o   (read_beat),
    .counted_o (counted)
  );

  trine_retire #(.AddrWidth (AddrWidth)) u_retire (
    .clk_i            (clk_rest_i),
    .rst_ni,
    .rests_o          (retire_rests),
    .start_i,
    .abort_i,
    .hold_i,
    .settings_i,
    .busy_o,
    .finish_o,
    .error_code_o,
    .index_o         (index),
    .go_o            (go),
    .stop_o          (stop),
    .over_i          (over),
    .over_error_i    (over_error),
    .end_i           (unit_start_o.opcode == trine_commands_pkg::OPCODE_END),
    .command_begin_o (turn_begins),
    .command_done_o  (done),
    .status_i        (unit_status_i),
    .counted_i       (counted),
    .read_status_i,
    .write_status_i,
    .write_valid_o   (record_valid),
    .write_ready_i,
    .write_job_o     (record_job),
    .record_start_o,
    .record_done_i
  );

  assign progress_o    = {index, word0, turn_begins, done, running, read_beat};
  assign transfers = unit_start_o.unit == trine_commands_pkg::UnitLoad
                  || unit_start_o.unit == trine_commands_pkg::UnitStore
                  || unit_start_o.unit == trine_commands_pkg::UnitColumn;

  assign write_valid_o = store_valid || record_valid;
  assign write_job_o   = record_valid ? record_job : store_job;

  `TRINE_ASSERT(OneWriter_A, !(store_valid && record_valid))

`ifdef FORMAL_TRINE_CONTROL
  `include "trine_control_formal.svh"
`endif

endmodule
