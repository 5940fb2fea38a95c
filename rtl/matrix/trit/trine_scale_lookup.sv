// SPDX-License-Identifier: Apache-2.0

/// Splits the tail codes of one row and looks the scales up in the codebook, for all groups.
///
/// The cycle after `decode_i`, group g has in `scales_o[32*g +: 32]`: level of column 15 plus the
/// outermost level (28:22), shift S (21:16), mantissa M (15:0).  `bad_o` comes along: a level or a
/// scale index is out of range.
module trine_scale_lookup #(
  parameter  int unsigned Groups   = 16,
  localparam int unsigned RowWidth = trine_pkg::MaxTailBits * Groups
) (
  input  logic                    clk_i,
  input  trine_matrix_pkg::book_t book_i,       // Entries S, M; the exponent is not looked up.
  input  logic [2:0]              depth_i,
  input  logic                    decode_i,
  input  logic [RowWidth-1:0]     codes_i,
  output logic [32*Groups-1:0]    scales_o,
  output logic                    bad_o
);

  logic [6:0] max_level;
  assign max_level = {trine_pkg::outer_level(depth_i), 1'b0};

  // Scale index and level, both as wide as at depth 4.
  function automatic logic [11:0] widen(input logic [2:0]  depth, input logic [6:0]  code1,
                                        input logic [8:0]  code2, input logic [9:0]  code3,
                                        input logic [11:0] code4);
    unique case (depth)
      3'd1:    widen = {code1[6:2], 5'd0, code1[1:0]};
      3'd2:    widen = {code2[8:4], 3'd0, code2[3:0]};
      3'd3:    widen = {code3[9:5], 2'd0, code3[4:0]};
      default: widen = code4;
    endcase
  endfunction

  logic entry_valid;
  assign entry_valid = book_i.valid && book_i.index < 5'(trine_pkg::CodebookEntries);

  // Two groups share a copy of the codebook: with many reads of one memory, Yosys 0.23 tries every
  // way to map them and runs out of memory.
  logic [(Groups+1)/2-1:0] bad_q;
  for (genvar n = 0; n < (Groups + 1) / 2; n++) begin : gen_book
    logic [21:0] book [32];
    always_ff @(posedge clk_i) begin
      if (entry_valid) book[book_i.index] <= book_i.data[21:0];
      if (decode_i) begin
        bad_q[n] <= 1'b0;
        for (int unsigned g = 2 * n; g < Groups && g < 2 * n + 2; g++) begin
          logic [11:0] code;
          code = widen(depth_i, codes_i[7*g +: 7], codes_i[9*g +: 9], codes_i[10*g +: 10],
                       codes_i[12*g +: 12]);
          scales_o[32*g +: 32] <= {3'd0, code[6:0], book[code[11:7]]};
          if (code[6:0] > max_level || code[11:7] >= 5'(trine_pkg::CodebookEntries)) begin
            bad_q[n] <= 1'b1;
          end
        end
      end
    end
  end
  assign bad_o = |bad_q;

  logic unused_ok;
  assign unused_ok = ^book_i;

endmodule
