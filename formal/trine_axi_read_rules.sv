// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// What AXI4 and this design ask of a master's read channels, for proofs.
///
/// Everything is counted from the handshakes alone.  Bursts that were taken and not answered whole
/// are kept in order, the oldest in slice 0; an answer ends with its last beat or with `r_last_i`,
/// whichever comes first.  `correct_o` says that what memory sends in this cycle is what it owes;
/// nothing is assumed about it here.
module trine_axi_read_rules #(
  parameter  int unsigned AddrWidth     = 40,
  parameter  int unsigned TransferBytes = 4,
  /// Transfers of the longest burst.
  parameter  int unsigned Longest       = 16,
  /// Bursts that may wait for their answer.
  parameter  int unsigned Bursts        = 8,
  localparam int unsigned EntryBits     = AddrWidth + 8,
  localparam int unsigned CountBits     = $clog2(Bursts + 1)
) (
  input  logic                        clk_i,
  input  logic                        rst_ni,
  input  logic [AddrWidth-1:0]        ar_addr_i,
  input  logic [7:0]                  ar_len_i,
  input  logic                        ar_valid_i,
  input  logic                        ar_ready_i,
  input  logic                        r_last_i,
  input  logic                        r_valid_i,
  input  logic                        r_ready_i,
  output logic                        correct_o,
  output logic [CountBits-1:0]        count_o,     // Bursts without a whole answer.
  output logic [Bursts*EntryBits-1:0] bursts_o,    // Address and length of each.
  output logic [7:0]                  beat_o       // Of the oldest one, the next to come.
);

  logic [CountBits-1:0]        count_q;
  logic [Bursts*EntryBits-1:0] bursts_q;
  logic [7:0]                  beat_q;
  logic                        push, take, at_end, pop;
  assign push      = ar_valid_i && ar_ready_i;
  assign take      = r_valid_i && r_ready_i && count_q != '0;
  assign at_end    = beat_q == bursts_q[7:0];
  assign pop       = take && (at_end || r_last_i);
  assign correct_o = !r_valid_i || (count_q != '0 && at_end == r_last_i);
  assign count_o   = count_q;
  assign bursts_o  = bursts_q;
  assign beat_o    = beat_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      count_q <= '0;
      beat_q  <= '0;
    end else begin
      count_q <= count_q + CountBits'(push) - CountBits'(pop);
      if (take) beat_q <= pop ? '0 : beat_q + 8'd1;
    end
  end
  always_ff @(posedge clk_i) begin
    if (pop || push) begin
      logic [Bursts*EntryBits-1:0] bursts;
      bursts = pop ? bursts_q >> EntryBits : bursts_q;
      for (int unsigned i = 0; i < Bursts; i++) begin
        if (push && count_q == CountBits'(i) + CountBits'(pop))
          bursts[EntryBits*i +: EntryBits] = {ar_addr_i, ar_len_i};
      end
      bursts_q <= bursts;
    end
  end

  logic                 stalled_q, first_q;
  logic [AddrWidth-1:0] addr_q;
  logic [7:0]           len_q;
  always_ff @(posedge clk_i) begin
    first_q   <= !rst_ni;
    stalled_q <= rst_ni && ar_valid_i && !ar_ready_i;
    addr_q    <= ar_addr_i;
    len_q     <= ar_len_i;
  end

  `TRINE_ASSERT(ArLowAfterReset_A, !first_q || !ar_valid_i)
  `TRINE_ASSERT(ArStaysValid_A, !stalled_q || ar_valid_i)
  `TRINE_ASSERT(ArHolds_A, !stalled_q || (ar_addr_i == addr_q && ar_len_i == len_q))
  `TRINE_ASSERT(ArInOnePage_A, !ar_valid_i || 32'(ar_addr_i[11:0])
                + TransferBytes * (32'(ar_len_i) + 32'd1) <= 32'd4096)
  `TRINE_ASSERT(ArAligned_A, !ar_valid_i || (ar_addr_i & AddrWidth'(TransferBytes - 1)) == '0)
  `TRINE_ASSERT(ArNotLonger_A, !ar_valid_i || 32'(ar_len_i) < Longest)
  `TRINE_ASSERT(BurstsBounded_A, 32'(count_q) + 32'(ar_valid_i) <= Bursts)
  `TRINE_ASSERT(RAlwaysTaken_A, r_ready_i)

endmodule
