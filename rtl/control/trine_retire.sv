// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Ends commands: collects data errors, has the profile record written, lets the next command begin
/// or stops the list.
///
/// `go_o` is high while a command may begin or runs.  When one is over with an error of its checks,
/// the list stops; otherwise `command_done_o` pulses, data errors are looked at, the lowest code
/// wins, and the record goes out.  A stop (`stop_o`) drops all that was read ahead, waits for the
/// answers to all writes and for the reads that are under way, then pulses `finish_o` with the code
/// (0: the list ended at END).
module trine_retire #(
  parameter int unsigned AddrWidth = 40
) (
  input  logic                           clk_i,
  input  logic                           rst_ni,
  input  logic                           start_i,         // One-cycle pulse, only when not busy.
  input  logic                           abort_i,         // One-cycle pulse.
  input  logic                           hold_i,          // No command begins.
  input  trine_control_pkg::settings_t   settings_i,
  output logic                           busy_o,
  output logic                           finish_o,        // One-cycle pulse, the last busy cycle.
  output logic [7:0]                     error_code_o,    // Valid with `finish_o`.
  output logic [31:0]                    index_o,
  output logic                           rests_o,         // See trine_control.
  // Dispatch
  output logic                           go_o,
  output logic                           stop_o,
  input  logic                           over_i,          // One-cycle pulse.
  input  logic [7:0]                     over_error_i,
  input  logic                           end_i,           // The command is END.
  output logic                           command_begin_o, // One-cycle pulse: its turn begins,
  output logic                           command_done_o,  // it has run.
  // Errors: of the unit's data, of reads for this command, of writes
  input  trine_control_pkg::unit_status_t status_i,
  input  logic                           counted_i,       // All beats that it used are counted.
  input  trine_control_pkg::read_status_t read_status_i,
  input  trine_control_pkg::write_status_t write_status_i,
  // The profile record
  output logic                           write_valid_o,
  input  logic                           write_ready_i,
  output trine_control_pkg::write_job_t  write_job_o,
  output logic                           record_start_o,  // One-cycle pulse.
  input  logic                           record_done_i
);

  typedef enum logic [3:0] {
    StIdle,
    StReady,    // A command runs or the next one is awaited.
    StCount,    // Beats are still being counted.
    StJudge,    // Data errors.
    StPlace,    // The record's place goes through the window check,
    StSum,      // which adds,
    StWindow,   // then compares,
    StOutside,  // and is told;
    StWrite,    // its write job,
    StRecord,   // its beats.
    StNext,
    StHold,     // A debugger holds the next command.
    StStop      // Until all writes are answered and no read is under way.
  } state_e;
  state_e state_q, state_d;

  logic        abort_q, end_q;
  logic        stop_q, write_q;          // StStop and StWrite, which lead far, from registers.
  logic [7:0]  error_q, error_d;
  logic [63:0] first_q;

  logic outside, outside_q;
  always_ff @(posedge clk_i) outside_q <= outside;
  trine_window #(.AddrWidth (AddrWidth)) u_window (
    .clk_i,
    .start_i   (state_q == StSum),
    .first_i   (first_q),
    .bytes_i   (64'd64),
    .base_i    (settings_i.mem_base),
    .limit_i   (settings_i.mem_limit),
    .outside_o (outside)
  );

  // The lowest data error so far.
  logic [7:0] data_error;
  always_comb begin
    data_error = trine_commands_pkg::ERROR_NONE;
    if (state_q == StJudge) begin
      if (status_i.bad_sum)      data_error = trine_commands_pkg::ERROR_STREAM_SUM;
      if (status_i.bad_parity)   data_error = trine_commands_pkg::ERROR_MEMORY_PARITY;
      if (status_i.overflow)     data_error = trine_commands_pkg::ERROR_OVERFLOW;
      if (status_i.nonfinite)    data_error = trine_commands_pkg::ERROR_NONFINITE;
      if (status_i.bad_tail)     data_error = trine_commands_pkg::ERROR_BAD_TAIL;
      if (status_i.bad_set_byte) data_error = trine_commands_pkg::ERROR_BAD_SET_BYTE;
      if (status_i.bad_codebook) data_error = trine_commands_pkg::ERROR_BAD_CODEBOOK;
      if (write_status_i.error)  data_error = trine_commands_pkg::ERROR_AXI_WRITE;
      if (read_status_i.error)   data_error = trine_commands_pkg::ERROR_AXI_READ;
      if (abort_q && !end_q)     data_error = trine_commands_pkg::ERROR_ABORTED;
    end
  end

  logic goes_on;
  assign goes_on = state_q == StNext && error_q == trine_commands_pkg::ERROR_NONE && !end_q;

  always_comb begin
    state_d = state_q;
    error_d = error_q;
    unique case (state_q)
      StIdle: begin
        error_d = trine_commands_pkg::ERROR_NONE;
        if (start_i) state_d = StReady;
      end
      StReady: if (over_i) begin
        error_d = over_error_i;
        state_d = over_error_i != trine_commands_pkg::ERROR_NONE ? StStop
                : counted_i ? StJudge : StCount;
      end
      StCount: if (counted_i) state_d = StJudge;
      StJudge: begin
        error_d = data_error;
        state_d = index_o < settings_i.profile_count ? StPlace : StNext;
      end
      // A data error of the command whose record this is comes first.
      StPlace: begin
        state_d = StSum;
        if (settings_i.profile_addr[5:0] != '0) begin
          if (error_q == trine_commands_pkg::ERROR_NONE)
            error_d = trine_commands_pkg::ERROR_ALIGNMENT;
          state_d = StStop;
        end
      end
      StSum:    state_d = StWindow;
      StWindow: state_d = StOutside;
      StOutside: begin
        state_d = StWrite;
        if (outside_q) begin
          if (error_q == trine_commands_pkg::ERROR_NONE)
            error_d = trine_commands_pkg::ERROR_ADDRESS_RANGE;
          state_d = StStop;
        end
      end
      StWrite:  if (write_ready_i) state_d = StRecord;
      StRecord: if (record_done_i) state_d = StNext;
      StNext: state_d = !goes_on ? StStop : hold_i ? StHold : StReady;
      StHold: if (!hold_i) state_d = StReady;
      StStop: if (finish_o) state_d = StIdle;
      default: state_d = StIdle;
    endcase
  end

  // A write that fails after all is the lower error.
  always_comb begin
    error_code_o = error_q;
    if (write_status_i.error && error_q > trine_commands_pkg::ERROR_AXI_WRITE
        && error_q != trine_commands_pkg::ERROR_INDEX_RANGE)
      error_code_o = trine_commands_pkg::ERROR_AXI_WRITE;
  end

  assign busy_o          = state_q != StIdle;
  assign go_o            = state_q == StReady;
  assign stop_o          = stop_q;
  assign finish_o        = stop_o && write_status_i.idle && read_status_i.idle && counted_i;
  // Each way to StReady, without what decides about other states.
  assign command_begin_o = (state_q == StIdle && start_i)
                        || ((goes_on || state_q == StHold) && !hold_i);
  assign command_done_o  = state_q == StJudge;
  assign write_valid_o   = write_q;
  assign write_job_o     = {first_q, 32'd64};
  assign record_start_o  = write_valid_o && write_ready_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= StIdle;
      stop_q  <= 1'b0;
      write_q <= 1'b0;
      error_q <= trine_commands_pkg::ERROR_NONE;
      abort_q <= 1'b0;
      index_o <= '0;
    end else begin
      state_q <= state_d;
      stop_q  <= state_d == StStop;
      write_q <= state_d == StWrite;
      error_q <= error_d;
      abort_q <= busy_o && (abort_q || abort_i);
      if (state_q == StIdle && start_i) index_o <= '0;
      else if (goes_on)                 index_o <= index_o + 32'd1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (over_i) end_q <= end_i;
    if (state_q == StPlace) first_q <= settings_i.profile_addr + {26'd0, index_o, 6'd0};
  end

  // There is no list, or its command runs or is awaited.
  assign rests_o = !over_i && (state_q == StIdle || state_q == StReady);

  logic unused_ok;
  assign unused_ok = ^{status_i.done, read_status_i.used, settings_i};

  `TRINE_ASSERT(StartWhenIdle_A, !start_i || !busy_o)
  `TRINE_ASSERT(OverWhenReady_A, !over_i || go_o)

`ifdef FORMAL_TRINE_RETIRE
  `include "trine_retire_formal.svh"
`endif

endmodule
