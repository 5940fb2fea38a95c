// SPDX-License-Identifier: Apache-2.0
// Generated from commands.def by generate_isa; do not edit.

package trine_commands_pkg;

  // ---- Fields of a command ----

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
  parameter int unsigned FIELD_MORE_WORD = 0;  // Banks behind BANK that take part, the n-th of them n positions later
  parameter int unsigned FIELD_MORE_LSB = 28;
  parameter int unsigned FIELD_MORE_WIDTH = 4;
  parameter int unsigned FIELD_ROWS_WORD = 1;  // Rows of the matrix; of other commands: elements
  parameter int unsigned FIELD_ROWS_LSB = 0;
  parameter int unsigned FIELD_ROWS_WIDTH = 32;
  parameter int unsigned FIELD_COLS_WORD = 2;  // Columns of the matrix, at most MAX_COLS; of ROPE and ATTENTION: head dimension; of ARGMAX: index of the first element
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
  parameter int unsigned FIELD_ALPHA_WORD = 12;  // FP32; of RMSNORM: 1 / ROWS; of SOFTMAX: factor of the scores times log2(e); of ATTENTION: the same, an integer in units of 2^-24; of TRIT_MATVEC: CRC-32C of the stream, or 0: it is not compared
  parameter int unsigned FIELD_ALPHA_LSB = 0;
  parameter int unsigned FIELD_ALPHA_WIDTH = 32;
  parameter int unsigned FIELD_BETA_WORD = 13;  // FP32; of RMSNORM: epsilon
  parameter int unsigned FIELD_BETA_LSB = 0;
  parameter int unsigned FIELD_BETA_WIDTH = 32;

  // The fields side by side, the first on top; without the bits that belong to none.
  parameter int unsigned CommandBits = 441;
  typedef struct packed {
    logic [7:0]  opcode;
    logic [2:0]  depth;
    logic        raw;
    logic        f16;
    logic [1:0]  index;
    logic [1:0]  span;
    logic [3:0]  bank;
    logic [3:0]  more;
    logic [31:0] rows;
    logic [31:0] cols;
    logic [31:0] src;
    logic [31:0] dst;
    logic [31:0] src2;
    logic [31:0] addr_lo;
    logic [31:0] addr_hi;
    logic [31:0] book_lo;
    logic [31:0] book_hi;
    logic [31:0] stride;
    logic [31:0] limit;
    logic [31:0] alpha;
    logic [31:0] beta;
  } command_t;

  // A command_t with the fields of word `index` taken from `word`: all of them after the
  // words have passed in any order.
  function automatic logic [CommandBits-1:0] with_word(
      input logic [CommandBits-1:0] command, input logic [3:0] index, input logic [31:0] word);
    with_word = command;
    case (index)
      4'd0: begin
        with_word[433 +: 8] = word[0 +: 8];  // OPCODE
        with_word[430 +: 3] = word[8 +: 3];  // DEPTH
        with_word[429 +: 1] = word[16 +: 1];  // RAW
        with_word[428 +: 1] = word[17 +: 1];  // F16
        with_word[426 +: 2] = word[18 +: 2];  // INDEX
        with_word[424 +: 2] = word[20 +: 2];  // SPAN
        with_word[420 +: 4] = word[24 +: 4];  // BANK
        with_word[416 +: 4] = word[28 +: 4];  // MORE
      end
      4'd1: begin
        with_word[384 +: 32] = word[0 +: 32];  // ROWS
      end
      4'd2: begin
        with_word[352 +: 32] = word[0 +: 32];  // COLS
      end
      4'd3: begin
        with_word[320 +: 32] = word[0 +: 32];  // SRC
      end
      4'd4: begin
        with_word[288 +: 32] = word[0 +: 32];  // DST
      end
      4'd5: begin
        with_word[256 +: 32] = word[0 +: 32];  // SRC2
      end
      4'd6: begin
        with_word[224 +: 32] = word[0 +: 32];  // ADDR_LO
      end
      4'd7: begin
        with_word[192 +: 32] = word[0 +: 32];  // ADDR_HI
      end
      4'd8: begin
        with_word[160 +: 32] = word[0 +: 32];  // BOOK_LO
      end
      4'd9: begin
        with_word[128 +: 32] = word[0 +: 32];  // BOOK_HI
      end
      4'd10: begin
        with_word[96 +: 32] = word[0 +: 32];  // STRIDE
      end
      4'd11: begin
        with_word[64 +: 32] = word[0 +: 32];  // LIMIT
      end
      4'd12: begin
        with_word[32 +: 32] = word[0 +: 32];  // ALPHA
      end
      4'd13: begin
        with_word[0 +: 32] = word[0 +: 32];  // BETA
      end
      default: ;
    endcase
  endfunction

  // ---- Opcodes; the bits of word 0 and the words (bit i: word i) that each uses ----

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
  parameter logic [15:0] OPCODE_TRIT_MATVEC_WORDS = 16'h13DF;
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
  parameter logic [7:0]  OPCODE_STORE_BLOCKS = 8'h0E;  // memory[ADDR..] = vector[SRC..], ROWS elements as blocks of 16 mantissas with an exponent
  parameter logic [31:0] OPCODE_STORE_BLOCKS_BITS = 32'h0F0C00FF;
  parameter logic [15:0] OPCODE_STORE_BLOCKS_WORDS = 16'h0CCB;
  parameter logic [7:0]  OPCODE_ATTENTION = 8'h0F;  // In BANK and in each of the MORE banks behind it, vector[DST..] = attention of the ROWS / COLS query heads at SRC over the keys and values of all positions up to its own, which is that of BANK plus its distance from BANK: at ADDR key and value of position 0, then of 1, as blocks
  parameter logic [31:0] OPCODE_ATTENTION_BITS = 32'hFF0000FF;
  parameter logic [15:0] OPCODE_ATTENTION_WORDS = 16'h18DF;

  // Which unit runs an opcode.
  typedef enum logic [2:0] {
    UnitNone, // No opcode: refused with BAD_OPCODE
    UnitControl, // The control unit itself
    UnitLoad, // Memory to vector memory
    UnitStore, // Vector memory to memory
    UnitColumn, // Vector memory to elements of memory that lie apart
    UnitMatrix, // Matrix times vector
    UnitVector, // Operations on vectors
    UnitAttention  // Keys and values: stored as blocks, read once for all query heads that share them
  } unit_e;

  // Words of vector memory that an opcode touches from an operand on.
  typedef enum logic [2:0] {
    ReachNone, // The operand is not used
    ReachRows16, // ROWS words, rounded up to a multiple of 16
    ReachRows32, // ROWS words, rounded up to a multiple of 32
    ReachCols16, // COLS words, rounded up to a multiple of 16
    ReachFixed16  // 16 words
  } reach_e;

  // What an opcode does with the memory at ADDR.
  typedef enum logic [2:0] {
    MemoryNone, // Does not touch the memory
    MemoryReadElements, // Reads ROWS elements, FP16 or FP32
    MemoryWriteElements, // Writes ROWS elements, FP16 or FP32
    MemoryWriteColumn, // Writes ROWS elements of FP16, STRIDE bytes apart, at twice the position of the bank
    MemoryTritStream, // Reads the codebook block at BOOK, then a trit stream of ROWS and COLS
    MemoryF16Rows, // Reads ROWS rows of COLS FP16 weights, padded; STRIDE bytes apart unless STRIDE is 0
    MemoryWriteBlocks, // Writes ROWS elements of two bytes in blocks of 16
    MemoryReadCache  // Reads keys and values of the positions up to that of the last bank: 4 * COLS bytes each
  } memory_e;

  // The bounds that the fields of an opcode must keep, by their bit in `rules_of`.
  parameter int unsigned RuleCount = 12;
  parameter int unsigned RULE_ROWS = 0;  // ROWS is not 0
  parameter int unsigned RULE_DEPTH = 1;  // DEPTH is 1, 2, 3 or 4
  parameter int unsigned RULE_MATRIX_COLS = 2;  // COLS is not 0 and at most MAX_COLS
  parameter int unsigned RULE_F16_STRIDE = 3;  // STRIDE is 0 or at least the bytes of a padded row
  parameter int unsigned RULE_COLUMN_STRIDE = 4;  // STRIDE is at least 2 * LIMIT
  parameter int unsigned RULE_HEAD = 5;  // COLS is 32, 64, 128, 256 or 512 and divides ROWS
  parameter int unsigned RULE_NO_COLS_SPAN = 6;  // SPAN is not 2
  parameter int unsigned RULE_BLOCKS = 7;  // ROWS is a multiple of 16
  parameter int unsigned RULE_SHARED_HEADS = 8;  // (MORE + 1) * ROWS is at most CAPS.ATTENTION_HEADS * COLS
  parameter int unsigned RULE_POSITIONS = 9;  // LIMIT is at most 131,072
  parameter int unsigned RULE_FACTOR = 10;  // ALPHA is below 2^25
  parameter int unsigned RULE_STREAM_SUM = 11;  // ALPHA is 0 unless CAPS.STREAM_SUM is 1

  // Operations of the vector unit.
  typedef enum logic [2:0] {
    OpNone, // No operation of the vector unit
    OpRmsnorm, // vector[DST..] = RMSNorm of vector[SRC..] times vector[SRC2..]
    OpRope, // Rotates heads of COLS elements; vector[SRC2..] holds COLS / 2 cosines, then COLS / 2 sines
    OpSoftmax, // vector[DST..] = powers of 2 to ALPHA * vector[SRC..], divided by their sum
    OpSiluMul, // vector[DST..] = SiLU of vector[SRC..] times vector[SRC2..]
    OpAdd, // vector[DST..] = vector[SRC..] + vector[SRC2..]
    OpArgmax  // vector[DST] = index of the largest of vector[SRC..], vector[DST + 1] = its value, 14 zeros; COLS = 0 begins a search, otherwise it goes on with the best so far
  } vector_op_e;

  // ---- Error codes; the lower one is reported ----

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
  parameter logic [7:0] ERROR_NONFINITE = 8'd13;  // An activation, an FP16 weight or the result of a vector operation or of attention is Inf or NaN
  parameter logic [7:0] ERROR_OVERFLOW = 8'd14;  // An FP16 matrix-vector accumulator saturated, or a score of attention is too large for its sums
  parameter logic [7:0] ERROR_INDEX_RANGE = 8'd15;  // A token or position is not below the limit of the command
  parameter logic [7:0] ERROR_BUS_TIMEOUT = 8'd16;  // The memory did not answer within BUS_LIMIT cycles; BUS_FAULT has the channel, BUS_ADDRESS the burst
  parameter logic [7:0] ERROR_BUS_LAST = 8'd17;  // The memory ended a read burst at the wrong beat (RLAST); BUS_ADDRESS has the burst
  parameter logic [7:0] ERROR_BUS_UNEXPECTED = 8'd18;  // The memory sent an answer that nobody had asked for; BUS_FAULT has the channel
  parameter logic [7:0] ERROR_MEMORY_PARITY = 8'd19;  // A word of a memory in the core that the command used has the wrong parity: a bit turned over; only cores with CAPS.PARITY see it
  parameter logic [7:0] ERROR_STREAM_SUM = 8'd20;  // A trit stream has another checksum than its command: a bit turned over in memory or on its way; only cores with CAPS.STREAM_SUM compare them

  // ---- What the opcodes are ----
  //
  // Each function answers for all 256 codes; for one that does not exist with 0, 'none'.
  // Results are plain vectors that hold the values of the enums above, written as numbers:
  // Yosys 0.23 takes no enum as a result and does not find its names in a package's function.

  // The unit that runs it; UnitNone: the opcode does not exist.
  function automatic logic [2:0] unit_of(input logic [7:0] opcode);
    case (opcode)
      OPCODE_END: unit_of = 3'd1;  // UnitControl
      OPCODE_FENCE: unit_of = 3'd1;  // UnitControl
      OPCODE_LOAD: unit_of = 3'd2;  // UnitLoad
      OPCODE_STORE: unit_of = 3'd3;  // UnitStore
      OPCODE_TRIT_MATVEC: unit_of = 3'd5;  // UnitMatrix
      OPCODE_F16_MATVEC: unit_of = 3'd5;  // UnitMatrix
      OPCODE_STORE_COLUMN: unit_of = 3'd4;  // UnitColumn
      OPCODE_RMSNORM: unit_of = 3'd6;  // UnitVector
      OPCODE_ROPE: unit_of = 3'd6;  // UnitVector
      OPCODE_SOFTMAX: unit_of = 3'd6;  // UnitVector
      OPCODE_SILU_MUL: unit_of = 3'd6;  // UnitVector
      OPCODE_ADD: unit_of = 3'd6;  // UnitVector
      OPCODE_ARGMAX: unit_of = 3'd6;  // UnitVector
      OPCODE_STORE_BLOCKS: unit_of = 3'd7;  // UnitAttention
      OPCODE_ATTENTION: unit_of = 3'd7;  // UnitAttention
      default: unit_of = '0;
    endcase
  endfunction

  // Bits of word 0 that it uses.
  function automatic logic [31:0] bits_of(input logic [7:0] opcode);
    case (opcode)
      OPCODE_END: bits_of = OPCODE_END_BITS;
      OPCODE_FENCE: bits_of = OPCODE_FENCE_BITS;
      OPCODE_LOAD: bits_of = OPCODE_LOAD_BITS;
      OPCODE_STORE: bits_of = OPCODE_STORE_BITS;
      OPCODE_TRIT_MATVEC: bits_of = OPCODE_TRIT_MATVEC_BITS;
      OPCODE_F16_MATVEC: bits_of = OPCODE_F16_MATVEC_BITS;
      OPCODE_STORE_COLUMN: bits_of = OPCODE_STORE_COLUMN_BITS;
      OPCODE_RMSNORM: bits_of = OPCODE_RMSNORM_BITS;
      OPCODE_ROPE: bits_of = OPCODE_ROPE_BITS;
      OPCODE_SOFTMAX: bits_of = OPCODE_SOFTMAX_BITS;
      OPCODE_SILU_MUL: bits_of = OPCODE_SILU_MUL_BITS;
      OPCODE_ADD: bits_of = OPCODE_ADD_BITS;
      OPCODE_ARGMAX: bits_of = OPCODE_ARGMAX_BITS;
      OPCODE_STORE_BLOCKS: bits_of = OPCODE_STORE_BLOCKS_BITS;
      OPCODE_ATTENTION: bits_of = OPCODE_ATTENTION_BITS;
      default: bits_of = '0;
    endcase
  endfunction

  // Words that it uses, bit i: word i.
  function automatic logic [15:0] words_of(input logic [7:0] opcode);
    case (opcode)
      OPCODE_END: words_of = OPCODE_END_WORDS;
      OPCODE_FENCE: words_of = OPCODE_FENCE_WORDS;
      OPCODE_LOAD: words_of = OPCODE_LOAD_WORDS;
      OPCODE_STORE: words_of = OPCODE_STORE_WORDS;
      OPCODE_TRIT_MATVEC: words_of = OPCODE_TRIT_MATVEC_WORDS;
      OPCODE_F16_MATVEC: words_of = OPCODE_F16_MATVEC_WORDS;
      OPCODE_STORE_COLUMN: words_of = OPCODE_STORE_COLUMN_WORDS;
      OPCODE_RMSNORM: words_of = OPCODE_RMSNORM_WORDS;
      OPCODE_ROPE: words_of = OPCODE_ROPE_WORDS;
      OPCODE_SOFTMAX: words_of = OPCODE_SOFTMAX_WORDS;
      OPCODE_SILU_MUL: words_of = OPCODE_SILU_MUL_WORDS;
      OPCODE_ADD: words_of = OPCODE_ADD_WORDS;
      OPCODE_ARGMAX: words_of = OPCODE_ARGMAX_WORDS;
      OPCODE_STORE_BLOCKS: words_of = OPCODE_STORE_BLOCKS_WORDS;
      OPCODE_ATTENTION: words_of = OPCODE_ATTENTION_WORDS;
      default: words_of = '0;
    endcase
  endfunction

  // It exists only in a core with the FP16 engine.
  function automatic logic needs_f16_of(input logic [7:0] opcode);
    case (opcode)
      OPCODE_F16_MATVEC: needs_f16_of = 1'b1;
      default: needs_f16_of = '0;
    endcase
  endfunction

  // It exists only in a core with the vector unit.
  function automatic logic needs_vector_unit_of(input logic [7:0] opcode);
    case (opcode)
      OPCODE_RMSNORM: needs_vector_unit_of = 1'b1;
      OPCODE_ROPE: needs_vector_unit_of = 1'b1;
      OPCODE_SOFTMAX: needs_vector_unit_of = 1'b1;
      OPCODE_SILU_MUL: needs_vector_unit_of = 1'b1;
      OPCODE_ADD: needs_vector_unit_of = 1'b1;
      OPCODE_ARGMAX: needs_vector_unit_of = 1'b1;
      default: needs_vector_unit_of = '0;
    endcase
  endfunction

  // It exists only in a core with the attention unit.
  function automatic logic needs_attention_of(input logic [7:0] opcode);
    case (opcode)
      OPCODE_STORE_BLOCKS: needs_attention_of = 1'b1;
      OPCODE_ATTENTION: needs_attention_of = 1'b1;
      default: needs_attention_of = '0;
    endcase
  endfunction

  // Words read from SRC on.
  function automatic logic [2:0] src_reach_of(input logic [7:0] opcode);
    case (opcode)
      OPCODE_STORE: src_reach_of = 3'd1;  // ReachRows16
      OPCODE_TRIT_MATVEC: src_reach_of = 3'd3;  // ReachCols16
      OPCODE_F16_MATVEC: src_reach_of = 3'd3;  // ReachCols16
      OPCODE_STORE_COLUMN: src_reach_of = 3'd1;  // ReachRows16
      OPCODE_RMSNORM: src_reach_of = 3'd1;  // ReachRows16
      OPCODE_ROPE: src_reach_of = 3'd1;  // ReachRows16
      OPCODE_SOFTMAX: src_reach_of = 3'd1;  // ReachRows16
      OPCODE_SILU_MUL: src_reach_of = 3'd1;  // ReachRows16
      OPCODE_ADD: src_reach_of = 3'd1;  // ReachRows16
      OPCODE_ARGMAX: src_reach_of = 3'd1;  // ReachRows16
      OPCODE_STORE_BLOCKS: src_reach_of = 3'd1;  // ReachRows16
      OPCODE_ATTENTION: src_reach_of = 3'd1;  // ReachRows16
      default: src_reach_of = '0;
    endcase
  endfunction

  // Words read from SRC2 on.
  function automatic logic [2:0] src2_reach_of(input logic [7:0] opcode);
    case (opcode)
      OPCODE_RMSNORM: src2_reach_of = 3'd1;  // ReachRows16
      OPCODE_ROPE: src2_reach_of = 3'd3;  // ReachCols16
      OPCODE_SILU_MUL: src2_reach_of = 3'd1;  // ReachRows16
      OPCODE_ADD: src2_reach_of = 3'd1;  // ReachRows16
      default: src2_reach_of = '0;
    endcase
  endfunction

  // Words written from DST on; RAW doubles them.
  function automatic logic [2:0] dst_reach_of(input logic [7:0] opcode);
    case (opcode)
      OPCODE_LOAD: dst_reach_of = 3'd1;  // ReachRows16
      OPCODE_TRIT_MATVEC: dst_reach_of = 3'd2;  // ReachRows32
      OPCODE_F16_MATVEC: dst_reach_of = 3'd1;  // ReachRows16
      OPCODE_RMSNORM: dst_reach_of = 3'd1;  // ReachRows16
      OPCODE_ROPE: dst_reach_of = 3'd1;  // ReachRows16
      OPCODE_SOFTMAX: dst_reach_of = 3'd1;  // ReachRows16
      OPCODE_SILU_MUL: dst_reach_of = 3'd1;  // ReachRows16
      OPCODE_ADD: dst_reach_of = 3'd1;  // ReachRows16
      OPCODE_ARGMAX: dst_reach_of = 3'd4;  // ReachFixed16
      OPCODE_ATTENTION: dst_reach_of = 3'd1;  // ReachRows16
      default: dst_reach_of = '0;
    endcase
  endfunction

  // What it does with the memory at ADDR.
  function automatic logic [2:0] memory_of(input logic [7:0] opcode);
    case (opcode)
      OPCODE_LOAD: memory_of = 3'd1;  // MemoryReadElements
      OPCODE_STORE: memory_of = 3'd2;  // MemoryWriteElements
      OPCODE_TRIT_MATVEC: memory_of = 3'd4;  // MemoryTritStream
      OPCODE_F16_MATVEC: memory_of = 3'd5;  // MemoryF16Rows
      OPCODE_STORE_COLUMN: memory_of = 3'd3;  // MemoryWriteColumn
      OPCODE_STORE_BLOCKS: memory_of = 3'd6;  // MemoryWriteBlocks
      OPCODE_ATTENTION: memory_of = 3'd7;  // MemoryReadCache
      default: memory_of = '0;
    endcase
  endfunction

  // The bounds that its fields must keep, by their RULE_ bit.
  function automatic logic [11:0] rules_of(input logic [7:0] opcode);
    case (opcode)
      OPCODE_LOAD: rules_of = 12'b000000000001;
      OPCODE_STORE: rules_of = 12'b000000000001;
      OPCODE_TRIT_MATVEC: rules_of = 12'b100000000111;
      OPCODE_F16_MATVEC: rules_of = 12'b000000001101;
      OPCODE_STORE_COLUMN: rules_of = 12'b000000010001;
      OPCODE_RMSNORM: rules_of = 12'b000000000001;
      OPCODE_ROPE: rules_of = 12'b000000100001;
      OPCODE_SOFTMAX: rules_of = 12'b000001000001;
      OPCODE_SILU_MUL: rules_of = 12'b000000000001;
      OPCODE_ADD: rules_of = 12'b000000000001;
      OPCODE_ARGMAX: rules_of = 12'b000000000001;
      OPCODE_STORE_BLOCKS: rules_of = 12'b000010000001;
      OPCODE_ATTENTION: rules_of = 12'b011100100001;
      default: rules_of = '0;
    endcase
  endfunction

  // The operation of the vector unit; OpNone: it is not one.
  function automatic logic [2:0] vector_op_of(input logic [7:0] opcode);
    case (opcode)
      OPCODE_RMSNORM: vector_op_of = 3'd1;  // OpRmsnorm
      OPCODE_ROPE: vector_op_of = 3'd2;  // OpRope
      OPCODE_SOFTMAX: vector_op_of = 3'd3;  // OpSoftmax
      OPCODE_SILU_MUL: vector_op_of = 3'd4;  // OpSiluMul
      OPCODE_ADD: vector_op_of = 3'd5;  // OpAdd
      OPCODE_ARGMAX: vector_op_of = 3'd6;  // OpArgmax
      default: vector_op_of = '0;
    endcase
  endfunction

endpackage
