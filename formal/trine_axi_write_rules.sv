// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// What AXI4 and this design ask of a master's write channels, for proofs.
///
/// Everything is counted from the handshakes alone.  Bursts that were offered on AW and are not
/// answered are kept in order, the oldest in slice 0.  Data may be taken before its address, but is
/// offered after it.  `correct_o` says that what memory answers in this cycle is owed; nothing is
/// assumed about it here.
module trine_axi_write_rules #(
  parameter  int unsigned AddrWidth     = 40,
  parameter  int unsigned TransferBytes = 4,
  /// Transfers of the longest burst.
  parameter  int unsigned Longest       = 16,
  /// Bursts that may wait for their answer.
  parameter  int unsigned Bursts        = 8,
  localparam int unsigned EntryBits     = AddrWidth + 8,
  localparam int unsigned CountBits     = $clog2(Bursts + 2)
) (
  input  logic                        clk_i,
  input  logic                        rst_ni,
  input  logic [AddrWidth-1:0]        aw_addr_i,
  input  logic [7:0]                  aw_len_i,
  input  logic                        aw_valid_i,
  input  logic                        aw_ready_i,
  input  logic [8*TransferBytes-1:0]  w_data_i,
  input  logic [TransferBytes-1:0]    w_strb_i,
  input  logic                        w_last_i,
  input  logic                        w_valid_i,
  input  logic                        w_ready_i,
  input  logic                        b_valid_i,
  input  logic                        b_ready_i,
  output logic                        correct_o,
  output logic                        answer_o,    // One that is owed.
  output logic                        offer_o,     // Of a burst that is not in `bursts_o` yet.
  output logic [CountBits-1:0]        open_o,      // Bursts in `bursts_o`,
  output logic [CountBits-1:0]        whole_o,     // of which these are written whole.
  output logic [Bursts*EntryBits-1:0] bursts_o,    // Address and length of each.
  output logic [7:0]                  beat_o       // Of the first that is not whole.
);

  logic [CountBits-1:0]        open_q, whole_q, taken_q;
  logic [Bursts*EntryBits-1:0] bursts_q;
  logic [7:0]                  beat_q;
  logic                        stalled_q, w_stalled_q, first_q, take, last_taken;
  logic [7:0]                  len;
  logic [Bursts*EntryBits-1:0] from_first;
  assign offer_o    = aw_valid_i && !stalled_q;
  assign take       = w_valid_i && w_ready_i;
  assign last_taken = take && w_last_i;
  assign correct_o  = !b_valid_i || (whole_q != '0 && taken_q != '0);
  assign answer_o   = b_valid_i && b_ready_i && whole_q != '0 && taken_q != '0;
  assign from_first = bursts_q >> (EntryBits * whole_q);
  assign len        = from_first[7:0];
  assign open_o     = open_q;
  assign whole_o    = whole_q;
  assign bursts_o   = bursts_q;
  assign beat_o     = beat_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      open_q  <= '0;
      whole_q <= '0;
      taken_q <= '0;
      beat_q  <= '0;
    end else begin
      open_q  <= open_q + CountBits'(offer_o) - CountBits'(answer_o);
      whole_q <= whole_q + CountBits'(last_taken) - CountBits'(answer_o);
      taken_q <= taken_q + CountBits'(aw_valid_i && aw_ready_i) - CountBits'(answer_o);
      if (take) beat_q <= w_last_i ? '0 : beat_q + 8'd1;
    end
  end
  for (genvar i = 0; i < Bursts; i++) begin : gen_entry
    logic [EntryBits-1:0] later;
    if (i + 1 < Bursts) begin : gen_later
      assign later = bursts_q[EntryBits*(i+1) +: EntryBits];
    end else begin : gen_none
      assign later = '0;
    end
    always_ff @(posedge clk_i) begin
      if (offer_o && 32'(open_q) == 32'(i) + 32'(answer_o))
        bursts_q[EntryBits*i +: EntryBits] <= {aw_addr_i, aw_len_i};
      else if (answer_o) bursts_q[EntryBits*i +: EntryBits] <= later;
    end
  end

  logic [AddrWidth-1:0]                      addr_q;
  logic [7:0]                                len_q;
  logic [8*TransferBytes+TransferBytes:0]    w_q;
  always_ff @(posedge clk_i) begin
    first_q     <= !rst_ni;
    stalled_q   <= rst_ni && aw_valid_i && !aw_ready_i;
    w_stalled_q <= rst_ni && w_valid_i && !w_ready_i;
    addr_q      <= aw_addr_i;
    len_q       <= aw_len_i;
    w_q         <= {w_last_i, w_strb_i, w_data_i};
  end

  `TRINE_ASSERT(LowAfterReset_A, !first_q || !(aw_valid_i || w_valid_i))
  `TRINE_ASSERT(AwStaysValid_A, !stalled_q || aw_valid_i)
  `TRINE_ASSERT(AwHolds_A, !stalled_q || (aw_addr_i == addr_q && aw_len_i == len_q))
  `TRINE_ASSERT(AwInOnePage_A, !aw_valid_i || 32'(aw_addr_i[11:0])
                + TransferBytes * (32'(aw_len_i) + 32'd1) <= 32'd4096)
  `TRINE_ASSERT(AwAligned_A, !aw_valid_i || (aw_addr_i & AddrWidth'(TransferBytes - 1)) == '0)
  `TRINE_ASSERT(AwNotLonger_A, !aw_valid_i || 32'(aw_len_i) < Longest)
  `TRINE_ASSERT(BurstsBounded_A, 32'(open_q) + 32'(offer_o) <= Bursts)
  `TRINE_ASSERT(WStaysValid_A, !w_stalled_q || w_valid_i)
  `TRINE_ASSERT(WHolds_A, !w_stalled_q || {w_last_i, w_strb_i, w_data_i} == w_q)
  `TRINE_ASSERT(WAfterItsOffer_A, !w_valid_i || whole_q < open_q)
  `TRINE_ASSERT(WLastAtLength_A, !w_valid_i || w_last_i == (beat_q == len))
  `TRINE_ASSERT(BAlwaysTaken_A, b_ready_i)
  `TRINE_ASSERT(TakenCounted_I, 32'(taken_q) + 32'(stalled_q) == 32'(open_q) && whole_q <= open_q)

endmodule
