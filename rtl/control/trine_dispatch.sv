// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Runs jobs one after the other: takes one, gives its reads or its write to memory, starts its
/// unit and waits for it.
///
/// The reads of the job after the running one go out early when what they read cannot change any
/// more: the running one is a load, a product, a vector operation or attention, and every write has
/// been answered.  So no read passes a write, and none passes FENCE.  Their beats wait in the read
/// stream: each job has a turn, 0 and 1 alternating, and the stream gives beats of the running
/// job's turn only.  A new job is taken only while `go_i`; `begin_o` pulses with it, `over_o` when
/// it has run or when it carries an error and so does not run.
module trine_dispatch #(
  parameter int unsigned Groups = 16
) (
  input  logic                           clk_i,
  input  logic                           rst_ni,
  input  logic                           stop_i,         // Drops the next job's reads.
  // Jobs
  input  logic                           go_i,
  input  logic                           job_valid_i,
  output logic                           job_ready_o,
  input  trine_control_pkg::job_t        job_i,
  // Memory
  output logic                           read_valid_o,
  input  logic                           read_ready_i,
  output trine_control_pkg::read_job_t   read_job_o,
  output logic                           write_valid_o,
  input  logic                           write_ready_i,
  output trine_control_pkg::write_job_t  write_job_o,
  input  logic                           write_idle_i,
  // Units
  output logic                           start_o,        // One-cycle pulse.
  output trine_control_pkg::unit_start_t unit_start_o,
  input  logic                           done_i,
  output logic                           running_o,      // From the start of a unit to its end.
  output logic                           turn_o,
  // Retire
  output logic                           begin_o,
  output logic                           here_o,         // With `begin_o`: its words were read.
  output logic                           over_o,
  output logic [7:0]                     error_o,        // With `over_o`.
  output logic [31:0]                    word0_o,
  output logic                           rests_o         // See trine_control.
);

  typedef enum logic [2:0] {
    StTake,    // Waits for a job.
    StWrite,   // Gives the write job of STORE and STORE_BLOCKS.
    StStart,
    StRun,
    StDrain,   // END and FENCE wait for the answers to all writes.
    StOver
  } state_e;
  state_e state_q, state_d;

  logic take;
  assign take = state_q == StTake && job_valid_i && go_i && !stop_i;

  always_comb begin
    state_d = state_q;
    unique case (state_q)
      StTake: if (take) begin
        unique case (job_i.start.unit)
          trine_commands_pkg::UnitControl: state_d = StDrain;
          trine_commands_pkg::UnitStore:   state_d = StWrite;
          trine_commands_pkg::UnitLoad, trine_commands_pkg::UnitColumn,
          trine_commands_pkg::UnitMatrix, trine_commands_pkg::UnitVector: state_d = StStart;
          trine_commands_pkg::UnitAttention:
            state_d = job_i.start.memory == trine_commands_pkg::MemoryWriteBlocks ? StWrite
                                                                                  : StStart;
          default: state_d = StOver;     // No unit: an error, asserted below.
        endcase
        if (job_i.error != trine_commands_pkg::ERROR_NONE) state_d = StOver;
      end
      StWrite: if (write_ready_i) state_d = StStart;
      StStart: state_d = StRun;
      StRun:   if (done_i) state_d = StOver;
      StDrain: if (write_idle_i) state_d = StOver;
      StOver:  state_d = StTake;
      default: state_d = StTake;
    endcase
  end

  // ---- Reads, of this job or of the next ----

  logic asked_q;                         // Those of the next job are on their way.
  logic reads, early, load, busy;
  assign reads = job_valid_i && job_i.reads && job_i.error == trine_commands_pkg::ERROR_NONE;
  assign early = running_o && write_idle_i && !asked_q && !busy && !stop_i
              && (unit_start_o.unit == trine_commands_pkg::UnitLoad
               || unit_start_o.unit == trine_commands_pkg::UnitMatrix
               || unit_start_o.unit == trine_commands_pkg::UnitVector
               || unit_start_o.memory == trine_commands_pkg::MemoryReadCache);
  assign load  = reads && (early || (take && !asked_q));

  trine_read_ahead #(.Groups (Groups)) u_read_ahead (
    .clk_i,
    .rst_ni,
    .stop_i,
    .load_i (load),
    .turn_i (!turn_o),
    .job_i,
    .busy_o (busy),
    .read_valid_o,
    .read_ready_i,
    .read_job_o
  );

  // ---- Outputs ----

  logic [31:0] bytes_q;
  assign job_ready_o   = take;
  assign begin_o       = take;
  assign here_o        = job_i.here;
  assign over_o        = state_q == StOver;
  assign start_o       = state_q == StStart;
  assign write_valid_o = state_q == StWrite;
  assign write_job_o   = {unit_start_o.address, bytes_q};

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q   <= StTake;
      running_o <= 1'b0;
      asked_q   <= 1'b0;
      turn_o    <= 1'b0;
    end else begin
      state_q   <= state_d;
      running_o <= state_d == StRun;     // Whether beats may pass: a register gives it early.
      asked_q   <= !stop_i && !take && (asked_q || load);
      turn_o    <= turn_o ^ take;
    end
  end

  always_ff @(posedge clk_i) begin
    if (take) begin
      unit_start_o <= job_i.start;
      bytes_q      <= job_i.bytes;
      error_o      <= job_i.start.unit == trine_commands_pkg::UnitNone
                   && job_i.error == trine_commands_pkg::ERROR_NONE
                    ? trine_commands_pkg::ERROR_BAD_OPCODE : job_i.error;
      word0_o      <= job_i.word0;
    end
  end

  // It waits for a unit or for a job; a read waits to be taken, or none is due, nor will be when
  // the writes are answered.
  assign rests_o = (state_q == StRun || (state_q == StTake && !(job_valid_i && go_i)))
                && (busy || asked_q || !(reads && running_o));

  `TRINE_ASSERT(DoneWhenRunning_A, !done_i || running_o)
  `TRINE_ASSERT(HasUnit_A, !take || job_i.error != trine_commands_pkg::ERROR_NONE
                        || job_i.start.unit != trine_commands_pkg::UnitNone)
  `TRINE_ASSERT(TakeWhenAsked_A, !take || !busy || asked_q)

`ifdef FORMAL_TRINE_DISPATCH
  `include "trine_dispatch_formal.svh"
`endif

endmodule
