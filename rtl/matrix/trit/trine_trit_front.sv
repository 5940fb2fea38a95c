// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Front of the trit engine: takes the weight beats, sends tail beats to the gearbox and leads body
/// beats through lookup, plane weighting and addition.
///
/// Counts the place of every beat in its panel (docs/format.md).  A body beat waits until its
/// block's tables are built; a beat that completes rows waits for a free hold entry (`HoldDepth`).
module trine_trit_front #(
  parameter int unsigned TilePanels = 64,
  parameter int unsigned BlockWidth = 6,
  parameter int unsigned HoldDepth  = 4
) (
  input  logic                        clk_i,
  input  logic                        rst_ni,
  input  logic                        start_i,
  input  trine_matrix_pkg::trit_job_t job_i,
  input  logic                        weight_valid_i,
  output logic                        weight_ready_o,
  output logic                        tail_valid_o,
  input  logic                        tail_ready_i,
  input  logic [1:0]                  full_i,         // Table buffers that are built.
  output trine_matrix_pkg::beat_t     beat_o,
  input  logic                        hold_free_i,    // An entry was read.
  output trine_matrix_pkg::stall_t    stall_o
);

  // The walk moves a cycle after the last beat of a panel; no body beat comes before, since a panel
  // begins with tail beats.
  logic step, step_q, final_q, active_q, buffer, job_end;
  logic unused_first, unused_last, unused_end, unused_active;
  logic [((TilePanels > 1) ? $clog2(TilePanels) : 1)-1:0] unused_panel;
  logic [BlockWidth:0] unused_block;
  trine_tile_walk #(.TilePanels(TilePanels), .BlockWidth(BlockWidth + 1)) u_walk (
    .clk_i,
    .rst_ni,
    .start_i,
    .panels_i      (job_i.panels),
    .blocks_i      (job_i.blocks[BlockWidth:0]),
    .step_i        (step_q),
    .active_o      (unused_active),
    .panel_o       (unused_panel),
    .block_o       (unused_block),
    .buffer_o      (buffer),
    .first_block_o (unused_first),
    .last_block_o  (unused_last),
    .block_end_o   (unused_end),
    .job_end_o     (job_end)
  );
  logic unused_ok;
  assign unused_ok = ^{unused_first, unused_last, unused_end, unused_active, unused_panel,
                       unused_block, job_i};

  // The panel is the last of the matrix: known long before it ends.
  always_ff @(posedge clk_i) begin
    final_q <= job_end;
    if (!rst_ni || start_i) begin
      step_q   <= 1'b0;
      active_q <= rst_ni;
    end else begin
      step_q <= step;
      if (step && final_q) active_q <= 1'b0;
    end
  end

  logic is_three;
  assign is_three = job_i.depth == 3'd3;

  // Place in the panel.
  logic       tail_q;
  logic [3:0] tail_count_q;
  logic [1:0] set_q, sub_q;                       // `sub_q`: the row of depth 3's interleave.
  logic [4:0] unit_q, last_unit;
  always_comb begin
    unique case (job_i.depth)
      3'd2:    last_unit = 5'd15;
      3'd4:    last_unit = 5'd31;
      default: last_unit = 5'd7;
    endcase
  end

  logic body_ready, accept, look, last_sub, completes;
  // The next body beat is the last of its panel: known before it comes, for what that moves.
  logic       panel_end_q;
  logic [1:0] set_next, sub_next;                 // After a body beat.
  logic [4:0] unit_next;
  logic [2:0] used_q, used_d;                     // Hold entries promised.
  logic       hold_full_q;                        // All of them are.
  assign last_sub   = !is_three || sub_q == 2'd2;
  assign completes  = set_q == 2'd2;
  always_comb begin
    set_next  = set_q;
    sub_next  = 2'd0;
    unit_next = unit_q;
    if (!last_sub) sub_next = sub_q + 2'd1;
    else begin
      set_next = completes ? 2'd0 : set_q + 2'd1;
      if (completes) unit_next = (unit_q == last_unit) ? 5'd0 : unit_q + 5'd1;
    end
  end
  assign body_ready = full_i[buffer] && !(completes && hold_full_q);

  assign weight_ready_o = active_q && (tail_q ? tail_ready_i : body_ready);
  assign accept         = weight_valid_i && weight_ready_o;
  assign look           = accept && !tail_q;
  assign tail_valid_o   = weight_valid_i && active_q && tail_q;
  assign step           = look && panel_end_q;

  logic wait_tables;
  assign wait_tables    = active_q && weight_valid_i && !tail_q && !full_i[buffer];
  assign stall_o.memory = active_q && !weight_valid_i;
  assign stall_o.tables = wait_tables;
  assign stall_o.rows   = active_q && weight_valid_i && !weight_ready_o && !wait_tables;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || start_i) begin
      tail_q       <= 1'b1;
      tail_count_q <= 4'd1;
      set_q        <= 2'd0;
      sub_q        <= 2'd0;
      unit_q       <= 5'd0;
      panel_end_q  <= 1'b0;
    end else if (accept) begin
      if (tail_q) begin
        tail_count_q <= tail_count_q + 4'd1;
        if (tail_count_q == trine_pkg::tail_bits(job_i.depth)) begin
          tail_q       <= 1'b0;
          tail_count_q <= 4'd1;
        end
      end else begin
        sub_q       <= sub_next;
        set_q       <= set_next;
        unit_q      <= unit_next;
        panel_end_q <= set_next == 2'd2 && (!is_three || sub_next == 2'd2)
                    && unit_next == last_unit;
        if (panel_end_q) tail_q <= 1'b1;
      end
    end
  end

  assign used_d = used_q + 3'(look && completes) - 3'(hold_free_i);

  // Lookup, weigh, add: the controls ride along.
  logic       look_q, weigh_q, add_q, keep_q;
  logic [1:0] hold_q, weight_q, weight_q2;
  logic [2:0] sums_q, sums_q2, sums_q3;   // First set, first beat of a fourth row, last set.
  always_ff @(posedge clk_i) begin
    if (!rst_ni || start_i) begin
      look_q      <= 1'b0;
      weigh_q     <= 1'b0;
      add_q       <= 1'b0;
      keep_q      <= 1'b0;
      hold_q      <= 2'd0;
      used_q      <= 3'd0;
      hold_full_q <= 1'b0;
    end else begin
      look_q      <= look;
      weigh_q     <= look_q;
      add_q       <= weigh_q;
      keep_q      <= add_q && sums_q3[0];
      if (keep_q) hold_q <= (hold_q == 2'(HoldDepth - 1)) ? 2'd0 : hold_q + 2'd1;
      used_q      <= used_d;
      hold_full_q <= used_d == 3'(HoldDepth);
    end
  end
  always_ff @(posedge clk_i) begin
    if (look) begin
      weight_q <= is_three ? sub_q : job_i.depth == 3'd1 ? 2'd0 : 2'd1;
      sums_q   <= {set_q == 2'd0, set_q == 2'd0 && sub_q == 2'd0, completes};
    end
    if (look_q) begin
      weight_q2 <= weight_q;
      sums_q2   <= sums_q;
    end
    if (weigh_q) sums_q3 <= sums_q2;
  end
  assign beat_o = {
    look,
    buffer, set_q,
    weigh_q, weight_q2,
    add_q, sums_q3[2:1],
    keep_q, hold_q
  };

  `TRINE_ASSERT(HoldNotOverfull_A, used_q <= 3'(HoldDepth))
  `TRINE_ASSERT(FreeNeedsUsed_A, !hold_free_i || used_q != 3'd0)

`ifdef FORMAL_TRINE_TRIT_FRONT
  `include "trine_trit_front_formal.svh"
`endif

endmodule
