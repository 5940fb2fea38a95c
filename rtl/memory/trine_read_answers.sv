// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// What the memory owes a read port: bursts that were asked for and have not been answered whole.
///
/// Answers come in the order of the bursts.  `keep_o` comes with a beat that somebody waits for.
/// `flush_i` makes all that is owed in its cycle stale: it still comes, is taken and dropped, so
/// that it can't pass for the answer to a later burst.  A burst ends with its last beat or with
/// `r_last_i`, whichever comes first; `bad_last_o` says that they did not come together, `stray_o`
/// that a beat came which nobody is owed.  Latency 0.
module trine_read_answers #(
  parameter  int unsigned AddrWidth = 40,
  /// Bursts under way, a power of two.
  parameter  int unsigned Bursts    = 64
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 flush_i,
  // Bursts, noted as they are offered on AR; only when there is room
  output logic                 room_o,
  input  logic                 burst_valid_i,
  input  logic [AddrWidth-1:0] burst_addr_i,
  input  logic [7:0]           burst_len_i,   // Beats less one.
  input  logic                 taken_i,       // AR took the last one.
  // Answers
  input  logic                 r_valid_i,
  input  logic                 r_last_i,
  output logic                 keep_o,
  // The state of the channel
  output logic                 waits_o,       // A beat is owed and does not come in this cycle.
  output logic                 bad_last_o,
  output logic                 stray_o,
  output logic [AddrWidth-1:0] addr_o         // Of the burst that is being answered.
);

  localparam int unsigned PlaceBits = $clog2(Bursts);

  if (Bursts < 2 || 2 ** $clog2(Bursts) != Bursts) begin : gen_bad_bursts
    $error("trine_read_answers: Bursts must be a power of two, at least 2");
  end

  logic [AddrWidth+7:0] burst [Bursts];
  logic [PlaceBits:0]   write_q, read_q, stale_q, owed;  // Bursts;
  logic [PlaceBits:0]   taken_q;                         // those of `owed` that AR took.
  logic [7:0]           beat_q;                          // Of the oldest one, the next to come.
  logic [7:0]           len;
  assign owed          = write_q - read_q;
  assign room_o        = !owed[PlaceBits];
  assign {addr_o, len} = burst[read_q[PlaceBits-1:0]];

  logic due, take, at_end, pop;
  assign due        = taken_q != '0;
  assign take       = due && r_valid_i;
  assign at_end     = beat_q == len;
  assign pop        = take && (at_end || r_last_i);
  assign keep_o     = take && stale_q == '0;
  assign waits_o    = due && !r_valid_i;
  assign bad_last_o = keep_o && at_end != r_last_i;
  assign stray_o    = r_valid_i && !due;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      write_q <= '0;
      read_q  <= '0;
      taken_q <= '0;
      stale_q <= '0;
      beat_q  <= '0;
    end else begin
      if (burst_valid_i) write_q <= write_q + 1'b1;
      if (pop)           read_q  <= read_q + 1'b1;
      if (taken_i ^ pop) taken_q <= pop ? taken_q - 1'b1 : taken_q + 1'b1;
      if (take)          beat_q  <= pop ? '0 : beat_q + 8'd1;
      if (flush_i)                    stale_q <= owed - (PlaceBits+1)'(pop);
      else if (pop && stale_q != '0) stale_q <= stale_q - 1'b1;
    end
  end
  always_ff @(posedge clk_i) begin
    if (burst_valid_i) burst[write_q[PlaceBits-1:0]] <= {burst_addr_i, burst_len_i};
  end

  `TRINE_ASSERT(BurstHasRoom_A, !burst_valid_i || (room_o && !flush_i))
  `TRINE_ASSERT(TakenIsOwed_A, !taken_i || taken_q < owed)
  `TRINE_ASSERT(StaleIsOwed_A, stale_q <= owed)

endmodule
