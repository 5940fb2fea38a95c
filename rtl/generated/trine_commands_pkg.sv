// SPDX-License-Identifier: Apache-2.0
// Generated from commands.def by generate_isa; do not edit.

package trine_commands_pkg;

  // Fields of a command
  parameter int unsigned FIELD_OPCODE_WORD = 0;  // What to do
  parameter int unsigned FIELD_OPCODE_LSB = 0;
  parameter int unsigned FIELD_OPCODE_WIDTH = 8;
  parameter int unsigned FIELD_DEPTH_WORD = 0;  // Trits per weight, 1 to 4
  parameter int unsigned FIELD_DEPTH_LSB = 8;
  parameter int unsigned FIELD_DEPTH_WIDTH = 3;
  parameter int unsigned FIELD_RAW_WORD = 0;  // Results are the 64-bit accumulators, two words a row, low half first
  parameter int unsigned FIELD_RAW_LSB = 16;
  parameter int unsigned FIELD_RAW_WIDTH = 1;
  parameter int unsigned FIELD_F16_WORD = 0;  // Memory holds FP16 (otherwise FP32)
  parameter int unsigned FIELD_F16_LSB = 17;
  parameter int unsigned FIELD_F16_WIDTH = 1;
  parameter int unsigned FIELD_INDEX_WORD = 0;  // Added to ADDR: 0 nothing, 1 STRIDE * TOKEN of the bank, 2 STRIDE * position of the bank
  parameter int unsigned FIELD_INDEX_LSB = 18;
  parameter int unsigned FIELD_INDEX_WIDTH = 2;
  parameter int unsigned FIELD_SPAN_WORD = 0;  // 0: ROWS and COLS are meant; 1: ROWS, 2: COLS is a limit, meant is the position of the bank + 1
  parameter int unsigned FIELD_SPAN_LSB = 20;
  parameter int unsigned FIELD_SPAN_WIDTH = 2;
  parameter int unsigned FIELD_BANK_WORD = 0;  // Bank of the vector memory; of TRIT_MATVEC: the last of the banks 0..BANK that take part
  parameter int unsigned FIELD_BANK_LSB = 24;
  parameter int unsigned FIELD_BANK_WIDTH = 4;
  parameter int unsigned FIELD_ROWS_WORD = 1;  // Rows of the matrix; of other commands: elements
  parameter int unsigned FIELD_ROWS_LSB = 0;
  parameter int unsigned FIELD_ROWS_WIDTH = 32;
  parameter int unsigned FIELD_COLS_WORD = 2;  // Columns of the matrix, at most MAX_COLS; of ROPE: head dimension; of ARGMAX: index of the first element
  parameter int unsigned FIELD_COLS_LSB = 0;
  parameter int unsigned FIELD_COLS_WIDTH = 32;
  parameter int unsigned FIELD_SRC_WORD = 3;  // First word in vector memory to read; a multiple of 16
  parameter int unsigned FIELD_SRC_LSB = 0;
  parameter int unsigned FIELD_SRC_WIDTH = 32;
  parameter int unsigned FIELD_DST_WORD = 4;  // First word in vector memory to write; a multiple of 16
  parameter int unsigned FIELD_DST_LSB = 0;
  parameter int unsigned FIELD_DST_WIDTH = 32;
  parameter int unsigned FIELD_SRC2_WORD = 5;  // First word of the second operand in vector memory; a multiple of 16
  parameter int unsigned FIELD_SRC2_LSB = 0;
  parameter int unsigned FIELD_SRC2_WIDTH = 32;
  parameter int unsigned FIELD_ADDR_LO_WORD = 6;  // Memory address of stream, source or target, low half; a multiple of 64
  parameter int unsigned FIELD_ADDR_LO_LSB = 0;
  parameter int unsigned FIELD_ADDR_LO_WIDTH = 32;
  parameter int unsigned FIELD_ADDR_HI_WORD = 7;  // Memory address of stream, source or target, high half
  parameter int unsigned FIELD_ADDR_HI_LSB = 0;
  parameter int unsigned FIELD_ADDR_HI_WIDTH = 32;
  parameter int unsigned FIELD_BOOK_LO_WORD = 8;  // Memory address of the codebook block, low half; a multiple of 64
  parameter int unsigned FIELD_BOOK_LO_LSB = 0;
  parameter int unsigned FIELD_BOOK_LO_WIDTH = 32;
  parameter int unsigned FIELD_BOOK_HI_WORD = 9;  // Memory address of the codebook block, high half
  parameter int unsigned FIELD_BOOK_HI_LSB = 0;
  parameter int unsigned FIELD_BOOK_HI_WIDTH = 32;
  parameter int unsigned FIELD_STRIDE_WORD = 10;  // Bytes from one index or row to the next, a multiple of 64; of F16_MATVEC: 0 for rows without gaps
  parameter int unsigned FIELD_STRIDE_LSB = 0;
  parameter int unsigned FIELD_STRIDE_WIDTH = 32;
  parameter int unsigned FIELD_LIMIT_WORD = 11;  // The index (token, position) must be below it
  parameter int unsigned FIELD_LIMIT_LSB = 0;
  parameter int unsigned FIELD_LIMIT_WIDTH = 32;
  parameter int unsigned FIELD_ALPHA_WORD = 12;  // FP32; of RMSNORM: 1 / ROWS; of SOFTMAX: factor of the scores times log2(e)
  parameter int unsigned FIELD_ALPHA_LSB = 0;
  parameter int unsigned FIELD_ALPHA_WIDTH = 32;
  parameter int unsigned FIELD_BETA_WORD = 13;  // FP32; of RMSNORM: epsilon
  parameter int unsigned FIELD_BETA_LSB = 0;
  parameter int unsigned FIELD_BETA_WIDTH = 32;

  // Opcodes; the bits of word 0 and the words (bit i: word i) that each uses
  parameter logic [7:0]  OPCODE_END = 8'h01;  // Ends the list; STATUS.DONE rises when every write has been answered
  parameter logic [31:0] OPCODE_END_BITS = 32'h000000FF;
  parameter logic [15:0] OPCODE_END_WORDS = 16'h0001;
  parameter logic [7:0]  OPCODE_FENCE = 8'h02;  // Waits until every write before it has been answered
  parameter logic [31:0] OPCODE_FENCE_BITS = 32'h000000FF;
  parameter logic [15:0] OPCODE_FENCE_WORDS = 16'h0001;
  parameter logic [7:0]  OPCODE_LOAD = 8'h03;  // vector[DST..] = memory[ADDR..], ROWS elements; zeros up to a multiple of 16 words
  parameter logic [31:0] OPCODE_LOAD_BITS = 32'h0F0E00FF;
  parameter logic [15:0] OPCODE_LOAD_WORDS = 16'h0CD3;
  parameter logic [7:0]  OPCODE_STORE = 8'h04;  // memory[ADDR..] = vector[SRC..], ROWS elements, exactly those bytes
  parameter logic [31:0] OPCODE_STORE_BITS = 32'h0F0E00FF;
  parameter logic [15:0] OPCODE_STORE_WORDS = 16'h0CCB;
  parameter logic [7:0]  OPCODE_TRIT_MATVEC = 8'h05;  // vector[DST..] = W * vector[SRC..]; zeros up to a multiple of 32 rows
  parameter logic [31:0] OPCODE_TRIT_MATVEC_BITS = 32'h0F0107FF;
  parameter logic [15:0] OPCODE_TRIT_MATVEC_WORDS = 16'h03DF;
  parameter logic [7:0]  OPCODE_F16_MATVEC = 8'h06;  // The same with a row-major FP16 matrix, rows padded to whole groups of 16 columns and whole beats of 2 * GROUPS; zeros up to a multiple of 16 rows
  parameter logic [31:0] OPCODE_F16_MATVEC_BITS = 32'h0F3100FF;
  parameter logic [15:0] OPCODE_F16_MATVEC_WORDS = 16'h04DF;
  parameter logic [7:0]  OPCODE_STORE_COLUMN = 8'h07;  // FP16 memory[ADDR + i * STRIDE + 2 * position] = vector[SRC + i], ROWS elements; LIMIT * 2 is at most STRIDE
  parameter logic [31:0] OPCODE_STORE_COLUMN_BITS = 32'h0F0000FF;
  parameter logic [15:0] OPCODE_STORE_COLUMN_WORDS = 16'h0CCB;
  parameter logic [7:0]  OPCODE_RMSNORM = 8'h08;  // vector[DST..] = RMSNorm of vector[SRC..] times vector[SRC2..]
  parameter logic [31:0] OPCODE_RMSNORM_BITS = 32'h0F0000FF;
  parameter logic [15:0] OPCODE_RMSNORM_WORDS = 16'h303B;
  parameter logic [7:0]  OPCODE_ROPE = 8'h09;  // Rotates heads of COLS elements; vector[SRC2..] holds COLS / 2 cosines, then COLS / 2 sines
  parameter logic [31:0] OPCODE_ROPE_BITS = 32'h0F0000FF;
  parameter logic [15:0] OPCODE_ROPE_WORDS = 16'h003F;
  parameter logic [7:0]  OPCODE_SOFTMAX = 8'h0A;  // vector[DST..] = powers of 2 to ALPHA * vector[SRC..], divided by their sum
  parameter logic [31:0] OPCODE_SOFTMAX_BITS = 32'h0F3000FF;
  parameter logic [15:0] OPCODE_SOFTMAX_WORDS = 16'h101B;
  parameter logic [7:0]  OPCODE_SILU_MUL = 8'h0B;  // vector[DST..] = SiLU of vector[SRC..] times vector[SRC2..]
  parameter logic [31:0] OPCODE_SILU_MUL_BITS = 32'h0F0000FF;
  parameter logic [15:0] OPCODE_SILU_MUL_WORDS = 16'h003B;
  parameter logic [7:0]  OPCODE_ADD = 8'h0C;  // vector[DST..] = vector[SRC..] + vector[SRC2..]
  parameter logic [31:0] OPCODE_ADD_BITS = 32'h0F0000FF;
  parameter logic [15:0] OPCODE_ADD_WORDS = 16'h003B;
  parameter logic [7:0]  OPCODE_ARGMAX = 8'h0D;  // vector[DST] = index of the largest of vector[SRC..], vector[DST + 1] = its value, 14 zeros; COLS = 0 begins a search, otherwise it goes on with the best so far
  parameter logic [31:0] OPCODE_ARGMAX_BITS = 32'h0F0000FF;
  parameter logic [15:0] OPCODE_ARGMAX_WORDS = 16'h001F;

  // Error codes; the lower one is reported
  parameter logic [7:0] ERROR_NONE = 8'd0;  // No error
  parameter logic [7:0] ERROR_BAD_OPCODE = 8'd1;  // The opcode does not exist or its unit is not present
  parameter logic [7:0] ERROR_BAD_FIELD = 8'd2;  // A field is out of range, or a bit that the opcode does not use is set
  parameter logic [7:0] ERROR_VECTOR_RANGE = 8'd3;  // The command reaches past the end of the vector memory
  parameter logic [7:0] ERROR_ADDRESS_RANGE = 8'd4;  // The command reaches outside MEM_BASE..MEM_LIMIT
  parameter logic [7:0] ERROR_ALIGNMENT = 8'd5;  // An address or STRIDE is not a multiple of 64, or a vector word not of 16
  parameter logic [7:0] ERROR_LIST_OVERRUN = 8'd6;  // The list ended without an END command
  parameter logic [7:0] ERROR_ABORTED = 8'd7;  // Stopped by CTRL.ABORT
  parameter logic [7:0] ERROR_AXI_READ = 8'd8;  // The memory answered a read with an error
  parameter logic [7:0] ERROR_AXI_WRITE = 8'd9;  // The memory answered a write with an error
  parameter logic [7:0] ERROR_BAD_CODEBOOK = 8'd10;  // A codebook mantissa lacks its top bit, or a reserved bit is set
  parameter logic [7:0] ERROR_BAD_SET_BYTE = 8'd11;  // A set byte above 242 in the weight stream
  parameter logic [7:0] ERROR_BAD_TAIL = 8'd12;  // A tail code out of range in the weight stream
  parameter logic [7:0] ERROR_NONFINITE = 8'd13;  // An activation, an FP16 weight or the result of a vector operation is Inf or NaN
  parameter logic [7:0] ERROR_OVERFLOW = 8'd14;  // An FP16 matrix-vector accumulator saturated
  parameter logic [7:0] ERROR_INDEX_RANGE = 8'd15;  // A token or position is not below the limit of the command

endpackage
