// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// y = a + b in FP32: nearest even, subnormal operands and results are zeros (docs/numerics.md).
/// Latency 6, one a cycle; `en_i` moves every stage.
module trine_fp32_add (
  input  logic        clk_i,
  input  logic        en_i,
  input  logic [31:0] a_i,
  input  logic [31:0] b_i,
  output logic [31:0] y_o
);

  // Leading zeros; 28 of no number: then the sum is zero anyway.
  function automatic logic [4:0] leading_zeros(input logic [27:0] x);
    leading_zeros = 5'd28;
    for (int unsigned i = 0; i < 28; i++) if (x[i]) leading_zeros = 5'(27 - i);
  endfunction

  // Shifts right; the lowest bit takes in all that is lost.
  function automatic logic [26:0] align(input logic [23:0] significand, input logic [4:0] shift);
    logic [50:0] wide;
    wide  = {significand, 27'd0} >> shift;
    align = {wide[50:25], wide[24:0] != '0};
  endfunction

  // 1: the larger magnitude first.
  logic        sign_q, zero_sign_q, subtract_q, inf_q, nan_q;
  logic [7:0]  field_q;
  logic [23:0] large_q, small_q;
  logic [4:0]  shift_q;
  always_ff @(posedge clk_i) begin
    if (en_i) begin
      logic        swap, a_top, b_top;
      logic [23:0] a, b;
      logic [7:0]  far;
      swap        = a_i[30:0] < b_i[30:0];
      // Both significands, both differences, and what is not finite, so that none waits for the
      // comparison.
      a           = (a_i[30:23] == '0) ? '0 : {1'b1, a_i[22:0]};
      b           = (b_i[30:23] == '0) ? '0 : {1'b1, b_i[22:0]};
      far         = swap ? b_i[30:23] - a_i[30:23] : a_i[30:23] - b_i[30:23];
      sign_q      <= swap ? b_i[31] : a_i[31];
      zero_sign_q <= a_i[31] && b_i[31];
      subtract_q  <= a_i[31] ^ b_i[31];
      a_top       = &a_i[30:23];
      b_top       = &b_i[30:23];
      inf_q       <= a_top || b_top;
      nan_q       <= (a_top && a_i[22:0] != '0) || (b_top && b_i[22:0] != '0)
                  || (a_top && b_top && a_i[31] != b_i[31]);
      field_q     <= swap ? b_i[30:23] : a_i[30:23];
      large_q     <= swap ? b : a;
      small_q     <= swap ? a : b;
      shift_q     <= (far > 8'd27) ? 5'd27 : far[4:0];
    end
  end

  // 2: the smaller significand moved to the larger one.
  logic        sign_q2, zero_sign_q2, subtract_q2, inf_q2, nan_q2;
  logic [7:0]  field_q2;
  logic [23:0] large_q2;
  logic [26:0] aligned_q2;
  always_ff @(posedge clk_i) begin
    if (en_i) begin
      aligned_q2   <= align(small_q, shift_q);
      large_q2     <= large_q;
      subtract_q2  <= subtract_q;
      sign_q2      <= sign_q;
      zero_sign_q2 <= zero_sign_q;
      inf_q2       <= inf_q;
      nan_q2       <= nan_q;
      field_q2     <= field_q;
    end
  end

  // 3: the sum, three bits below the larger significand.
  logic        sign_q3, zero_sign_q3, inf_q3, nan_q3;
  logic [7:0]  field_q3;
  logic [27:0] sum_q3;
  always_ff @(posedge clk_i) begin
    if (en_i) begin
      sum_q3       <= {1'b0, large_q2, 3'd0} + ({1'b0, aligned_q2} ^ {28{subtract_q2}})
                    + 28'(subtract_q2);
      sign_q3      <= sign_q2;
      zero_sign_q3 <= zero_sign_q2;
      inf_q3       <= inf_q2;
      nan_q3       <= nan_q2;
      field_q3     <= field_q2;
    end
  end

  // 4: its leading zeros.
  logic        sign_q4, inf_q4, nan_q4;
  logic [4:0]  zeros_q4;
  logic [7:0]  field_q4;
  logic [27:0] sum_q4;
  always_ff @(posedge clk_i) begin
    if (en_i) begin
      zeros_q4 <= leading_zeros(sum_q3);
      sum_q4   <= sum_q3;
      field_q4 <= field_q3;
      sign_q4  <= (sum_q3 == '0) ? zero_sign_q3 : sign_q3;
      inf_q4   <= inf_q3;
      nan_q4   <= nan_q3;
    end
  end

  // 5: normalised.
  logic              sign_q5, inf_q5, nan_q5;
  logic signed [9:0] field_q5;
  logic [27:0]       norm_q5;
  always_ff @(posedge clk_i) begin
    if (en_i) begin
      norm_q5  <= sum_q4 << zeros_q4;
      field_q5 <= 10'(signed'({1'b0, field_q4})) + 10'sd1 - 10'(signed'({1'b0, zeros_q4}));
      sign_q5  <= sign_q4;
      inf_q5   <= inf_q4;
      nan_q5   <= nan_q4;
    end
  end

  // 6: rounded.
  always_ff @(posedge clk_i) begin
    if (en_i) begin
      logic               up, under, over;
      logic signed [32:0] rounded;
      up      = norm_q5[3] && (norm_q5[4] || norm_q5[2:0] != '0);
      rounded = {field_q5, norm_q5[26:4]} + 33'(signed'({1'b0, up}));
      under   = rounded[32] || rounded[31:23] == '0 || !norm_q5[27];
      over    = !rounded[32] && (rounded[31] || &rounded[30:23]);
      y_o[31] <= sign_q5 && !nan_q5;
      if (nan_q5)               y_o[30:0] <= 31'h7FC00000;
      else if (inf_q5)          y_o[30:0] <= 31'h7F800000;
      else if (under)           y_o[30:0] <= '0;
      else if (over)            y_o[30:0] <= 31'h7F800000;
      else                      y_o[30:0] <= rounded[30:0];
    end
  end

`ifdef FORMAL_TRINE_FP32_ADD
  `include "trine_fp32_add_formal.svh"
`endif

endmodule
