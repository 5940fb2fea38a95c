// SPDX-License-Identifier: Apache-2.0

/// Everything of the trit engine that one activation vector needs for itself: the groups with
/// their tables, the exponents, the sum over the groups and the partial sums of a row tile.
///
/// A row enters with `row_i.valid`; four cycles later its terms are summed, one more and the
/// partial sum is updated; `acc_valid_o` follows, for rows of the last column block, with `A[r]`.
/// What memories give is added to something at most, before it is in a register.
///
/// With `Parity`, `bad_parity_o` is high for a cycle when a word with a bit turned over was used,
/// at the latest two cycles after that.
module trine_trit_vector #(
  parameter  int unsigned Groups     = 16,
  parameter  int unsigned TileRows   = 2048,
  parameter  int unsigned ActWidth   = 12,
  parameter  int unsigned QuantLanes = 4,
  parameter  int unsigned BlockWidth = 6,
  parameter  int unsigned Buffers    = 2,
  parameter  int unsigned Parity     = 0,
  localparam int unsigned AccWidth   = 56,
  localparam int unsigned WordAddr   = BlockWidth + 4 - $clog2(QuantLanes),
  localparam int unsigned RowAddr    = $clog2(TileRows)
) (
  input  logic                           clk_i,
  input  logic                           clk_setup_i,     // See trine_trit_engine.
  input  logic                           clk_build_i,
  input  logic                           rst_ni,
  input  logic                           used_i,          // This vector takes part; else it rests.
  // Quantized activations.
  input  trine_matrix_pkg::place_t       place_i,
  input  logic [QuantLanes*ActWidth-1:0] mants_i,
  input  logic [7:0]                     exponent_i,
  input  logic [7:0]                     max_exp_i,
  input  trine_matrix_pkg::build_t       build_i,
  // Front.
  input  logic [2:0]                     depth_i,
  input  logic [ActWidth+9:0]            offset_i,        // Where the sum of a row begins.
  input  trine_matrix_pkg::beat_t        beat_i,
  input  logic [32*Groups-1:0]           bytes_i,
  input  logic                           bad_clear_i,
  output logic                           bad_byte_o,      // Sticky.
  output logic                           bad_parity_o,
  // Back.
  input  trine_matrix_pkg::row_t         row_i,
  input  logic [32*Groups-1:0]           scales_i,        // See trine_scale_lookup.
  output logic                           acc_valid_o,
  output logic [AccWidth-1:0]            acc_o
);

  localparam int unsigned GroupWidth = ActWidth + 10;
  localparam int unsigned ProdWidth  = GroupWidth + 16;
  localparam int unsigned SumWidth   = ProdWidth + $clog2(Groups);

  // The row's position travels with it through the pipeline.
  logic [4:0]         row_q;
  // First block, last block, row of the tile.
  logic [RowAddr+1:0] tag_q, tag_q2, tag_q3, tag_q4, tag_q5;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) row_q <= 5'd0;
    else         row_q <= {row_q[3:0], row_i.valid && used_i};
  end
  always_ff @(posedge clk_i) begin
    if (row_i.valid) tag_q <= {row_i.first_block, row_i.last_block, row_i.row[RowAddr-1:0]};
    if (row_q[0]) tag_q2 <= tag_q;
    if (row_q[1]) tag_q3 <= tag_q2;
    if (row_q[2]) tag_q4 <= tag_q3;
    if (row_q[3]) tag_q5 <= tag_q4;
  end

  logic [32*Groups-1:0] look0, look1, look2, look3, tails;
  logic                 bad_table, bad_exps, bad_partial;
  trine_trit_tables #(
    .Groups     (Groups),
    .ActWidth   (ActWidth),
    .QuantLanes (QuantLanes),
    .WordAddr   (WordAddr),
    .Buffers    (Buffers),
    .Parity     (Parity)
  ) u_tables (
    .clk_i,
    .clk_setup_i,
    .clk_build_i,
    .used_i,
    .place_i,
    .mants_i,
    .build_i,
    .beat_i,
    .bytes_i,
    .look0_o  (look0),
    .look1_o  (look1),
    .look2_o  (look2),
    .look3_o  (look3),
    .row_i,
    .scales_i,
    .tail_o   (tails),
    .bad_parity_o (bad_table)
  );

  logic [32*Groups-1:0] bases;
  trine_trit_planes #(.Groups(Groups), .ActWidth(ActWidth)) u_planes (
    .clk_i,
    .used_i,
    .depth_i,
    .offset_i,
    .beat_i,
    .look0_i     (look0),
    .look1_i     (look1),
    .look2_i     (look2),
    .look3_i     (look3),
    .bad_clear_i,
    .bad_byte_o,
    .row_i,
    .base_o      (bases)
  );

  // Exponents: a row of them a block, gathered group by group.
  localparam int unsigned ParityBits = Parity != 0 ? 1 : 0;
  localparam int unsigned ExpsWidth  = 8 * Groups + ParityBits;
  logic [ExpsWidth-1:0]  exps [2**BlockWidth];
  logic                  exps_odd_q;
  logic [8*Groups-1:0]   exp_row_q;
  logic                  exp_full_q;
  logic [BlockWidth-1:0] exp_block_q;
  logic [32*Groups-1:0]  block_shifts_q;          // 32-bit slots, 0..63.
  always_ff @(posedge clk_setup_i) begin
    if (place_i.exponent && used_i) begin
      exp_block_q <= place_i.word[WordAddr-1 -: BlockWidth];
      for (int unsigned g = 0; g < Groups; g++) begin
        if (place_i.group[g]) exp_row_q[8*g +: 8] <= exponent_i;
      end
    end
    exp_full_q <= place_i.exponent && used_i && place_i.group[Groups-1];
    if (exp_full_q) exps[exp_block_q] <= ExpsWidth'({^exp_row_q, exp_row_q});
  end
  always_ff @(posedge clk_i) begin
    if (row_i.load_block && used_i) begin
      logic [ExpsWidth-1:0] fields;
      logic [7:0]          distance;
      fields = exps[row_i.block[BlockWidth-1:0]];
      exps_odd_q <= ^fields;
      for (int unsigned g = 0; g < Groups; g++) begin
        distance = max_exp_i - fields[8*g +: 8];
        block_shifts_q[32*g +: 32] <=
            {26'd0, (fields[8*g +: 8] == 8'd0 || distance > 8'd63) ? 6'd63 : distance[5:0]};
      end
    end
  end

  // P * M, the only multiplication of a group; then aligned to the common exponent: floor(P * M *
  // 2^-shift).
  logic [32*Groups-1:0] scales_q, mants_q, shifts_q, shifts_q2, sums_q;
  logic [64*Groups-1:0] prods_q, terms_q;         // 64-bit slots, sign-extended.
  always_ff @(posedge clk_i) begin
    if (row_i.valid && used_i) scales_q <= scales_i;
    if (row_q[0]) begin
      logic [31:0] shift;
      for (int unsigned g = 0; g < Groups; g++) begin
        shift = ((scales_q[32*g +: 32] >> 16) & 32'd63) + block_shifts_q[32*g +: 32];
        shifts_q[32*g +: 32] <= (shift | {32{shift[6]}}) & 32'd63;   // At most 63.
        mants_q[32*g +: 32]  <= scales_q[32*g +: 32] & 32'hFFFF;
        sums_q[32*g +: 32]   <= 32'(signed'(GroupWidth'(bases[32*g +: 32] + tails[32*g +: 32])));
      end
    end
    if (row_q[1]) begin
      shifts_q2 <= shifts_q;
      for (int unsigned g = 0; g < Groups; g++) begin
        prods_q[64*g +: 64] <= 64'(signed'(sums_q[32*g +: 32]))
                             * 64'(signed'({1'b0, mants_q[32*g +: 16]}));
      end
    end
    if (row_q[2]) begin
      for (int unsigned g = 0; g < Groups; g++) begin
        terms_q[64*g +: 64] <= signed'(prods_q[64*g +: 64]) >>> shifts_q2[32*g +: 6];
      end
    end
  end

  function automatic logic [SumWidth-1:0] sum_of(input logic [64*Groups-1:0] values);
    sum_of = '0;
    for (int unsigned g = 0; g < Groups; g++) sum_of = sum_of + values[64*g +: SumWidth];
  endfunction

  // Partial sums of the tile.
  localparam int unsigned PartialWidth = AccWidth + ParityBits;
  logic [PartialWidth-1:0] partials [TileRows];
  logic [PartialWidth-1:0] partial_q;
  logic [AccWidth-1:0]     partial_q2, acc;
  logic [SumWidth-1:0] sum_q;
  logic                last;
  assign last  = row_q[4] && tag_q5[RowAddr];
  assign acc   = AccWidth'(signed'(sum_q)) + partial_q2;
  always_ff @(posedge clk_i) begin
    if (row_q[2]) partial_q <= partials[tag_q3[RowAddr-1:0]];
    if (row_q[3]) begin
      sum_q      <= sum_of(terms_q);
      partial_q2 <= tag_q4[RowAddr+1] ? '0 : AccWidth'(partial_q);   // The first block has none.
    end
    if (row_q[4]) partials[tag_q5[RowAddr-1:0]] <= PartialWidth'({^acc, acc});
    if (last) acc_o <= acc;
  end
  always_ff @(posedge clk_i) acc_valid_o <= rst_ni && last;

  if (Parity != 0) begin : gen_parity
    logic loaded_q;
    always_ff @(posedge clk_i) begin
      loaded_q    <= row_i.load_block && used_i;
      bad_partial <= row_q[3] && !tag_q4[RowAddr+1] && ^partial_q;
    end
    assign bad_exps = loaded_q && exps_odd_q;
  end else begin : gen_no_parity
    assign {bad_exps, bad_partial} = '0;
    logic unused_odd;
    assign unused_odd = exps_odd_q;
  end
  assign bad_parity_o = bad_table || bad_exps || bad_partial;

  logic unused_ok;
  assign unused_ok = ^{place_i, row_i};

endmodule
