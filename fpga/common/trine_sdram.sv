// SPDX-License-Identifier: Apache-2.0

/// Controller of an SDR SDRAM of 16 bits, 4 banks, 8,192 rows and 512 columns (32 MiB): words of 32
/// bits, one at a time, six cycles each.
///
/// Made for slow clocks: at up to 40 MHz every time of the chip (-6 and -7 grades) is within the
/// cycles that an access takes anyway.  A row is opened, two columns are read or written and the row
/// is closed by the same command.  The chip's clock is the inverse of `clk_i`, so it sees what is
/// registered here half a cycle later, and its data (CAS latency 2) are there half a cycle early.
module trine_sdram #(
  /// At least 200 us; 25 MHz.
  parameter int unsigned InitCycles    = 5000,
  /// At most 64 ms / 8,192, less an access.
  parameter int unsigned RefreshCycles = 180
) (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        valid_i,
  output logic        ready_o,                    // The access is taken; the next is after `done_o`.
  input  logic        write_i,
  input  logic [22:0] word_i,
  input  logic [31:0] data_i,
  input  logic [3:0]  strobes_i,
  output logic        done_o,                     // A pulse.
  output logic [31:0] data_o,                     // Of a read, with it.
  // The chip, registered
  output logic [3:0]  command_o,                  // CS#, RAS#, CAS#, WE#
  output logic [1:0]  bank_o,
  output logic [12:0] address_o,
  output logic [1:0]  mask_o,
  output logic        drive_o,
  output logic [15:0] dq_o,
  input  logic [15:0] dq_i
);

  localparam logic [3:0] Nop = 4'b0111, Active = 4'b0011, Read = 4'b0101, Write = 4'b0100,
                         Precharge = 4'b0010, Refresh = 4'b0001, Mode = 4'b0000;
  // Burst of 2, sequential, CAS latency 2, writes in bursts too.
  localparam logic [12:0] ModeWord = 13'b000_0_00_010_0_001;
  localparam logic [12:0] AllBanks = 13'h0400;    // A10, which also closes the row after an access.
  localparam int unsigned WaitWidth = $clog2(InitCycles + 1);

  typedef enum logic [2:0] {StInit, StIdle, StColumn, StSecond, StLow, StHigh, StWait} state_e;
  state_e state_q;

  logic [WaitWidth-1:0]               wait_q;
  logic [1:0]                         step_q;     // Of the start: precharge, refresh twice, mode.
  logic [$clog2(RefreshCycles+1)-1:0] refresh_q;
  logic                               write_q, due;
  logic [7:0]                         column_q;
  logic [31:0]                        data_q;
  logic [3:0]                         strobes_q;

  assign due     = refresh_q == '0;
  assign ready_o = state_q == StIdle && !due;

  always_ff @(posedge clk_i) begin
    command_o <= Nop;
    drive_o   <= 1'b0;
    done_o    <= 1'b0;
    if (!rst_ni) begin
      state_q   <= StInit;
      wait_q    <= WaitWidth'(InitCycles);
      step_q    <= 2'd0;
      refresh_q <= '0;
    end else begin
      if (!due) refresh_q <= refresh_q - 1'b1;
      if (wait_q != '0) wait_q <= wait_q - 1'b1;
      unique case (state_q)
        // Power is stable; then the four commands of the start.
        StInit: if (wait_q == '0) begin
          step_q <= step_q + 2'd1;
          wait_q <= WaitWidth'(4);
          unique case (step_q)
            2'd0: command_o <= Precharge;
            2'd3: begin
              command_o <= Mode;
              state_q   <= StWait;
            end
            default: command_o <= Refresh;
          endcase
        end
        StIdle: if (due) begin
          command_o <= Refresh;
          refresh_q <= ($clog2(RefreshCycles+1))'(RefreshCycles);
          wait_q    <= WaitWidth'(2);
          state_q   <= StWait;
        end else if (valid_i) begin
          command_o <= Active;
          state_q   <= StColumn;
        end
        // The row is open.
        StColumn: begin
          command_o <= write_q ? Write : Read;
          drive_o   <= write_q;
          state_q   <= StSecond;
        end
        StSecond: begin
          drive_o <= write_q;
          state_q <= StLow;
        end
        // The first half of what was read is there, then the second.
        StLow:  state_q <= StHigh;
        StHigh: begin
          done_o  <= 1'b1;
          state_q <= StIdle;
        end
        StWait: if (wait_q == '0) state_q <= StIdle;
        default: state_q <= StInit;
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    mask_o <= 2'b00;
    unique case (state_q)
      StInit: address_o <= (step_q == 2'd3) ? ModeWord : AllBanks;
      StIdle: begin
        write_q   <= write_i;
        column_q  <= word_i[7:0];
        data_q    <= data_i;
        strobes_q <= strobes_i;
        bank_o    <= word_i[9:8];
        address_o <= word_i[22:10];
      end
      StColumn: begin
        address_o <= AllBanks | 13'({column_q, 1'b0});
        dq_o      <= data_q[15:0];
        if (write_q) mask_o <= ~strobes_q[1:0];
      end
      StSecond: begin
        dq_o <= data_q[31:16];
        if (write_q) mask_o <= ~strobes_q[3:2];
      end
      StLow:   data_o[15:0]  <= dq_i;
      StHigh:  data_o[31:16] <= dq_i;
      default: ;
    endcase
    if (state_q == StInit) bank_o <= 2'd0;
  end

endmodule
