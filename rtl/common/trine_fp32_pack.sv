// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// y = fp32_rne(acc * 2^exponent): one rounding, subnormal results kept, overflow to Inf.
/// Latency 5, one value a cycle: magnitude, its highest bit, normalised, moved right below the
/// smallest normal number, rounded.  Zero is +0.
module trine_fp32_pack #(
  parameter int unsigned AccWidth = 64,     // 32..64, a multiple of 8
  parameter int unsigned ExpWidth = 12      // Signed; saturate before, results stay the same.
) (
  input  logic                       clk_i,
  input  logic                       rst_ni,
  input  logic                       valid_i,
  input  logic [AccWidth-1:0]        acc_i,
  input  logic signed [ExpWidth-1:0] exponent_i,  // In the cycle after `valid_i`.
  output logic                       valid_o,
  output logic [31:0]                data_o
);

  localparam int unsigned PosWidth = $clog2(AccWidth);
  localparam int unsigned FieldWidth = ((ExpWidth > PosWidth) ? ExpWidth : PosWidth) + 2;

  // The highest bit that is set: that of its eight bits, of all eights at once.
  function automatic logic [PosWidth-1:0] top_bit(input logic [AccWidth-1:0] x);
    logic       above;
    logic [2:0] place;
    top_bit = '0;
    above   = 1'b0;
    for (int unsigned g = AccWidth / 8; g > 0; g--) begin
      place = 3'd0;
      for (int unsigned i = 1; i < 8; i++) if (x[8*(g-1)+i]) place = 3'(i);
      if (!above) top_bit = top_bit | (PosWidth'(8 * (g - 1)) & {PosWidth{|x[8*(g-1) +: 8]}})
                                    | PosWidth'(place);
      above = above || |x[8*(g-1) +: 8];
    end
  endfunction

  // How far a significand moves right for a field below that of the smallest normal number.
  function automatic logic [4:0] distance(input logic signed [FieldWidth-1:0] field);
    distance = (field > 0) ? 5'd0 : (field < -25) ? 5'd26 : 5'(FieldWidth'(1) - field);
  endfunction

  logic [3:0]                   valid_q;
  logic                         sign_q, sign_q2, sign_q3, sign_q4;
  logic [AccWidth-1:0]          mag_q, mag_q2, norm;
  logic [PosWidth-1:0]          top_q2;
  logic [25:0]                  sig_q3, sig_q4;    // 24 significand bits, round and sticky.
  logic [4:0]                   shift_q3;
  logic [51:0]                  moved;
  logic signed [FieldWidth-1:0] bias_q2, field, field_q3, field_q4;
  logic [30:0]                  packed_bits;

  assign norm  = mag_q2 << (PosWidth'(AccWidth - 1) - top_q2);
  assign field = FieldWidth'(signed'({1'b0, top_q2})) + bias_q2;
  assign moved = {sig_q3, 26'd0} >> shift_q3;
  assign packed_bits = {(field_q4 > 0) ? field_q4[7:0] - 8'(!sig_q4[25]) : 8'd0, sig_q4[24:2]}
                     + 31'(sig_q4[1] && (sig_q4[0] || sig_q4[2]));

  always_ff @(posedge clk_i) begin
    if (!rst_ni) {valid_o, valid_q} <= '0;
    else         {valid_o, valid_q} <= {valid_q, valid_i};
  end
  always_ff @(posedge clk_i) begin
    if (valid_i) begin
      sign_q <= acc_i[AccWidth-1];
      mag_q  <= acc_i[AccWidth-1] ? -acc_i : acc_i;
    end
    if (valid_q[0]) begin
      sign_q2 <= sign_q;
      mag_q2  <= mag_q;
      top_q2  <= top_bit(mag_q);
      bias_q2 <= FieldWidth'(exponent_i) + FieldWidth'(127);
    end
    if (valid_q[1]) begin
      sign_q3  <= sign_q2;
      sig_q3   <= {norm[AccWidth-1 -: 25], |norm[AccWidth-26:0]};
      field_q3 <= norm[AccWidth-1] ? field : '0;     // Zero has no highest bit.
      shift_q3 <= distance(field);
    end
    if (valid_q[2]) begin
      sign_q4  <= sign_q3;
      sig_q4   <= {moved[51:27], |moved[26:0]};
      field_q4 <= field_q3;
    end
    if (valid_q[3]) begin
      if (field_q4 > FieldWidth'(254)) data_o <= {sign_q4, 8'hFF, 23'd0};
      else                             data_o <= {sign_q4, packed_bits};
    end
  end

`ifdef FORMAL_TRINE_FP32_PACK
  `include "trine_fp32_pack_formal.svh"
`endif

endmodule
