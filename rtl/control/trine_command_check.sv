// SPDX-License-Identifier: Apache-2.0

/// Checks of a command that need no memory: fields, alignment, reach in vector memory.
///
/// Combinational.  The verdicts are those of steps 2, 4 and 5 of the order in isa/commands.h,
/// each worked out only while it is asked for; unused fields are zero and pass.  `rows_i` and
/// `cols_i` are the fields for the first two, what SPAN made of them for the last.
module trine_command_check #(
  parameter int unsigned Groups      = 16,
  parameter int unsigned Vectors     = 1,
  parameter int unsigned VectorWords = 65536,
  parameter int unsigned MaxCols     = 16384
) (
  input  logic        form_i,          // Steps 2 and 4 are wanted,
  input  logic        reach_i,         // step 5 is.
  input  logic [31:0] word0_i,
  input  logic [31:0] rows_i,
  input  logic [31:0] cols_i,
  input  logic [31:0] src_i,
  input  logic [31:0] src2_i,
  input  logic [31:0] dst_i,
  input  logic [63:0] addr_i,
  input  logic [63:0] book_i,
  input  logic [31:0] stride_i,
  input  logic [31:0] limit_i,
  output logic        bad_field_o,
  output logic        misaligned_o,
  output logic        past_vector_o
);

  // A word index plus a size of up to 2 * 2^32.
  localparam int unsigned ReachBits = 35;
  localparam int unsigned HalfBits  = $clog2(2 * Groups);  // FP16 columns of a beat, their bits.

  logic [7:0] opcode;
  logic [2:0] depth;
  logic       raw;
  logic [1:0] index, span;
  logic [3:0] bank;
  assign opcode = word0_i[7:0];
  assign depth  = word0_i[trine_commands_pkg::FIELD_DEPTH_LSB +: 3];
  assign raw    = word0_i[trine_commands_pkg::FIELD_RAW_LSB];
  assign index  = word0_i[trine_commands_pkg::FIELD_INDEX_LSB +: 2];
  assign span   = word0_i[trine_commands_pkg::FIELD_SPAN_LSB +: 2];
  assign bank   = word0_i[trine_commands_pkg::FIELD_BANK_LSB +: 4];

  // ---- Step 2: fields out of range, whatever the rest; step 4: alignment ----

  logic [ReachBits-1:0] row_bytes;  // Of an FP16 row in whole beats.
  logic                 bad_cols, bad_head;
  always_comb begin
    bad_field_o  = 1'b0;
    misaligned_o = 1'b0;
    row_bytes    = '0;
    bad_cols     = 1'b0;
    bad_head     = 1'b0;
    if (form_i) begin
      row_bytes   = (ReachBits'(cols_i) + ReachBits'(15)) >> 4 << 4;
      row_bytes   = (row_bytes + ReachBits'(2 * Groups - 1)) >> HalfBits << (HalfBits + 1);
      bad_cols    = cols_i == '0 || cols_i > 32'(MaxCols);
      // A power of two from 32 to 512 that divides the rows.
      bad_head    = cols_i[4:0] != '0 || cols_i[31:10] != '0 || cols_i == '0
                 || (cols_i & (cols_i - 32'd1)) != '0 || (rows_i & (cols_i - 32'd1)) != '0;
      bad_field_o = 32'(bank) >= 32'(Vectors) || index == 2'd3 || span == 2'd3 || rows_i == '0;
      unique case (opcode)
        trine_commands_pkg::OPCODE_TRIT_MATVEC:
          if (bad_cols || depth == 3'd0 || depth > 3'd4) bad_field_o = 1'b1;
        trine_commands_pkg::OPCODE_F16_MATVEC:
          if (bad_cols || (stride_i != '0 && ReachBits'(stride_i) < row_bytes)) bad_field_o = 1'b1;
        trine_commands_pkg::OPCODE_STORE_COLUMN:
          if (33'(stride_i) < {limit_i, 1'b0}) bad_field_o = 1'b1;
        trine_commands_pkg::OPCODE_ROPE:    if (bad_head) bad_field_o = 1'b1;
        trine_commands_pkg::OPCODE_SOFTMAX: if (span == 2'd2) bad_field_o = 1'b1;
        default: ;
      endcase
      misaligned_o = {src_i[3:0], src2_i[3:0], dst_i[3:0], addr_i[5:0], book_i[5:0],
                      stride_i[5:0]} != '0;
    end
  end

  // ---- Step 5 ----

  logic [ReachBits-1:0] rows16, rows32, cols16, src_words, src2_words, dst_words;
  always_comb begin
    past_vector_o = 1'b0;
    rows16        = '0;
    rows32        = '0;
    cols16        = '0;
    src_words     = '0;
    src2_words    = '0;
    dst_words     = '0;
    if (reach_i) begin
      rows16 = (ReachBits'(rows_i) + ReachBits'(15)) >> 4 << 4;
      rows32 = (ReachBits'(rows_i) + ReachBits'(31)) >> 5 << 5;
      cols16 = (ReachBits'(cols_i) + ReachBits'(15)) >> 4 << 4;
      unique case (opcode)
        trine_commands_pkg::OPCODE_LOAD: dst_words = rows16;
        trine_commands_pkg::OPCODE_STORE, trine_commands_pkg::OPCODE_STORE_COLUMN:
          src_words = rows16;
        trine_commands_pkg::OPCODE_TRIT_MATVEC: begin
          src_words = cols16;
          dst_words = raw ? rows32 << 1 : rows32;
        end
        trine_commands_pkg::OPCODE_F16_MATVEC: begin
          src_words = cols16;
          dst_words = raw ? rows16 << 1 : rows16;
        end
        trine_commands_pkg::OPCODE_ROPE: begin
          src_words  = rows16;
          src2_words = cols16;
          dst_words  = rows16;
        end
        trine_commands_pkg::OPCODE_SOFTMAX: begin
          src_words = rows16;
          dst_words = rows16;
        end
        trine_commands_pkg::OPCODE_ARGMAX: begin
          src_words = rows16;
          dst_words = ReachBits'(16);
        end
        default: begin
          src_words  = rows16;
          src2_words = rows16;
          dst_words  = rows16;
        end
      endcase
      past_vector_o = ReachBits'(src_i) + src_words > ReachBits'(VectorWords)
                   || ReachBits'(src2_i) + src2_words > ReachBits'(VectorWords)
                   || ReachBits'(dst_i) + dst_words > ReachBits'(VectorWords);
    end
  end

  logic unused_ok;
  assign unused_ok = ^{word0_i, addr_i, book_i, stride_i};

endmodule
