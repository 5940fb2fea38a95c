// SPDX-License-Identifier: Apache-2.0

/// Counts of events, one per counter and cycle, in little logic: the lowest bits are flip-flops,
/// the others lie in LUT RAM and one adder serves them all.
///
/// When the low bits of a counter go round, its carry waits until the adder comes to it: the lowest
/// counter first, chosen a cycle before, and one that is read before all others.  `value_o` is
/// exact in the cycle of `read_i`, which must not come in two cycles after each other: so the other
/// half of the cycles is enough for all carries before the low bits go round again.
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
  output logic [Width-1:0]      value_o
);

  // Eight carries that come together are added in at most 18 cycles, every other of which reads.
  localparam int unsigned HighBits = Width - LowBits;
  if (Counters < 2 || 2 * Counters + 2 > 2 ** LowBits) begin : gen_bad_counters
    $error("trine_event_counts: 2 to 8 counters");
  end

  logic [LowBits*Counters-1:0] low_q;    // Of counter i in bits LowBits*i +: LowBits.
  logic [Counters-1:0] carry_q;            // Still to be added to the upper bits,
  logic [Counters-1:0] zero_q;             // which count as 0 until they are written.
  (* no_rw_check *) logic [HighBits-1:0] high_q [2 ** NumberBits];

  logic                  next_valid_q;     // A carry waits,
  logic [NumberBits-1:0] next_q;           // of this counter.

  logic                  visit;
  logic [NumberBits-1:0] number;
  logic [HighBits-1:0]   high;
  logic [Counters-1:0]   visited;
  always_comb begin
    number  = read_i ? number_i : next_q;
    high    = '0;
    visited = '0;
    value_o = '0;
    visit   = read_i || next_valid_q;
    // Nothing is worked out (in simulation) in the other cycles.
    if (visit) begin
      // Not from `number`, whose wires lead far.
      for (int unsigned i = 0; i < Counters; i++)
        visited[i] = read_i ? 32'(number_i) == i : 32'(next_q) == i;
      high    = (zero_q[number] ? '0 : high_q[number]) + HighBits'(carry_q[number]);
      value_o = {high, low_q[LowBits*number +: LowBits]};
    end
  end

  always_ff @(posedge clk_i) begin
    if (visit) high_q[number] <= high;
  end
  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      low_q   <= '0;
      carry_q <= '0;
      zero_q  <= '1;
      next_valid_q <= 1'b0;
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
      // Whose carry the adder comes to in the next cycle.
      if (next_valid_q || carry_q != '0) begin
        next_valid_q <= (carry_q & ~visited) != '0;
        for (int unsigned i = Counters; i > 0; i--) begin
          if (carry_q[i-1] && !visited[i-1]) next_q <= NumberBits'(i - 1);
        end
      end
      if (visit || carry != '0) begin
        carry_q <= (carry_q & ~visited) | carry;
        zero_q  <= zero_q & ~visited;
      end
    end
  end

`ifdef FORMAL_TRINE_EVENT_COUNTS
  `include "trine_event_counts_formal.svh"
`endif

endmodule
