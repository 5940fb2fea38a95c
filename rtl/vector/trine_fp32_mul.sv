// SPDX-License-Identifier: Apache-2.0

/// y = a * b in FP32: nearest even, subnormal operands and results are zeros (docs/numerics.md).
/// Latency 2, one a cycle; `en_i` moves every stage.
///
/// After one cycle the exact product of the significands and the sum of the exponent fields are
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

  logic sign_q, inf_q, nan_q;

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      logic a_inf, b_inf, zero;
      a_inf     = &a_i[30:23];
      b_inf     = &b_i[30:23];
      zero      = a_i[30:23] == '0 || b_i[30:23] == '0;
      product_o <= 48'({1'b1, a_i[22:0]}) * 48'({1'b1, b_i[22:0]});
      fields_o  <= 9'(a_i[30:23]) + 9'(b_i[30:23]);
      zero_o    <= zero;
      sign_q    <= a_i[31] ^ b_i[31];
      inf_q     <= a_inf || b_inf;
      nan_q     <= (a_inf && a_i[22:0] != '0) || (b_inf && b_i[22:0] != '0)
                || ((a_inf || b_inf) && zero);
    end
  end

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      logic               high, up, under, over;
      logic [22:0]        fraction;
      logic signed [9:0]  field;
      logic signed [32:0] rounded;
      high     = product_o[47];
      fraction = high ? product_o[46:24] : product_o[45:23];
      up       = high ? product_o[23] && (product_o[24] || product_o[22:0] != '0)
                      : product_o[22] && (product_o[23] || product_o[21:0] != '0);
      field    = 10'(signed'({1'b0, fields_o})) - 10'sd127 + 10'(signed'({1'b0, high}));
      // A carry out of the fraction is one more in the field.
      rounded  = {field, fraction} + 33'(signed'({1'b0, up}));
      under    = rounded[32] || rounded[31:23] == '0;
      over     = !rounded[32] && (rounded[31] || &rounded[30:23]);
      y_o[31]  <= sign_q && !nan_q;
      if (nan_q)                y_o[30:0] <= 31'h7FC00000;
      else if (inf_q)           y_o[30:0] <= 31'h7F800000;
      else if (zero_o || under) y_o[30:0] <= '0;
      else if (over)            y_o[30:0] <= 31'h7F800000;
      else                      y_o[30:0] <= rounded[30:0];
    end
  end

endmodule
