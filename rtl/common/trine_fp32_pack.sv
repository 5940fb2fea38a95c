// SPDX-License-Identifier: Apache-2.0

/// y = fp32_rne(acc * 2^exponent): one rounding, subnormal results kept, overflow to Inf.
/// Latency 3, one value a cycle.  Zero is +0.
module trine_fp32_pack #(
  parameter int unsigned AccWidth = 64,     // 32..64
  parameter int unsigned ExpWidth = 12      // Signed; saturate before, results stay the same.
) (
  input  logic                       clk_i,
  input  logic                       rst_ni,
  input  logic                       valid_i,
  input  logic [AccWidth-1:0]        acc_i,
  input  logic signed [ExpWidth-1:0] exponent_i,  // Holds still while values are in flight.
  output logic                       valid_o,
  output logic [31:0]                data_o
);

  localparam int unsigned PosWidth = $clog2(AccWidth);
  localparam int unsigned FieldWidth = ((ExpWidth > PosWidth) ? ExpWidth : PosWidth) + 2;

  function automatic logic [PosWidth-1:0] top_bit(input logic [AccWidth-1:0] x);
    top_bit = '0;
    for (int unsigned i = 0; i < AccWidth; i++) if (x[i]) top_bit = PosWidth'(i);
  endfunction

  // Below the smallest normal number the significand moves right instead of the exponent down.
  // Returns 24 significand bits, round and sticky.
  function automatic logic [25:0] denormalise(input logic [AccWidth-1:0]          norm,
                                              input logic signed [FieldWidth-1:0] field);
    logic [25:0] kept;
    logic [51:0] wide;
    logic [4:0]  shift;
    kept        = {norm[AccWidth-1 -: 25], |norm[AccWidth-26:0]};
    shift       = (field > 0) ? 5'd0 : (field < -25) ? 5'd26 : 5'(FieldWidth'(1) - field);
    wide        = {kept, 26'd0} >> shift;
    denormalise = {wide[51:27], wide[26] || |wide[25:0]};
  endfunction

  logic                         valid_q, valid_q2, sign_q, sign_q2, zero_q;
  logic [AccWidth-1:0]          mag_q, norm;
  logic [PosWidth-1:0]          top_q;
  logic [25:0]                  sig_q2;
  logic signed [FieldWidth-1:0] field, field_q2;
  logic [30:0]                  packed_bits;

  assign norm  = mag_q << (PosWidth'(AccWidth - 1) - top_q);
  assign field = FieldWidth'(signed'({1'b0, top_q})) + FieldWidth'(exponent_i) + FieldWidth'(127);
  assign packed_bits = {(field_q2 > 0) ? field_q2[7:0] - 8'(!sig_q2[25]) : 8'd0, sig_q2[24:2]}
                     + 31'(sig_q2[1] && (sig_q2[0] || sig_q2[2]));

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      valid_q  <= 1'b0;
      valid_q2 <= 1'b0;
      valid_o  <= 1'b0;
    end else begin
      valid_q  <= valid_i;
      valid_q2 <= valid_q;
      valid_o  <= valid_q2;
    end
  end
  always_ff @(posedge clk_i) begin
    if (valid_i) begin
      sign_q <= acc_i[AccWidth-1];
      mag_q  <= acc_i[AccWidth-1] ? -acc_i : acc_i;
      top_q  <= top_bit(acc_i[AccWidth-1] ? -acc_i : acc_i);
      zero_q <= acc_i == '0;
    end
    if (valid_q) begin
      sign_q2  <= sign_q;
      sig_q2   <= denormalise(norm, field);
      field_q2 <= zero_q ? '0 : field;
    end
    if (valid_q2) begin
      if (field_q2 > FieldWidth'(254)) data_o <= {sign_q2, 8'hFF, 23'd0};
      else                             data_o <= {sign_q2, packed_bits};
    end
  end

endmodule
