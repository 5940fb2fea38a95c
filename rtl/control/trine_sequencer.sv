// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Fetches commands, checks them and runs them one after the other.
///
/// The checks come in the order that isa/commands.h states; the first that fails stops the
/// machine before the command touches anything.  Data errors are collected while a command runs
/// and stop the machine at its end.  Every stop waits for the answers to all writes, then pulses
/// `finish_o` with the code (0: the list ended at END).
module trine_sequencer #(
  parameter  int unsigned Groups      = 16,
  parameter  int unsigned Vectors     = 1,
  parameter  int unsigned VectorWords = 65536,
  parameter  int unsigned MaxCols     = 16384,
  parameter  int unsigned AddrWidth   = 40,
  parameter  int unsigned F16Engine  = 1,
  parameter  int unsigned VectorUnit  = 1,
  localparam int unsigned BeatWidth   = $clog2(VectorWords / Groups)
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  // Register block
  input  logic                  start_i,         // One-cycle pulse, only when not busy.
  input  logic                  abort_i,         // One-cycle pulse.
  input  logic [63:0]           list_addr_i,
  input  logic [31:0]           list_count_i,
  input  logic [63:0]           mem_base_i,
  input  logic [63:0]           mem_limit_i,
  input  logic [31:0]           position_i,
  input  logic [127:0]          tokens_i,        // Of bank b in bits 32 * b +: 32.
  input  logic [63:0]           profile_addr_i,
  input  logic [31:0]           profile_count_i,
  output logic                  busy_o,
  output logic                  finish_o,        // One-cycle pulse, the last busy cycle.
  output logic [7:0]            error_code_o,    // Valid with `finish_o`.
  output logic [31:0]           index_o,
  output logic                  command_begin_o, // One-cycle pulse: the fetch begins.
  output logic                  command_done_o,  // One-cycle pulse: the command has run.
  // Words of commands, from the read stream
  input  logic                  word_valid_i,
  output logic                  word_ready_o,
  input  logic [31:0]           word_data_i,
  // Read job: `read_rows_o` pieces of `read_beats_o`, `read_stride_o` bytes apart
  output logic                  read_valid_o,
  input  logic                  read_ready_i,
  output logic [AddrWidth-1:0]  read_addr_o,
  output logic [31:0]           read_beats_o,
  output logic [31:0]           read_rows_o,
  output logic [31:0]           read_stride_o,
  input  logic                  read_error_i,
  // Write job
  output logic                  write_valid_o,
  input  logic                  write_ready_i,
  output logic [AddrWidth-1:0]  write_addr_o,
  output logic [31:0]           write_bytes_o,
  input  logic                  write_error_i,
  input  logic                  write_idle_i,
  // Units: fields hold while one runs
  output logic                  load_start_o,
  input  logic                  load_done_i,
  output logic                  store_start_o,
  input  logic                  store_done_i,
  output logic                  column_start_o,
  output logic [AddrWidth-1:0]  column_addr_o,   // Of the first element.
  input  logic                  column_done_i,
  output logic                  vector_start_o,
  input  logic                  vector_done_i,
  input  logic                  vector_nonfinite_i,
  output logic                  record_start_o,  // Of the profile.
  input  logic                  record_done_i,
  output logic                  book_start_o,
  input  logic                  book_busy_i,
  input  logic                  bad_codebook_i,
  output logic                  matvec_start_o,
  output logic                  matvec_active_o, // The read stream goes to the engines.
  input  logic                  matvec_done_i,
  input  logic                  bad_set_byte_i,
  input  logic                  bad_tail_i,
  input  logic                  nonfinite_i,
  input  logic                  overflow_i,
  output logic                  running_o,       // From the start of a unit to its end.
  output logic [31:0]           word0_o,         // Opcode and flags.
  output logic [31:0]           rows_o,
  output logic [31:0]           cols_o,
  output logic [31:0]           stride_o,
  output logic [31:0]           alpha_o,
  output logic [31:0]           beta_o,
  output logic [BeatWidth-1:0]  src_beat_o,
  output logic [BeatWidth-1:0]  src2_beat_o,
  output logic [BeatWidth-1:0]  dst_beat_o
);

  localparam int unsigned GroupBits = $clog2(Groups);
  localparam int unsigned ListBeats = 16 / Groups;      // 64 bytes.
  localparam int unsigned BookBeats = 32 / Groups;      // 128 bytes.

  // A stream of at most VectorWords rows and MaxCols columns has at most half as many beats as
  // weights (FP16 at Groups = 1), and 32 bits count them.
  if ($clog2(VectorWords) + $clog2(MaxCols) > 32 || AddrWidth > 60) begin : gen_bad_size
    $error("trine_sequencer: VectorWords * MaxCols or AddrWidth is too large");
  end

  typedef enum logic [4:0] {
    StIdle, StList, StSum, StWindow, StFetch, StWords, StForm, StIndex, StReach, StSize, StData,
    StBook, StReadBook, StReadData, StWriteData, StAwaitBook, StStart, StRun, StDrain, StNext,
    StProfile, StWriteRecord, StRecord, StGo, StStop
  } state_e;
  state_e state_d, state_q;

  // ---- The command ----

  logic        command_full, known, form_ok;
  logic [7:0]  opcode;
  logic [31:0] rows, cols, src, src2, dst, limit;
  logic [63:0] addr, book;

  logic is_load, is_store, is_column, is_trit, is_f16, is_matvec, is_end, is_fence, is_vector;
  assign opcode    = word0_o[7:0];
  assign is_load   = opcode == trine_commands_pkg::OPCODE_LOAD;
  assign is_store  = opcode == trine_commands_pkg::OPCODE_STORE;
  assign is_column = opcode == trine_commands_pkg::OPCODE_STORE_COLUMN;
  assign is_trit   = opcode == trine_commands_pkg::OPCODE_TRIT_MATVEC;
  assign is_f16    = opcode == trine_commands_pkg::OPCODE_F16_MATVEC;
  assign is_end    = opcode == trine_commands_pkg::OPCODE_END;
  assign is_fence  = opcode == trine_commands_pkg::OPCODE_FENCE;
  assign is_matvec = is_trit || is_f16;
  assign is_vector = !(is_load || is_store || is_column || is_matvec || is_end || is_fence);

  trine_command #(
    .F16Engine (F16Engine),
    .VectorUnit (VectorUnit)
  ) u_command (
    .clk_i,
    .rst_ni,
    .start_i      (command_begin_o),
    .word_valid_i (word_valid_i && word_ready_o),
    .word_data_i,
    .full_o       (command_full),
    .known_o      (known),
    .form_ok_o    (form_ok),
    .word0_o,
    .rows_o       (rows),
    .cols_o       (cols),
    .src_o        (src),
    .src2_o       (src2),
    .dst_o        (dst),
    .addr_o       (addr),
    .book_o       (book),
    .stride_o,
    .limit_o      (limit),
    .alpha_o,
    .beta_o
  );

  logic       f16;
  logic [1:0] index_kind, span;
  logic [3:0] bank;
  assign f16         = word0_o[trine_commands_pkg::FIELD_F16_LSB];
  assign index_kind  = word0_o[trine_commands_pkg::FIELD_INDEX_LSB +: 2];
  assign span        = word0_o[trine_commands_pkg::FIELD_SPAN_LSB +: 2];
  assign bank        = word0_o[trine_commands_pkg::FIELD_BANK_LSB +: 4];
  assign src_beat_o  = BeatWidth'(src >> GroupBits);
  assign src2_beat_o = BeatWidth'(src2 >> GroupBits);
  assign dst_beat_o  = BeatWidth'(dst >> GroupBits);

  // ---- Checks ----

  logic bad_field, misaligned, past_vector;
  trine_command_check #(
    .Groups      (Groups),
    .Vectors     (Vectors),
    .VectorWords (VectorWords),
    .MaxCols     (MaxCols)
  ) u_check (
    .form_i        (state_q == StForm || state_q == StIndex),
    .reach_i       (state_q == StReach),
    .word0_i       (word0_o),
    .rows_i        (rows_o),
    .cols_i        (cols_o),
    .src_i         (src),
    .src2_i        (src2),
    .dst_i         (dst),
    .addr_i        (addr),
    .book_i        (book),
    .stride_i      (stride_o),
    .limit_i       (limit),
    .bad_field_o   (bad_field),
    .misaligned_o  (misaligned),
    .past_vector_o (past_vector)
  );

  // The sequence state: the bank's position, the index that the command uses.
  logic        indexed, beyond;
  logic [32:0] position, index;
  always_comb begin
    indexed  = 1'b0;
    beyond   = 1'b0;
    position = '0;
    index    = '0;
    if (state_q == StIndex) begin
      indexed  = index_kind != 2'd0 || is_column;
      position = 33'(position_i) + 33'(bank);
      index    = index_kind == 2'd1 ? {1'b0, tokens_i[32*bank[1:0] +: 32]} : position;
      beyond   = (indexed && index >= 33'(limit))
              || (span == 2'd1 && position >= 33'(rows_o))
              || (span == 2'd2 && position >= 33'(cols_o));
    end
  end
  logic        indexed_q;
  logic [31:0] index_q;

  logic        size_done;
  logic [63:0] offset, row_span;
  logic [31:0] stream_beats, row_beats;
  trine_sizes #(.Groups (Groups)) u_sizes (
    .clk_i,
    .rst_ni,
    .start_i     (state_q == StReach && !past_vector && !is_vector),
    .indexed_i   (indexed_q && !is_column),
    .trit_i      (is_trit),
    .f16_i      (is_f16),
    .apart_i     (is_column || (is_f16 && stride_o != '0)),
    .depth_i     (word0_o[trine_commands_pkg::FIELD_DEPTH_LSB +: 3]),
    .rows_i      (rows_o),
    .cols_i      (cols_o),
    .index_i     (index_q),
    .stride_i    (stride_o),
    .done_o      (size_done),
    .offset_o    (offset),
    .beats_o     (stream_beats),
    .row_beats_o (row_beats),
    .span_o      (row_span)
  );

  // Bytes of elements in memory, which VectorWords bounds.
  logic [31:0] element_bytes_q;
  logic [63:0] addr_q;                   // With the offset.

  // The window check: `first_q` and `bytes_q` go in, the verdict is there two cycles later.
  typedef enum logic [1:0] {WindowList, WindowData, WindowBook, WindowRecord} window_e;
  window_e     window_q;
  logic [63:0] first_q, bytes_q;
  logic [63:0] end_q;    // May have wrapped when `first_q` is beyond the address bus.
  logic        outside;
  always_comb begin
    outside = 1'b0;
    if (state_q == StWindow) begin
      outside = first_q[63:AddrWidth] != '0 || end_q > (64'(1) << AddrWidth)
             || first_q < mem_base_i || end_q > mem_limit_i;
    end
  end

  // ---- States ----

  logic [31:0] count_q;                  // Index of the command in the list.
  logic [63:0] list_addr_q;
  logic        abort_q;
  logic [7:0]  error_q, error_d;
  logic [7:0]  data_error;               // The lowest data error so far.

  always_comb begin
    data_error = trine_commands_pkg::ERROR_NONE;
    if (state_q == StNext) begin
      if (is_matvec && overflow_i)         data_error = trine_commands_pkg::ERROR_OVERFLOW;
      if (is_matvec && nonfinite_i)        data_error = trine_commands_pkg::ERROR_NONFINITE;
      if (is_vector && vector_nonfinite_i) data_error = trine_commands_pkg::ERROR_NONFINITE;
      if (is_matvec && bad_tail_i)         data_error = trine_commands_pkg::ERROR_BAD_TAIL;
      if (is_matvec && bad_set_byte_i)     data_error = trine_commands_pkg::ERROR_BAD_SET_BYTE;
      if (is_trit && bad_codebook_i)       data_error = trine_commands_pkg::ERROR_BAD_CODEBOOK;
      if (write_error_i)                   data_error = trine_commands_pkg::ERROR_AXI_WRITE;
      if (read_error_i)                    data_error = trine_commands_pkg::ERROR_AXI_READ;
      if (abort_q && !is_end)              data_error = trine_commands_pkg::ERROR_ABORTED;
    end
  end

  always_comb begin
    state_d = state_q;
    error_d = error_q;
    unique case (state_q)
      StIdle: begin
        error_d = trine_commands_pkg::ERROR_NONE;
        if (start_i) state_d = StList;
      end

      // Where the next command lies.
      StList: begin
        if (count_q >= list_count_i)       error_d = trine_commands_pkg::ERROR_LIST_OVERRUN;
        else if (list_addr_q[5:0] != 6'd0) error_d = trine_commands_pkg::ERROR_ALIGNMENT;
        state_d = error_d == trine_commands_pkg::ERROR_NONE ? StSum : StStop;
      end
      // The window check adds,
      StSum: state_d = StWindow;
      // then compares.
      StWindow: begin
        // A data error of the command whose record this is comes first.
        if (outside && error_q == trine_commands_pkg::ERROR_NONE)
          error_d = trine_commands_pkg::ERROR_ADDRESS_RANGE;
        unique case (window_q)
          WindowList: state_d = outside ? StStop : StFetch;
          WindowData: state_d = outside ? StStop : is_trit ? StBook : is_store ? StWriteData
                              : is_column ? StStart : StReadData;
          WindowBook: state_d = outside ? StStop : StReadBook;
          default:    state_d = outside ? StStop : StWriteRecord;
        endcase
      end
      // Asks for the command,
      StFetch: if (read_ready_i) state_d = StWords;
      // takes its words.
      StWords: if (command_full) state_d = StForm;
      // Checks of the fields as they stand,
      StForm: begin
        if (read_error_i)               error_d = trine_commands_pkg::ERROR_AXI_READ;
        else if (!known)                error_d = trine_commands_pkg::ERROR_BAD_OPCODE;
        else if (!form_ok)              error_d = trine_commands_pkg::ERROR_BAD_FIELD;
        else if (!(is_end || is_fence) && bad_field)
          error_d = trine_commands_pkg::ERROR_BAD_FIELD;
        state_d = error_d != trine_commands_pkg::ERROR_NONE ? StStop : is_end || is_fence ? StDrain : StIndex;
      end
      // against the sequence state,
      StIndex: begin
        if (beyond)          error_d = trine_commands_pkg::ERROR_INDEX_RANGE;
        else if (misaligned) error_d = trine_commands_pkg::ERROR_ALIGNMENT;
        state_d = error_d == trine_commands_pkg::ERROR_NONE ? StReach : StStop;
      end
      // of the reach in vector memory.
      StReach: begin
        if (past_vector) error_d = trine_commands_pkg::ERROR_VECTOR_RANGE;
        state_d = error_d != trine_commands_pkg::ERROR_NONE ? StStop : is_vector ? StStart : StSize;
      end
      // The products are being worked out.
      StSize: if (size_done) state_d = StData;
      // Data, then the codebook, through the window check.
      StData: state_d = StSum;
      StBook: state_d = StSum;

      // Asks for the codebook,
      StReadBook: if (read_ready_i) state_d = StReadData;
      // the stream or the vector.
      StReadData:  if (read_ready_i) state_d = is_trit ? StAwaitBook : StStart;
      StWriteData: if (write_ready_i) state_d = StStart;
      // The engine wants its codebook before it starts.
      StAwaitBook: if (!book_busy_i) state_d = StStart;
      StStart: state_d = StRun;
      StRun: begin
        if (load_done_i || store_done_i || column_done_i || matvec_done_i || vector_done_i)
          state_d = StNext;
      end
      // FENCE and END.
      StDrain: if (write_idle_i) state_d = StNext;
      StNext: begin
        error_d = data_error;
        state_d = count_q < profile_count_i ? StProfile : StGo;
      end

      // The record of the command goes through the window check and out.
      StProfile: begin
        state_d = StSum;
        if (profile_addr_i[5:0] != '0) begin
          if (error_q == trine_commands_pkg::ERROR_NONE)
            error_d = trine_commands_pkg::ERROR_ALIGNMENT;
          state_d = StStop;
        end
      end
      StWriteRecord: if (write_ready_i) state_d = StRecord;
      StRecord: if (record_done_i) state_d = StGo;
      StGo: state_d = error_q != trine_commands_pkg::ERROR_NONE || is_end ? StStop : StList;

      // Every write is answered before the machine stops; an answer may bring a lower error.
      StStop: if (write_idle_i) state_d = StIdle;
      default: state_d = StIdle;
    endcase
  end

  always_comb begin
    error_code_o = error_q;
    if (write_error_i && error_q > trine_commands_pkg::ERROR_AXI_WRITE
        && error_q != trine_commands_pkg::ERROR_INDEX_RANGE)
      error_code_o = trine_commands_pkg::ERROR_AXI_WRITE;
  end

  assign busy_o          = state_q != StIdle;
  assign finish_o        = state_q == StStop && write_idle_i;
  assign index_o         = count_q;
  assign command_begin_o = state_q == StList;
  assign command_done_o  = state_q == StNext;
  assign word_ready_o    = state_q == StWords;
  assign read_valid_o    = state_q == StFetch || state_q == StReadBook || state_q == StReadData;
  assign write_valid_o   = state_q == StWriteData || state_q == StWriteRecord;
  assign book_start_o    = state_q == StReadBook && read_ready_i;
  assign load_start_o    = state_q == StStart && is_load;
  assign store_start_o   = state_q == StStart && is_store;
  assign column_start_o  = state_q == StStart && is_column;
  assign matvec_start_o  = state_q == StStart && is_matvec;
  assign vector_start_o  = state_q == StStart && is_vector;
  assign record_start_o  = state_q == StWriteRecord && write_ready_i;
  assign running_o       = state_q == StRun;
  assign matvec_active_o = running_o && is_matvec;

  // ---- Jobs ----

  always_comb begin
    read_addr_o   = first_q[AddrWidth-1:0];
    read_beats_o  = 32'(ListBeats);
    read_rows_o   = 32'd1;
    read_stride_o = stride_o;
    if (state_q == StReadBook) begin
      read_addr_o  = book[AddrWidth-1:0];
      read_beats_o = 32'(BookBeats);
    end else if (state_q == StReadData) begin
      read_addr_o  = addr_q[AddrWidth-1:0];
      read_beats_o = is_matvec ? stream_beats
                   : (element_bytes_q + 32'(4 * Groups - 1)) >> (GroupBits + 2);
      if (is_f16 && stride_o != '0) begin
        read_beats_o = row_beats;
        read_rows_o  = rows_o;
      end
    end
  end
  assign write_addr_o  = state_q == StWriteData ? addr_q[AddrWidth-1:0] : first_q[AddrWidth-1:0];
  assign write_bytes_o = state_q == StWriteData ? element_bytes_q : 32'd64;
  assign column_addr_o = addr_q[AddrWidth-1:0] + AddrWidth'({index_q, 1'b0});

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= StIdle;
      error_q <= trine_commands_pkg::ERROR_NONE;
      abort_q <= 1'b0;
      count_q <= '0;
    end else begin
      state_q <= state_d;
      error_q <= error_d;
      abort_q <= busy_o && (abort_q || abort_i);
      if (state_q == StIdle && start_i)                count_q <= '0;
      else if (state_q == StGo && state_d == StList) count_q <= count_q + 32'd1;
    end
  end

  always_ff @(posedge clk_i) begin
    unique case (state_q)
      StIdle: list_addr_q <= list_addr_i;
      StList: begin
        window_q <= WindowList;
        first_q  <= list_addr_q;
        bytes_q  <= 64'd64;
      end
      StSum: end_q <= first_q + bytes_q;
      // The fields as they stand until SPAN replaces one.
      StWords: begin
        rows_o <= rows;
        cols_o <= cols;
      end
      StIndex: begin
        indexed_q <= indexed;
        index_q   <= index[31:0];
        if (span == 2'd1) rows_o <= position[31:0] + 32'd1;
        if (span == 2'd2) cols_o <= position[31:0] + 32'd1;
      end
      StReach: element_bytes_q <= f16 ? rows_o << 1 : rows_o << 2;
      StSize:  addr_q <= addr + offset;
      StData: begin
        window_q <= WindowData;
        first_q  <= addr_q;
        bytes_q  <= (row_span != '0 ? row_span
                   : is_matvec ? 64'(stream_beats) << (GroupBits + 2)
                               : 64'(element_bytes_q)) + 64'd63 & ~64'd63;
      end
      StBook: begin
        window_q <= WindowBook;
        first_q  <= book;
        bytes_q  <= 64'd128;
      end
      StProfile: begin
        window_q <= WindowRecord;
        first_q  <= profile_addr_i + {26'd0, count_q, 6'd0};
        bytes_q  <= 64'd64;
      end
      StGo: list_addr_q <= list_addr_q + 64'd64;
      default: ;
    endcase
  end

  `TRINE_ASSERT(StartWhenIdle_A, !start_i || !busy_o)

endmodule
