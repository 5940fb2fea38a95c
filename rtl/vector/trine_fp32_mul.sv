// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// y = a * b in FP32: nearest even, subnormal operands and results are zeros (docs/numerics.md).
/// Latency 4, one a cycle; `en_i` moves every stage.
///
/// After two cycles the exact product of the significands and the sum of the exponent fields are
/// there too: a * b = product * 2^(fields - 300), unless `zero_o`.
module trine_fp32_mul (
  input  logic        clk_i,
  input  logic        en_i,
  input  logic [31:0] a_i,
  input  logic [31:0] b_i,
  output logic [47:0] product_o,
  output logic [8:0]  fields_o,
  output logic        zero_o,
  output logic [31:0] y_o
);

  // 1: partial products, as wide as a multiplier block takes them: 17 bits and the 7 above.
  logic        sign_q, zero_q, inf_q, nan_q;
  logic [8:0]  fields_q;
  logic [33:0] low_q;
  logic [23:0] cross_q, cross_q2;
  logic [13:0] high_q;
  always_ff @(posedge clk_i) begin
    if (en_i) begin
      logic        a_inf, b_inf, zero;
      logic [23:0] a, b;
      a_inf    = &a_i[30:23];
      b_inf    = &b_i[30:23];
      zero     = a_i[30:23] == '0 || b_i[30:23] == '0;
      a        = {1'b1, a_i[22:0]};
      b        = {1'b1, b_i[22:0]};
      low_q    <= 34'(a[16:0]) * 34'(b[16:0]);
      cross_q  <= 24'(a[16:0]) * 24'(b[23:17]);
      cross_q2 <= 24'(a[23:17]) * 24'(b[16:0]);
      high_q   <= 14'(a[23:17]) * 14'(b[23:17]);
      fields_q <= 9'(a_i[30:23]) + 9'(b_i[30:23]);
      zero_q   <= zero;
      sign_q   <= a_i[31] ^ b_i[31];
      inf_q    <= a_inf || b_inf;
      nan_q    <= (a_inf && a_i[22:0] != '0) || (b_inf && b_i[22:0] != '0)
               || ((a_inf || b_inf) && zero);
    end
  end

  // 2: the product.
  logic sign_q2, inf_q2, nan_q2;
  logic [24:0] middle;
  logic [30:0] top;
  assign middle = 25'(cross_q) + 25'(cross_q2);
  assign top   = {high_q, low_q[33:17]} + 31'(middle);
  always_ff @(posedge clk_i) begin
    if (en_i) begin
      product_o <= {top, low_q[16:0]};
      fields_o  <= fields_q;
      zero_o    <= zero_q;
      sign_q2   <= sign_q;
      inf_q2    <= inf_q;
      nan_q2    <= nan_q;
    end
  end

  // 3: normalised; shall it be rounded up?
  logic              sign_q3, zero_q3, inf_q3, nan_q3, up_q3;
  logic [22:0]       fraction_q3;
  logic signed [9:0] field_q3;
  always_ff @(posedge clk_i) begin
    if (en_i) begin
      logic high;
      high        = product_o[47];
      fraction_q3 <= high ? product_o[46:24] : product_o[45:23];
      up_q3       <= high ? product_o[23] && (product_o[24] || product_o[22:0] != '0)
                          : product_o[22] && (product_o[23] || product_o[21:0] != '0);
      field_q3    <= 10'(signed'({1'b0, fields_o})) - 10'sd127 + 10'(signed'({1'b0, high}));
      sign_q3     <= sign_q2;
      zero_q3     <= zero_o;
      inf_q3      <= inf_q2;
      nan_q3      <= nan_q2;
    end
  end

  // 4: rounded.
  always_ff @(posedge clk_i) begin
    if (en_i) begin
      logic               under, over;
      logic signed [32:0] rounded;
      // A carry out of the fraction is one more in the field.
      rounded  = {field_q3, fraction_q3} + 33'(signed'({1'b0, up_q3}));
      under    = rounded[32] || rounded[31:23] == '0;
      over     = !rounded[32] && (rounded[31] || &rounded[30:23]);
      y_o[31]  <= sign_q3 && !nan_q3;
      if (nan_q3)                y_o[30:0] <= 31'h7FC00000;
      else if (inf_q3)           y_o[30:0] <= 31'h7F800000;
      else if (zero_q3 || under) y_o[30:0] <= '0;
      else if (over)             y_o[30:0] <= 31'h7F800000;
      else                       y_o[30:0] <= rounded[30:0];
    end
  end

`ifdef FORMAL_TRINE_FP32_MUL
  `include "trine_fp32_mul_formal.svh"
`endif

endmodule
