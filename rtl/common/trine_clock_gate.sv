// SPDX-License-Identifier: Apache-2.0

/// `clk_i`, or, when `Gated` is 1, a clock that has no edges while `en_i` is low.
///
/// The clock of registers that work only now and then: `en_i` is high in every cycle at whose end
/// one of them may change, so that they do the same in the same cycles, gated or not.  In reset,
/// and for `AfterReset` cycles behind it, the clock runs.  Gates save the energy, and a simulator
/// the time, of what rests; FPGAs keep `Gated` = 0, a wire.  `en_i` settles in the low phase, in
/// which the latch lets it through, so that a cycle has a whole pulse or none.  `clk_i` is the
/// core's own clock: gates do not follow each other.
///
/// `Gated` = 2 is for one simulator only, which takes each edge in a single step
/// (sim/clock_edges.h): the enable alone, which says before the edge whether it counts.
module trine_clock_gate #(
  parameter int unsigned Gated      = 0,    // 0, 1 or 2.
  /// Up to 127.
  parameter int unsigned AfterReset = 0
) (
  input  logic clk_i,
  input  logic rst_ni,  // Reset reaches every unit.
  input  logic en_i,
  output logic clk_o
);

  if (Gated != 0) begin : gen_gate
    logic starts;
    if (AfterReset != 0) begin : gen_after
      logic [6:0] left_q;  // Cycles after reset.
      always_ff @(posedge clk_i) begin
        if (!rst_ni)           left_q <= 7'(AfterReset);
        else if (left_q != '0) left_q <= left_q - 7'd1;
      end
      assign starts = left_q != '0 || !rst_ni;
    end else begin : gen_at_once
      assign starts = !rst_ni;
    end
    if (Gated == 1) begin : gen_and
      logic enable;
      always_latch if (!clk_i) enable = en_i || starts;
      assign clk_o = clk_i && enable;
    end else begin : gen_enable
      assign clk_o = en_i || starts;
      if (AfterReset == 0) begin : gen_no_clock
        logic unused_ok;
        assign unused_ok = clk_i;
      end
    end
  end else begin : gen_wire
    assign clk_o = clk_i;
    logic unused_ok;
    assign unused_ok = ^{rst_ni, en_i};
  end

endmodule
