// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Turns tail beats into the tail codes of one row after the other.
///
/// A beat is 32 units of `Groups` bits; a row takes `tail_bits(depth)` units, first row first.
/// Beats wait in a FIFO; two of them form a window from which a row is cut.  `row_ready_o` says
/// that the next row is complete; the cycle after `row_i`, `codes_o` holds it: the code of group
/// g in bits g * tail_bits(depth) and up.  Sustains a row per cycle.
module trine_row_gearbox #(
  parameter  int unsigned Groups    = 16,
  parameter  int unsigned FifoDepth = 32,
  localparam int unsigned BeatWidth = 32 * Groups,
  localparam int unsigned RowWidth  = trine_pkg::MaxTailBits * Groups
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 clear_i,       // Forgets everything; no beat may come along.
  input  logic [2:0]           depth_i,
  input  logic                 beat_valid_i,
  output logic                 beat_ready_o,
  input  logic [BeatWidth-1:0] beat_data_i,
  output logic                 row_ready_o,
  input  logic                 row_i,
  output logic [RowWidth-1:0]  codes_o
);

  localparam int unsigned PtrWidth = $clog2(FifoDepth);

  logic [BeatWidth-1:0] mem [FifoDepth];
  logic [PtrWidth:0]    write_q, read_q;
  logic [PtrWidth:0]    held;
  logic                 fifo_empty, full_q, push, pop;
  assign held         = write_q - read_q;
  assign fifo_empty   = write_q == read_q;
  assign beat_ready_o = !full_q;
  assign push         = beat_valid_i && beat_ready_o;

  // The window: units 0..31 in `low`, 32..63 in `high`; the next row starts at `start`.
  logic [BeatWidth-1:0] low_q, high_q;
  logic                 low_valid_q, high_valid_q;
  logic [4:0]           start_q;
  logic [4:0]           start_next;
  logic [5:0]           after_next;
  // The next row ends in `low`; the one behind it begins in `high`.  In registers, since whether a
  // row may go decides about much in the same cycle; the depth holds from `clear_i` on.
  logic                 fits_q, crosses_q;
  logic                 advance, high_free;
  assign start_next  = start_q + {1'b0, trine_pkg::tail_bits(depth_i)};
  assign after_next  = {1'b0, start_next} + {2'b00, trine_pkg::tail_bits(depth_i)};
  assign row_ready_o = low_valid_q && (high_valid_q || fits_q);
  assign advance     = (row_i && crosses_q) || !low_valid_q;
  assign high_free   = !high_valid_q || advance;
  assign pop         = !fifo_empty && high_free;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      write_q      <= '0;
      read_q       <= '0;
      low_valid_q  <= 1'b0;
      high_valid_q <= 1'b0;
      start_q      <= '0;
      fits_q       <= 1'b1;
      crosses_q    <= 1'b0;
      full_q       <= 1'b0;
    end else begin
      full_q <= !pop && (full_q || (push && held == (PtrWidth+1)'(FifoDepth - 1)));
      if (push) write_q <= write_q + 1'b1;
      if (pop) read_q <= read_q + 1'b1;
      if (advance) low_valid_q <= high_valid_q;
      high_valid_q <= pop || (high_valid_q && !advance);
      if (row_i) begin
        start_q   <= start_next;
        fits_q    <= after_next <= 6'd32;
        crosses_q <= after_next[5];
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (push) mem[write_q[PtrWidth-1:0]] <= beat_data_i;
    if (advance && high_valid_q) low_q <= high_q;
    if (pop) high_q <= mem[read_q[PtrWidth-1:0]];
  end

  // Cut: by 8 units, by 2, by 1; each step keeps only what later steps can reach.
  function automatic logic [RowWidth-1:0] cut(input logic [BeatWidth-1:0] low,
                                              input logic [11*Groups-1:0] high,
                                              input logic [4:0]           start);
    logic [19*Groups-1:0] coarse;
    logic [13*Groups-1:0] middle;
    unique case (start[4:3])
      2'd0:    coarse = low[0 +: 19*Groups];
      2'd1:    coarse = low[8*Groups +: 19*Groups];
      2'd2:    coarse = {high[0 +: 3*Groups], low[16*Groups +: 16*Groups]};
      default: coarse = {high[0 +: 11*Groups], low[24*Groups +: 8*Groups]};
    endcase
    unique case (start[2:1])
      2'd0:    middle = coarse[0 +: 13*Groups];
      2'd1:    middle = coarse[2*Groups +: 13*Groups];
      2'd2:    middle = coarse[4*Groups +: 13*Groups];
      default: middle = coarse[6*Groups +: 13*Groups];
    endcase
    cut = start[0] ? middle[Groups +: RowWidth] : middle[0 +: RowWidth];
  endfunction

  always_ff @(posedge clk_i) begin
    if (row_i) codes_o <= cut(low_q, high_q[11*Groups-1:0], start_q);
  end

  `TRINE_ASSERT(RowNeedsData_A, !row_i || row_ready_o)

`ifdef FORMAL_TRINE_ROW_GEARBOX
  `include "trine_row_gearbox_formal.svh"
`endif

endmodule
