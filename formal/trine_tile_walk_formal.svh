// SPDX-License-Identifier: Apache-2.0
//
// Proof of trine_tile_walk: a walk of a matrix comes to each of its panels once for each column block: tile by tile,
// in a tile block by block, in a block panel by panel; the ends are told where they are, and the tables' buffer
// changes with every block.

logic f_past_valid_q = 1'b0;
always_ff @(posedge clk_i) f_past_valid_q <= 1'b1;
always_comb if (!f_past_valid_q) assume (!rst_ni);
always_comb assume (panels_i != '0 && blocks_i != '0);
always_comb assume (!step_i || (active_o && !start_i));

// The walk by counting, and the panel and block that the solver chooses.
logic                  f_walks_q = 1'b0, f_buffer_q;
logic [26:0]           f_panels_q, f_base_q, f_left;   // Panels of the tiles before; those of this and later ones.
logic [BlockWidth-1:0] f_blocks_q, f_block_q;
logic [26:0]           f_panel_q;                      // In its tile.
(* anyconst *) logic [26:0]           f_panel;
(* anyconst *) logic [BlockWidth-1:0] f_block;
logic [1:0]            f_visits_q;
logic [26:0]           f_tile;                         // Panels of this tile.
logic                  f_here, f_panel_last, f_block_last;
assign f_left       = f_panels_q - f_base_q;
assign f_tile       = f_left < 27'(TilePanels) ? f_left : 27'(TilePanels);
assign f_panel_last = f_panel_q + 27'd1 == f_tile;
assign f_block_last = (BlockWidth+1)'(f_block_q) + (BlockWidth+1)'(1) == (BlockWidth+1)'(f_blocks_q);
assign f_here       = f_base_q + f_panel_q == f_panel && f_block_q == f_block;
always_ff @(posedge clk_i) begin
  if (!rst_ni) f_walks_q <= 1'b0;
  else if (start_i) begin
    f_walks_q  <= 1'b1;
    f_panels_q <= panels_i;
    f_blocks_q <= blocks_i;
    f_base_q   <= '0;
    f_block_q  <= '0;
    f_panel_q  <= '0;
    f_buffer_q <= 1'b0;
    f_visits_q <= '0;
  end else if (step_i) begin
    if (f_here && f_visits_q != '1) f_visits_q <= f_visits_q + 2'd1;
    f_panel_q <= f_panel_last ? '0 : f_panel_q + 27'd1;
    if (f_panel_last) begin
      f_buffer_q <= !f_buffer_q;
      f_block_q  <= f_block_last ? '0 : f_block_q + 1'b1;
      if (f_block_last) begin
        f_base_q  <= f_base_q + f_tile;
        f_walks_q <= f_base_q + f_tile != f_panels_q;
      end
    end
  end
end
// The solver's panel was passed: it lies in a tile, block or place before.
logic f_in_tile, f_passed, f_exists;
assign f_in_tile = f_panel >= f_base_q && f_panel - f_base_q < 27'(TilePanels);
assign f_exists  = f_panel < f_panels_q && f_block < f_blocks_q;
assign f_passed  = f_panel < f_base_q
                || (f_in_tile && (f_block < f_block_q || (f_block == f_block_q && f_panel - f_base_q < f_panel_q)));

logic f_over_q = 1'b0;                   // A walk came to its end.
always_ff @(posedge clk_i) f_over_q <= rst_ni && !start_i && ((f_walks_q && step_i && job_end_o) || f_over_q);

`TRINE_ASSERT(ActiveWhileWalking_A, active_o == f_walks_q)
`TRINE_ASSERT(PlaceTold_A, !active_o || (27'(panel_o) == f_panel_q && block_o == f_block_q && buffer_o == f_buffer_q))
`TRINE_ASSERT(EndsTold_A, !active_o || (block_end_o == f_panel_last && last_block_o == f_block_last
              && first_block_o == (f_block_q == '0)
              && job_end_o == (f_panel_last && f_block_last && f_base_q + f_tile == f_panels_q)))
`TRINE_ASSERT(EveryPanelOnce_A, !f_over_q || f_visits_q == 2'(f_exists))
`TRINE_ASSERT(NoPanelTwice_I, !active_o || f_visits_q <= 2'd1)

`TRINE_ASSERT(Place_I, !f_walks_q || (f_base_q < f_panels_q && f_panel_q < f_tile && f_block_q < f_blocks_q
              && left_q == f_left && last_block_q == f_blocks_q - 1'b1
              && 27'(last_panel_q) == f_tile - 27'd1 && last_tile_q == (f_left <= 27'(TilePanels))))
`TRINE_ASSERT(Visits_I, !f_walks_q || f_visits_q == 2'(f_exists && f_passed))
