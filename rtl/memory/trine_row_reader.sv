// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Splits a read job of rows that lie apart into read DMA jobs, one a row.
///
/// A job of one row passes through in the same cycle.  The next job is taken when the last row
/// of the one before is.
module trine_row_reader #(
  parameter int unsigned AddrWidth = 40
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  // Job
  input  logic                 valid_i,
  output logic                 ready_o,
  input  logic [AddrWidth-1:0] addr_i,
  input  logic [31:0]          beats_i,     // Of a row.
  input  logic [31:0]          rows_i,      // At least 1.
  input  logic [31:0]          stride_i,    // Bytes from row to row.
  // To the DMA
  output logic                 job_valid_o,
  input  logic                 job_ready_i,
  output logic [AddrWidth-1:0] job_addr_o,
  output logic [31:0]          job_beats_o
);

  logic [31:0]          left_q, beats_q, stride_q;  // Rows that are still to be asked for.
  logic [AddrWidth-1:0] addr_q;

  // There are: known early, since it chooses what the DMA takes.
  logic more_q;
  assign ready_o     = job_ready_i && !more_q;
  assign job_valid_o = valid_i || more_q;
  assign job_addr_o  = more_q ? addr_q : addr_i;
  assign job_beats_o = more_q ? beats_q : beats_i;

  // One addition and one subtraction for the first row and for those behind it.
  logic        asked;
  logic [31:0] stride, left;
  assign asked  = job_valid_o && job_ready_i;
  assign stride = more_q ? stride_q : stride_i;
  assign left   = more_q ? left_q : rows_i;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      left_q <= '0;
      more_q <= 1'b0;
    end else if (asked) begin
      left_q <= left - 32'd1;
      more_q <= left != 32'd1;
    end
  end
  always_ff @(posedge clk_i) begin
    if (asked) addr_q <= job_addr_o + AddrWidth'(stride);
    if (asked && !more_q) begin
      beats_q  <= beats_i;
      stride_q <= stride_i;
    end
  end

`ifdef FORMAL_TRINE_ROW_READER
  `include "trine_row_reader_formal.svh"
`endif

endmodule
