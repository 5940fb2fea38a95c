// SPDX-License-Identifier: Apache-2.0

/// Dot product of FP16 weights with the mantissas of one group of 16 columns, `Lanes` a beat,
/// aligned to the common exponent: floor(T * 2^-shift).
///
/// Exact until the last step: a weight is an 11-bit integer times a power of two (an exponent
/// field of 31 is one more power).  Each enable moves one stage; a beat takes them in consecutive
/// cycles: sign, multiply, shift, sum, align.  `term_o` is valid in the cycle after `align_i`,
/// which comes with a group's last beat only.
module trine_f16_dot #(
  parameter  int unsigned Lanes      = 16,        // A power of two, 2 to 16.
  parameter  int unsigned ActWidth   = 12,
  // 11 bits of a weight, up to 30 places to the left, 16 products.
  localparam int unsigned TotalWidth = ActWidth + 11 + 30 + 4
) (
  input  logic                         clk_i,
  input  logic                         sign_i,
  input  logic [16*Lanes-1:0]          weights_i,
  input  logic [ActWidth*Lanes-1:0]    mants_i,
  input  logic [5:0]                   align_shift_i,   // With `sign_i`.
  input  logic                         multiply_i,
  input  logic                         shift_i,
  input  logic                         sum_i,
  input  logic                         first_i,         // With `sum_i`: first beat of the group.
  input  logic                         align_i,
  output logic                         nonfinite_o,     // After `sign_i`: an exponent of 31.
  output logic signed [TotalWidth-1:0] term_o
);

  localparam int unsigned ProdWidth = ActWidth + 11;
  // Products that are added as they are shifted; a partial sum travels in 64 bits.
  localparam int unsigned Adds  = (Lanes < 4) ? Lanes : 4;
  localparam int unsigned Parts = Lanes / Adds;
  // A product is shifted by as many of the lowest bits of its shift as 32 bits have room for; the
  // other bits of the shift lie above it, and are done as it is added.
  localparam int unsigned Moves     = (ProdWidth <= 26) ? 2 : 1;
  localparam int unsigned MovedBits = 32 - (5 - Moves);

  // Slots of 32 bits: a simulation works on many at once.  Slot k has the lower weight of word k of
  // the beat, slot Lanes / 2 + k the upper one.
  logic [32*Lanes-1:0]          shifts_q, values_q, mants_q, prods_q;
  logic [64*Parts-1:0]          parts_q;
  logic signed [TotalWidth-1:0] total_q;
  logic [5:0]                   shift_q, shift_q2, shift_q3, shift_q4;
  always_ff @(posedge clk_i) begin
    if (sign_i) begin
      logic [32*Lanes-1:0] weights, normals, ones;
      logic [31:0]         any_ones;
      for (int unsigned k = 0; k < Lanes / 2; k++) begin
        weights[32*k +: 32]           = weights_i[32*k +: 32] & 32'hFFFF;
        weights[32*(Lanes/2+k) +: 32] = weights_i[32*k +: 32] >> 16;
        mants_q[32*k +: 32]           <= 32'(mants_i[2*ActWidth*k +: ActWidth]);
        mants_q[32*(Lanes/2+k) +: 32] <= 32'(mants_i[2*ActWidth*k+ActWidth +: ActWidth]);
      end
      // Shift and signed integer of a weight.
      for (int unsigned s = 0; s < Lanes; s++) begin
        normals[32*s +: 32]  = 32'((weights[32*s +: 32] & 32'h7C00) != '0);
        shifts_q[32*s +: 32] <= 32'(5'((weights[32*s +: 32] >> 10) - normals[32*s +: 32]));
        values_q[32*s +: 32] <= 32'(12'(
            (((normals[32*s +: 32] << 10) | (weights[32*s +: 32] & 32'h3FF))
             ^ {32{weights[32*s+15]}}) + (weights[32*s +: 32] >> 15)));
      end
      // An exponent of 31: all five bits, seen in the place of the lowest.
      any_ones = '0;
      for (int unsigned s = 0; s < Lanes; s++) begin
        ones[32*s +: 32] = weights[32*s +: 32] & (weights[32*s +: 32] >> 1);
        ones[32*s +: 32] = ones[32*s +: 32] & (ones[32*s +: 32] >> 2)
                         & (weights[32*s +: 32] >> 4);
        any_ones = any_ones | ones[32*s +: 32];
      end
      nonfinite_o <= any_ones[10];
      shift_q     <= align_shift_i;
    end
    // Product, shifted by a few places: the next stage, which also adds, has less of it to do.
    if (multiply_i) begin
      shift_q2 <= shift_q;
      for (int unsigned s = 0; s < Lanes; s++) begin
        prods_q[32*s +: 32] <= ((shifts_q[32*s +: 32] >> Moves) << MovedBits) | ((32'(ProdWidth'(
            signed'(values_q[32*s +: 12])) * ProdWidth'(signed'(mants_q[32*s +: ActWidth])))
            << (shifts_q[32*s +: 32] & 32'(2 ** Moves - 1))) & 32'(2 ** MovedBits - 1));
      end
    end
    if (shift_i) begin
      logic [64*Parts-1:0] parts;
      shift_q3 <= shift_q2;
      parts    = '0;
      for (int unsigned i = 0; i < Adds; i++) begin
        for (int unsigned p = 0; p < Parts; p++) begin
          parts[64*p +: 64] = parts[64*p +: 64]
              + (64'(signed'(prods_q[32*(Parts*i+p) +: MovedBits]))
                 << {prods_q[32*(Parts*i+p)+MovedBits +: 32-MovedBits], Moves'(0)});
        end
      end
      parts_q <= parts;
    end
    if (sum_i) begin
      logic signed [TotalWidth-1:0] total;
      shift_q4 <= shift_q3;
      total    = first_i ? '0 : total_q;
      for (int unsigned p = 0; p < Parts; p++) total = total + parts_q[64*p +: TotalWidth];
      total_q  <= total;
    end
    if (align_i) term_o <= total_q >>> shift_q4;
  end

endmodule
