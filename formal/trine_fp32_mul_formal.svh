// SPDX-License-Identifier: Apache-2.0
//
// Proof of trine_fp32_mul: y is what docs/numerics.md says of the operands that came in four moves
// ago; product, fields and zero belong to those of two moves ago. Operands are any 32 bits.
//
// With a = a1 * 2^17 + a0 and b = b1 * 2^17 + b0, the product of two significands is
// a1 * b1 * 2^34 + a1 * b0 * 2^17 + a0 * b1 * 2^17 + a0 * b0. The proof takes it as that sum: the
// solver cannot compare it with another way to multiply 24 by 24 bits.

`include "trine_fp32_rules.svh"

logic f_past_valid_q = 1'b0;
always_ff @(posedge clk_i) f_past_valid_q <= 1'b1;
logic rst_ni;
assign rst_ni = f_past_valid_q;

// Operands and the products of their parts in the first stage; their product beside those behind.
typedef struct packed {
  logic        here;             // Operands have come so far.
  logic        nan, inf, zero;   // The result is no number; is infinite or zero as an operand is.
  logic        sign;             // Of the result, if it is a number.
  logic [8:0]  fields;
  logic [47:0] product;          // In units of 2^(fields - 300).
} f_product_t;
logic        f_here_q = 1'b0;
logic [31:0] f_a_q, f_b_q;
logic [33:0] f_low_q;
logic [23:0] f_cross_q, f_cross_q2;
logic [13:0] f_high_q;
f_product_t  f_q, f_q2, f_q3, f_q4;

always_comb begin
  f_q.here    = f_here_q;
  f_q.inf     = f_is_inf(f_a_q) || f_is_inf(f_b_q);
  f_q.zero    = f_significand(f_a_q) == '0 || f_significand(f_b_q) == '0;
  f_q.nan     = f_is_nan(f_a_q) || f_is_nan(f_b_q) || (f_q.inf && f_q.zero);
  f_q.sign    = f_a_q[31] ^ f_b_q[31];
  f_q.fields  = 9'(f_a_q[30:23]) + 9'(f_b_q[30:23]);
  f_q.product = (48'(f_high_q) << 34) + (48'(f_cross_q) << 17) + (48'(f_cross_q2) << 17)
              + 48'(f_low_q);
end

initial {f_q2, f_q3, f_q4} = '0;
always_ff @(posedge clk_i) begin
  if (en_i) begin
    f_here_q           <= 1'b1;
    f_a_q              <= a_i;
    f_b_q              <= b_i;
    f_low_q            <= 34'(a_i[16:0]) * 34'(b_i[16:0]);
    f_cross_q          <= 24'(a_i[16:0]) * 24'({1'b1, b_i[22:17]});
    f_cross_q2         <= 24'({1'b1, a_i[22:17]}) * 24'(b_i[16:0]);
    f_high_q           <= 14'({1'b1, a_i[22:17]}) * 14'({1'b1, b_i[22:17]});
    {f_q2, f_q3, f_q4} <= {f_q, f_q2, f_q3};
  end
end

// After two moves.
`TRINE_ASSERT(ProductIsExact_A, !f_q2.here || f_q2.zero || product_o == f_q2.product)
`TRINE_ASSERT(FieldsAreAdded_A, !f_q2.here || fields_o == f_q2.fields)
`TRINE_ASSERT(ZeroIsTold_A, !f_q2.here || zero_o == f_q2.zero)

// The result.
logic               f_finite, f_small4, f_large4;
logic signed [10:0] f_place4;
assign f_finite = f_q4.here && !f_q4.nan && !f_q4.inf;
// Less than 2^-126 after rounding with unlimited exponents: below (2^25 - 1) * 2^-151.
assign f_small4 = f_q4.fields <= 9'd149
               && (f_q4.product >> (9'd149 - f_q4.fields)) < 48'h1FF_FFFF;
// At least half a last place above the largest number: (2^25 - 1) * 2^103.
assign f_large4 = f_q4.fields > 9'd403
               || (f_q4.product >> (9'd403 - f_q4.fields)) >= 48'h1FF_FFFF;
// The last place of y in units of the product is 2^f_place4.
assign f_place4 = 11'(y_o[30:23]) - 11'(f_q4.fields) + 11'd150;
`TRINE_ASSERT(NanIsNan_A, !f_q4.here || !f_q4.nan || y_o == 32'h7FC0_0000)
`TRINE_ASSERT(SignOfProduct_A, !f_q4.here || f_q4.nan || y_o[31] == f_q4.sign)
`TRINE_ASSERT(InfIsInf_A, !f_q4.here || f_q4.nan || !f_q4.inf || y_o[30:0] == 31'h7F80_0000)
`TRINE_ASSERT(ZeroIsZero_A, !f_finite || !f_q4.zero || y_o[30:0] == '0)
`TRINE_ASSERT(SmallIsZero_A, !f_finite || !f_small4 || y_o[30:0] == '0)
`TRINE_ASSERT(LargeIsInf_A, !f_finite || f_q4.zero || !f_large4 || y_o[30:0] == 31'h7F80_0000)
`TRINE_ASSERT(ProductIsNearest_A, !f_finite || f_q4.zero || f_small4 || f_large4
              || (y_o[30:23] != '0 && y_o[30:23] != '1 && f_place4 > 0 && f_place4 < 11'sd32
                  && f_is_nearest({16'd0, f_q4.product}, f_significand(y_o), {2'd0, f_place4[4:0]},
                                  1'b0)))

// Each stage holds what is not finite, what is zero, the sign, and its part of the product.
logic [23:0] f_whole3;           // The highest 24 bits of the product, and what is below them.
logic [23:0] f_rest3;
assign {f_whole3, f_rest3} = f_q3.product[47] ? f_q3.product : f_q3.product << 1;
`TRINE_ASSERT(Special_I, (!f_q.here || (nan_q == f_q.nan && (nan_q || inf_q == f_q.inf)))
              && (!f_q2.here || (nan_q2 == f_q2.nan && (nan_q2 || inf_q2 == f_q2.inf)))
              && (!f_q3.here || (nan_q3 == f_q3.nan && (nan_q3 || inf_q3 == f_q3.inf))))
`TRINE_ASSERT(Sign_I, (!f_q.here || sign_q == f_q.sign) && (!f_q2.here || sign_q2 == f_q2.sign)
              && (!f_q3.here || sign_q3 == f_q3.sign))
`TRINE_ASSERT(Zero_I, (!f_q.here || zero_q == f_q.zero) && (!f_q3.here || zero_q3 == f_q3.zero))
`TRINE_ASSERT(Fields_I, !f_q.here || fields_q == f_q.fields)
`TRINE_ASSERT(Parts_I, !f_q.here || (low_q == f_low_q && cross_q == f_cross_q
                                     && cross_q2 == f_cross_q2 && high_q == f_high_q))
`TRINE_ASSERT(HighBit_I, (!f_q.here || f_q.product[47:46] != '0)
              && (!f_q2.here || f_q2.product[47:46] != '0)
              && (!f_q3.here || f_q3.product[47:46] != '0))
`TRINE_ASSERT(Normal_I, !f_q3.here || f_q3.zero
              || ({1'b1, fraction_q3} == f_whole3
                  && up_q3 == ({f_rest3, f_whole3[0]} > 25'h100_0000)
                  && field_q3 == 10'(f_q3.fields) - 10'd127 + 10'(f_q3.product[47])))
