// SPDX-License-Identifier: Apache-2.0
//
// Proof of trine_fp32_pack: what leaves is acc * 2^exponent of the value that came five cycles ago,
// rounded once as docs/numerics.md says, whatever value and exponent are.

`include "trine_fp32_rules.svh"

logic f_past_valid_q = 1'b0;
always_ff @(posedge clk_i) f_past_valid_q <= 1'b1;
always_comb if (!f_past_valid_q) assume (!rst_ni);

// Values beside the stages.
typedef struct packed {
  logic               here;
  logic               sign;
  logic        [63:0] magnitude;
  logic signed [11:0] exponent;
} f_value_t;
logic        f_here_q, f_sign_q;
logic [63:0] f_magnitude_q;
f_value_t    f_q, f_q2, f_q3, f_q4, f_q5;
assign f_q = {f_here_q, f_sign_q, f_magnitude_q, exponent_i};
always_ff @(posedge clk_i) begin
  f_here_q      <= valid_i;
  f_sign_q      <= acc_i[63];
  f_magnitude_q <= acc_i[63] ? -acc_i : acc_i;
  {f_q2, f_q3, f_q4, f_q5} <= {f_q, f_q2, f_q3, f_q4};
  if (!rst_ni) {f_here_q, f_q2.here, f_q3.here, f_q4.here, f_q5.here} <= '0;
end

// The result. The last place of y in units of the value is 2^f_place5.
logic               f_zero5, f_large5;
logic signed [12:0] f_place5, f_above5;
logic        [23:0] f_y5;
assign f_zero5  = f_q5.magnitude == '0;
// At least half a last place above the largest number: (2^25 - 1) * 2^103.
assign f_above5 = 13'(f_q5.exponent) - 13'sd103;
assign f_large5 = f_above5 > 13'sd24 || (f_above5 >= 0 ? {24'd0, f_q5.magnitude} << f_above5[4:0]
                                         : {24'd0, f_q5.magnitude} >> -f_above5) >= 88'h1FF_FFFF;
assign f_y5     = {data_o[30:23] != '0, data_o[22:0]};
assign f_place5 = (data_o[30:23] == '0 ? 13'sd1 : 13'(signed'({1'b0, data_o[30:23]}))) - 13'sd150
                - 13'(f_q5.exponent);
`TRINE_ASSERT(ValidIsDelayed_A, valid_o == f_q5.here)
`TRINE_ASSERT(ZeroIsZero_A, !valid_o || !f_zero5 || data_o == '0)
`TRINE_ASSERT(SignOfValue_A, !valid_o || f_zero5 || data_o[31] == f_q5.sign)
`TRINE_ASSERT(LargeIsInf_A, !valid_o || f_zero5 || !f_large5 || data_o[30:0] == 31'h7F80_0000)
// With its last place the result is the value itself, or the nearest number, or zero: a value below
// half of the lowest number.
`TRINE_ASSERT(ValueIsExact_A, !valid_o || f_zero5 || f_large5 || f_place5 > 0
              || (f_place5 > -13'sd24 && 88'(f_y5) == {24'd0, f_q5.magnitude} << -f_place5))
`TRINE_ASSERT(ValueIsNearest_A, !valid_o || f_zero5 || f_large5 || f_place5 <= 0
              || f_place5 > 13'sd64
              || f_is_nearest(f_q5.magnitude, f_y5, f_place5[6:0], data_o[30:23] <= 8'd1))
`TRINE_ASSERT(TinyIsZero_A, !valid_o || f_zero5 || f_place5 <= 13'sd64 || data_o[30:0] == '0)

// Each stage holds the sign, and the magnitude with its highest bit in front.
logic signed [13:0] f_top3, f_top4;
logic        [63:0] f_norm3, f_norm4;
logic        [89:0] f_moved4;
logic signed [13:0] f_down4;     // Places that a number below 2^-126 is moved.
assign f_top3   = field_q3 - 14'(f_q3.exponent) - 14'sd127;
assign f_norm3  = f_q3.magnitude << (6'd63 - f_top3[5:0]);
assign f_top4   = field_q4 - 14'(f_q4.exponent) - 14'sd127;
assign f_norm4  = f_q4.magnitude << (6'd63 - f_top4[5:0]);
assign f_down4  = field_q4 > 0 ? 14'sd0 : field_q4 < -14'sd25 ? 14'sd26 : 14'sd1 - field_q4;
assign f_moved4 = {f_norm4, 26'd0} >> f_down4[4:0];
`TRINE_ASSERT(Valid_I, valid_q == {f_q4.here, f_q3.here, f_q2.here, f_q.here})
`TRINE_ASSERT(Sign_I, (!f_q.here || sign_q == f_q.sign) && (!f_q2.here || sign_q2 == f_q2.sign)
              && (!f_q3.here || sign_q3 == f_q3.sign) && (!f_q4.here || sign_q4 == f_q4.sign))
`TRINE_ASSERT(ZeroSign_I, (!f_q.here || f_q.magnitude != '0 || !f_q.sign)
              && (!f_q2.here || f_q2.magnitude != '0 || !f_q2.sign)
              && (!f_q3.here || f_q3.magnitude != '0 || !f_q3.sign)
              && (!f_q4.here || f_q4.magnitude != '0 || !f_q4.sign))
`TRINE_ASSERT(Magnitude_I, (!f_q.here || mag_q == f_q.magnitude)
              && (!f_q2.here || mag_q2 == f_q2.magnitude))
`TRINE_ASSERT(Top_I, !f_q2.here || (bias_q2 == 14'(f_q2.exponent) + 14'sd127
              && (mag_q2 == '0 || mag_q2 >> top_q2 == 64'd1)))
`TRINE_ASSERT(Zero_I, (!f_q3.here || f_q3.magnitude != '0 || (sig_q3 == '0 && field_q3 == 0))
              && (!f_q4.here || f_q4.magnitude != '0 || (sig_q4 == '0 && field_q4 == 0)))
`TRINE_ASSERT(Normal_I, !f_q3.here || f_q3.magnitude == '0
              || (f_top3 >= 0 && f_top3 < 64 && f_q3.magnitude >> f_top3[5:0] == 64'd1
                  && sig_q3 == {f_norm3[63:39], f_norm3[38:0] != '0}
                  && shift_q3 == distance(field_q3)))
`TRINE_ASSERT(Moved_I, !f_q4.here || f_q4.magnitude == '0
              || (f_top4 >= 0 && f_top4 < 64 && f_q4.magnitude >> f_top4[5:0] == 64'd1
                  && sig_q4 == {f_moved4[89:65], f_moved4[64:0] != '0}))
