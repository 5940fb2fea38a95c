// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Lets one of two ask for reads: the list first, unless the other one waits already.
///
/// Combinational, but for the memory of who waits: a job that is offered stays until it is taken.
module trine_read_arbiter (
  input  logic                         clk_i,
  input  logic                         rst_ni,
  input  logic                         list_valid_i,
  output logic                         list_ready_o,
  input  trine_control_pkg::read_job_t list_job_i,
  input  logic                         data_valid_i,
  output logic                         data_ready_o,
  input  trine_control_pkg::read_job_t data_job_i,
  output logic                         read_valid_o,
  input  logic                         read_ready_i,
  output trine_control_pkg::read_job_t read_job_o
);

  logic waits_q, data;                   // The data job was offered and not taken; goes now.
  assign data         = data_valid_i && (waits_q || !list_valid_i);
  assign list_ready_o = read_ready_i && !data;
  assign data_ready_o = read_ready_i && data;
  assign read_valid_o = list_valid_i || data_valid_i;
  assign read_job_o   = data ? data_job_i : list_job_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) waits_q <= 1'b0;
    else         waits_q <= data && !read_ready_i;
  end

`ifdef FORMAL_TRINE_READ_ARBITER
  `include "trine_read_arbiter_formal.svh"
`endif

endmodule
