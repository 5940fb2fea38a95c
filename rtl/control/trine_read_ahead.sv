// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Asks memory for what a job reads: its codebook, then its data.
///
/// `load_i` takes the job, only while `busy_o` is low; from the next cycle on the reads go out, one
/// after the other.  `stop_i` forgets what has not gone out.
module trine_read_ahead #(
  parameter int unsigned Groups = 16
) (
  input  logic                         clk_i,
  input  logic                         rst_ni,
  input  logic                         stop_i,
  input  logic                         load_i,
  input  logic                         turn_i,          // Of the job, see trine_dispatch.
  input  trine_control_pkg::job_t      job_i,
  output logic                         busy_o,
  output logic                         read_valid_o,
  input  logic                         read_ready_i,
  output trine_control_pkg::read_job_t read_job_o
);

  localparam int unsigned BookBeats = 32 / Groups;       // 128 bytes.

  logic                         book_q, data_q;          // Still to be asked for.
  logic [63:0]                  book_address_q;
  trine_control_pkg::read_job_t data_job_q;

  assign busy_o       = book_q || data_q;
  assign read_valid_o = busy_o && !stop_i;

  always_comb begin
    read_job_o = data_job_q;
    if (book_q) begin
      read_job_o.reader      = trine_control_pkg::ReadBook;
      read_job_o.address     = book_address_q;
      read_job_o.piece_beats = 32'(BookBeats);
      read_job_o.pieces      = 32'd1;
      read_job_o.beats       = 32'(BookBeats);
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || stop_i) begin
      book_q <= 1'b0;
      data_q <= 1'b0;
    end else if (load_i) begin
      book_q <= job_i.book;
      data_q <= job_i.reads;
    end else if (read_ready_i) begin
      book_q <= 1'b0;
      data_q <= data_q && book_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (load_i) begin
      book_address_q         <= job_i.book_address;
      data_job_q.reader      <= job_i.start.unit == trine_commands_pkg::UnitLoad
                              ? trine_control_pkg::ReadLoad : trine_control_pkg::ReadWeights;
      data_job_q.turn        <= turn_i;
      data_job_q.address     <= job_i.start.address;
      data_job_q.piece_beats <= job_i.piece_beats;
      data_job_q.pieces      <= job_i.pieces;
      data_job_q.stride      <= job_i.start.stride;
      data_job_q.beats       <= job_i.beats;
    end
  end

  logic unused_ok;
  assign unused_ok = ^job_i;

  `TRINE_ASSERT(LoadWhenFree_A, !load_i || !busy_o)
  `TRINE_ASSERT(BookHasData_A, !book_q || data_q)

endmodule
