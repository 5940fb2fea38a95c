// SPDX-License-Identifier: Apache-2.0

/// Everything of the trit engine that one activation vector needs for itself: the groups with
/// their tables, the exponents, the sum over the groups and the partial sums of a row tile.
///
/// A row enters with `row_i`; three cycles later its terms are summed, one more and the partial
/// sum is updated; `acc_valid_o` follows, for rows of the last column block, with `A[r]`.
module trine_trit_vector #(
  parameter  int unsigned Groups     = 16,
  parameter  int unsigned TileRows   = 2048,
  parameter  int unsigned ActWidth   = 12,
  parameter  int unsigned QuantLanes = 4,
  parameter  int unsigned BlockWidth = 6,
  localparam int unsigned AccWidth   = 56,
  localparam int unsigned LaneAddr   = (QuantLanes > 1) ? $clog2(QuantLanes) : 1,
  localparam int unsigned WordAddr   = BlockWidth + 4 - $clog2(QuantLanes),
  localparam int unsigned RowAddr    = $clog2(TileRows)
) (
  input  logic                           clk_i,
  input  logic                           rst_ni,
  // Quantized activations; one write enable a group, group after group.
  input  logic                           mant_valid_i,
  input  logic [Groups-1:0]              mant_write_i,
  input  logic [WordAddr-1:0]            mant_addr_i,
  input  logic [QuantLanes*ActWidth-1:0] mant_data_i,
  input  logic                           exp_valid_i,
  input  logic [Groups-1:0]              exp_write_i,
  input  logic [BlockWidth-1:0]          exp_block_i,
  input  logic [7:0]                     exp_data_i,
  input  logic [7:0]                     max_exp_i,
  // Table building; see trine_trit_tables.
  input  logic                           build_i,
  input  logic                           walk_read_i,
  input  logic [WordAddr-1:0]            walk_addr_i,
  input  logic                           step_i,
  input  logic [LaneAddr-1:0]            step_lane_i,
  input  logic                           step_clear_i,
  input  logic                           step_sub_i,
  input  logic                           table_write_i,
  input  logic                           table_flag_i,
  input  logic [10:0]                    table_addr_i,
  input  logic                           tail_write_i,
  input  logic [7:0]                     tail_addr_i,
  // Front.
  input  logic                           look_i,
  input  logic [2:0]                     look_page_i,
  input  logic [32*Groups-1:0]           look_bytes_i,
  input  logic                           weigh_i,
  input  logic [2:0]                     depth_i,
  input  logic [1:0]                     weight_i,
  input  logic                           add_i,
  input  logic [ActWidth+9:0]            start_i,
  input  logic                           first_i,
  input  logic                           first_last_i,
  input  logic                           keep_i,
  input  logic [1:0]                     hold_write_i,
  input  logic                           bad_clear_i,
  output logic                           bad_byte_o,      // Sticky.
  // Back.
  input  logic                           block_load_i,    // Takes the exponents of block_i; at the
  input  logic [BlockWidth-1:0]          block_i,         // latest in the cycle before row_i.
  input  logic                           row_i,
  input  logic [1:0]                     hold_read_i,
  input  logic [1:0]                     hold_lane_i,
  input  logic                           bank_i,
  input  logic [32*Groups-1:0]           scales_i,        // See trine_scale_lookup.
  input  logic                           first_block_i,
  input  logic                           last_block_i,
  input  logic [RowAddr-1:0]             row_addr_i,      // Within the tile.
  output logic                           acc_valid_o,
  output logic [AccWidth-1:0]            acc_o
);

  localparam int unsigned GroupWidth = ActWidth + 10;
  localparam int unsigned ProdWidth  = GroupWidth + 16;
  localparam int unsigned SumWidth   = ProdWidth + $clog2(Groups);

  // The row's position travels with it through the pipeline.
  logic [3:0]         row_q;
  logic [3:0]         first_q, last_q;
  logic [RowAddr-1:0] addr_q, addr_q2, addr_q3, addr_q4;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) row_q <= 4'd0;
    else         row_q <= {row_q[2:0], row_i};
  end
  always_ff @(posedge clk_i) begin
    first_q <= {first_q[2:0], first_block_i};
    last_q  <= {last_q[2:0], last_block_i};
    addr_q  <= row_addr_i;
    addr_q2 <= addr_q;
    addr_q3 <= addr_q2;
    addr_q4 <= addr_q3;
  end

  logic [32*Groups-1:0] look0, look1, look2, look3, tails;
  trine_trit_tables #(
    .Groups     (Groups),
    .ActWidth   (ActWidth),
    .QuantLanes (QuantLanes),
    .WordAddr   (WordAddr)
  ) u_tables (
    .clk_i,
    .mant_valid_i,
    .mant_write_i,
    .mant_addr_i,
    .mant_data_i,
    .build_i,
    .walk_read_i,
    .walk_addr_i,
    .step_i,
    .step_lane_i,
    .step_clear_i,
    .step_sub_i,
    .table_write_i,
    .table_flag_i,
    .table_addr_i,
    .tail_write_i,
    .tail_addr_i,
    .look_i,
    .look_page_i,
    .look_bytes_i,
    .look0_o       (look0),
    .look1_o       (look1),
    .look2_o       (look2),
    .look3_o       (look3),
    .row_i,
    .bank_i,
    .scales_i,
    .tail_o        (tails)
  );

  logic [32*Groups-1:0] bases;
  trine_trit_planes #(.Groups(Groups), .ActWidth(ActWidth)) u_planes (
    .clk_i,
    .depth_i,
    .weigh_i,
    .look0_i      (look0),
    .look1_i      (look1),
    .look2_i      (look2),
    .look3_i      (look3),
    .weight_i,
    .add_i,
    .start_i,
    .first_i,
    .first_last_i,
    .keep_i,
    .hold_write_i,
    .bad_clear_i,
    .bad_byte_o,
    .row_i,
    .hold_read_i,
    .hold_lane_i,
    .base_o       (bases)
  );

  // Exponents: a row of them a block, gathered group by group.
  logic [8*Groups-1:0]   exps [2**BlockWidth];
  logic [8*Groups-1:0]   exp_row_q;
  logic                  exp_full_q;
  logic [BlockWidth-1:0] exp_block_q;
  logic [32*Groups-1:0]  block_shifts_q;          // 32-bit slots, 0..63.
  always_ff @(posedge clk_i) begin
    if (exp_valid_i) begin
      exp_block_q <= exp_block_i;
      for (int unsigned g = 0; g < Groups; g++) begin
        if (exp_write_i[g]) exp_row_q[8*g +: 8] <= exp_data_i;
      end
    end
    exp_full_q <= exp_valid_i && exp_write_i[Groups-1];
    if (exp_full_q) exps[exp_block_q] <= exp_row_q;
    if (block_load_i) begin
      logic [8*Groups-1:0] fields;
      logic [7:0]          distance;
      fields = exps[block_i];
      for (int unsigned g = 0; g < Groups; g++) begin
        distance = max_exp_i - fields[8*g +: 8];
        block_shifts_q[32*g +: 32] <=
            {26'd0, (fields[8*g +: 8] == 8'd0 || distance > 8'd63) ? 6'd63 : distance[5:0]};
      end
    end
  end

  // P * M, the only multiplication of a group; then aligned to the common exponent: floor(P * M *
  // 2^-shift).
  function automatic logic [ProdWidth-1:0] align(input logic signed [ProdWidth-1:0] prod,
                                                 input logic [5:0]                  shift);
    align = prod >>> shift;
  endfunction

  logic [32*Groups-1:0] mants_q, shifts_q, shifts_q2;
  logic [64*Groups-1:0] prods_q, terms_q;         // 64-bit slots, sign-extended.
  always_ff @(posedge clk_i) begin
    if (row_i) begin
      logic [6:0] shift;
      for (int unsigned g = 0; g < Groups; g++) begin
        shift = {1'b0, scales_i[32*g+16 +: 6]} + {1'b0, block_shifts_q[32*g +: 6]};
        shifts_q[32*g +: 32] <= {26'd0, shift[6] ? 6'd63 : shift[5:0]};
        mants_q[32*g +: 32]  <= 32'(scales_i[32*g +: 16]);
      end
    end
    if (row_q[0]) begin
      logic signed [GroupWidth-1:0] group_sum;
      shifts_q2 <= shifts_q;
      for (int unsigned g = 0; g < Groups; g++) begin
        group_sum = signed'(bases[32*g +: GroupWidth] + tails[32*g +: GroupWidth]);
        prods_q[64*g +: 64] <= 64'(group_sum) * 64'(signed'({1'b0, mants_q[32*g +: 16]}));
      end
    end
    if (row_q[1]) begin
      for (int unsigned g = 0; g < Groups; g++) begin
        terms_q[64*g +: 64] <= 64'(signed'(align(prods_q[64*g +: ProdWidth], shifts_q2[32*g +: 6])));
      end
    end
  end

  function automatic logic [SumWidth-1:0] sum_of(input logic [64*Groups-1:0] values);
    sum_of = '0;
    for (int unsigned g = 0; g < Groups; g++) sum_of = sum_of + values[64*g +: SumWidth];
  endfunction

  // Partial sums of the tile.
  logic [AccWidth-1:0] partials [TileRows];
  logic [AccWidth-1:0] partial_q, acc;
  logic [SumWidth-1:0] sum_q;
  assign acc = AccWidth'(signed'(sum_q)) + (first_q[3] ? '0 : partial_q);
  always_ff @(posedge clk_i) begin
    if (row_q[2]) begin
      sum_q     <= sum_of(terms_q);
      partial_q <= partials[addr_q3];
    end
    if (row_q[3]) partials[addr_q4] <= acc;
    if (row_q[3] && last_q[3]) acc_o <= acc;
  end
  always_ff @(posedge clk_i) begin
    if (!rst_ni) acc_valid_o <= 1'b0;
    else         acc_valid_o <= row_q[3] && last_q[3];
  end

endmodule
