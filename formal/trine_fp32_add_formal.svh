// SPDX-License-Identifier: Apache-2.0
//
// Proof of trine_fp32_add: y is what docs/numerics.md says of the operands that came in six moves
// ago, which are any 32 bits each.
//
// The exact sum is an integer in units of 2^-25 of the last place of the operand with the larger
// field, unless all of the other one is below a quarter of that place: then the larger operand is
// the number nearest to the sum.

`include "trine_fp32_rules.svh"

logic f_past_valid_q = 1'b0;
always_ff @(posedge clk_i) f_past_valid_q <= 1'b1;
logic rst_ni;
assign rst_ni = f_past_valid_q;

// Operands in the first stage, and their sum beside those behind.
typedef struct packed {
  logic        here;             // Operands have come so far.
  logic        nan, inf;         // The result is no number; is infinite as an operand is.
  logic        sign;             // Of the result, if it is a number.
  logic        far;              // An operand is below 2^-25 of the other one, and no zero.
  logic [31:0] larger;           // This is the other one.
  logic [7:0]  field;            // The larger one.
  logic [49:0] sum;              // Magnitude in units of 2^(field - 175); if far, close to it.
} f_sum_t;
logic        f_here_q = 1'b0;
logic [31:0] f_a_q, f_b_q;
f_sum_t      f_q, f_q2, f_q3, f_q4, f_q5, f_q6;

logic        f_a_larger;
logic [7:0]  f_apart;
logic [49:0] f_left, f_right;    // Magnitudes of the operands in the units of the sum.
logic [50:0] f_sum;
always_comb begin
  f_a_larger = f_a_q[30:23] > f_b_q[30:23];
  f_apart    = f_a_larger ? f_a_q[30:23] - f_b_q[30:23] : f_b_q[30:23] - f_a_q[30:23];
  f_q.here   = f_here_q;
  f_q.nan    = f_is_nan(f_a_q) || f_is_nan(f_b_q)
            || (f_is_inf(f_a_q) && f_is_inf(f_b_q) && f_a_q[31] != f_b_q[31]);
  f_q.inf    = f_is_inf(f_a_q) || f_is_inf(f_b_q);
  f_q.far    = f_apart > 8'd25 && f_significand(f_a_q) != '0 && f_significand(f_b_q) != '0;
  f_q.larger = f_a_larger ? f_a_q : f_b_q;
  f_q.field  = f_q.larger[30:23];
  f_left     = {1'b0, f_significand(f_a_q), 25'd0} >> (f_q.field - f_a_q[30:23]);
  f_right    = {1'b0, f_significand(f_b_q), 25'd0} >> (f_q.field - f_b_q[30:23]);
  // One unit stands for an operand that is far: the sum is on the same side of the larger one.
  if (f_q.far && f_a_larger)  f_right = 50'd1;
  if (f_q.far && !f_a_larger) f_left  = 50'd1;
  f_sum      = (f_a_q[31] ? -{1'b0, f_left} : {1'b0, f_left})
             + (f_b_q[31] ? -{1'b0, f_right} : {1'b0, f_right});
  f_q.sum    = 50'(f_sum[50] ? -f_sum : f_sum);
  f_q.sign   = f_is_inf(f_a_q) ? f_a_q[31] : f_is_inf(f_b_q) ? f_b_q[31]
             : f_sum == '0 ? f_a_q[31] && f_b_q[31] : f_sum[50];
end

initial {f_q2, f_q3, f_q4, f_q5, f_q6} = '0;
always_ff @(posedge clk_i) begin
  if (en_i) begin
    f_here_q                       <= 1'b1;
    f_a_q                          <= a_i;
    f_b_q                          <= b_i;
    {f_q2, f_q3, f_q4, f_q5, f_q6} <= {f_q, f_q2, f_q3, f_q4, f_q5};
  end
end

// The result.
logic              f_finite, f_zero6, f_small6, f_large6;
logic signed [9:0] f_place6;
assign f_finite = f_q6.here && !f_q6.nan && !f_q6.inf;
assign f_zero6  = f_q6.sum == '0;
// Below 2^-126. Such a sum has no more than 24 bits, so rounding leaves it as it is.
assign f_small6 = f_q6.field <= 8'd49 && (f_q6.sum >> (6'd49 - f_q6.field[5:0])) == '0;
// At least half a last place above the largest number: (2^25 - 1) * 2^103.
assign f_large6 = (f_q6.sum >> (9'd278 - 9'(f_q6.field))) >= 50'h1FF_FFFF;
// The last place of y in units of the sum is 2^f_place6.
assign f_place6 = 10'(y_o[30:23]) - 10'(f_q6.field) + 10'd25;
`TRINE_ASSERT(NanIsNan_A, !f_q6.here || !f_q6.nan || y_o == 32'h7FC0_0000)
`TRINE_ASSERT(InfIsInf_A, !f_q6.here || f_q6.nan || !f_q6.inf || y_o[30:0] == 31'h7F80_0000)
`TRINE_ASSERT(SignOfSum_A, !f_q6.here || f_q6.nan || y_o[31] == f_q6.sign)
`TRINE_ASSERT(FarIsLarger_A, !f_finite || !f_q6.far || y_o == f_q6.larger)
`TRINE_ASSERT(SmallIsZero_A, !f_finite || f_q6.far || !f_small6 || y_o[30:0] == '0)
`TRINE_ASSERT(LargeIsInf_A, !f_finite || f_q6.far || !f_large6 || y_o[30:0] == 31'h7F80_0000)
`TRINE_ASSERT(ZeroIsZero_A, !f_finite || !f_zero6 || y_o[30:0] == '0)
`TRINE_ASSERT(SumIsNearest_A, !f_finite || f_q6.far || f_zero6 || f_small6 || f_large6
              || (y_o[30:23] != '0 && y_o[30:23] != '1 && f_place6 > 0 && f_place6 < 10'sd32
                  && f_is_nearest({14'd0, f_q6.sum}, f_significand(y_o), {2'd0, f_place6[4:0]}, 1'b0)))

// What is known of a finite sum: if far, it is next to the larger operand; else it has few bits if
// operands of almost the same size cancel, and none below 2^-149.
function automatic logic f_is_sum(input logic far, input logic sign, input logic [31:0] larger,
                                  input logic [7:0] field, input logic [49:0] sum);
  logic [49:0] next;
  next = {1'b0, f_significand(larger), 25'd0};
  if (far) f_is_sum = field == larger[30:23] && sign == larger[31] && field > 8'd26 && field != '1
                   && (sum == next + 50'd1 || sum == next - 50'd1);
  else     f_is_sum = (sum[49:47] != '0 || sum[23:0] == '0) && (field != '0 || sum == '0)
                   && (field > 8'd25 || (sum & ~(~50'd0 << (5'd26 - field[4:0]))) == '0);
endfunction
logic f_is, f_is2, f_is3, f_is4, f_is5;  // The stage has a result that is a number.
assign f_is  = f_q.here && !f_q.nan;
assign f_is2 = f_q2.here && !f_q2.nan;
assign f_is3 = f_q3.here && !f_q3.nan;
assign f_is4 = f_q4.here && !f_q4.nan;
assign f_is5 = f_q5.here && !f_q5.nan;
`TRINE_ASSERT(Known_I,
                 (!f_is || f_q.inf
                  || f_is_sum(f_q.far, f_q.sign, f_q.larger, f_q.field, f_q.sum))
              && (!f_is2 || f_q2.inf
                  || f_is_sum(f_q2.far, f_q2.sign, f_q2.larger, f_q2.field, f_q2.sum))
              && (!f_is3 || f_q3.inf
                  || f_is_sum(f_q3.far, f_q3.sign, f_q3.larger, f_q3.field, f_q3.sum))
              && (!f_is4 || f_q4.inf
                  || f_is_sum(f_q4.far, f_q4.sign, f_q4.larger, f_q4.field, f_q4.sum))
              && (!f_is5 || f_q5.inf
                  || f_is_sum(f_q5.far, f_q5.sign, f_q5.larger, f_q5.field, f_q5.sum)))

// Each stage holds what is not finite, the sign, in the first three that of a zero apart, and the
// field.
`TRINE_ASSERT(Special_I, (!f_q.here || (nan_q == f_q.nan && (nan_q || inf_q == f_q.inf)))
              && (!f_q2.here || (nan_q2 == f_q2.nan && (nan_q2 || inf_q2 == f_q2.inf)))
              && (!f_q3.here || (nan_q3 == f_q3.nan && (nan_q3 || inf_q3 == f_q3.inf)))
              && (!f_q4.here || (nan_q4 == f_q4.nan && (nan_q4 || inf_q4 == f_q4.inf)))
              && (!f_q5.here || (nan_q5 == f_q5.nan && (nan_q5 || inf_q5 == f_q5.inf))))
`TRINE_ASSERT(Sign_I, (!f_is || (f_q.sum == '0 ? zero_sign_q : sign_q) == f_q.sign)
              && (!f_is2 || (f_q2.sum == '0 ? zero_sign_q2 : sign_q2) == f_q2.sign)
              && (!f_is3 || (f_q3.sum == '0 ? zero_sign_q3 : sign_q3) == f_q3.sign)
              && (!f_is4 || sign_q4 == f_q4.sign)
              && (!f_is5 || sign_q5 == f_q5.sign))
`TRINE_ASSERT(Field_I, (!f_is || field_q == f_q.field)
              && (!f_is2 || field_q2 == f_q2.field)
              && (!f_is3 || field_q3 == f_q3.field)
              && (!f_is4 || field_q4 == f_q4.field))

// The first stage holds the operands, the larger magnitude first; the second the smaller one as far
// as three bits below the larger one, the last of them for all that is cut off; the next two have
// the sum like that.
logic [49:0] f_large, f_small, f_large2, f_small2;
assign f_large  = {1'b0, large_q, 25'd0};
assign f_small  = f_q.far ? 50'd1 : {1'b0, small_q, 25'd0} >> shift_q;
assign f_large2 = {1'b0, large_q2, 25'd0};
assign f_small2 = subtract_q2 ? f_large2 - f_q2.sum : f_q2.sum - f_large2;
function automatic logic [27:0] f_cut(input logic [49:0] sum);
  f_cut = {sum[49:23], sum[22:0] != '0};
endfunction
`TRINE_ASSERT(Operands_I, !f_is || (subtract_q == (f_a_q[31] ^ f_b_q[31]) && f_large >= f_small
                                    && ((f_large == f_left && f_small == f_right)
                                        || (f_large == f_right && f_small == f_left))))
`TRINE_ASSERT(Shift_I, !f_is || (f_q.far ? shift_q > 5'd25 && shift_q < 5'd28 && small_q != '0
                                         : shift_q < 5'd26 || small_q == '0))
`TRINE_ASSERT(Aligned_I, !f_is2 || (aligned_q2 == 27'(f_cut(f_small2)) && !f_small2[49]))
`TRINE_ASSERT(Sum_I, (!f_is3 || sum_q3 == f_cut(f_q3.sum)) && (!f_is4 || sum_q4 == f_cut(f_q4.sum)))

// Then its leading zeros are counted and taken off, of the field too.
logic [9:0] f_zeros5;
assign f_zeros5 = 10'(f_q5.field) + 10'd1 - field_q5;
`TRINE_ASSERT(Zeros_I, !f_is4 || sum_q4 == '0 || (sum_q4 >> (5'd27 - zeros_q4)) == 28'd1)
`TRINE_ASSERT(Normal_I, !f_is5 || (norm_q5 == f_cut(f_q5.sum) << f_zeros5[4:0]
                                   && norm_q5 >> f_zeros5[4:0] == f_cut(f_q5.sum)
                                   && (norm_q5[27] || norm_q5 == '0) && f_zeros5[9:5] == '0))
