// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Walks the panels of a matrix in stream order: for each row tile, for each column block, for
/// each panel of the tile.  The outputs describe the current panel; `step_i` moves to the next.
module trine_tile_walk #(
  parameter  int unsigned TilePanels = 64,
  parameter  int unsigned BlockWidth = 10,
  localparam int unsigned PanelAddr  = (TilePanels > 1) ? $clog2(TilePanels) : 1
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  start_i,
  input  logic [26:0]           panels_i,       // Of the matrix; at least 1.
  input  logic [BlockWidth-1:0] blocks_i,       // Column blocks; at least 1.
  input  logic                  step_i,
  output logic                  active_o,       // From start to the step of the last panel.
  output logic [PanelAddr-1:0]  panel_o,        // Within the tile.
  output logic [BlockWidth-1:0] block_o,
  output logic                  buffer_o,       // Of the tables; toggles with every block.
  output logic                  first_block_o,
  output logic                  last_block_o,
  output logic                  block_end_o,    // The last panel of its block in this tile.
  output logic                  job_end_o       // The last panel of the matrix.
);

  localparam logic [26:0] TileStep = 27'(TilePanels);

  // The last panel of a tile that begins with so many left.
  function automatic logic [PanelAddr-1:0] last_of(input logic [26:0] left);
    last_of = left <= TileStep ? PanelAddr'(left - 27'd1) : PanelAddr'(TilePanels - 1);
  endfunction

  logic [26:0]           left_q, after;         // Panels of this and the following tiles.
  logic [PanelAddr-1:0]  panel_q, last_panel_q;
  logic [BlockWidth-1:0] block_q, last_block_q;
  logic                  active_q, buffer_q, last_tile_q;

  assign after         = left_q - TileStep;
  assign first_block_o = block_q == '0;
  assign last_block_o  = block_q == last_block_q;
  assign block_end_o   = panel_q == last_panel_q;
  assign job_end_o     = block_end_o && last_block_o && last_tile_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      active_q <= 1'b0;
      buffer_q   <= 1'b0;
    end else if (start_i) begin
      active_q <= 1'b1;
      buffer_q   <= 1'b0;
      left_q   <= panels_i;
      panel_q  <= '0;
      block_q  <= '0;
      last_panel_q <= last_of(panels_i);
      last_tile_q  <= panels_i <= TileStep;
      last_block_q <= blocks_i - 1'b1;
    end else if (step_i) begin
      panel_q <= panel_q + 1'b1;
      if (block_end_o) begin
        panel_q <= '0;
        buffer_q  <= !buffer_q;
        block_q <= block_q + 1'b1;
        if (last_block_o) begin
          block_q <= '0;
          left_q  <= after;
          last_panel_q <= last_of(after);
          last_tile_q  <= after <= TileStep;
          if (last_tile_q) active_q <= 1'b0;
        end
      end
    end
  end

  assign active_o = active_q;
  assign panel_o  = panel_q;
  assign block_o  = block_q;
  assign buffer_o = buffer_q;

`ifdef FORMAL_TRINE_TILE_WALK
  `include "trine_tile_walk_formal.svh"
`endif

endmodule
