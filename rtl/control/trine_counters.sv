// SPDX-License-Identifier: Apache-2.0

/// 64-bit event counters that are read in two halves.
///
/// Reading a low half holds the high half of that counter still until it is read (or another
/// carry is due), so that both belong to the same moment.  One event per counter and cycle.
module trine_counters #(
  parameter int unsigned Counters = 8,
  /// Bits of a counter, 33 to 64; it wraps, and the bits above read 0.
  parameter int unsigned Width    = 64
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   clear_i,
  input  logic [Counters-1:0]    events_i,
  input  logic [Counters-1:0]    read_low_i,   // That low half is being read in this cycle.
  input  logic [Counters-1:0]    read_high_i,  // That high half is being read in this cycle.
  output logic [32*Counters-1:0] low_o,        // Counter i in bits 32*i +: 32.
  output logic [32*Counters-1:0] high_o
);

  logic [Counters-1:0] hold_q;
  logic [Counters-1:0] carry_q;  // The high half is one behind.

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      low_o   <= '0;
      high_o  <= '0;
      hold_q  <= '0;
      carry_q <= '0;
    end else begin
      logic [Counters-1:0] carry, settle;
      carry = '0;
      for (int unsigned i = 0; i < Counters; i++) begin
        if (events_i[i]) begin
          carry[i]            = &low_o[32*i +: 32];
          low_o[32*i +: 32] <= low_o[32*i +: 32] + 32'd1;
        end
      end
      // Hardly ever, and a simulation looks no further in all other cycles.
      if (carry_q != '0 || carry != '0) begin
        // A second carry has to let the first one go.
        settle = ~hold_q | read_low_i | read_high_i | carry;
        for (int unsigned i = 0; i < Counters; i++) begin
          if (carry_q[i] && settle[i])
            high_o[32*i +: Width-32] <= high_o[32*i +: Width-32] + (Width-32)'(1);
        end
        carry_q <= carry | (carry_q & ~settle);
      end
      if (read_low_i != '0 || read_high_i != '0) hold_q <= read_low_i | (hold_q & ~read_high_i);
    end
  end

`ifdef FORMAL_TRINE_COUNTERS
  `include "trine_counters_formal.svh"
`endif

endmodule
