// SPDX-License-Identifier: Apache-2.0
//
// Facts of the packed trit format (docs/format.md) that the hardware is built around.  The golden
// model states the same numbers in golden/format/trit_matrix.h.

package trine_pkg;

  parameter int unsigned GroupCols       = 16;   // Columns that share a scale.
  parameter int unsigned PanelRows       = 32;
  parameter int unsigned CodebookEntries = 27;
  parameter int unsigned MaxSetByte      = 242;  // 3^5 - 1.
  parameter int unsigned MaxTailBits     = 12;   // Tail code at depth 4.

  // Largest level: (3^depth - 1) / 2.
  function automatic logic [5:0] outer_level(input logic [2:0] depth);
    unique case (depth)
      3'd1:    outer_level = 6'd1;
      3'd2:    outer_level = 6'd4;
      3'd3:    outer_level = 6'd13;
      default: outer_level = 6'd40;
    endcase
  endfunction

  // Bits of a tail code; also the tail beats of a panel.
  function automatic logic [3:0] tail_bits(input logic [2:0] depth);
    unique case (depth)
      3'd1:    tail_bits = 4'd7;
      3'd2:    tail_bits = 4'd9;
      3'd3:    tail_bits = 4'd10;
      default: tail_bits = 4'd12;
    endcase
  endfunction

endpackage
