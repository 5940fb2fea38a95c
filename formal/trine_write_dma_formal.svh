// SPDX-License-Identifier: Apache-2.0
//
// Proof of trine_write_dma: the rules of AXI4 under any behaviour of the memory; the bytes of a job,
// and no others, are written where it says; every answer that is owed is waited for, an error is kept,
// and the watch is told what waits and what nobody is owed.  After a flush nothing that AXI was
// promised is missing, and no byte of the forgotten job is written.

logic f_past_valid_q = 1'b0;
always_ff @(posedge clk_i) f_past_valid_q <= 1'b1;
always_comb assume (rst_ni == f_past_valid_q);
always_comb assume (job_bytes_i != '0);
// A job begins with a beat or lies within one.
logic [32:0] f_job_end;                        // From the beginning of its first beat.
assign f_job_end = 33'(job_bytes_i) + 33'(job_addr_i[ByteBits-1:0]);
always_comb assume (job_addr_i[ByteBits-1:0] == '0 || f_job_end <= 33'(BeatBytes));

localparam int unsigned EntryBits = AddrWidth + 8;
localparam int unsigned CountBits = $clog2(MaxOutstanding + 2);
localparam int unsigned WordBits  = AddrWidth - ByteBits;

logic                                f_correct, f_answer, f_offer;
logic [CountBits-1:0]                f_open, f_whole;
logic [MaxOutstanding*EntryBits-1:0] f_bursts;
logic [7:0]                          f_beat;
trine_axi_write_rules #(
  .AddrWidth     (AddrWidth),
  .TransferBytes (BeatBytes),
  .Longest       (MaxBurst),
  .Bursts        (MaxOutstanding)
) u_rules (
  .clk_i,
  .rst_ni,
  .aw_addr_i (aw_addr_o),
  .aw_len_i (aw_len_o),
  .aw_valid_i (aw_valid_o),
  .aw_ready_i,
  .w_data_i (w_data_o),
  .w_strb_i (w_strb_o),
  .w_last_i (w_last_o),
  .w_valid_i (w_valid_o),
  .w_ready_i,
  .b_valid_i,
  .b_ready_i (b_ready_o),
  .correct_o (f_correct),
  .answer_o  (f_answer),
  .offer_o   (f_offer),
  .open_o    (f_open),
  .whole_o   (f_whole),
  .bursts_o  (f_bursts),
  .beat_o    (f_beat)
);

// ---- The job, its bytes counted from the stream's handshakes ----

logic [32:0] f_end_q = '0, f_at_q = '0;        // Bytes from the beginning of its first beat.
logic [ByteBits-1:0] f_head_q;
logic [WordBits-1:0] f_next_q;                 // Address of the next burst, in beats.
logic f_taken;
assign f_taken = beat_valid_i && beat_ready_o;
logic [DataWidth-1:0] f_data_q;                // What must be on W after a beat was taken,
logic [BeatBytes-1:0] f_strb, f_strb_q;
logic                 f_new_q = 1'b0, f_fill_q = 1'b0;
for (genvar b = 0; b < BeatBytes; b++) begin : gen_byte
  logic [32:0] place;
  assign place     = f_at_q + 33'(b);
  assign f_strb[b] = place >= 33'(f_head_q) && place < f_end_q;
end
always_ff @(posedge clk_i) begin
  f_new_q  <= rst_ni && f_taken;
  f_fill_q <= rst_ni && push && !f_taken;      // or a beat that nobody sent.
  f_data_q <= beat_data_i;
  f_strb_q <= f_strb;
  if (!rst_ni || flush_i) begin
    f_end_q <= '0;
    f_at_q  <= '0;
  end else if (job_valid_i && job_ready_o) begin
    f_end_q  <= f_job_end;
    f_at_q   <= '0;
    f_head_q <= job_addr_i[ByteBits-1:0];
  end else if (f_taken) f_at_q <= f_at_q + 33'(BeatBytes);
  if (job_valid_i && job_ready_o) f_next_q <= job_addr_i[AddrWidth-1:ByteBits];
  else if (f_offer) f_next_q <= f_next_q + WordBits'(aw_len_o) + WordBits'(1);
end

// ---- Answers ----

logic [CountBits-1:0] f_stale_q = '0;          // Bursts from before a flush.
logic                 f_error_q = 1'b0;
always_ff @(posedge clk_i) begin
  if (!rst_ni) begin
    f_stale_q <= '0;
    f_error_q <= 1'b0;
  end else begin
    if (flush_i) f_stale_q <= f_open + CountBits'(f_offer) - CountBits'(f_answer);
    else if (f_answer && f_stale_q != '0) f_stale_q <= f_stale_q - CountBits'(1);
    if (clear_i)                                             f_error_q <= 1'b0;
    else if (f_answer && b_resp_i[1] && f_stale_q == '0) f_error_q <= 1'b1;
  end
end

// ---- How registers and counts belong together ----

logic [MaxOutstanding-1:0] f_same;
for (genvar i = 0; i < MaxOutstanding; i++) begin : gen_age
  logic [OrderBits-1:0] place;
  assign place     = answered_q[OrderBits-1:0] + OrderBits'(i);
  assign f_same[i] = (32'(i) >= 32'(f_open)
                      || f_bursts[EntryBits*i+8 +: AddrWidth] == {order[place], ByteBits'(0)})
                  && (32'(i) >= 32'(f_open) || 32'(f_bursts[EntryBits*i +: 8]) < MaxBurst)
                  && (!f_offer || 32'(i) != 32'(f_open)
                      || aw_addr_o == {order[place], ByteBits'(0)});
end
logic [OrderBits:0]                  f_not_whole, f_written;
logic [MaxOutstanding*EntryBits-1:0] f_from_whole, f_from_newest;
logic [CountBits-1:0]                f_newest;
logic [7:0]                          f_newest_len;
assign f_not_whole   = asked_q - whole_q;
assign f_written     = whole_q - answered_q;
assign f_newest      = f_open - CountBits'(1);
assign f_from_whole  = f_bursts >> (EntryBits * f_whole);
assign f_from_newest = f_bursts >> (EntryBits * f_newest);
assign f_newest_len  = f_offer ? aw_len_o : f_from_newest[7:0];
logic [35:0] f_to_end;                         // Bytes up to the end of the last beat.
assign f_to_end = 36'(f_at_q) + 36'(left_q) * 36'(BeatBytes) + 36'(burst_q) * 36'(BeatBytes);

`TRINE_ASSERT(OpenCounted_I, 32'(open) == 32'(f_open) + 32'(f_offer)
              && 32'(f_written) == 32'(f_whole))
`TRINE_ASSERT(SameBursts_I, &f_same)
`TRINE_ASSERT(NewestOffered_I, !aw_valid_o || f_offer
              || f_from_newest[EntryBits-1:0] == {aw_addr_o, aw_len_o})
`TRINE_ASSERT(NotWhole_I, 32'(f_not_whole) <= 32'd2
              && (f_not_whole != '0 || (burst_q == '0 && !w_valid_o && f_beat == '0))
              && (32'(f_not_whole) != 32'd1
                  || (32'(burst_q) + 32'(w_valid_o) + 32'(f_beat) == 32'(f_newest_len) + 32'd1
                      && f_beat <= f_newest_len))
              && (32'(f_not_whole) != 32'd2
                  || (w_valid_o && w_last_o && f_beat == f_from_whole[7:0]
                      && 32'(burst_q) == 32'(f_newest_len) + 32'd1)))
`TRINE_ASSERT(LastBeat_I, !w_valid_o
              || w_last_o == (burst_q == '0 || 32'(f_not_whole) == 32'd2))
`TRINE_ASSERT(NewBurst_I, !f_offer || !w_valid_o || w_last_o)
`TRINE_ASSERT(OfferNotWhole_I, !f_offer || f_not_whole != '0)
`TRINE_ASSERT(StaleCounted_I, 32'(stale_q) == 32'(f_stale_q))
`TRINE_ASSERT(BytesLeft_I, fill_q || (f_to_end < 36'(f_end_q) + 36'(BeatBytes)
                                      && f_to_end >= 36'(f_end_q)))
`TRINE_ASSERT(FillForgot_I, !fill_q || (left_q == '0 && f_end_q == '0 && f_at_q == '0))
`TRINE_ASSERT(BytesAligned_I, f_at_q[ByteBits-1:0] == '0 && !f_end_q[32]
              && (f_end_q == '0 || (head_q == f_head_q && tail_q == f_end_q[ByteBits-1:0]))
              && (f_head_q == '0 || f_end_q <= 33'(BeatBytes)))
logic [WordBits-1:0] f_reached;
assign f_reached = f_offer ? f_next_q + WordBits'(aw_len_o) + WordBits'(1) : f_next_q;
logic [BurstBits:0] f_room;
assign f_room = (BurstBits+1)'(MaxBurst) - (BurstBits+1)'(addr_q[BurstBits-1:0]);
`TRINE_ASSERT(Room_I, left_q == '0 || room_q == f_room)
`TRINE_ASSERT(NextAddress_I, left_q == '0 || f_reached == addr_q)

`TRINE_ASSERT(BytesOfTheJob_A, !f_new_q || (w_valid_o && w_data_o == f_data_q
                                            && w_strb_o == f_strb_q))
`TRINE_ASSERT(NothingAfterFlush_A, !f_fill_q || w_strb_o == '0)
`TRINE_ASSERT(AddressOfTheJob_A, !f_offer || aw_addr_o == {f_next_q, ByteBits'(0)})
`TRINE_ASSERT(NoBeatTooMany_A, !beat_ready_o || f_at_q < f_end_q)
`TRINE_ASSERT(EndTold_A, !beat_ready_o || beat_end_o == (34'(f_at_q) + 34'(BeatBytes) >= 34'(f_end_q)))
`TRINE_ASSERT(IdleIsDone_A, idle_o == (f_open == '0 && !f_offer
                                       && (left_q == '0 || f_at_q >= f_end_q)))
`TRINE_ASSERT(ErrorKept_A, error_o == f_error_q)
`TRINE_ASSERT(StrayTold_A, bus_o.b_stray == (b_valid_i && !f_correct))
`TRINE_ASSERT(WaitTold_A, bus_o.aw_waits == (aw_valid_o && !aw_ready_i)
              && bus_o.b_waits == (f_whole != '0 && (f_open != CountBits'(1) || !aw_valid_o || f_offer)
                                   && !b_valid_i))
`TRINE_ASSERT(AddressTold_A, (!w_valid_o || w_addr_o == f_from_whole[8 +: AddrWidth])
              && (f_whole == '0 || b_addr_o == f_bursts[8 +: AddrWidth]))
