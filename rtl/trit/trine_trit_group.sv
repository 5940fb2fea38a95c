// SPDX-License-Identifier: Apache-2.0

/// One group (16 columns) of one activation vector: lookup tables, plane weighting, group scale.
///
/// The trit-MAC array: a set byte addresses the sum of its five trit-activation products, so a
/// beat costs four reads and a few additions; no multiplier.  `P[r][g]` is complete after the
/// last set of a row; the tail table adds column 15, and the one multiplication of the group is
/// by the codebook mantissa, `P * M`; trine_trit_vector shifts it to the common exponent.
///
/// Building (one addition per cycle): cycle t reads a mantissa, t+1 updates the walking sum, t+2
/// writes it.  Front: t looks up, t+1 weighs the planes, t+2 accumulates and, on `complete_i`,
/// stores the sums of the unit's rows in entry `hold_write_i`.  Back: t reads an entry and the
/// tail table, t+1 multiplies; `prod_o` and `shift_o` are valid in t+2.
///
/// Table entries carry an offset that makes them positive, so that nothing is sign-extended on
/// the way; every row's sum starts at `start_i`, which takes the offsets back (mod 2^GroupWidth).
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
  localparam int unsigned WeighWidth  = ActWidth + 7,    // 9 table entries.
  localparam int unsigned TailWidth   = ActWidth + 6,    // 40 activations.
  localparam int unsigned GroupWidth  = ActWidth + 10,   // 16 * 40 activations.
  localparam int unsigned SecondWidth = ActWidth + 6,    // 15 * 4 activations.
  localparam int unsigned ThirdWidth  = ActWidth + 4,    // 15 activations.
  localparam int unsigned FourthWidth = ActWidth + 8,    // 15 * 13 activations.
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
  input  logic [GroupWidth-1:0]           start_i,        // Where a row's sum starts.
  input  logic                            first_i,        // First set of a row.
  input  logic                            first_last_i,   // First beat of depth 3's fourth row.
  input  logic                            complete_i,
  input  logic [1:0]                      hold_write_i,
  input  logic                            bad_clear_i,
  output logic                            bad_byte_o,     // Sticky: a byte above 242 came.
  // Back: one row.
  input  logic                            row_i,
  input  logic [1:0]                      hold_read_i,
  input  logic [1:0]                      hold_lane_i,
  input  logic [7:0]                      level_addr_i,   // Bank, level of column 15.
  input  logic [15:0]                     scale_mant_i,
  input  logic [5:0]                      scale_shift_i,
  input  logic [5:0]                      block_shift_i,  // Emax - exp of this group's block.
  input  logic                            scale_i,        // Row, one cycle later.
  output logic signed [ProdWidth-1:0]     prod_o,
  output logic [5:0]                      shift_o
);

  // Mantissas.
  logic [QuantLanes*ActWidth-1:0] mants [WordDepth];
  logic [QuantLanes*ActWidth-1:0] mant_word_q;
  always_ff @(posedge clk_i) begin
    if (mant_write_i) mants[mant_addr_i] <= mant_data_i;
    if (walk_read_i) mant_word_q <= mants[walk_addr_i];
  end

  function automatic logic [ActWidth-1:0] lane_of(input logic [QuantLanes*ActWidth-1:0] word,
                                                  input logic [LaneAddr-1:0]            lane);
    lane_of = word[ActWidth-1:0];
    for (int unsigned i = 1; i < QuantLanes; i++) begin
      if (lane == LaneAddr'(i)) lane_of = word[ActWidth*i +: ActWidth];
    end
  endfunction

  // The walking sum: a neighbour in the table differs by one activation.
  logic signed [TailWidth-1:0] walk_q;
  always_ff @(posedge clk_i) begin
    if (step_i) begin
      logic signed [TailWidth-1:0] mant;
      mant   = TailWidth'(signed'(lane_of(mant_word_q, step_lane_i)));
      walk_q <= (step_clear_i ? '0 : walk_q) + (step_zero_i ? '0 : step_sub_i ? -mant : mant);
    end
  end

  // Tables.  An entry is the sum plus 2^(TableWidth-1); its top bit marks what is no set byte.
  logic [TableWidth:0]  sums  [2048];
  logic [TailWidth-1:0] tails [256];
  logic [TableWidth:0]  look0_q, look1_q, look2_q, look3_q;
  logic [TailWidth-1:0] tail_q;
  always_ff @(posedge clk_i) begin
    if (table_write_i) begin
      sums[table_addr_i] <= {table_flag_i, !walk_q[TableWidth-1], walk_q[TableWidth-2:0]};
    end
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

  logic bad_q;
  always_ff @(posedge clk_i) begin
    if (bad_clear_i) begin
      bad_q <= 1'b0;
    end else if (weigh_i) begin
      if (look0_q[TableWidth] || look1_q[TableWidth] || look2_q[TableWidth] ||
          look3_q[TableWidth]) begin
        bad_q <= 1'b1;
      end
    end
  end
  assign bad_byte_o = bad_q;

  // Plane weights: low = x0 + 3 x1, high = x2 + 3 x3, sum = low + 9 high.  All work sits under an
  // enable, so that a simulation does it only when it is due.
  logic is_one, is_three, is_four;
  assign is_one   = depth_i == 3'd1;
  assign is_three = depth_i == 3'd3;
  assign is_four  = depth_i == 3'd4;

  function automatic logic [WeighWidth-1:0] weighed(input logic [TableWidth:0] x,
                                                    input logic [1:0]          weight);
    weighed = WeighWidth'(x) + (weight == 2'd1 ? WeighWidth'(x) << 1
                              : weight == 2'd2 ? WeighWidth'(x) << 3 : '0);
  endfunction

  logic [PairWidth-1:0]  low_q, high_q;
  logic [TableWidth-1:0] x1_q;
  logic [WeighWidth-1:0] lane3_q;
  always_ff @(posedge clk_i) begin
    if (weigh_i) begin
      low_q  <= PairWidth'(look0_q) +
                (is_one ? '0 : PairWidth'(look1_q) + (PairWidth'(look1_q) << 1));
      high_q <= PairWidth'(look2_q) +
                (is_one || is_three ? '0 : PairWidth'(weighed(look3_q, weight_i)));
      if (!is_four) begin
        x1_q    <= look1_q[TableWidth-1:0];
        lane3_q <= weighed(look3_q, weight_i);
      end
    end
  end

  // Sums of the rows of a unit: the finished ones wait in a hold entry for the row pipeline.
  // Row 1 of depth 2 and row 2 of depth 1 come from the high half, row 1 of depth 1 from lane 1.
  logic [GroupWidth-1:0] main_q, main_q2, main_q3;
  logic [SecondWidth-1:0] second_q;
  logic [ThirdWidth-1:0]  third_q;
  logic [FourthWidth-1:0] fourth_q;
  logic [GroupWidth-1:0]  hold0 [4];
  logic [SecondWidth-1:0] hold1 [4];
  logic [ThirdWidth-1:0]  hold2 [4];
  logic [FourthWidth-1:0] hold3 [4];
  always_ff @(posedge clk_i) begin
    if (add_i) begin
      logic [GroupWidth-1:0] main;
      main = GroupWidth'(low_q)
           + (is_three || is_four ? GroupWidth'(high_q) + (GroupWidth'(high_q) << 3) : '0)
           + (first_i ? start_i : is_three ? main_q3 : main_q);
      main_q <= main;
      if (complete_i) hold0[hold_write_i] <= main;
    end
  end
  always_ff @(posedge clk_i) begin
    if (add_i && !is_four) begin
      logic [SecondWidth-1:0] second;
      logic [ThirdWidth-1:0]  third;
      logic [FourthWidth-1:0] fourth;
      second = SecondWidth'(high_q) + (first_i ? start_i[SecondWidth-1:0] : second_q);
      third  = ThirdWidth'(x1_q) + (first_i ? start_i[ThirdWidth-1:0] : third_q);
      fourth = FourthWidth'(lane3_q)
             + ((is_three ? first_last_i : first_i) ? start_i[FourthWidth-1:0] : fourth_q);
      second_q <= second;
      third_q  <= third;
      fourth_q <= fourth;
      main_q2  <= main_q;
      main_q3  <= main_q2;
      if (complete_i) begin
        hold1[hold_write_i] <= second;
        hold2[hold_write_i] <= third;
        hold3[hold_write_i] <= fourth;
      end
    end
  end

  // Row: P * M.
  logic [GroupWidth-1:0] base_q;
  logic [15:0]           mant_q;
  logic [5:0]            shift_q;
  always_ff @(posedge clk_i) begin
    if (row_i) begin
      logic [6:0] shift;
      unique case (hold_lane_i)
        2'd1:    base_q <= GroupWidth'(signed'(hold1[hold_read_i]));
        2'd2:    base_q <= GroupWidth'(signed'(hold2[hold_read_i]));
        2'd3:    base_q <= GroupWidth'(signed'(hold3[hold_read_i]));
        default: base_q <= hold0[hold_read_i];
      endcase
      shift   = {1'b0, scale_shift_i} + {1'b0, block_shift_i};
      shift_q <= shift[6] ? 6'd63 : shift[5:0];
      mant_q  <= scale_mant_i;
    end
    if (scale_i) begin
      logic [GroupWidth-1:0] group_sum;
      group_sum = base_q + GroupWidth'(signed'(tail_q));
      prod_o  <= ProdWidth'(signed'(group_sum)) * ProdWidth'(signed'({1'b0, mant_q}));
      shift_o <= shift_q;
    end
  end

endmodule
