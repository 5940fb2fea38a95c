// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Checks a command and works out what it needs: INDEX and SPAN resolved, sizes in beats and bytes.
///
/// The checks come in the order that isa/commands.h states, a cycle or more each; the verdict of a
/// state is in registers and looked at in the next, and the first that fails leaves its error in
/// the job and ends the checking.  A job waits in a register, so that the
/// next command is checked meanwhile: the checks run ahead of the commands, from fields, registers
/// that hold while the machine is busy, and nothing that a command changes.  From a command to its
/// job: 4 cycles for control, 8 for vector operations, for others at most 122 (trine_sizes).
module trine_check #(
  parameter int unsigned Groups      = 16,
  parameter int unsigned Vectors     = 1,
  parameter int unsigned VectorWords = 65536,
  parameter int unsigned MaxCols     = 32768,
  parameter int unsigned AddrWidth   = 40,
  parameter int unsigned F16Engine   = 1,
  parameter int unsigned VectorUnit  = 1,
  parameter int unsigned AttentionHeads = 8,
  parameter int unsigned StreamSum   = 0
) (
  input  logic                         clk_i,
  input  logic                         rst_ni,
  input  logic                         stop_i,          // Drops command and job.
  output logic                         rests_o,         // See trine_control.
  input  trine_control_pkg::settings_t settings_i,
  // Commands; the fields hold until one is taken
  input  logic                         fetched_valid_i,
  output logic                         fetched_ready_o,
  input  trine_control_pkg::fetched_t  fetched_i,
  input  trine_commands_pkg::command_t command_i,
  // Jobs
  output logic                         job_valid_o,
  input  logic                         job_ready_i,
  output trine_control_pkg::job_t      job_o
);

  localparam int unsigned GroupBits = $clog2(Groups);
  localparam int unsigned BookBytes = 128;

  // A stream of at most VectorWords rows and MaxCols columns has at most a beat for 2 * Groups
  // weights (FP16), and 32 bits count them; those of keys and values are far fewer.
  localparam int unsigned WeightBits = $clog2(VectorWords) + $clog2(MaxCols);
  if (WeightBits > 32 + GroupBits || AddrWidth > 60) begin : gen_bad_size
    $error("trine_check: VectorWords * MaxCols or AddrWidth is too large");
  end

  typedef enum logic [3:0] {
    StForm,        // Opcode and unused bits,
    StFields,      // fields as they stand,
    StIndex,       // against the sequence state,
    StReach,       // reach in vector memory: words of the operands,
    StRange,       // which are added and compared;
    StSize,        // the products are being worked out;
    StPlace,       // data through the window check,
    StSum,         // which adds,
    StWindow,      // then compares;
    StBook,        // the codebook likewise.
    StBookSum,
    StBookWindow,
    StDone         // The job leaves as soon as there is room.
  } state_e;
  state_e state_q, state_d;

  // ---- What the command is ----

  logic [2:0] unit_q, memory_q;
  logic       is_trit, is_f16, is_column, is_matrix, is_cache, is_stream;
  assign is_trit   = memory_q == trine_commands_pkg::MemoryTritStream;
  assign is_f16    = memory_q == trine_commands_pkg::MemoryF16Rows;
  assign is_column = memory_q == trine_commands_pkg::MemoryWriteColumn;
  assign is_matrix = is_trit || is_f16;
  assign is_cache  = memory_q == trine_commands_pkg::MemoryReadCache;
  assign is_stream = is_matrix || is_cache;

  logic known_q, stray_q;                // Stray: a bit or word that the opcode does not use.
  logic strided_q;                       // There is a stride.
  always_ff @(posedge clk_i) begin
    if (state_q == StForm) begin
      strided_q <= command_i.stride != '0;
      known_q <= trine_commands_pkg::unit_of(command_i.opcode) != trine_commands_pkg::UnitNone
           && (F16Engine != 0 || !trine_commands_pkg::needs_f16_of(command_i.opcode))
           && (VectorUnit != 0 || !trine_commands_pkg::needs_vector_unit_of(command_i.opcode))
           && (AttentionHeads != 0 || !trine_commands_pkg::needs_attention_of(command_i.opcode));
      stray_q <= (fetched_i.word0 & ~trine_commands_pkg::bits_of(command_i.opcode)) != '0
           || (fetched_i.nonzero & ~trine_commands_pkg::words_of(command_i.opcode)) != '0;
    end
  end

  logic        bad_field, misaligned, past_vector;
  logic [31:0] rows_q, cols_q;           // The fields, or what SPAN made of them.
  trine_check_fields #(
    .Groups      (Groups),
    .Vectors     (Vectors),
    .VectorWords (VectorWords),
    .MaxCols     (MaxCols),
    .AttentionHeads (AttentionHeads),
    .StreamSum   (StreamSum)
  ) u_fields (
    .clk_i,
    .prepare_i     (state_q == StForm),
    .fields_i      (state_q == StFields),
    .aligned_i     (state_q == StIndex),
    .words_i       (state_q == StReach),
    .reach_i       (state_q == StRange),
    .command_i     (command_i),
    .rows_i        (rows_q),
    .cols_i        (cols_q),
    .bad_field_o   (bad_field),
    .misaligned_o  (misaligned),
    .past_vector_o (past_vector)
  );

  // The sequence state: the bank's position, the index that the command uses.
  logic        indexed, indexed_q, beyond_q, of_token_q;
  logic [33:0] position_q;
  logic [31:0] index, index_q, token_q;
  logic signed [34:0] bound_q;           // What the token or the position must be below.
  logic [2:0]  bank;
  assign bank = command_i.bank[2:0] & 3'(Vectors - 1);
  always_comb begin
    indexed = 1'b0;
    index   = '0;
    if (state_q == StIndex) begin
      indexed = command_i.index != 2'd0 || is_column || is_cache;
      // Of attention of several positions the last bank's.
      index   = of_token_q ? token_q : position_q[31:0] + 32'(command_i.more);
    end
  end
  always_ff @(posedge clk_i) begin
    // A bank that there isn't is refused, whatever its position.
    if (state_q == StFields) begin
      position_q <= 34'(settings_i.position) + 34'(settings_i.ahead[32*bank +: 32]);
      token_q    <= settings_i.tokens[32*bank +: 32];
      of_token_q <= command_i.index == 2'd1;
      bound_q    <= 35'(command_i.limit)
                  - (command_i.index == 2'd1 ? 35'd0 : 35'(command_i.more));
    end
    // The index is below its limit: without the sum that it is.
    if (state_q == StIndex)
      beyond_q <= (indexed && signed'({1'b0, of_token_q ? 34'(token_q) : position_q}) >= bound_q)
               || (command_i.span == 2'd1 && position_q >= 34'(rows_q))
               || (command_i.span == 2'd2 && position_q >= 34'(cols_q));
  end

  // ---- Sizes and the window ----

  logic        size_done, apart, outside;
  logic [63:0] offset, row_span, address_q, first_q;
  logic [AddrWidth+1:0] bytes_q;         // The top bit is set when there are more than it holds.
  logic [31:0] beats, row_beats, element_bytes_q;
  assign apart = is_column || (is_f16 && strided_q);

  trine_sizes #(.Groups (Groups)) u_sizes (
    .clk_i,
    .rst_ni      (rst_ni && !stop_i && !done_q),   // A failed check ends it, too.
    .start_i     (state_q == StReach && memory_q != trine_commands_pkg::MemoryNone),
    .indexed_i   (indexed_q && !is_column && !is_cache),
    .trit_i      (is_trit),
    .f16_i       (is_f16 || is_cache),
    .apart_i     (apart),
    .depth_i     (command_i.depth),
    // Of keys and values: two rows a position.
    .rows_i      (is_cache ? (index_q + 32'd1) << 1 : rows_q),
    .cols_i      (cols_q),
    .index_i     (index_q),
    .stride_i    (command_i.stride),
    .done_o      (size_done),
    .offset_o    (offset),
    .beats_o     (beats),
    .row_beats_o (row_beats),
    .span_o      (row_span)
  );

  logic [63:0] span;
  logic        span_small;
  assign span = apart ? row_span : is_stream ? 64'(beats) << (GroupBits + 2) : 64'(element_bytes_q);
  assign span_small = span[63:AddrWidth+1] == '0;

  trine_window #(.AddrWidth (AddrWidth)) u_window (
    .clk_i,
    .start_i   (state_q == StSum || state_q == StBookSum),
    .first_i   (first_q),
    .bytes_i   (64'(bytes_q)),
    .base_i    (settings_i.mem_base),
    .limit_i   (settings_i.mem_limit),
    .outside_o (outside)
  );

  // ---- States ----

  logic [7:0] error_q, error_d;
  logic       wrong;                     // The check of this state failed.
  // The job moves to its register, which leads far: so `done_q` is StDone from a register.  It does
  // not in the cycle in which the one before leaves, so that nothing behind this stage decides what
  // this one and fetch do in the same cycle.
  logic       give, done_q;
  assign give            = done_q && !job_valid_o;
  assign fetched_ready_o = give;

  always_comb begin
    state_d = state_q;
    error_d = error_q;
    wrong   = 1'b0;
    unique case (state_q)
      StForm: if (fetched_valid_i) state_d = StFields;
      StFields: begin
        if (fetched_i.error != trine_commands_pkg::ERROR_NONE) error_d = fetched_i.error;
        else if (!known_q) error_d = trine_commands_pkg::ERROR_BAD_OPCODE;
        else if (stray_q)  error_d = trine_commands_pkg::ERROR_BAD_FIELD;
        wrong   = fetched_i.error != trine_commands_pkg::ERROR_NONE || !known_q || stray_q;
        state_d = unit_q == trine_commands_pkg::UnitControl ? StDone : StIndex;
      end
      StIndex: begin
        if (bad_field) error_d = trine_commands_pkg::ERROR_BAD_FIELD;
        wrong   = bad_field;
        state_d = StReach;
      end
      StReach: begin
        if (beyond_q)        error_d = trine_commands_pkg::ERROR_INDEX_RANGE;
        else if (misaligned) error_d = trine_commands_pkg::ERROR_ALIGNMENT;
        wrong   = beyond_q || misaligned;
        state_d = StRange;
      end
      StRange: state_d = StSize;
      StSize: begin
        if (past_vector) error_d = trine_commands_pkg::ERROR_VECTOR_RANGE;
        wrong   = past_vector;
        if (memory_q == trine_commands_pkg::MemoryNone) state_d = StDone;
        else if (size_done) state_d = StPlace;
      end
      StPlace:   state_d = StSum;
      StSum:     state_d = StWindow;
      StWindow: begin
        if (outside) error_d = trine_commands_pkg::ERROR_ADDRESS_RANGE;
        wrong   = outside;
        state_d = is_trit ? StBook : StDone;
      end
      StBook:    state_d = StBookSum;
      StBookSum: state_d = StBookWindow;
      StBookWindow: begin
        if (outside) error_d = trine_commands_pkg::ERROR_ADDRESS_RANGE;
        state_d = StDone;
      end
      StDone: if (give) begin
        error_d = trine_commands_pkg::ERROR_NONE;
        state_d = StForm;
      end
      default: state_d = StForm;
    endcase
    if (wrong) state_d = StDone;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || stop_i) begin
      state_q     <= StForm;
      error_q     <= trine_commands_pkg::ERROR_NONE;
      done_q      <= 1'b0;
      job_valid_o <= 1'b0;
    end else begin
      state_q     <= state_d;
      error_q     <= error_d;
      done_q      <= state_d == StDone;
      job_valid_o <= give || (job_valid_o && !job_ready_i);
    end
  end

  always_ff @(posedge clk_i) begin
    unique case (state_q)
      StForm: begin
        unit_q   <= trine_commands_pkg::unit_of(command_i.opcode);
        memory_q <= trine_commands_pkg::memory_of(command_i.opcode);
        rows_q   <= command_i.rows;
        cols_q   <= command_i.cols;
      end
      StIndex: begin
        indexed_q <= indexed;
        index_q   <= index;
        if (command_i.span == 2'd1) rows_q <= position_q[31:0] + 32'd1;
        if (command_i.span == 2'd2) cols_q <= position_q[31:0] + 32'd1;
      end
      StReach: element_bytes_q <=
          command_i.f16 || memory_q == trine_commands_pkg::MemoryWriteBlocks ? rows_q << 1
                                                                             : rows_q << 2;
      StSize:  address_q <= {command_i.addr_hi, command_i.addr_lo} + offset;
      StPlace: begin
        first_q <= address_q;
        bytes_q <= {!span_small, (AddrWidth+1)'(0)}
                 | (((AddrWidth+2)'(span[AddrWidth:0]) + (AddrWidth+2)'(63)) >> 6 << 6);
        if (is_column) address_q <= address_q + 64'({index_q, 1'b0});
      end
      StBook: begin
        first_q <= {command_i.book_hi, command_i.book_lo};
        bytes_q <= (AddrWidth+2)'(BookBytes);
      end
      default: ;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (give) begin
      job_o.error         <= error_q;
      job_o.here          <= fetched_i.here;
      job_o.reads         <= is_stream || memory_q == trine_commands_pkg::MemoryReadElements;
      job_o.book          <= is_trit;
      job_o.word0         <= fetched_i.word0;
      job_o.book_address  <= {command_i.book_hi, command_i.book_lo};
      job_o.bytes         <= element_bytes_q;
      job_o.piece_beats   <= !is_stream ? (element_bytes_q + 32'(4 * Groups - 1)) >> (GroupBits + 2)
                           : apart      ? row_beats : beats;
      job_o.pieces        <= is_f16 && apart ? rows_q : 32'd1;
      job_o.beats         <= !is_stream ? (element_bytes_q + 32'(4 * Groups - 1)) >> (GroupBits + 2)
                                        : beats;
      job_o.start.unit    <= unit_q;
      job_o.start.memory  <= memory_q;
      job_o.start.opcode  <= command_i.opcode;
      job_o.start.depth   <= command_i.depth;
      job_o.start.raw     <= command_i.raw;
      job_o.start.f16     <= command_i.f16;
      job_o.start.bank    <= command_i.bank;
      job_o.start.more    <= command_i.more;
      job_o.start.zero    <= '0;
      job_o.start.address <= address_q;
      job_o.start.rows    <= rows_q;
      job_o.start.cols    <= cols_q;
      job_o.start.src     <= command_i.src;
      job_o.start.src2    <= command_i.src2;
      job_o.start.dst     <= command_i.dst;
      job_o.start.stride  <= is_cache ? index_q + 32'd1 : command_i.stride;
      job_o.start.alpha   <= command_i.alpha;
      job_o.start.beta    <= command_i.beta;
    end
  end

  // It waits for a command, or for room in the register of jobs.
  assign rests_o = (state_q == StForm && !fetched_valid_i) || (done_q && !give);

  logic unused_ok;
  assign unused_ok = ^settings_i;

`ifdef FORMAL_TRINE_CHECK
  `include "trine_check_formal.svh"
`endif

endmodule
