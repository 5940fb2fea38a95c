// SPDX-License-Identifier: Apache-2.0
//
// Proof of trine_read_dma: the rules of AXI4 under any behaviour of the memory; while memory answers
// as it should, the stream is what lies at the addresses of the jobs, in order, every beat once; and
// the watch is told exactly what memory does wrong.
//
// The solver marks one beat of one job as the job is taken.  `f_ahead_q` counts the beats in front of
// it on the stream, and at 0 the stream must show what memory holds at its address.  The word there
// is the solver's choice too.  Invariants (`_I`) say where the marked beat is on its way.

(* anyseq *)   logic                 f_mark;
(* anyseq *)   logic [31:0]          f_offset;     // Beats from the beginning of its job.
(* anyconst *) logic [DataWidth-1:0] f_word;

logic f_past_valid_q = 1'b0;
always_ff @(posedge clk_i) f_past_valid_q <= 1'b1;
always_comb assume (rst_ni == f_past_valid_q);
always_comb assume (job_beats_i != '0);

localparam int unsigned Bursts     = FifoBeats < MostBursts ? FifoBeats : MostBursts;
localparam int unsigned EntryBits  = AddrWidth + 8;
localparam int unsigned PlaceBits  = $clog2(Bursts);
localparam int unsigned RulesBits  = $clog2(Bursts + 1);
localparam int unsigned WordBits   = AddrWidth - ByteBits;

logic                        f_correct;
logic [RulesBits-1:0]        f_taken;
logic [Bursts*EntryBits-1:0] f_bursts;
logic [7:0]                  f_beat;
trine_axi_read_rules #(
  .AddrWidth     (AddrWidth),
  .TransferBytes (BeatBytes),
  .Longest       (MaxBurst),
  .Bursts        (Bursts)
) u_rules (
  .clk_i,
  .rst_ni,
  .ar_addr_i (ar_addr_o),
  .ar_len_i  (ar_len_o),
  .ar_valid_i (ar_valid_o),
  .ar_ready_i,
  .r_last_i,
  .r_valid_i,
  .r_ready_i (r_ready_o),
  .correct_o (f_correct),
  .count_o   (f_taken),
  .bursts_o  (f_bursts),
  .beat_o    (f_beat)
);

// ---- What the parts hold ----

(* peek = "u_answers.write_q" *)  logic [PlaceBits:0] f_write;
(* peek = "u_answers.read_q" *)   logic [PlaceBits:0] f_read;
(* peek = "u_answers.stale_q" *)  logic [PlaceBits:0] f_stale;
(* peek = "u_answers.taken_q" *)  logic [PlaceBits:0] f_told_taken;
(* peek = "u_answers.beat_q" *)   logic [7:0]         f_next_beat;
(* peek = "u_answers.burst[*]" *) logic [Bursts*EntryBits-1:0] f_stored;
(* peek = "u_fifo.write_ptr_q" *) logic [CreditBits-1:0] f_ram_end;
(* peek = "u_fifo.read_ptr_q" *)  logic [CreditBits-1:0] f_ram_read;
(* peek = "u_fifo.u_ram.mem[*]" *) logic [FifoBeats*(DataWidth+1)-1:0] f_ram;

logic [CreditBits-1:0] f_ram_count;
logic [CreditBits-2:0] f_ram_first;
assign f_ram_count = f_ram_end - f_ram_read;
assign f_ram_first = f_ram_read[CreditBits-2:0];

localparam int unsigned SumBits = CreditBits + PlaceBits + 1;
logic [PlaceBits:0]    f_owed;
logic [CreditBits-1:0] f_held, f_under_way, f_credit;
// Room that no burst has claimed.
assign f_credit    = credit_q + CreditBits'(popped_q) - (issued_q ? CreditBits'(ar_len_o) + CreditBits'(1) : '0);
assign f_owed      = f_write - f_read;
assign f_held      = f_ram_count + CreditBits'(beat_valid_o);
assign f_under_way = CreditBits'(FifoBeats) - f_credit;

// Each burst that is owed, the oldest first: is it as the rules have it, does it lie in a page; beats
// that the stream gets before its own, and whether the marked one is among those.
logic [Bursts-1:0]             f_same, f_sound, f_has_mark;
logic [(Bursts+1)*SumBits-1:0] f_before;
logic [EntryBits-1:0]          f_newest;
assign f_before[SumBits-1:0] = SumBits'(f_held);
for (genvar i = 0; i < Bursts; i++) begin : gen_age
  logic [EntryBits-1:0] entry;
  logic [PlaceBits-1:0] place;
  logic                 owed, fresh;
  logic [7:0]           first;              // Of its beats, the next to come.
  logic [8:0]           beats;
  logic [SumBits-1:0]   before, into;
  logic [WordBits-1:0]  reached;
  assign place = f_read[PlaceBits-1:0] + PlaceBits'(i);
  assign entry = EntryBits'(f_stored >> (EntryBits * place));
  assign owed  = 32'(i) < 32'(f_owed);
  assign fresh = owed && 32'(i) >= 32'(f_stale);
  assign first = i == 0 ? f_next_beat : '0;
  assign beats = fresh ? 9'(entry[7:0]) + 9'd1 - 9'(first) : '0;
  assign before = f_before[SumBits*i +: SumBits];
  assign f_before[SumBits*(i+1) +: SumBits] = before + SumBits'(beats);
  assign f_same[i]  = 32'(i) >= 32'(f_taken) || entry == f_bursts[EntryBits*i +: EntryBits];
  assign f_sound[i] = !owed || (32'(entry[19:8+ByteBits]) + 32'(entry[7:0]) < PageBeats
                                && entry[8 +: ByteBits] == '0 && 32'(entry[7:0]) < MaxBurst);
  assign into       = f_ahead_q[SumBits-1:0] - before;
  assign reached    = entry[8+ByteBits +: WordBits] + WordBits'(first) + WordBits'(into);
  assign f_has_mark[i] = fresh && into < SumBits'(beats) && reached == f_addr_q;
end
logic [PlaceBits-1:0] f_last_place;
assign f_last_place = f_write[PlaceBits-1:0] - 1'b1;
assign f_newest     = EntryBits'(f_stored >> (EntryBits * f_last_place));

// ---- Beats, counted from the jobs and from the stream ----

logic        f_wrong_q = 1'b0;     // Memory did what it should not; until a flush.
logic [33:0] f_due_q   = '0;       // Beats that the stream owes.
logic        f_marked_q = 1'b0;
logic [33:0] f_ahead_q;            // Beats in front of the marked one.
logic [WordBits-1:0] f_addr_q;     // Its address, in beats.
logic f_accept, f_pop;
assign f_pop    = beat_valid_o && beat_ready_i;
assign f_accept = job_valid_i && job_ready_o && !drop_i && !flush_i;

always_ff @(posedge clk_i) begin
  if (!rst_ni || flush_i) begin
    f_due_q    <= '0;
    f_marked_q <= 1'b0;
    f_wrong_q  <= rst_ni && f_wrong_q && !flush_i;
  end else begin
    f_wrong_q <= f_wrong_q || (!f_correct && !(r_valid_i && f_taken != '0 && f_stale != '0));
    f_due_q   <= f_due_q + (f_accept ? 34'(job_beats_i) : '0) - (drop_i ? 34'(left_q) : '0)
               - 34'(f_pop);
    if (!f_marked_q) begin
      if (f_mark && f_accept && f_offset < job_beats_i) begin
        f_marked_q <= 1'b1;
        f_ahead_q  <= f_due_q + 34'(f_offset) - 34'(f_pop);
        f_addr_q   <= job_addr_i[AddrWidth-1:ByteBits] + WordBits'(f_offset);
      end
    end else begin
      if (f_pop && f_ahead_q == '0) f_marked_q <= 1'b0;
      // A beat that was not asked for goes with its job.
      if (drop_i && f_ahead_q >= f_due_q - 34'(left_q)) f_marked_q <= 1'b0;
      f_ahead_q <= f_ahead_q - 34'(f_pop);
    end
  end
end

// The memory: a beat from the marked address is the marked word, without an error.
logic [WordBits-1:0] f_from;
assign f_from = f_bursts[8+ByteBits +: WordBits] + WordBits'(f_beat);
always_comb begin
  if (r_valid_i && f_taken != '0 && f_marked_q && f_from == f_addr_q)
    assume (r_data_i == f_word && !r_resp_i[1]);
end

// Where the marked beat is: not asked for, under way, at the output or in the RAM.  Sums go to signals
// of their width before they are compared: Yosys 0.23 gives `a + W'(x) == b` the width of x.
logic [33:0]           f_asked_ahead;
logic [WordBits-1:0]   f_reached;
logic [CreditBits-2:0] f_place;
logic [DataWidth:0]    f_ram_word;
logic                  f_placed;
assign f_asked_ahead = f_ahead_q - 34'(f_under_way);
assign f_reached     = addr_q + WordBits'(f_asked_ahead);
assign f_place       = f_ram_first + f_ahead_q[CreditBits-2:0] - (CreditBits-1)'(beat_valid_o);
assign f_ram_word    = (DataWidth+1)'(f_ram >> ((DataWidth + 1) * f_place));
always_comb begin
  if (f_ahead_q >= 34'(f_under_way))
    f_placed = f_asked_ahead < 34'(left_q) && f_reached == f_addr_q;
  else if (f_ahead_q >= 34'(f_held))           f_placed = f_has_mark != '0;
  else if (f_ahead_q == '0 && beat_valid_o)    f_placed = {beat_error_o, beat_data_o} == {1'b0, f_word};
  else                                         f_placed = f_ram_word == {1'b0, f_word};
end

// ---- The proof ----

logic [BurstBits:0] f_room;
assign f_room = (BurstBits+1)'(MaxBurst) - (BurstBits+1)'(addr_q[BurstBits-1:0]);
`TRINE_ASSERT(Room_I, left_q == '0 || room_q == f_room)

`TRINE_ASSERT(StaleOwed_I, f_stale <= f_owed && 32'(f_owed) <= Bursts)
`TRINE_ASSERT(TakenOwed_I, 32'(f_taken) + 32'(ar_valid_o) == 32'(f_owed) && 32'(f_taken) == 32'(f_told_taken))
`TRINE_ASSERT(SameBursts_I, &f_same)
`TRINE_ASSERT(SoundBursts_I, &f_sound)
`TRINE_ASSERT(SameBeat_I, f_next_beat == f_beat
              && (f_taken == '0 ? f_beat == '0 : f_beat <= f_bursts[7:0]))
`TRINE_ASSERT(NewestOffered_I, !ar_valid_o || f_newest == {ar_addr_o, ar_len_o})
`TRINE_ASSERT(RoomClaimed_I, 32'(f_credit) + 32'(f_before[SumBits*Bursts +: SumBits]) <= FifoBeats
              && (f_wrong_q
                  || 32'(f_credit) + 32'(f_before[SumBits*Bursts +: SumBits]) == FifoBeats))
`TRINE_ASSERT(DueCounted_I, f_wrong_q
              || f_due_q == 34'(left_q) + 34'(f_under_way))
`ifdef FORMAL_DATA                                  // Minutes: a proof of its own.
`TRINE_ASSERT(MarkPlaced_I, f_wrong_q || !f_marked_q || (f_ahead_q < f_due_q && f_placed))
`TRINE_ASSERT(BeatIsMemory_A, f_wrong_q || !f_marked_q || f_ahead_q != '0 || !beat_valid_o
              || {beat_error_o, beat_data_o} == {1'b0, f_word})
`endif
`TRINE_ASSERT(NoBeatTooMany_A, f_wrong_q || !beat_valid_o || f_due_q != '0)
`TRINE_ASSERT(IdleIsDone_A, f_wrong_q || idle_o == (f_due_q == '0 && !popped_q))
`TRINE_ASSERT(StrayTold_A, r_stray_o == (r_valid_i && f_taken == '0))
`TRINE_ASSERT(BadLastTold_A, r_bad_last_o == (!f_correct && f_taken != '0 && f_stale == '0))
`TRINE_ASSERT(WaitTold_A, r_waits_o == (f_taken != '0 && !r_valid_i)
              && ar_waits_o == (ar_valid_o && !ar_ready_i))
`TRINE_ASSERT(AddressTold_A, f_taken == '0 || r_addr_o == f_bursts[8 +: AddrWidth])
