// SPDX-License-Identifier: Apache-2.0
//
// Clocks `chip`, the netlist that icebox_vlog reads back from a routed iCE40, and prints the byte that
// it sends and its two lamps.  +bit=N: cycles of a bit of the serial line; +limit=N: cycles to wait.
`timescale 1ns / 1ps
module ice40_bench;
  reg        clk = 1'b0;
  wire       tx, pass, fail;
  reg  [7:0] data = 8'd0;
  integer    bit_cycles, limit, n, unknown;

  chip u_chip (.clk_i(clk), .tx_o(tx), .pass_o(pass), .fail_o(fail));

  always #10 clk = !clk;

  // After the reset of the design nothing that leaves it may be unknown.
  initial unknown = 0;
  always @(negedge clk) if ($time > 5000 && (^{tx, pass, fail} === 1'bx)) unknown = unknown + 1;

  initial begin
    if (!$value$plusargs("bit=%d", bit_cycles) || !$value$plusargs("limit=%d", limit)) begin
      $display("ice40_bench: +bit=N and +limit=N are wanted");
      $finish;
    end
    fork : wait_start
      begin
        wait (tx === 1'b1);
        @(negedge tx);
        disable wait_start;
      end
      begin
        repeat (limit) @(posedge clk);
        $display("nothing was sent in %0d cycles", limit);
        $finish;
      end
    join
    repeat (bit_cycles / 2) @(posedge clk);
    if (tx !== 1'b0) $display("the start bit is too short");
    for (n = 0; n < 8; n = n + 1) begin
      repeat (bit_cycles) @(posedge clk);
      data[n] = tx;
    end
    repeat (bit_cycles) @(posedge clk);
    if (tx !== 1'b1) $display("there is no stop bit");
    $display("sent %c pass %b fail %b unknown %0d", data, pass, fail, unknown);
    $finish;
  end
endmodule
