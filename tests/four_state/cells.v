// SPDX-License-Identifier: Apache-2.0

// A flip-flop that begins as X.  An X on its enable is an error after reset, and makes X of what it
// holds unless the new value is the same: `if (enable)` alone would take X for 0.
module trine_four_state_ff (
  input  wire clk,
  input  wire enable,
  input  wire data,
  output reg  value
);

  always @(posedge clk) begin
    if (enable === 1'b1) value <= data;
    else if (enable !== 1'b0) begin
      four_state_bench.enable_is_x;
      if (data !== value) value <= 1'bx;
    end
  end

endmodule
