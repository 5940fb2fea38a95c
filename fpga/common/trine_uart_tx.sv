// SPDX-License-Identifier: Apache-2.0

/// Sends bytes over a serial line: start bit, eight data bits from the lowest, stop bit.
///
/// A bit lasts `BitCycles` cycles, a byte ten bits.  A byte is taken while nothing is sent, so
/// `ready_o` does not depend on `valid_i`.
module trine_uart_tx #(
  parameter int unsigned BitCycles = 104
) (
  input  logic       clk_i,
  input  logic       rst_ni,
  input  logic       valid_i,
  output logic       ready_o,
  input  logic [7:0] data_i,
  output logic       tx_o
);

  localparam int unsigned CountWidth = $clog2(BitCycles);

  logic [CountWidth-1:0] count_q;                 // Cycles of the bit that are left.
  logic [3:0]            bits_q;                  // Bits that are left, the one on the line included.
  logic [8:0]            shift_q;

  assign ready_o = bits_q == 4'd0;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      bits_q  <= 4'd0;
      count_q <= '0;
      tx_o    <= 1'b1;
    end else if (ready_o) begin
      tx_o <= 1'b1;
      if (valid_i) begin
        tx_o    <= 1'b0;
        bits_q  <= 4'd10;
        count_q <= CountWidth'(BitCycles - 1);
      end
    end else if (count_q != '0) begin
      count_q <= count_q - 1'b1;
    end else begin
      count_q <= CountWidth'(BitCycles - 1);
      bits_q  <= bits_q - 4'd1;
      tx_o    <= shift_q[0];
    end
  end
  always_ff @(posedge clk_i) begin
    if (ready_o)             shift_q <= {1'b1, data_i};
    else if (count_q == '0)  shift_q <= {1'b1, shift_q[8:1]};
  end

endmodule
