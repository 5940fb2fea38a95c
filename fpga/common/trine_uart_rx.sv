// SPDX-License-Identifier: Apache-2.0

/// Receives bytes from a serial line: start bit, eight data bits from the lowest, stop bit.
///
/// A byte leaves with a pulse of `valid_o` in the middle of its stop bit.  A stop bit that is low is
/// no byte: `break_o` pulses instead, and the line must be high again before the next start.
module trine_uart_rx #(
  parameter int unsigned BitCycles = 104          // At least 4.
) (
  input  logic       clk_i,
  input  logic       rst_ni,
  input  logic       rx_i,                        // Of another clock.
  output logic       valid_o,
  output logic       break_o,
  output logic [7:0] data_o
);

  localparam int unsigned CountWidth = $clog2(BitCycles);

  typedef enum logic [1:0] {StHigh, StIdle, StBits} state_e;
  state_e state_q;

  logic                  line_q, meta_q;
  logic [CountWidth-1:0] count_q;                 // Cycles to the middle of the next bit.
  logic [3:0]            bit_q;                   // 0: start, 1 to 8: data, 9: stop.

  always_ff @(posedge clk_i) begin
    meta_q <= rx_i;
    line_q <= meta_q;
  end

  always_ff @(posedge clk_i) begin
    valid_o <= 1'b0;
    break_o <= 1'b0;
    if (!rst_ni) begin
      state_q <= StHigh;
    end else begin
      unique case (state_q)
        // Waits for a line at rest.
        StHigh: if (line_q) state_q <= StIdle;
        StIdle: if (!line_q) state_q <= StBits;
        StBits: if (count_q == '0) begin
          // A start bit that is over by its middle was noise.
          if (bit_q == 4'd0 && line_q) state_q <= StIdle;
          if (bit_q == 4'd9) begin
            state_q <= line_q ? StIdle : StHigh;
            valid_o <= line_q;
            break_o <= !line_q;
          end
        end
        default: state_q <= StHigh;
      endcase
    end
  end
  always_ff @(posedge clk_i) begin
    if (state_q != StBits) begin
      count_q <= CountWidth'(BitCycles / 2 - 1);
      bit_q   <= 4'd0;
    end else if (count_q != '0) begin
      count_q <= count_q - 1'b1;
    end else begin
      count_q <= CountWidth'(BitCycles - 1);
      bit_q   <= bit_q + 4'd1;
      if (bit_q != 4'd9) data_o <= {line_q, data_o[7:1]};
    end
  end

endmodule
