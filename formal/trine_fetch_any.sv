// SPDX-License-Identifier: Apache-2.0

/// Stands for trine_fetch in the proof of trine_control: any reads of the list, which stay until they are taken.
module trine_fetch #(
  parameter  int unsigned Groups    = 16,
  parameter  int unsigned AddrWidth = 40,
  localparam int unsigned DataWidth = 32 * Groups
) (
  input  logic                         clk_i,
  input  logic                         rst_ni,
  input  logic                         start_i,
  input  logic                         stop_i,
  output logic                         rests_o,
  input  trine_control_pkg::settings_t settings_i,
  output logic                         read_valid_o,
  input  logic                         read_ready_i,
  output trine_control_pkg::read_job_t read_job_o,
  input  logic                         beat_valid_i,
  input  logic                         beat_error_i,
  input  logic [DataWidth-1:0]         beat_data_i,
  output logic                         fetched_valid_o,
  input  logic                         fetched_ready_i,
  output trine_control_pkg::fetched_t  fetched_o,
  output trine_commands_pkg::command_t command_o
);

  (* anyseq *) logic valid, rests;
  (* anyseq *) trine_control_pkg::read_job_t read_job;
  logic waits_q = 1'b0;
  trine_control_pkg::read_job_t job_q;
  always_ff @(posedge clk_i) begin
    waits_q <= rst_ni && read_valid_o && !read_ready_i;
    job_q   <= read_job_o;
  end
  assign read_valid_o    = (valid || waits_q) && !stop_i;
  assign read_job_o      = waits_q ? job_q : read_job;
  assign rests_o         = rests;
  assign fetched_valid_o = 1'b0;
  assign fetched_o       = '0;
  assign command_o       = '0;

  logic unused_ok;
  assign unused_ok = ^{start_i, settings_i, beat_valid_i, beat_error_i, beat_data_i, fetched_ready_i};

endmodule
