// SPDX-License-Identifier: Apache-2.0

/// y = 2^x in FP32 (docs/numerics.md).  Latency 5, one a cycle; `en_i` moves every stage.
module trine_fp32_exp2 (
  input  logic        clk_i,
  input  logic        en_i,
  input  logic [31:0] x_i,
  output logic [31:0] y_o
);

  // 1: x in fixed point, cut to 24 fraction bits towards zero.
  logic               zero_q, inf_q, nan_q;
  logic signed [32:0] fixed_q;
  always_ff @(posedge clk_i) begin
    if (en_i) begin
      logic        huge_x;
      logic [7:0]  shift;
      logic [31:0] magnitude;
      huge_x    = x_i[30:23] >= 8'd135;
      shift     = 8'd134 - x_i[30:23];
      magnitude = (shift[7:5] != '0) ? '0 : {1'b1, x_i[22:0], 8'd0} >> shift[4:0];
      fixed_q   <= (33'(magnitude) ^ {33{x_i[31]}}) + 33'(x_i[31]);
      zero_q    <= huge_x && x_i[31];
      inf_q     <= huge_x && !x_i[31];
      nan_q     <= (&x_i[30:23]) && x_i[22:0] != '0;
    end
  end

  // 2: the segment.
  logic                                    zero_q2, inf_q2, nan_q2;
  logic signed [9:0]                       field_q2;
  logic [trine_math_pkg::SegmentWidth-1:0] segment_q2;
  logic signed [17:0]                      offset_q2;
  always_ff @(posedge clk_i) begin
    if (en_i) begin
      segment_q2 <= trine_math_pkg::exp2_segment(fixed_q[23:18]);
      offset_q2  <= {!fixed_q[17], fixed_q[16:0]};
      field_q2   <= 10'(signed'(fixed_q[32:24])) + 10'sd127;
      zero_q2    <= zero_q;
      inf_q2     <= inf_q;
      nan_q2     <= nan_q;
    end
  end

  trine_fp32_segment u_segment (
    .clk_i,
    .en_i,
    .segment_i (segment_q2),
    .offset_i  (offset_q2),
    .sign_i    (1'b0),
    .field_i   (field_q2),
    .zero_i    (zero_q2),
    .inf_i     (inf_q2),
    .nan_i     (nan_q2),
    .y_o
  );

endmodule
