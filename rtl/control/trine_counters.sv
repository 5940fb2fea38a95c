// SPDX-License-Identifier: Apache-2.0

/// 64-bit event counters that are read in two halves.
///
/// Reading a low half keeps the high half of that moment for the next read of that counter's high
/// half, so that both belong together.  One event per counter and cycle; no two reads in cycles
/// after each other.  A read sees the events of all cycles before that of `read_i` and of that.
module trine_counters #(
  parameter  int unsigned Counters   = 8,
  /// Bits of a counter, 33 to 64; it wraps, and the bits above read 0.
  parameter  int unsigned Width      = 64,
  localparam int unsigned NumberBits = $clog2(Counters)
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  clear_i,
  input  logic [Counters-1:0]   events_i,
  input  logic                  read_i,       // A half of a counter is read in this cycle:
  input  logic [NumberBits-1:0] number_i,     // which one,
  input  logic                  read_high_i,  // which half.
  output logic [31:0]           value_o       // Two cycles later; 0 without a read.
);

  logic [Width-1:0] value;
  trine_event_counts #(
    .Counters (Counters),
    .Width    (Width)
  ) u_counts (
    .clk_i,
    .rst_ni,
    .clear_i,
    .events_i,
    .read_i,
    .number_i,
    .value_o  (value)
  );

  // The high halves of counters whose low half was read and whose high half was not, since.  They
  // are written when they have been read, before any other read is looked up.
  logic [Counters-1:0]   kept_q;
  (* no_rw_check *) logic [Width-33:0] high_q [2 ** NumberBits];

  // What is looked up in this cycle, and then given; no other read comes in between.
  logic                  read_q, given_q, read_high_q, was_kept_q;
  logic [NumberBits-1:0] number_q;
  logic [Width-1:0]      value_q;
  logic [Width-33:0]     held_q;
  always_ff @(posedge clk_i) begin
    read_q  <= rst_ni && read_i;
    given_q <= rst_ni && read_q;
    if (read_i) begin
      read_high_q <= read_high_i;
      number_q    <= number_i;
    end
    if (read_q) begin
      value_q     <= value;
      was_kept_q  <= kept_q[number_q];
      held_q      <= high_q[number_q];
    end
    if (given_q && !read_high_q) high_q[number_q] <= value_q[Width-1:32];
  end
  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) kept_q <= '0;
    else if (read_q)        kept_q[number_q] <= !read_high_q;
  end

  always_comb begin
    value_o = '0;
    if (given_q) begin
      if (!read_high_q)    value_o = value_q[31:0];
      else if (was_kept_q) value_o = 32'(held_q);
      else                 value_o = 32'(value_q[Width-1:32]);
    end
  end

`ifdef FORMAL_TRINE_COUNTERS
  `include "trine_counters_formal.svh"
`endif

endmodule
