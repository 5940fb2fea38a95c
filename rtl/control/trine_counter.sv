// SPDX-License-Identifier: Apache-2.0

/// 64-bit event counter that is read in two halves.
///
/// Reading the low half holds the high half still until that is read (or another carry is due),
/// so that both belong to the same moment.  One event per cycle.
module trine_counter (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        clear_i,
  input  logic        event_i,
  input  logic        read_low_i,   // The low half is being read in this cycle.
  input  logic        read_high_i,  // The high half is being read in this cycle.
  output logic [31:0] low_o,
  output logic [31:0] high_o
);

  logic hold_q;
  logic carry_q;  // The high half is one behind.

  logic carry;
  assign carry = event_i && (&low_o);

  // A second carry has to let the first one go.
  logic settle;
  assign settle = !hold_q || read_low_i || read_high_i || carry;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      low_o   <= '0;
      high_o  <= '0;
      hold_q  <= 1'b0;
      carry_q <= 1'b0;
    end else begin
      if (event_i) low_o <= low_o + 32'd1;
      if (carry_q && settle) high_o <= high_o + 32'd1;
      carry_q <= carry || (carry_q && !settle);
      hold_q  <= read_low_i || (hold_q && !read_high_i);
    end
  end

`ifdef FORMAL
  `include "trine_counter_formal.svh"
`endif

endmodule
