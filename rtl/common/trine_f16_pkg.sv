// SPDX-License-Identifier: Apache-2.0
//
// Conversions between FP16 and FP32 (IEEE 754 binary16 and binary32).

package trine_f16_pkg;

  // Exact, subnormals included; Inf stays Inf, a NaN keeps its payload in the top bits.
  function automatic logic [31:0] widen(input logic [15:0] half);
    begin
      // 127 - 15 = 112 lies between the biases; the all-ones exponent stays all ones.
      widen = {half[15], 8'(half[14:10]) + 8'd112, half[9:0], 13'd0};
      if (half[14:10] == 5'h1F) widen[30:23] = 8'hFF;
      if (half[14:10] == 5'h00) begin
        widen[30:0] = '0;
        // The highest set bit i of a subnormal is worth 2^(i-24); the bits below it follow it.
        for (int unsigned i = 0; i < 10; i++) begin
          if (half[i]) widen[30:0] = {8'(103 + i), 23'(half[9:0]) << (23 - i)};
        end
      end
    end
  endfunction

  // FP32 to FP16 in two steps, which may lie in two cycles: `narrow` is the second of the first.
  // Rounds to nearest, ties to even; overflow gives Inf; every NaN becomes quiet (7E00).
  //
  // First: sign, is it NaN, is it beyond, exponent field less one, 11 bits, round, sticky.
  parameter int unsigned NarrowBits = 21;
  function automatic logic [NarrowBits-1:0] narrowed(input logic [31:0] single);
    logic [7:0]  exponent;
    logic [4:0]  shift, field;
    logic [35:0] kept;  // The 11 bits that may stay, then what is shifted out.
    begin
      exponent = single[30:23];
      // FP16 keeps 11 of the 24 bits of a normal number (exponent from -14 = 113 - 127 on) and
      // one less for each step below; at 25 nothing but the sticky bits is left.
      if (exponent >= 8'd113)      shift = 5'd13;
      else if (exponent <= 8'd101) shift = 5'd25;
      else                         shift = 5'(8'd126 - exponent);
      // At least 13 places: the upper bits are zeros.
      kept  = {12'd0, exponent != 8'd0, single[22:0]} << (5'd25 - shift);
      field = 5'(exponent - 8'd113);
      if (exponent < 8'd113) field = 5'd0;
      narrowed = {single[31], exponent == 8'hFF && single[22:0] != 23'd0, exponent > 8'd142, field,
                  kept[35:24], kept[23:0] != '0};
    end
  endfunction

  function automatic logic [15:0] narrow(input logic [NarrowBits-1:0] from);
    logic up;
    begin
      up = from[1] && (from[2] || from[0]);
      // The hidden bit of a normal number adds one to the exponent field.
      narrow[14:0] = {from[17:13], 10'd0} + 15'(from[12:2]) + 15'(up);
      if (from[18]) narrow[14:0] = 15'h7C00;
      if (from[19]) narrow[14:0] = 15'h7E00;
      narrow[15] = from[20];
    end
  endfunction

endpackage
