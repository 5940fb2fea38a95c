// SPDX-License-Identifier: Apache-2.0

/// y = v * 2^(field - 127) with v in [1, 2] from a quadratic segment, or a special value.
/// Latency 3, one a cycle; `en_i` moves every stage.  A y below 2^-126 becomes zero.
module trine_fp32_segment (
  input  logic                                      clk_i,
  input  logic                                      en_i,
  input  logic [trine_math_pkg::SegmentWidth-1:0]   segment_i,
  input  logic signed [17:0]                        offset_i,   // From its middle, 2^-24.
  input  logic                                      sign_i,
  input  logic signed [9:0]                         field_i,
  input  logic                                      zero_i,
  input  logic                                      inf_i,
  input  logic                                      nan_i,      // NaN before Inf before zero.
  output logic [31:0]                               y_o
);

  localparam int unsigned C0Width = trine_math_pkg::C0Width;
  localparam int unsigned C1Width = trine_math_pkg::C1Width;
  localparam int unsigned C2Width = trine_math_pkg::C2Width;

  // 1: the slope at the offset.
  logic                     sign_q, zero_q, inf_q, nan_q;
  logic signed [9:0]        field_q;
  logic [C0Width-1:0]       value_q;
  logic signed [C1Width:0]  slope_q;
  logic signed [17:0]       offset_q;
  always_ff @(posedge clk_i) begin
    if (en_i) begin
      logic signed [34:0] bend;
      bend     = 35'(signed'({1'b0, segment_i[C2Width-1:0]})) * 35'(offset_i);
      slope_q  <= (C1Width+1)'(signed'(segment_i[C2Width +: C1Width]))
                + (C1Width+1)'(bend >>> 18);
      value_q  <= segment_i[C1Width+C2Width +: C0Width];
      offset_q <= offset_i;
      sign_q   <= sign_i;
      field_q  <= field_i;
      zero_q   <= zero_i;
      inf_q    <= inf_i;
      nan_q    <= nan_i;
    end
  end

  // 2: the value, rounded: the tables hold half of its last bit.
  logic              sign_q2, zero_q2, inf_q2, nan_q2;
  logic signed [9:0] field_q2;
  logic [24:0]       v_q2;
  always_ff @(posedge clk_i) begin
    if (en_i) begin
      logic signed [40:0] rise;
      rise     = 41'(slope_q) * 41'(offset_q);
      v_q2     <= 25'((value_q + C0Width'(rise >>> 17)) >> 4);
      sign_q2  <= sign_q;
      field_q2 <= field_q;
      zero_q2  <= zero_q;
      inf_q2   <= inf_q;
      nan_q2   <= nan_q;
    end
  end

  // 3: packed; two is one with one more in the field.
  always_ff @(posedge clk_i) begin
    if (en_i) begin
      logic signed [9:0] field;
      // Bit 23 is set otherwise.
      field   = field_q2 - 10'sd1 + 10'(signed'({1'b0, v_q2[24:23]}));
      y_o[31] <= sign_q2 && !nan_q2;
      if (nan_q2)                                y_o[30:0] <= 31'h7FC00000;
      else if (inf_q2)                           y_o[30:0] <= 31'h7F800000;
      else if (zero_q2 || field <= 10'sd0)       y_o[30:0] <= '0;
      else if (field >= 10'sd255)                y_o[30:0] <= 31'h7F800000;
      else                                       y_o[30:0] <= {field[7:0], v_q2[22:0]};
    end
  end

endmodule
