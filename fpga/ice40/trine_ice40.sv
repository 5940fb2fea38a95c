// SPDX-License-Identifier: Apache-2.0

/// An iCE40 with the trit engine and a product to check: pins of a board.
///
/// Sends `P` (pass) or `F` (fail) over the serial line, again and again with a pause of two bytes,
/// so that a terminal that is opened late sees it; `pass_o` and `fail_o` say the same.
module trine_ice40 #(
  parameter int unsigned ActWidth  = 8,
  parameter int unsigned BitCycles = 104,         // Of the serial line: 115,200 Bd at 12 MHz.
  parameter bit          LedsLow   = 1'b0         // 1: a lamp shines at a low pin.
) (
  input  logic clk_i,
  output logic tx_o,
  output logic pass_o,
  output logic fail_o
);

  // Flip-flops are 0 after configuration, so a count makes the reset; there is no pin for it.  Block
  // RAM gives what it was configured with a few microseconds later only: 127 cycles are enough.
  logic [6:0] awake_q = 7'd0;
  logic       rst_n;
  assign rst_n = awake_q == 7'd127;
  always_ff @(posedge clk_i) if (!rst_n) awake_q <= awake_q + 7'd1;

  logic done, pass;
  trine_selfcheck #(.ActWidth(ActWidth)) u_check (
    .clk_i,
    .rst_ni (rst_n),
    .done_o (done),
    .pass_o (pass)
  );

  localparam int unsigned PauseCycles = 20 * BitCycles;
  localparam int unsigned PauseWidth  = $clog2(PauseCycles + 1);
  logic                  ready;
  logic [PauseWidth-1:0] pause_q;
  trine_uart_tx #(.BitCycles(BitCycles)) u_tx (
    .clk_i,
    .rst_ni  (rst_n),
    .valid_i (done && pause_q == '0),
    .ready_o (ready),
    .data_i  (pass ? "P" : "F"),
    .tx_o
  );
  always_ff @(posedge clk_i) begin
    if (!rst_n)             pause_q <= '0;
    else if (!ready)        pause_q <= PauseWidth'(PauseCycles);
    else if (pause_q != '0) pause_q <= pause_q - 1'b1;
  end

  assign pass_o = (done && pass) ^ LedsLow;
  assign fail_o = (done && !pass) ^ LedsLow;

endmodule
