// SPDX-License-Identifier: Apache-2.0

/// y = 1 / x in FP32 (docs/numerics.md).  Latency 7, one a cycle; `en_i` moves every stage.
module trine_fp32_recip (
  input  logic        clk_i,
  input  logic        en_i,
  input  logic [31:0] x_i,
  output logic [31:0] y_o
);

  logic                                    sign_q, zero_q, inf_q, nan_q;
  logic signed [9:0]                       field_q;
  logic [trine_math_pkg::SegmentWidth-1:0] segment_q;
  logic signed [17:0]                      offset_q;
  always_ff @(posedge clk_i) begin
    if (en_i) begin
      segment_q <= trine_math_pkg::recip_segment(x_i[22:16]);
      offset_q  <= 18'(signed'({!x_i[15], x_i[14:0], 1'b0}));
      sign_q    <= x_i[31];
      field_q   <= 10'sd253 - 10'(signed'({1'b0, x_i[30:23]}));
      zero_q    <= &x_i[30:23];
      inf_q     <= x_i[30:23] == '0;
      nan_q     <= (&x_i[30:23]) && x_i[22:0] != '0;
    end
  end

  trine_fp32_segment u_segment (
    .clk_i,
    .en_i,
    .segment_i (segment_q),
    .offset_i  (offset_q),
    .sign_i    (sign_q),
    .field_i   (field_q),
    .zero_i    (zero_q),
    .inf_i     (inf_q),
    .nan_i     (nan_q),
    .y_o
  );

endmodule
