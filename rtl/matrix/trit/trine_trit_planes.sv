// SPDX-License-Identifier: Apache-2.0

/// Weighs the planes of the looked-up sums and adds the sets of a row, for all groups.
///
/// Cycle t (`beat_i.weigh`): low = x0 + 3 x1, high = x2 + 3 x3.  t+1 (`add`): row += low + 9 high.
/// t+2 (`keep`): the finished rows of a unit go to hold entry `beat_i.entry`, where they wait for
/// the row pipeline.  Reading an entry (`row_i.valid`) takes one cycle.
///
/// Lanes of the entry by depth: 4: row 0.  3: row i, and row 3 (lane 3 carries its planes, counted
/// 1, 3 or 9 times by `beat_i.weight`).  2: rows 0, 1.  1: rows 0, 2, 1, 3.  Depth 3 interleaves
/// three rows, so their sums rotate through three registers.
///
/// The offsets of the table entries (trine_trit_tables) come off at the start of each row, which
/// begins at `offset_i` = -3 * outer * 2^(ActWidth+2), all sums modulo their width.
module trine_trit_planes #(
  parameter  int unsigned Groups     = 16,
  parameter  int unsigned ActWidth   = 12,
  localparam int unsigned TableWidth = ActWidth + 3,
  localparam int unsigned PairWidth  = ActWidth + 5,    // 1 + 3 table entries.
  localparam int unsigned LaneWidth  = ActWidth + 7,    // 9 table entries.
  localparam int unsigned SumWidth   = ActWidth + 10    // 16 * 40 activations.
) (
  input  logic                    clk_i,
  input  logic                    used_i,       // See trine_trit_vector.
  input  logic [2:0]              depth_i,
  input  logic [SumWidth-1:0]     offset_i,
  input  trine_matrix_pkg::beat_t beat_i,
  input  logic [32*Groups-1:0]    look0_i,      // 32-bit slots, unsigned.
  input  logic [32*Groups-1:0]    look1_i,
  input  logic [32*Groups-1:0]    look2_i,
  input  logic [32*Groups-1:0]    look3_i,
  input  logic                    bad_clear_i,
  output logic                    bad_byte_o,   // A byte above 242 was looked up; see below.
  input  trine_matrix_pkg::row_t  row_i,
  output logic [32*Groups-1:0]    base_o        // SumWidth bits of each slot.
);

  localparam int unsigned SecondWidth = ActWidth + 6;   // 15 * 4 activations.
  localparam int unsigned ThirdWidth  = ActWidth + 4;   // 15 activations.
  localparam int unsigned FourthWidth = ActWidth + 8;   // 15 * 13 activations.

  logic weigh, add, keep, row;                    // What is due.
  assign weigh = beat_i.weigh && used_i;
  assign add   = beat_i.add && used_i;
  assign keep  = beat_i.keep && used_i;
  assign row   = row_i.valid && used_i;

  logic is_one, is_three, is_four;
  assign is_one   = depth_i == 3'd1;
  assign is_three = depth_i == 3'd3;
  assign is_four  = depth_i == 3'd4;

  // All work sits under an enable, so that a simulation does it only when it is due; masks rather
  // than conditions keep the groups' words in step for the compiler's vectors.
  logic [32*Groups-1:0] low_q, high_q, one_q, lane3_q, flags_q;
  always_ff @(posedge clk_i) begin
    if (weigh) begin
      logic [31:0]          low_on, high_on, by_two, by_eight;
      logic [32*Groups-1:0] lane3;
      low_on   = {32{!is_one}};
      high_on  = {32{!is_one && !is_three}};
      by_two   = {32{beat_i.weight == 2'd1}};
      by_eight = {32{beat_i.weight == 2'd2}};
      for (int unsigned g = 0; g < Groups; g++) begin
        low_q[32*g +: 32] <= 32'(PairWidth'(look0_i[32*g +: 32] +
            ((look1_i[32*g +: 32] + (look1_i[32*g +: 32] << 1)) & low_on)));
        lane3[32*g +: 32] = 32'(LaneWidth'(look3_i[32*g +: 32] +
            (((look3_i[32*g +: 32] << 1) & by_two) | ((look3_i[32*g +: 32] << 3) & by_eight))));
        high_q[32*g +: 32] <= 32'(PairWidth'(look2_i[32*g +: 32] +
            (lane3[32*g +: 32] & high_on)));
        flags_q[32*g +: 32] <= flags_q[32*g +: 32] | look0_i[32*g +: 32] | look1_i[32*g +: 32] |
                               look2_i[32*g +: 32] | look3_i[32*g +: 32];
      end
      if (!is_four) begin
        lane3_q <= lane3;
        one_q   <= look1_i;
      end
    end else if (bad_clear_i) begin
      flags_q <= '0;
    end
  end

  // Looked at with the rows that leave.
  always_comb begin
    bad_byte_o = 1'b0;
    if (row && row_i.last_block) begin
      for (int unsigned g = 0; g < Groups; g++) bad_byte_o |= flags_q[32*g+TableWidth];
    end
  end

  // Sums of the rows of a unit.
  logic [32*Groups-1:0] main_q, main_q2, main_q3, second_q, third_q, fourth_q;
  always_ff @(posedge clk_i) begin
    if (add) begin
      logic [31:0] high_on, from_start, from_main, from_main3;
      high_on    = {32{is_three || is_four}};
      from_start = {32{beat_i.first}} & 32'(offset_i);
      from_main  = {32{!beat_i.first && !is_three}};
      from_main3 = {32{!beat_i.first && is_three}};
      for (int unsigned g = 0; g < Groups; g++) begin
        main_q[32*g +: 32] <= 32'(SumWidth'(low_q[32*g +: 32] +
            ((high_q[32*g +: 32] + (high_q[32*g +: 32] << 3)) & high_on) +
            (from_start | (main_q[32*g +: 32] & from_main) | (main_q3[32*g +: 32] & from_main3))));
      end
    end
  end
  always_ff @(posedge clk_i) begin
    if (add && !is_four) begin
      logic [31:0] fourth_start, fourth_on, others_on, others_start;
      others_start = {32{beat_i.first}} & 32'(offset_i);
      others_on    = {32{!beat_i.first}};
      fourth_on    = {32{is_three ? !beat_i.first_fourth : !beat_i.first}};
      fourth_start = ~fourth_on & 32'(offset_i);
      for (int unsigned g = 0; g < Groups; g++) begin
        second_q[32*g +: 32] <= 32'(SecondWidth'(high_q[32*g +: 32] +
            (others_start | (second_q[32*g +: 32] & others_on))));
        third_q[32*g +: 32]  <= 32'(ThirdWidth'(one_q[32*g +: 32] +
            (others_start | (third_q[32*g +: 32] & others_on))));
        fourth_q[32*g +: 32] <= 32'(FourthWidth'(lane3_q[32*g +: 32] +
            (fourth_start | (fourth_q[32*g +: 32] & fourth_on))));
      end
      main_q2 <= main_q;
      main_q3 <= main_q2;
    end
  end

  // Hold entries, all groups side by side: a simulation moves an entry as one word.
  logic [32*Groups-1:0] hold0 [4];
  logic [32*Groups-1:0] hold1 [4];
  logic [32*Groups-1:0] hold2 [4];
  logic [32*Groups-1:0] hold3 [4];
  always_ff @(posedge clk_i) begin
    if (keep) hold0[beat_i.entry] <= main_q;
    if (keep && !is_four) begin
      hold1[beat_i.entry] <= second_q;
      hold2[beat_i.entry] <= third_q;
      hold3[beat_i.entry] <= fourth_q;
    end
    if (row) begin
      unique case (row_i.lane)
        2'd1:
          for (int unsigned g = 0; g < Groups; g++)
            base_o[32*g +: 32] <= 32'(SumWidth'(signed'(hold1[row_i.entry][32*g +: SecondWidth])));
        2'd2:
          for (int unsigned g = 0; g < Groups; g++)
            base_o[32*g +: 32] <= 32'(SumWidth'(signed'(hold2[row_i.entry][32*g +: ThirdWidth])));
        2'd3:
          for (int unsigned g = 0; g < Groups; g++)
            base_o[32*g +: 32] <= 32'(SumWidth'(signed'(hold3[row_i.entry][32*g +: FourthWidth])));
        default: base_o <= hold0[row_i.entry];
      endcase
    end
  end

  logic unused_ok;
  assign unused_ok = ^{beat_i, row_i};

endmodule
