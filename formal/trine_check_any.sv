// SPDX-License-Identifier: Apache-2.0

/// Stands for trine_check in the proof of trine_control: any jobs that its proof allows; each stays until it is taken.
module trine_check #(
  parameter int unsigned Groups      = 16,
  parameter int unsigned Vectors     = 1,
  parameter int unsigned VectorWords = 65536,
  parameter int unsigned MaxCols     = 32768,
  parameter int unsigned AddrWidth   = 40,
  parameter int unsigned F16Engine   = 1,
  parameter int unsigned VectorUnit  = 1,
  parameter int unsigned AttentionHeads = 8,
  parameter int unsigned StreamSum   = 0
) (
  input  logic                         clk_i,
  input  logic                         rst_ni,
  input  logic                         stop_i,
  output logic                         rests_o,
  input  trine_control_pkg::settings_t settings_i,
  input  logic                         fetched_valid_i,
  output logic                         fetched_ready_o,
  input  trine_control_pkg::fetched_t  fetched_i,
  input  trine_commands_pkg::command_t command_i,
  output logic                         job_valid_o,
  input  logic                         job_ready_i,
  output trine_control_pkg::job_t      job_o
);

  (* anyseq *) logic gives, rests;
  (* anyseq *) trine_control_pkg::job_t job;
  logic writes;
  assign writes = job.start.unit == trine_commands_pkg::UnitStore
               || job.start.memory == trine_commands_pkg::MemoryWriteBlocks;
  always_comb assume (job.error != trine_commands_pkg::ERROR_NONE
      || (job.start.unit != trine_commands_pkg::UnitNone && (!job.book || job.reads)
          && (!job.reads || (!writes && job.start.unit != trine_commands_pkg::UnitColumn
                             && job.start.unit != trine_commands_pkg::UnitControl))));
  always_ff @(posedge clk_i) begin
    if (!rst_ni || stop_i) job_valid_o <= 1'b0;
    else                   job_valid_o <= gives || (job_valid_o && !job_ready_i);
    if (!job_valid_o || job_ready_i) job_o <= job;
  end
  assign rests_o         = rests;
  assign fetched_ready_o = 1'b0;

  logic unused_ok;
  assign unused_ok = ^{settings_i, fetched_valid_i, fetched_i, command_i};

endmodule
