// SPDX-License-Identifier: Apache-2.0

/// Splits the tail codes of one row and looks the scales up in the codebook, for all groups.
///
/// The cycle after `decode_i`, group g has in `scales_o[32*g +: 32]`: level of column 15 plus the
/// outermost level (28:22), shift S (21:16), mantissa M (15:0).  `bad_o` comes along: a level or a
/// scale index is out of range.  With `Parity`, so does `bad_parity_o`: an entry has a bit turned
/// over.
module trine_scale_lookup #(
  parameter  int unsigned Groups   = 16,
  parameter  int unsigned Parity   = 0,
  localparam int unsigned RowWidth = trine_pkg::MaxTailBits * Groups
) (
  input  logic                    clk_i,
  input  logic                    clk_setup_i,  // With words of the codebook.
  input  trine_matrix_pkg::book_t book_i,       // Entries S, M; the exponent is not looked up.
  input  logic [2:0]              depth_i,
  input  logic                    decode_i,
  input  logic [RowWidth-1:0]     codes_i,
  output logic [32*Groups-1:0]    scales_o,
  output logic                    bad_o,
  output logic                    bad_parity_o
);

  logic [6:0] max_level;
  assign max_level = {trine_pkg::outer_level(depth_i), 1'b0};

  logic entry_valid;
  assign entry_valid = book_i.valid && book_i.index < 5'(trine_pkg::CodebookEntries);

  // Scale index and level of each group, as wide as at depth 4, in slots of 32 bits.
  logic [32*Groups-1:0] wide;
  always_comb begin
    wide = '0;
    if (decode_i) begin
      unique case (depth_i)
        3'd1:
          for (int unsigned g = 0; g < Groups; g++)
            wide[32*g +: 12] = {codes_i[7*g+2 +: 5], 5'd0, codes_i[7*g +: 2]};
        3'd2:
          for (int unsigned g = 0; g < Groups; g++)
            wide[32*g +: 12] = {codes_i[9*g+4 +: 5], 3'd0, codes_i[9*g +: 4]};
        3'd3:
          for (int unsigned g = 0; g < Groups; g++)
            wide[32*g +: 12] = {codes_i[10*g+5 +: 5], 2'd0, codes_i[10*g +: 5]};
        default:
          for (int unsigned g = 0; g < Groups; g++)
            wide[32*g +: 12] = codes_i[12*g +: 12];
      endcase
    end
  end

  // An entry has S, M and with `Parity`, lowest, a bit that makes its ones even.
  localparam int unsigned EntryBits = 22 + (Parity != 0 ? 1 : 0);
  logic [EntryBits-1:0] entry;
  logic [Groups-1:0]    bad_words;
  assign bad_parity_o = bad_words != '0;
  if (Parity != 0) begin : gen_parity
    assign entry = {book_i.data[21:0], ^book_i.data[21:0]};
  end else begin : gen_no_parity
    assign entry     = book_i.data[21:0];
    assign bad_words = '0;
  end

  // Two groups share a copy of the codebook: with many reads of one memory, Yosys 0.23 tries every
  // way to map them and runs out of memory.
  for (genvar n = 0; n < (Groups + 1) / 2; n++) begin : gen_book
    logic [EntryBits-1:0] book [32];
    always_ff @(posedge clk_setup_i) begin
      if (entry_valid) book[book_i.index] <= entry;
    end
    if (Parity != 0) begin : gen_parity
      for (genvar g = 2 * n; g < Groups && g < 2 * n + 2; g++) begin : gen_group
        logic odd_q;
        always_ff @(posedge clk_i) begin
          if (decode_i)
            {scales_o[32*g +: 32], odd_q} <= {3'd0, wide[32*g +: 7], book[wide[32*g+7 +: 5]]};
        end
        assign bad_words[g] = ^{scales_o[32*g +: 22], odd_q};
      end
    end else begin : gen_no_parity
      always_ff @(posedge clk_i) begin
        if (decode_i) begin
          for (int unsigned g = 2 * n; g < Groups && g < 2 * n + 2; g++)
            scales_o[32*g +: 32] <= {3'd0, wide[32*g +: 7], book[wide[32*g+7 +: 5]]};
        end
      end
    end
  end

  // A level above the largest, or an index past the codebook, in any group: the borrow of a
  // subtraction in the top bit of its slot, so that a simulation looks at all groups without a
  // branch.
  localparam logic [31:0] TopBit = 32'h8000_0000;
  always_ff @(posedge clk_i) begin
    if (decode_i) begin
      logic [32*Groups-1:0] over;
      for (int unsigned g = 0; g < Groups; g++) begin
        over[32*g +: 32] = (32'(max_level) - (wide[32*g +: 32] & 32'h7F))
                         | (32'(trine_pkg::CodebookEntries - 1) - (wide[32*g +: 32] >> 7));
      end
      bad_o <= (over & {Groups{TopBit}}) != '0;
    end
  end

  logic unused_ok;
  assign unused_ok = ^book_i;

endmodule
