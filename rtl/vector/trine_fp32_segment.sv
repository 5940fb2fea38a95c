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
  logic [24:0]                   v_q5;
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

      value     = value_q4 + C0Width'(high_q4) + C0Width'(low_q4 >>> LowWidth);
      v_q5      <= 25'(value >> 4);
    end
  end

  // What goes along, the newest lowest; the oldest field is one less.
  logic [4:0]  signs_q, zeros_q, infs_q, nans_q;
  logic [49:0] fields_q;
  always_ff @(posedge clk_i) begin
    if (en_i) begin
      signs_q  <= {signs_q[3:0], sign_i};
      zeros_q  <= {zeros_q[3:0], zero_i};
      infs_q   <= {infs_q[3:0], inf_i};
      nans_q   <= {nans_q[3:0], nan_i};
      fields_q <= {fields_q[39:30] - 10'd1, fields_q[29:0], field_i};
    end
  end

  // 6: packed; two is one with one more in the field.
  always_ff @(posedge clk_i) begin
    if (en_i) begin
      logic signed [9:0] field;
      // Bit 23 is set otherwise.
      field   = signed'(fields_q[49:40]) + 10'(signed'({1'b0, v_q5[24:23]}));
      y_o[31] <= signs_q[4] && !nans_q[4];
      if (nans_q[4])                                y_o[30:0] <= 31'h7FC00000;
      else if (infs_q[4])                           y_o[30:0] <= 31'h7F800000;
      else if (zeros_q[4] || field <= 10'sd0)       y_o[30:0] <= '0;
      else if (field >= 10'sd255)                y_o[30:0] <= 31'h7F800000;
      else                                       y_o[30:0] <= {field[7:0], v_q5[22:0]};
    end
  end

endmodule
