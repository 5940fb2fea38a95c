// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Back of the trit engine: issues one row a cycle to scale and accumulate, in row order.
///
/// A row goes when its sums are in a hold entry, its tail codes are in the gearbox and the
/// common exponent is known.  In the cycle after `issue_o` the codes are decoded (`decode_o`), one
/// later the row enters trine_trit_vector (`row_o.valid` and what comes with it; `row_o.load_block`
/// with a block's first row).
module trine_trit_back #(
  parameter  int unsigned TileRows   = 2048,
  parameter  int unsigned BlockWidth = 6,
  parameter  int unsigned HoldDepth  = 4,
  localparam int unsigned TilePanels = TileRows / trine_pkg::PanelRows,
  localparam int unsigned PanelAddr  = (TilePanels > 1) ? $clog2(TilePanels) : 1
) (
  input  logic                        clk_i,
  input  logic                        rst_ni,
  input  logic                        start_i,
  input  trine_matrix_pkg::trit_job_t job_i,
  input  logic                        exponents_i,    // All exponents are known.
  input  logic                        keep_i,         // A hold entry was written.
  output logic                        hold_free_o,    // A hold entry is read for the last time.
  input  logic                        codes_ready_i,
  output logic                        issue_o,
  output logic                        decode_o,
  output trine_matrix_pkg::row_t      row_o,
  output logic [1:0]                  release_o       // A table buffer is no longer needed.
);

  logic                 step, active, buffer, first_block, last_block, block_end, unused_job;
  logic [PanelAddr-1:0] panel;
  logic [BlockWidth:0]  block;
  trine_tile_walk #(.TilePanels(TilePanels), .BlockWidth(BlockWidth + 1)) u_walk (
    .clk_i,
    .rst_ni,
    .start_i,
    .panels_i      (job_i.panels),
    .blocks_i      (job_i.blocks[BlockWidth:0]),
    .step_i        (step),
    .active_o      (active),
    .panel_o       (panel),
    .block_o       (block),
    .buffer_o      (buffer),
    .first_block_o (first_block),
    .last_block_o  (last_block),
    .block_end_o   (block_end),
    .job_end_o     (unused_job)
  );

  // Place in the panel and in the hold entry.
  logic [4:0] row_q;
  logic [1:0] entry_row_q, third_q, last_entry_row, hold_q;
  logic [2:0] ready_q;                            // Entries written and not yet issued.
  logic       issue, entry_done;
  always_comb begin
    unique case (job_i.depth)
      3'd1:    last_entry_row = 2'd3;
      3'd2:    last_entry_row = 2'd1;
      3'd3:    last_entry_row = (third_q == 2'd2) ? 2'd1 : 2'd0;
      default: last_entry_row = 2'd0;
    endcase
  end
  assign issue      = active && ready_q != 3'd0 && codes_ready_i && exponents_i &&
                      !(job_i.slow && decode_o);
  assign entry_done = issue && entry_row_q == last_entry_row;
  assign step       = issue && row_q == 5'd31;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || start_i) begin
      row_q       <= 5'd0;
      entry_row_q <= 2'd0;
      third_q     <= 2'd0;
      hold_q      <= 2'd0;
      ready_q     <= 3'd0;
    end else begin
      ready_q <= ready_q + 3'(keep_i) - 3'(entry_done);
      if (issue) begin
        row_q       <= row_q + 5'd1;
        entry_row_q <= entry_done ? 2'd0 : entry_row_q + 2'd1;
        if (entry_done) begin
          third_q <= (third_q == 2'd2) ? 2'd0 : third_q + 2'd1;
          hold_q  <= (hold_q == 2'(HoldDepth - 1)) ? 2'd0 : hold_q + 2'd1;
        end
      end
    end
  end
  assign issue_o = issue;

  // Two cycles to the row pipeline.
  logic       decode_q, row_q2, done_q, load_q, load_q2, end_q, end_q2, end_q3, buffer_q3;
  logic [1:0] lane_d;
  // What goes along with a row, in the order of trine_matrix_pkg::row_t: hold entry, lane, buffer,
  // first and last block, row of the tile.
  localparam int unsigned FirstAt  = trine_matrix_pkg::RowBits + 1;
  localparam int unsigned BufferAt = FirstAt + 1;
  localparam int unsigned TagWidth = BufferAt + 5;
  logic [TagWidth-1:0]   tag_q, tag_q2;
  logic [BlockWidth-1:0] block_q;
  always_comb begin                               // See the sums of trine_trit_planes.
    lane_d = entry_row_q;
    if (issue) begin
      if (job_i.depth == 3'd3 && entry_row_q == 2'd1) lane_d = 2'd3;
      if (job_i.depth == 3'd1) lane_d = {entry_row_q[0], entry_row_q[1]};
    end
  end
  always_ff @(posedge clk_i) begin
    if (!rst_ni || start_i) begin
      decode_q <= 1'b0;
      row_q2   <= 1'b0;
      done_q   <= 1'b0;
      load_q   <= 1'b0;
      load_q2  <= 1'b0;
      end_q    <= 1'b0;
      end_q2   <= 1'b0;
      end_q3   <= 1'b0;
    end else begin
      decode_q <= issue;
      row_q2   <= decode_q;
      done_q   <= entry_done;
      load_q2  <= load_q;
      load_q   <= 1'b0;
      end_q    <= 1'b0;
      if (issue) begin
        load_q <= row_q == 5'd0 && panel == '0;
        end_q  <= step && block_end;
      end
      end_q2   <= end_q;
      end_q3   <= end_q2;
    end
  end
  // It stands still while no row moves.
  always_ff @(posedge clk_i) begin
    if (issue) begin
      tag_q   <= {hold_q, lane_d, buffer, first_block, last_block,
                  trine_matrix_pkg::RowBits'({panel, row_q})};
      block_q <= block[BlockWidth-1:0];
    end
    if (decode_q) tag_q2 <= tag_q;
    if (end_q2) buffer_q3 <= tag_q2[BufferAt];
  end
  assign decode_o    = decode_q;
  // It is read in the next cycle; what takes its place comes four later at the earliest.
  assign hold_free_o = done_q;
  assign release_o   = end_q3 ? (buffer_q3 ? 2'b10 : 2'b01) : 2'b00;
  // The block of the row behind is the same: a block has 32 rows at least.
  assign row_o = {load_q2, trine_matrix_pkg::BlockBits'(block_q), row_q2, tag_q2};

  logic unused_ok;
  assign unused_ok = ^{unused_job, block[BlockWidth], job_i};

  `TRINE_ASSERT(ReadyNotOverfull_A, ready_q <= 3'(HoldDepth))

endmodule
