// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Runs a command list: fetches a command, checks it, starts the unit that executes it, waits.
///
/// The checks come in the order that regs/commands.h states; the first that fails stops the
/// machine before the command touches anything.  Data errors are collected while a command runs
/// and stop the machine at its end.  Every stop waits for the answers to all writes, then pulses
/// `finish_o` with the code (0: the list ended at END).
module trine_sequencer #(
  parameter  int unsigned Groups      = 16,
  parameter  int unsigned VectorWords = 65536,
  parameter  int unsigned MaxCols     = 16384,
  parameter  int unsigned AddrWidth   = 40,
  parameter  int unsigned HalfEngine  = 0,
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
  output logic                  busy_o,
  output logic                  finish_o,        // One-cycle pulse, the last busy cycle.
  output logic [7:0]            error_code_o,    // Valid with `finish_o`.
  output logic [31:0]           index_o,
  output logic                  command_done_o,  // One-cycle pulse a command.
  // Words of commands, from the read stream
  input  logic                  word_valid_i,
  output logic                  word_ready_o,
  input  logic [31:0]           word_data_i,
  // Read DMA
  output logic                  read_valid_o,
  input  logic                  read_ready_i,
  output logic [AddrWidth-1:0]  read_addr_o,
  output logic [31:0]           read_beats_o,
  input  logic                  read_error_i,
  // Write DMA
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
  output logic                  f16_o,           // F16_MATVEC rather than TRIT_MATVEC.
  output logic                  half_o,
  output logic                  raw_o,
  output logic [2:0]            depth_o,
  output logic [31:0]           rows_o,
  output logic [31:0]           cols_o,
  output logic [BeatWidth-1:0]  src_beat_o,
  output logic [BeatWidth-1:0]  dst_beat_o
);

  localparam int unsigned GroupBits = $clog2(Groups);
  localparam int unsigned ListBeats = 16 / Groups;      // 64 bytes.
  localparam int unsigned BookBeats = 32 / Groups;      // 128 bytes.
  // A word index plus a size of up to 2 * 2^32.
  localparam int unsigned ReachBits = 35;

  // A stream of at most VectorWords rows and MaxCols columns has at most half as many beats as
  // weights (FP16 at Groups = 1), and 32 bits count them.
  if ($clog2(VectorWords) + $clog2(MaxCols) > 32 || AddrWidth > 60) begin : gen_bad_size
    $error("trine_sequencer: VectorWords * MaxCols or AddrWidth is too large");
  end

  // ---- The command ----

  logic        command_start, command_full, known, form_ok;
  logic [7:0]  opcode;
  logic [31:0] src, dst;
  logic [63:0] addr, book;

  logic is_load, is_store, is_trit, is_f16, is_matvec, is_end;
  assign is_load   = opcode == trine_commands_pkg::OPCODE_LOAD;
  assign is_store  = opcode == trine_commands_pkg::OPCODE_STORE;
  assign is_trit   = opcode == trine_commands_pkg::OPCODE_TRIT_MATVEC;
  assign is_f16    = opcode == trine_commands_pkg::OPCODE_F16_MATVEC;
  assign is_end    = opcode == trine_commands_pkg::OPCODE_END;
  assign is_matvec = is_trit || is_f16;

  trine_command #(.HalfEngine (HalfEngine)) u_command (
    .clk_i,
    .rst_ni,
    .start_i      (command_start),
    .word_valid_i (word_valid_i && word_ready_o),
    .word_data_i,
    .full_o       (command_full),
    .known_o      (known),
    .form_ok_o    (form_ok),
    .opcode_o     (opcode),
    .depth_o,
    .raw_o,
    .half_o,
    .rows_o,
    .cols_o,
    .src_o        (src),
    .dst_o        (dst),
    .addr_o       (addr),
    .book_o       (book)
  );

  assign f16_o      = is_f16;
  assign src_beat_o = BeatWidth'(src >> GroupBits);
  assign dst_beat_o = BeatWidth'(dst >> GroupBits);

  logic        size_start, size_done;
  logic [31:0] size_beats;

  trine_stream_size #(.Groups (Groups)) u_stream_size (
    .clk_i,
    .rst_ni,
    .start_i (size_start),
    .half_i  (is_f16),
    .depth_i (depth_o),
    .rows_i  (rows_o),
    .cols_i  (cols_o),
    .done_o  (size_done),
    .beats_o (size_beats)
  );

  // ---- Checks ----

  logic bad_value;  // Fields out of range, whatever the rest.
  assign bad_value = !form_ok
                  || ((is_load || is_store || is_matvec) && rows_o == '0)
                  || (is_matvec && (cols_o == '0 || cols_o > 32'(MaxCols)))
                  || (is_trit && (depth_o == 3'd0 || depth_o > 3'd4));

  // Fields that an opcode does not use are zero by now, and zero is aligned and in range.
  logic misaligned;
  assign misaligned = {src[3:0], dst[3:0], addr[5:0], book[5:0]} != '0;

  logic [ReachBits-1:0] rows16, rows32, cols16, src_words, dst_words;
  assign rows16 = (ReachBits'(rows_o) + ReachBits'(15)) >> 4 << 4;
  assign rows32 = (ReachBits'(rows_o) + ReachBits'(31)) >> 5 << 5;
  assign cols16 = (ReachBits'(cols_o) + ReachBits'(15)) >> 4 << 4;
  always_comb begin
    src_words = is_store ? rows16 : cols16;
    unique case (opcode)
      trine_commands_pkg::OPCODE_LOAD:        dst_words = rows16;
      trine_commands_pkg::OPCODE_TRIT_MATVEC: dst_words = raw_o ? rows32 << 1 : rows32;
      trine_commands_pkg::OPCODE_F16_MATVEC:  dst_words = raw_o ? rows16 << 1 : rows16;
      default:                                dst_words = '0;
    endcase
  end

  logic past_vector;
  assign past_vector = ReachBits'(src) + src_words > ReachBits'(VectorWords)
                    || ReachBits'(dst) + dst_words > ReachBits'(VectorWords);

  // Bytes in memory, before rounding up to 64; of elements, so that VectorWords bounds them.
  logic [33:0] element_bytes;
  logic [40:0] stream_bytes;
  assign element_bytes = half_o ? 34'(rows_o) << 1 : 34'(rows_o) << 2;
  assign stream_bytes  = 41'(size_beats) << (GroupBits + 2);

  // The window check: `first_q` and `bytes_q` go in, the verdict is there two cycles later.
  typedef enum logic [1:0] {WindowList, WindowData, WindowBook} window_e;
  window_e     window_q;
  logic [63:0] first_q;
  logic [40:0] bytes_q;
  logic [63:0] end_q;    // May have wrapped when `first_q` is beyond the address bus.
  logic        outside;
  assign outside = first_q[63:AddrWidth] != '0 || end_q > (64'(1) << AddrWidth)
                || first_q < mem_base_i || end_q > mem_limit_i;

  // ---- States ----

  typedef enum logic [4:0] {
    StIdle, StList, StSum, StWindow, StFetch, StWords, StForm, StVector, StSize, StData, StBook,
    StReadBook, StReadData, StWriteData, StAwaitBook, StStart, StRun, StDrain, StNext, StStop
  } state_e;
  state_e state_d, state_q;

  logic [31:0] index_q;
  logic [63:0] list_addr_q;
  logic        abort_q;
  logic [7:0]  error_q, error_d;
  logic [7:0]  data_error;  // The lowest data error so far.

  always_comb begin
    data_error = trine_commands_pkg::ERROR_NONE;
    if (is_matvec && overflow_i)     data_error = trine_commands_pkg::ERROR_OVERFLOW;
    if (is_matvec && nonfinite_i)    data_error = trine_commands_pkg::ERROR_NONFINITE;
    if (is_matvec && bad_tail_i)     data_error = trine_commands_pkg::ERROR_BAD_TAIL;
    if (is_matvec && bad_set_byte_i) data_error = trine_commands_pkg::ERROR_BAD_SET_BYTE;
    if (is_trit && bad_codebook_i)   data_error = trine_commands_pkg::ERROR_BAD_CODEBOOK;
    if (write_error_i)               data_error = trine_commands_pkg::ERROR_AXI_WRITE;
    if (read_error_i)                data_error = trine_commands_pkg::ERROR_AXI_READ;
    if (abort_q && !is_end)          data_error = trine_commands_pkg::ERROR_ABORTED;
  end

  always_comb begin
    state_d        = state_q;
    error_d        = error_q;
    command_start  = 1'b0;
    size_start     = 1'b0;
    word_ready_o   = 1'b0;
    read_valid_o   = 1'b0;
    write_valid_o  = 1'b0;
    load_start_o   = 1'b0;
    store_start_o  = 1'b0;
    book_start_o   = 1'b0;
    matvec_start_o = 1'b0;
    command_done_o = 1'b0;
    finish_o       = 1'b0;
    unique case (state_q)
      StIdle: begin
        error_d = trine_commands_pkg::ERROR_NONE;
        if (start_i) state_d = StList;
      end

      // Where the next command lies.
      StList: begin
        command_start = 1'b1;
        state_d       = StSum;
        if (index_q >= list_count_i)        error_d = trine_commands_pkg::ERROR_LIST_OVERRUN;
        else if (list_addr_q[5:0] != 6'd0) error_d = trine_commands_pkg::ERROR_ALIGNMENT;
        if (error_d != trine_commands_pkg::ERROR_NONE) state_d = StStop;
      end
      // The window check adds,
      StSum: state_d = StWindow;
      // then compares.
      StWindow: begin
        if (outside) begin
          error_d = trine_commands_pkg::ERROR_ADDRESS_RANGE;
          state_d = StStop;
        end else begin
          unique case (window_q)
            WindowList: state_d = StFetch;
            WindowData: state_d = is_trit ? StBook : is_store ? StWriteData : StReadData;
            default:    state_d = StReadBook;
          endcase
        end
      end
      // Asks for the command,
      StFetch: begin
        read_valid_o = 1'b1;
        if (read_ready_i) state_d = StWords;
      end
      // takes its words.
      StWords: begin
        word_ready_o = 1'b1;
        if (command_full) state_d = StForm;
      end
      // Checks that need no sum.
      StForm: begin
        if (read_error_i)    error_d = trine_commands_pkg::ERROR_AXI_READ;
        else if (!known)     error_d = trine_commands_pkg::ERROR_BAD_OPCODE;
        else if (bad_value)  error_d = trine_commands_pkg::ERROR_BAD_FIELD;
        else if (misaligned) error_d = trine_commands_pkg::ERROR_ALIGNMENT;
        if (error_d != trine_commands_pkg::ERROR_NONE)  state_d = StStop;
        else if (is_load || is_store || is_matvec) state_d = StVector;
        else                                            state_d = StDrain;
      end
      StVector: begin
        if (past_vector) begin
          error_d = trine_commands_pkg::ERROR_VECTOR_RANGE;
          state_d = StStop;
        end else begin
          size_start = is_matvec;
          state_d    = StSize;
        end
      end
      // The stream's size is being worked out.
      StSize: if (size_done) state_d = StData;
      // Data, then the codebook, through the window check.
      StData: state_d = StSum;
      StBook: state_d = StSum;

      // Asks for the codebook,
      StReadBook: begin
        read_valid_o = 1'b1;
        book_start_o = read_ready_i;
        if (read_ready_i) state_d = StReadData;
      end
      // the stream or the vector.
      StReadData: begin
        read_valid_o = 1'b1;
        if (read_ready_i) state_d = is_trit ? StAwaitBook : StStart;
      end
      StWriteData: begin
        write_valid_o = 1'b1;
        if (write_ready_i) state_d = StStart;
      end
      // The engine wants its codebook before it starts.
      StAwaitBook: if (!book_busy_i) state_d = StStart;
      StStart: begin
        load_start_o   = is_load;
        store_start_o  = is_store;
        matvec_start_o = is_matvec;
        state_d        = StRun;
      end
      StRun: if (load_done_i || store_done_i || matvec_done_i) state_d = StNext;
      // FENCE and END.
      StDrain: if (write_idle_i) state_d = StNext;
      StNext: begin
        command_done_o = 1'b1;
        error_d        = data_error;
        state_d        = data_error != trine_commands_pkg::ERROR_NONE || is_end ? StStop : StList;
      end

      // Every write is answered before the machine stops; an answer may bring a lower error.
      StStop: begin
        if (write_idle_i) begin
          finish_o = 1'b1;
          state_d  = StIdle;
        end
      end
      default: state_d = StIdle;
    endcase
  end

  always_comb begin
    error_code_o = error_q;
    if (write_error_i && error_q > trine_commands_pkg::ERROR_AXI_WRITE)
      error_code_o = trine_commands_pkg::ERROR_AXI_WRITE;
  end

  assign busy_o          = state_q != StIdle;
  assign index_o         = index_q;
  assign matvec_active_o = state_q == StRun && is_matvec;

  always_comb begin
    read_addr_o  = first_q[AddrWidth-1:0];
    read_beats_o = 32'(ListBeats);
    if (state_q == StReadBook) begin
      read_addr_o  = book[AddrWidth-1:0];
      read_beats_o = 32'(BookBeats);
    end else if (state_q == StReadData) begin
      read_addr_o  = addr[AddrWidth-1:0];
      read_beats_o = is_matvec ? size_beats
                   : 32'((element_bytes + 34'(4 * Groups - 1)) >> (GroupBits + 2));
    end
  end
  assign write_addr_o  = addr[AddrWidth-1:0];
  assign write_bytes_o = element_bytes[31:0];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= StIdle;
      error_q <= trine_commands_pkg::ERROR_NONE;
      abort_q <= 1'b0;
      index_q <= '0;
    end else begin
      state_q <= state_d;
      error_q <= error_d;
      abort_q <= busy_o && (abort_q || abort_i);
      if (state_q == StIdle && start_i)                  index_q <= '0;
      else if (state_q == StNext && state_d == StList) index_q <= index_q + 32'd1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (state_q == StIdle) list_addr_q <= list_addr_i;
    else if (state_q == StNext) list_addr_q <= list_addr_q + 64'd64;

    unique case (state_q)
      StList: begin
        window_q <= WindowList;
        first_q  <= list_addr_q;
        bytes_q  <= 41'd64;
      end
      StData: begin
        window_q <= WindowData;
        first_q  <= addr;
        bytes_q  <= ((is_matvec ? stream_bytes : 41'(element_bytes)) + 41'd63) & ~41'd63;
      end
      StBook: begin
        window_q <= WindowBook;
        first_q  <= book;
        bytes_q  <= 41'd128;
      end
      default: ;
    endcase
    if (state_q == StSum) end_q <= first_q + 64'(bytes_q);
  end

  `TRINE_ASSERT(StartWhenIdle_A, !start_i || !busy_o)

endmodule
