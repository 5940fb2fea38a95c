// SPDX-License-Identifier: Apache-2.0

/// One lane of the vector unit: three multipliers, an adder, exp2 and a reciprocal, which a pass
/// connects as its operation needs.
///
///     add, rope       first * 1 or table, second * 1 or table -> add
///     softmax         first * scale -> add (-max) -> exp2, a term
///     silu_mul        first * -log2(e) -> exp2 -> add 1 -> reciprocal; times second, that waits
///     rmsnorm         second: x * x, a term; first: x * r -> times second, w * 1
///     scalars         first -> add a constant -> reciprocal, or rsqrt outside
///
/// One slice a cycle, no waiting: results come the cycles of trine_vector_pkg::Tap* after the
/// operands.  `en_i` moves everything.
module trine_vector_lane (
  input  logic                                   clk_i,
  input  logic                                   en_i,
  input  trine_vector_pkg::pass_t                pass_i,
  input  logic [31:0]                            constant_i,   // Of the adder.
  input  logic                                   negate_i,     // Adder: minus the second product.
  input  logic [8:0]                             top_i,        // Field that a term is aligned to.
  input  logic                                   term_mask_i,  // In time with a term's operands.
  input  logic [31:0]                            a0_i,         // First multiplier.
  input  logic [31:0]                            b0_i,
  input  logic [31:0]                            a1_i,         // Second multiplier.
  input  logic [31:0]                            b1_i,
  output logic [31:0]                            first_o,      // Of the first multiplier.
  output logic [31:0]                            add_o,
  output logic [31:0]                            recip_o,
  output logic [31:0]                            exp2_o,
  output logic [31:0]                            last_o,       // Of the last multiplier.
  output logic [trine_vector_pkg::TermWidth-1:0] term_o
);

  localparam int unsigned TermWidth = trine_vector_pkg::TermWidth;
  // From the second product to the last multiplier's operands.
  localparam int unsigned Wait = trine_vector_pkg::TapLast - 1 - 2 * trine_vector_pkg::TapMul;

  logic [47:0] square, unused_product, unused_product2;
  logic [8:0]  unused_fields, unused_fields2;
  logic        unused_zero, unused_zero2;
  logic [8:0]  square_fields;
  logic        square_zero;
  logic [31:0] second;
  trine_fp32_mul u_first (
    .clk_i,
    .en_i,
    .a_i       (a0_i),
    .b_i       (b0_i),
    .product_o (unused_product),
    .fields_o  (unused_fields),
    .zero_o    (unused_zero),
    .y_o       (first_o)
  );
  trine_fp32_mul u_second (
    .clk_i,
    .en_i,
    .a_i       (a1_i),
    .b_i       (b1_i),
    .product_o (square),
    .fields_o  (square_fields),
    .zero_o    (square_zero),
    .y_o       (second)
  );

  logic [31:0] exp2_x_q, add_a_q, add_b_q, last_a_q, last_b_q;
  trine_fp32_exp2 u_exp2 (
    .clk_i,
    .en_i,
    .x_i (exp2_x_q),
    .y_o (exp2_o)
  );
  trine_fp32_add u_add (
    .clk_i,
    .en_i,
    .a_i (add_a_q),
    .b_i (add_b_q),
    .y_o (add_o)
  );
  trine_fp32_recip u_recip (
    .clk_i,
    .en_i,
    .x_i (add_o),
    .y_o (recip_o)
  );
  trine_fp32_mul u_last (
    .clk_i,
    .en_i,
    .a_i       (last_a_q),
    .b_i       (last_b_q),
    .product_o (unused_product2),
    .fields_o  (unused_fields2),
    .zero_o    (unused_zero2),
    .y_o       (last_o)
  );

  logic [32*Wait-1:0] wait_q;                     // Second products, the newest lowest.
  always_ff @(posedge clk_i) begin
    if (en_i) begin
      exp2_x_q <= pass_i.exp_first ? first_o : add_o;
      add_a_q  <= pass_i.exp_first ? exp2_o : first_o;
      add_b_q  <= pass_i.add_const ? constant_i : {second[31] ^ negate_i, second[30:0]};
      wait_q   <= {wait_q[32*(Wait-1)-1:0], second};
      last_a_q <= pass_i.chain ? first_o : recip_o;
      last_b_q <= pass_i.chain ? second : wait_q[32*(Wait-1) +: 32];
    end
  end

  // A term is the top of a product, or a significand in its place, shifted to the common field.
  logic [TermWidth-1:0] value_q;
  logic [8:0]           shift_q;
  logic                 none_q;
  always_ff @(posedge clk_i) begin
    if (en_i) begin
      if (pass_i.sum_exp) begin
        value_q <= {1'b1, exp2_o[22:0], 22'd0};
        shift_q <= top_i - 9'(exp2_o[30:23]);
        none_q  <= !term_mask_i || exp2_o[30:23] == '0;
      end else begin
        value_q <= TermWidth'(square >> 2);
        shift_q <= top_i - square_fields;
        none_q  <= !term_mask_i || square_zero;
      end
      // The exponent of a square is doubled already.
      term_o <= (none_q || shift_q[8:6] != '0) ? '0 : value_q >> shift_q[5:0];
    end
  end

  logic unused_ok;
  assign unused_ok = ^pass_i;

endmodule
