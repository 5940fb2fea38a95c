// SPDX-License-Identifier: Apache-2.0

/// Checks of a command that need no memory: fields, alignment, reach in vector memory.
///
/// The verdicts are those of steps 2, 4 and 5 of the order in isa/commands.h, each valid in the
/// cycle after it was asked for; unused fields are zero and pass.  `prepare_i` comes before
/// `fields_i`, `words_i` before `reach_i`.  `rows_i` and `cols_i` are the fields for the first two,
/// what SPAN made of them for the last.  Which bounds an opcode has and how far its operands reach
/// comes from the generated package.
module trine_check_fields #(
  parameter int unsigned Groups      = 16,
  parameter int unsigned Vectors     = 1,
  parameter int unsigned VectorWords = 65536,
  parameter int unsigned MaxCols     = 32768,
  parameter int unsigned AttentionHeads = 8,
  parameter int unsigned StreamSum   = 0
) (
  input  logic                         clk_i,
  input  logic                         prepare_i,
  input  logic                         fields_i,      // Step 2 is wanted,
  input  logic                         aligned_i,     // step 4,
  input  logic                         words_i,
  input  logic                         reach_i,       // step 5.
  input  trine_commands_pkg::command_t command_i,
  input  logic [31:0]                  rows_i,
  input  logic [31:0]                  cols_i,
  output logic                         bad_field_o,
  output logic                         misaligned_o,
  output logic                         past_vector_o
);

  // A size of up to 2 * 2^32.
  localparam int unsigned ReachBits = 35;
  localparam int unsigned WordBits  = $clog2(VectorWords) + 1;  // Hold a size up to the memory's.
  localparam int unsigned ColBits   = $clog2(MaxCols) + 1;
  localparam int unsigned RowBytes  = ColBits + 2;         // Hold the bytes of an FP16 row.
  localparam int unsigned F16Bits   = $clog2(2 * Groups);  // FP16 columns of a beat, their bits.

  // ---- Step 2: fields out of range, whatever the rest ----

  logic [trine_commands_pkg::RuleCount-1:0] rules, broken;
  // Of an FP16 row in whole beats.  More than MaxCols columns break a rule of the same opcode.
  logic [RowBytes-1:0]                      row_bytes_q;
  // Elements of the queries of attention, and the most that share keys; no core has room for 2^21.
  logic [ReachBits-1:0]                     shared_q, most_shared_q;
  always_ff @(posedge clk_i) begin
    if (prepare_i) begin
      logic [RowBytes-1:0] cols;
      cols        = (RowBytes'(command_i.cols[ColBits-1:0]) + RowBytes'(15)) >> 4 << 4;
      row_bytes_q <= (cols + RowBytes'(2 * Groups - 1)) >> F16Bits << (F16Bits + 1);
      shared_q      <= (ReachBits'(command_i.more) + ReachBits'(1))
                     * ReachBits'(command_i.rows[20:0]);
      most_shared_q <= ReachBits'(AttentionHeads) * ReachBits'(command_i.cols);
    end
  end
  always_comb begin
    rules     = '0;
    broken    = '0;
    if (fields_i) begin
      rules     = trine_commands_pkg::rules_of(command_i.opcode);
      broken[trine_commands_pkg::RULE_ROWS]          = rows_i == '0;
      broken[trine_commands_pkg::RULE_DEPTH]         = command_i.depth == 3'd0
                                                    || command_i.depth > 3'd4;
      broken[trine_commands_pkg::RULE_MATRIX_COLS]   = cols_i == '0 || cols_i[31:ColBits] != '0
                                                    || cols_i[ColBits-1:0] > ColBits'(MaxCols);
      broken[trine_commands_pkg::RULE_F16_STRIDE]    = command_i.stride != '0
                                                    && command_i.stride[31:RowBytes] == '0
                                                    && command_i.stride[RowBytes-1:0] < row_bytes_q;
      broken[trine_commands_pkg::RULE_COLUMN_STRIDE] = 33'(command_i.stride)
                                                     < {command_i.limit, 1'b0};
      // A power of two from 32 to 512 that divides the rows.
      broken[trine_commands_pkg::RULE_HEAD]          = cols_i[4:0] != '0 || cols_i[31:10] != '0
                                                    || cols_i == '0
                                                    || (cols_i[9:0] & (cols_i[9:0] - 10'd1)) != '0
                                                    || (rows_i[9:0] & (cols_i[9:0] - 10'd1)) != '0;
      broken[trine_commands_pkg::RULE_NO_COLS_SPAN]  = command_i.span == 2'd2;
      // Without the attention unit no opcode with one of these four rules is known.
      broken[trine_commands_pkg::RULE_BLOCKS]        = AttentionHeads != 0 && rows_i[3:0] != '0;
      broken[trine_commands_pkg::RULE_SHARED_HEADS]  = AttentionHeads != 0
                                                    && (rows_i[31:21] != '0
                                                        || shared_q > most_shared_q);
      broken[trine_commands_pkg::RULE_POSITIONS]     = AttentionHeads != 0
                                                    && command_i.limit
                                                     > 32'(trine_attention_pkg::MaxPositions);
      broken[trine_commands_pkg::RULE_FACTOR]        = AttentionHeads != 0
          && command_i.alpha >> trine_attention_pkg::FactorBits != '0;
      broken[trine_commands_pkg::RULE_STREAM_SUM]    = StreamSum == 0 && command_i.alpha != '0;
    end
  end
  always_ff @(posedge clk_i) begin
    if (fields_i)
      bad_field_o <= 32'(command_i.bank) + 32'(command_i.more) >= Vectors
                  || command_i.index == 2'd3 || command_i.span == 2'd3 || (rules & broken) != '0;
  end

  // ---- Step 4: alignment ----

  always_ff @(posedge clk_i) begin
    if (aligned_i)
      misaligned_o <= {command_i.src[3:0], command_i.src2[3:0], command_i.dst[3:0],
                       command_i.addr_lo[5:0], command_i.book_lo[5:0],
                       command_i.stride[5:0]} != '0;
  end

  // ---- Step 5: reach ----

  // Words from an operand on.  More than the memory can have in any case, or an answer that is none
  // of the enum's, sets the top bit: it reaches past everything.
  function automatic logic [WordBits+2:0] rounded_up(input logic [31:0] count, input logic to_32);
    logic [WordBits-4:0] blocks;           // Of 16.
    blocks     = (WordBits-3)'(((WordBits+1)'(count[WordBits-1:0]) + (WordBits+1)'({to_32, 4'd15}))
                               >> 4);
    rounded_up = {count[31:WordBits] != '0, 1'b0, blocks[WordBits-4:1], blocks[0] && !to_32, 4'd0};
  endfunction
  function automatic logic [WordBits+2:0] words_of(
      input logic [2:0] reach, input logic [31:0] rows, input logic [31:0] cols);
    case (reach)
      3'(trine_commands_pkg::ReachNone):    words_of = '0;
      3'(trine_commands_pkg::ReachRows16):  words_of = rounded_up(rows, 1'b0);
      3'(trine_commands_pkg::ReachRows32):  words_of = rounded_up(rows, 1'b1);
      3'(trine_commands_pkg::ReachCols16):  words_of = rounded_up(cols, 1'b0);
      3'(trine_commands_pkg::ReachFixed16): words_of = (WordBits+3)'(16);
      default:                              words_of = (WordBits+3)'(1) << (WordBits + 2);
    endcase
  endfunction

  // `words` from the word `first` on are more than the memory has.
  function automatic logic past(input logic [31:0] first, input logic [WordBits+2:0] words);
    logic [WordBits+2:0] last;
    last = (WordBits+3)'(first[WordBits-1:0]) + (WordBits+3)'(words[WordBits+1:0]);
    past = first[31:WordBits] != '0 || words[WordBits+2] || last > (WordBits+3)'(VectorWords);
  endfunction

  logic [WordBits+2:0] src_words_q, src2_words_q, dst_words_q;
  always_ff @(posedge clk_i) begin
    if (words_i) begin
      logic [WordBits+2:0] dst_words;
      dst_words    = words_of(trine_commands_pkg::dst_reach_of(command_i.opcode), rows_i, cols_i);
      src_words_q  <= words_of(trine_commands_pkg::src_reach_of(command_i.opcode), rows_i, cols_i);
      src2_words_q <= words_of(trine_commands_pkg::src2_reach_of(command_i.opcode), rows_i, cols_i);
      dst_words_q  <= command_i.raw ? {dst_words[WordBits+2], dst_words[WordBits:0], 1'b0}
                                    : dst_words;
    end
    if (reach_i)
      past_vector_o <= past(command_i.src, src_words_q) || past(command_i.src2, src2_words_q)
                    || past(command_i.dst, dst_words_q);
  end

  logic unused_ok;
  assign unused_ok = ^command_i;

endmodule
