// SPDX-License-Identifier: Apache-2.0

/// Passes the 32 words of a codebook block to the matrix-vector unit and checks them.
///
/// Words 0..26 are entries {10'b0, S[5:0], M[15:0]} with the top bit of M set, word 27 is the
/// exponent X, words 28..31 are zero.  A word that is not so sets `bad_o` and is passed all the
/// same.  One word per cycle, latency 1; `bad_o` follows a cycle later.
module trine_codebook_loader (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        start_i,        // One-cycle pulse before a block; clears `bad_o`.
  output logic        busy_o,         // From start to the last word.
  output logic        checks_o,       // A word came in the last cycle and is looked at.
  output logic        bad_o,          // Sticky.
  // Words of the block
  input  logic        word_valid_i,
  output logic        word_ready_o,
  input  logic [31:0] word_data_i,
  // To the matrix-vector unit
  output logic        book_valid_o,
  output logic [4:0]  book_index_o,
  output logic [31:0] book_data_o
);

  localparam logic [4:0] ExponentIndex = 5'd27;
  localparam logic [4:0] LastIndex     = 5'd31;

  logic [4:0] index_q;

  // Words come late in a cycle: they are looked at in the next.
  logic take, bad;
  assign word_ready_o = busy_o;
  assign take         = word_valid_i && busy_o;

  always_comb begin
    bad = 1'b0;
    if (checks_o) begin
      if (book_index_o < ExponentIndex)      bad = !book_data_o[15] || book_data_o[31:22] != '0;
      else if (book_index_o > ExponentIndex) bad = book_data_o != '0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      busy_o       <= 1'b0;
      bad_o        <= 1'b0;
      book_valid_o <= 1'b0;
      checks_o     <= 1'b0;
    end else begin
      checks_o <= take;
      if (start_i) busy_o <= 1'b1;
      else if (take && index_q == LastIndex) busy_o <= 1'b0;
      if (start_i) bad_o <= 1'b0;
      else if (bad) bad_o <= 1'b1;
      book_valid_o <= take && index_q <= ExponentIndex;
    end
  end

  always_ff @(posedge clk_i) begin
    if (start_i) index_q <= '0;
    else if (take) begin
      index_q      <= index_q + 5'd1;
      book_index_o <= index_q;
      book_data_o  <= word_data_i;
    end
  end

endmodule
