// SPDX-License-Identifier: Apache-2.0

/// `clk_i`, or, when `Gated` is 1, a clock that has no edges while `en_i` is low.
///
/// The clock of a unit that only some commands use: `en_i` is high from the cycle in which the unit
/// starts until the next command begins.  After reset it runs for `AfterReset` cycles, in which the
/// table builder marks its tables.  So the unit does the same in the same cycles, gated or not.
/// Gates save the energy, and a simulator the time, of units that rest; FPGAs keep `Gated` = 0, a
/// wire.  `en_i` comes from registers of `clk_i`; the latch lets it through in the low phase, so
/// that a cycle has a whole pulse or none.
module trine_clock_gate #(
  parameter  int unsigned Gated      = 0,
  localparam int unsigned AfterReset = 127
) (
  input  logic clk_i,
  input  logic rst_ni,  // Reset reaches every unit.
  input  logic en_i,
  output logic clk_o
);

  if (Gated != 0) begin : gen_gate
    logic       enable;
    logic [6:0] left_q;  // Cycles after reset.
    always_ff @(posedge clk_i) begin
      if (!rst_ni)            left_q <= 7'(AfterReset);
      else if (left_q != '0) left_q <= left_q - 7'd1;
    end
    always_latch if (!clk_i) enable = en_i || left_q != '0 || !rst_ni;
    assign clk_o = clk_i && enable;
  end else begin : gen_wire
    assign clk_o = clk_i;
    logic unused_ok;
    assign unused_ok = ^{rst_ni, en_i};
  end

endmodule
