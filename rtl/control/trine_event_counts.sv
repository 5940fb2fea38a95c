// SPDX-License-Identifier: Apache-2.0

/// Counts of events, one per counter and cycle, in little logic: the lowest bits are flip-flops,
/// the others lie in LUT RAM and one adder serves them all.
///
/// When the low bits of a counter go round, its carry waits until the adder comes to it: the lowest
/// counter first, and one that is read before all others, chosen a cycle before.  `value_o` is
/// exact in the cycle after `read_i`.  While events come, reads must not come in two cycles after
/// each other: so the other half of the cycles is enough for all carries before the low bits go
/// round again.
module trine_event_counts #(
  /// 2 to 8.
  parameter  int unsigned Counters   = 8,
  parameter  int unsigned Width      = 64,
  /// Bits in flip-flops. Each more halves how often the adder works, which costs simulations time.
  parameter  int unsigned LowBits    = 8,
  localparam int unsigned NumberBits = $clog2(Counters)
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  clear_i,   // All of them.
  input  logic [Counters-1:0]   events_i,
  input  logic                  read_i,
  input  logic [NumberBits-1:0] number_i,  // Of the counter that is read.
  output logic [Width-1:0]      value_o    // In the next cycle.
);

  // Eight carries that come together are added in at most 19 cycles, every other of which reads.
  localparam int unsigned HighBits = Width - LowBits;
  if (Counters < 2 || 2 * Counters + 3 > 2 ** LowBits) begin : gen_bad_counters
    $error("trine_event_counts: 2 to 8 counters");
  end

  logic [LowBits*Counters-1:0] low_q;    // Of counter i in bits LowBits*i +: LowBits.
  logic [Counters-1:0] carry_q;            // Still to be added to the upper bits,
  logic [Counters-1:0] zero_q;             // which count as 0 until they are written.
  (* no_rw_check *) logic [HighBits-1:0] high_q [2 ** NumberBits];

  logic                  visit_q;          // The adder works,
  logic                  read_q;           // as its counter is read,
  logic [NumberBits-1:0] number_q;         // which is this one.

  logic [HighBits-1:0]   high;
  logic [Counters-1:0]   visited;
  always_comb begin
    high    = '0;
    visited = '0;
    value_o = '0;
    // Nothing is worked out (in simulation) in the other cycles.
    if (visit_q) begin
      visited = Counters'(1) << number_q;
      high    = (zero_q[number_q] ? '0 : high_q[number_q]) + HighBits'(carry_q[number_q]);
      if (read_q) value_o = {high, low_q[LowBits*number_q +: LowBits]};
    end
  end

  always_ff @(posedge clk_i) begin
    if (visit_q) high_q[number_q] <= high;
  end
  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      low_q   <= '0;
      carry_q <= '0;
      zero_q  <= '1;
      visit_q <= read_i;
    end else begin
      logic [Counters-1:0] carry;
      carry = '0;
      if (events_i != '0) begin
        for (int unsigned i = 0; i < Counters; i++) begin
          if (events_i[i]) begin
            carry[i] = &low_q[LowBits*i +: LowBits];
            low_q[LowBits*i +: LowBits] <= low_q[LowBits*i +: LowBits] + 1'b1;
          end
        end
      end
      visit_q <= read_i || (carry_q & ~visited) != '0;
      if (visit_q || carry != '0) begin
        carry_q <= (carry_q & ~visited) | carry;
        zero_q  <= zero_q & ~visited;
      end
    end
  end
  // What the adder comes to in the next cycle.
  always_ff @(posedge clk_i) begin
    read_q <= read_i;
    if (read_i) number_q <= number_i;
    else if (carry_q != '0) begin
      for (int unsigned i = Counters; i > 0; i--) begin
        if (carry_q[i-1] && !visited[i-1]) number_q <= NumberBits'(i - 1);
      end
    end
  end

`ifdef FORMAL_TRINE_EVENT_COUNTS
  `include "trine_event_counts_formal.svh"
`endif

endmodule
