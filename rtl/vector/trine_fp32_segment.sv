// SPDX-License-Identifier: Apache-2.0

/// y = v * 2^(field - 127) with v in [1, 2] from a quadratic segment, or a special value.
/// Latency 6, one a cycle; `en_i` moves every stage.  A y below 2^-126 becomes zero.
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

  // 1: behind the table, which may be a memory.
  // 2: how the slope bends up to the offset.
  // 3: the slope there.
  // 4: partial products of slope and offset, as wide as a multiplier block takes them.
  // 5: the value, rounded: the tables hold half of its last bit.
  localparam int unsigned LowWidth  = 17;
  localparam int unsigned HighWidth = C1Width + 1 - LowWidth;
  logic [C1Width-1:0]            slope_q, slope_q2;
  logic [C2Width-1:0]            bend_q;
  logic signed [16:0]            bend_q2;
  logic signed [C1Width:0]       slope_q3;
  logic [C0Width-1:0]            value_q, value_q2, value_q3, value_q4;
  logic signed [17:0]            offset_q, offset_q2, offset_q3;
  logic signed [LowWidth+17:0]   low_q4;
  logic signed [HighWidth+17:0]  high_q4;
  logic [22:0]                   fraction_q5;
  logic                          two_q5;       // v is 2; below it, bit 23 is set.
  always_ff @(posedge clk_i) begin
    if (en_i) begin
      logic signed [34:0]  bend;
      logic [C0Width-1:0]  value;
      {value_q, slope_q, bend_q} <= segment_i;
      offset_q  <= offset_i;

      bend      = 35'(signed'({1'b0, bend_q})) * 35'(offset_q);
      bend_q2   <= 17'(bend >>> 18);
      value_q2  <= value_q;
      slope_q2  <= slope_q;
      offset_q2 <= offset_q;

      slope_q3  <= (C1Width+1)'(signed'(slope_q2)) + (C1Width+1)'(bend_q2);
      value_q3  <= value_q2;
      offset_q3 <= offset_q2;

      low_q4    <= (LowWidth+18)'(signed'({1'b0, slope_q3[LowWidth-1:0]}))
                 * (LowWidth+18)'(offset_q3);
      high_q4   <= (HighWidth+18)'(signed'(slope_q3[C1Width:LowWidth]))
                 * (HighWidth+18)'(offset_q3);
      value_q4  <= value_q3;

      value       = value_q4 + C0Width'(high_q4) + C0Width'(low_q4 >>> LowWidth);
      fraction_q5 <= 23'(value >> 4);
      two_q5      <= 25'(value >> 4) >= 25'h1000000;
    end
  end

  // What goes along, the newest lowest.  Beside the value lie, for a v below 2 and for 2, which is
  // one with one more in the field: the field, and whether y is too small or too large.
  logic [4:0]        signs_q, zeros_q, infs_q, nans_q;
  logic [39:0]       fields_q;
  logic [7:0]        field_q5, field2_q5;
  logic              under_q5, under2_q5, over_q5, over2_q5;
  always_ff @(posedge clk_i) begin
    if (en_i) begin
      logic signed [9:0] field;
      field     = signed'(fields_q[39:30]);
      signs_q   <= {signs_q[3:0], sign_i};
      zeros_q   <= {zeros_q[3:0], zero_i};
      infs_q    <= {infs_q[3:0], inf_i};
      nans_q    <= {nans_q[3:0], nan_i};
      fields_q  <= {fields_q[29:0], field_i};
      field_q5  <= field[7:0];
      field2_q5 <= field[7:0] + 8'd1;
      under_q5  <= field <= 10'sd0;
      under2_q5 <= field < 10'sd0;
      over_q5   <= field >= 10'sd255;
      over2_q5  <= field >= 10'sd254;
    end
  end

  // 6: packed.
  always_ff @(posedge clk_i) begin
    if (en_i) begin
      y_o[31] <= signs_q[4] && !nans_q[4];
      if (nans_q[4])                                          y_o[30:0] <= 31'h7FC00000;
      else if (infs_q[4])                                     y_o[30:0] <= 31'h7F800000;
      else if (zeros_q[4] || (two_q5 ? under2_q5 : under_q5)) y_o[30:0] <= '0;
      else if (two_q5 ? over2_q5 : over_q5)                   y_o[30:0] <= 31'h7F800000;
      else y_o[30:0] <= {two_q5 ? field2_q5 : field_q5, fraction_q5};
    end
  end

endmodule
