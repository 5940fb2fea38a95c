// SPDX-License-Identifier: Apache-2.0

/// y = 2^x in FP32 (docs/numerics.md).  Latency 9, one a cycle; `en_i` moves every stage.
module trine_fp32_exp2 (
  input  logic        clk_i,
  input  logic        en_i,
  input  logic [31:0] x_i,
  output logic [31:0] y_o
);

  // 1: the magnitude of x in fixed point, cut to 24 fraction bits towards zero.
  logic        sign_q, huge_q, nan_q;
  logic [31:0] magnitude_q;
  always_ff @(posedge clk_i) begin
    if (en_i) begin
      logic [7:0] shift;
      shift       = 8'd134 - x_i[30:23];
      magnitude_q <= (shift[7:5] != '0) ? '0 : {1'b1, x_i[22:0], 8'd0} >> shift[4:0];
      sign_q      <= x_i[31];
      huge_q      <= x_i[30:23] >= 8'd135;
      nan_q       <= (&x_i[30:23]) && x_i[22:0] != '0;
    end
  end

  // 2: with its sign.
  logic               zero_q2, inf_q2, nan_q2;
  logic signed [32:0] fixed_q2;
  always_ff @(posedge clk_i) begin
    if (en_i) begin
      fixed_q2 <= (33'(magnitude_q) ^ {33{sign_q}}) + 33'(sign_q);
      zero_q2  <= huge_q && sign_q;
      inf_q2   <= huge_q && !sign_q;
      nan_q2   <= nan_q;
    end
  end

  // 3: the segment.
  logic                                    zero_q3, inf_q3, nan_q3;
  logic signed [9:0]                       field_q3;
  logic [trine_math_pkg::SegmentWidth-1:0] segment_q3;
  logic signed [17:0]                      offset_q3;
  always_ff @(posedge clk_i) begin
    if (en_i) begin
      segment_q3 <= trine_math_pkg::exp2_segment(fixed_q2[23:18]);
      offset_q3  <= {!fixed_q2[17], fixed_q2[16:0]};
      field_q3   <= 10'(signed'(fixed_q2[32:24])) + 10'sd127;
      zero_q3    <= zero_q2;
      inf_q3     <= inf_q2;
      nan_q3     <= nan_q2;
    end
  end

  trine_fp32_segment u_segment (
    .clk_i,
    .en_i,
    .segment_i (segment_q3),
    .offset_i  (offset_q3),
    .sign_i    (1'b0),
    .field_i   (field_q3),
    .zero_i    (zero_q3),
    .inf_i     (inf_q3),
    .nan_i     (nan_q3),
    .y_o
  );

endmodule
