// SPDX-License-Identifier: Apache-2.0

/// One group (16 columns) of one activation vector: lookup tables, plane weighting, group scale.
///
/// The trit-MAC array: a set byte addresses the sum of its five trit-activation products, so a
/// beat costs four reads and a few additions; no multiplier.  `P[r][g]` is complete after the
/// last set of a row; the tail table adds column 15, and the one multiplication of the group is
/// by the codebook mantissa: `term = floor(P * M * 2^-shift)`.
///
/// Building (one addition per cycle): cycle t reads a mantissa, t+1 updates the walking sum, t+2
/// writes it.  Front: t looks up, t+1 weighs the planes, t+2 accumulates and, on `complete_i`,
/// stores the sums of the unit's rows in entry `hold_write_i`.  Back: t reads an entry and the
/// tail table, t+1 multiplies, t+2 shifts; `term_o` is valid in t+3.
///
/// Depth 3 interleaves three rows, so their sums rotate through three registers; lane 3 carries
/// the planes of the fourth row, weighted by `weight_i`.
module trine_trit_group #(
  parameter  int unsigned ActWidth    = 12,
  /// Mantissas written at once; a power of two.
  parameter  int unsigned QuantLanes  = 4,
  /// Words of QuantLanes mantissas.
  parameter  int unsigned WordDepth   = 256,
  localparam int unsigned WordAddr    = $clog2(WordDepth),
  localparam int unsigned LaneAddr    = (QuantLanes > 1) ? $clog2(QuantLanes) : 1,
  localparam int unsigned TableWidth  = ActWidth + 3,    // 5 activations.
  localparam int unsigned PairWidth   = ActWidth + 5,    // 1 + 3 table entries.
  localparam int unsigned WeighWidth  = ActWidth + 6,    // 9 table entries; 40 activations.
  localparam int unsigned GroupWidth  = ActWidth + 10,   // 16 * 40 activations.
  localparam int unsigned ProdWidth   = GroupWidth + 16
) (
  input  logic                            clk_i,
  // Mantissas, from the quantizer.
  input  logic                            mant_write_i,
  input  logic [WordAddr-1:0]             mant_addr_i,
  input  logic [QuantLanes*ActWidth-1:0]  mant_data_i,
  // Table building; the step's signals arrive together with its mantissa, one cycle after the read.
  input  logic                            walk_read_i,
  input  logic [WordAddr-1:0]             walk_addr_i,
  input  logic                            step_i,
  input  logic [LaneAddr-1:0]             step_lane_i,
  input  logic                            step_clear_i,   // The walking sum starts from zero.
  input  logic                            step_zero_i,    // Nothing is added.
  input  logic                            step_sub_i,
  input  logic                            table_write_i,  // Of the sum, the cycle after the step.
  input  logic                            table_flag_i,   // Marks an address that is no set byte.
  input  logic [10:0]                     table_addr_i,   // Bank, set, byte.
  input  logic                            tail_write_i,
  input  logic [7:0]                      tail_addr_i,    // Bank, level.
  // Front: one body beat.
  input  logic                            look_i,
  input  logic [2:0]                      look_page_i,    // Bank, set.
  input  logic [31:0]                     look_bytes_i,
  input  logic                            weigh_i,
  input  logic [2:0]                      depth_i,
  input  logic [1:0]                      weight_i,       // Lane 3 counts 1, 3 or 9 times: 0, 1, 2.
  input  logic                            add_i,
  input  logic                            first_i,        // First set of a row.
  input  logic                            first_last_i,   // First beat of depth 3's fourth row.
  input  logic                            complete_i,
  input  logic [1:0]                      hold_write_i,
  output logic                            bad_byte_o,     // With `weigh_i`: a byte above 242.
  // Back: one row.
  input  logic                            row_i,
  input  logic [1:0]                      hold_read_i,
  input  logic [1:0]                      hold_lane_i,
  input  logic [7:0]                      level_addr_i,   // Bank, level of column 15.
  input  logic [15:0]                     scale_mant_i,
  input  logic [5:0]                      scale_shift_i,
  input  logic [5:0]                      block_shift_i,  // Emax - exp of this group's block.
  input  logic                            scale_i,        // Row, one cycle later.
  input  logic                            align_i,        // Row, two cycles later.
  output logic signed [ProdWidth-1:0]     term_o
);

  // Mantissas.
  logic [QuantLanes*ActWidth-1:0] mants [WordDepth];
  logic [QuantLanes*ActWidth-1:0] mant_word_q;
  always_ff @(posedge clk_i) begin
    if (mant_write_i) mants[mant_addr_i] <= mant_data_i;
    if (walk_read_i) mant_word_q <= mants[walk_addr_i];
  end

  logic signed [ActWidth-1:0] mant;
  if (QuantLanes > 1) begin : gen_lane
    assign mant = signed'(mant_word_q[32'(step_lane_i)*ActWidth +: ActWidth]);
  end else begin : gen_one_lane
    assign mant = signed'(mant_word_q);
    logic unused_ok;
    assign unused_ok = ^step_lane_i;
  end

  // The walking sum: a neighbour in the table differs by one activation.
  logic signed [WeighWidth-1:0] walk_q;
  always_ff @(posedge clk_i) begin
    if (step_i) begin
      walk_q <= (step_clear_i ? '0 : walk_q)
              + (step_zero_i ? '0 : step_sub_i ? -WeighWidth'(mant) : WeighWidth'(mant));
    end
  end

  // Tables.
  logic        [TableWidth:0]   sums  [2048];
  logic signed [WeighWidth-1:0] tails [256];
  logic        [TableWidth:0]   look0_q, look1_q, look2_q, look3_q;
  logic signed [WeighWidth-1:0] tail_q;
  always_ff @(posedge clk_i) begin
    if (table_write_i) sums[table_addr_i] <= {table_flag_i, walk_q[TableWidth-1:0]};
    if (look_i) begin
      look0_q <= sums[{look_page_i, look_bytes_i[7:0]}];
      look1_q <= sums[{look_page_i, look_bytes_i[15:8]}];
      look2_q <= sums[{look_page_i, look_bytes_i[23:16]}];
      look3_q <= sums[{look_page_i, look_bytes_i[31:24]}];
    end
  end
  always_ff @(posedge clk_i) begin
    if (tail_write_i) tails[tail_addr_i] <= walk_q;
    if (row_i) tail_q <= tails[level_addr_i];
  end
  assign bad_byte_o = look0_q[TableWidth] || look1_q[TableWidth] ||
                      look2_q[TableWidth] || look3_q[TableWidth];

  // Plane weights: low = x0 + 3 x1, high = x2 + 3 x3, sum = low + 9 high.
  logic signed [TableWidth-1:0] x0, x1, x2, x3;
  assign x0 = signed'(look0_q[TableWidth-1:0]);
  assign x1 = signed'(look1_q[TableWidth-1:0]);
  assign x2 = signed'(look2_q[TableWidth-1:0]);
  assign x3 = signed'(look3_q[TableWidth-1:0]);

  logic is_one, is_two, is_three, is_four;
  assign is_one   = depth_i == 3'd1;
  assign is_two   = depth_i == 3'd2;
  assign is_three = depth_i == 3'd3;
  assign is_four  = depth_i == 3'd4;

  logic signed [WeighWidth-1:0] lane3;
  assign lane3 = WeighWidth'(x3) + (weight_i == 2'd1 ? WeighWidth'(x3) <<< 1
                                  : weight_i == 2'd2 ? WeighWidth'(x3) <<< 3 : '0);

  logic signed [PairWidth-1:0]  low_q, high_q;
  logic signed [TableWidth-1:0] x1_q, x2_q;
  logic signed [WeighWidth-1:0] lane3_q;
  always_ff @(posedge clk_i) begin
    if (weigh_i) begin
      low_q  <= PairWidth'(x0) + (is_one ? '0 : PairWidth'(x1) + (PairWidth'(x1) <<< 1));
      high_q <= PairWidth'(x2) + (is_two || is_four ? PairWidth'(lane3) : '0);
      if (!is_four) begin
        x1_q    <= x1;
        x2_q    <= x2;
        lane3_q <= lane3;
      end
    end
  end

  logic signed [GroupWidth-1:0] high9, main, main_prev, main_next;
  assign high9 = GroupWidth'(high_q) + (GroupWidth'(high_q) <<< 3);
  assign main  = GroupWidth'(low_q) + (is_four || is_three ? high9 : '0);

  // Sums of the rows of a unit.
  logic signed [GroupWidth-1:0]   main_q, main_q2, main_q3;
  logic signed [WeighWidth-1:0]   second_q, second_next;
  logic signed [TableWidth:0]     third_q, third_next;
  logic signed [ActWidth+8-1:0]   fourth_q, fourth_next;
  assign main_prev   = is_three ? main_q3 : main_q;
  assign main_next   = (first_i ? '0 : main_prev) + main;
  assign second_next = (first_i ? '0 : second_q) +
                       (is_one ? WeighWidth'(x1_q) : WeighWidth'(high_q));
  assign third_next  = (first_i ? '0 : third_q) + (TableWidth+1)'(x2_q);
  assign fourth_next = ((is_three ? first_last_i : first_i) ? '0 : fourth_q) +
                       (ActWidth+8)'(lane3_q);

  logic signed [GroupWidth-1:0]   hold0 [4];
  logic signed [WeighWidth-1:0]   hold1 [4];
  logic signed [TableWidth:0]     hold2 [4];
  logic signed [ActWidth+8-1:0]   hold3 [4];
  always_ff @(posedge clk_i) begin
    if (add_i) begin
      main_q <= main_next;
      if (complete_i) hold0[hold_write_i] <= main_next;
      if (!is_four) begin
        main_q2  <= main_q;
        main_q3  <= main_q2;
        second_q <= second_next;
        third_q  <= third_next;
        fourth_q <= fourth_next;
        if (complete_i) begin
          hold1[hold_write_i] <= second_next;
          hold2[hold_write_i] <= third_next;
          hold3[hold_write_i] <= fourth_next;
        end
      end
    end
  end

  // Row: P * M, aligned to the common exponent.
  logic signed [GroupWidth-1:0] base_q;
  logic        [15:0]           mant_q;
  logic        [5:0]            shift_q, shift_q2;
  logic        [6:0]            shift_sum;
  assign shift_sum = {1'b0, scale_shift_i} + {1'b0, block_shift_i};
  always_ff @(posedge clk_i) begin
    if (row_i) begin
      unique case (hold_lane_i)
        2'd1:    base_q <= GroupWidth'(hold1[hold_read_i]);
        2'd2:    base_q <= GroupWidth'(hold2[hold_read_i]);
        2'd3:    base_q <= GroupWidth'(hold3[hold_read_i]);
        default: base_q <= hold0[hold_read_i];
      endcase
      mant_q  <= scale_mant_i;
      shift_q <= shift_sum[6] ? 6'd63 : shift_sum[5:0];
    end
  end

  logic signed [GroupWidth-1:0] group_sum;
  assign group_sum = base_q + GroupWidth'(tail_q);

  logic signed [ProdWidth-1:0] prod_q, term_q;
  always_ff @(posedge clk_i) begin
    if (scale_i) begin
      prod_q   <= ProdWidth'(group_sum) * ProdWidth'(signed'({1'b0, mant_q}));
      shift_q2 <= shift_q;
    end
    if (align_i) term_q <= prod_q >>> shift_q2;
  end
  assign term_o = term_q;

endmodule
