// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Reads beats from memory into a stream, in order, through a FIFO.
///
/// A job is an address and a number of beats; the next one may follow before the beats of the
/// last have left.  Bursts are aligned to their largest length, so none crosses 4 KiB, and go out
/// only when the FIFO has room for the largest: `r_ready_o` is constant.  An error response stays
/// with its beat.  `drop_i` ends the job: no more bursts go out, beats of those that did still
/// come.  `flush_i` forgets the job and all beats; a burst that is offered stays so until it is
/// taken, and what is still owed comes and is dropped (trine_read_answers).
/// Throughput 1 beat per cycle, 2 cycles from R to the stream.
///
/// To keep the stream full, `FifoBeats` covers the time from the room for a burst to its beats: the
/// latency of memory, the largest burst and 4 cycles of registers.
module trine_read_dma #(
  parameter  int unsigned Groups    = 16,
  parameter  int unsigned AddrWidth = 40,
  /// A power of two, at least 8.
  parameter  int unsigned FifoBeats = 512,
  /// Beats of the longest burst: 16, 32, 64, 128 or 256.
  parameter  int unsigned LongestBurst = 256,
  /// Bursts under way at most, a power of two, at least 2: their addresses and lengths are kept.
  parameter  int unsigned MostBursts   = 64,
  localparam int unsigned DataWidth = 32 * Groups
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 flush_i,
  // Job
  input  logic                 job_valid_i,
  output logic                 job_ready_o,
  input  logic [AddrWidth-1:0] job_addr_i,    // A multiple of the beat.
  input  logic [31:0]          job_beats_i,   // At least 1.
  input  logic                 drop_i,
  output logic                 idle_o,        // No beat is wanted, under way or held.
  // AXI4 read channels
  output logic [AddrWidth-1:0] ar_addr_o,
  output logic [7:0]           ar_len_o,
  output logic                 ar_valid_o,
  input  logic                 ar_ready_i,
  input  logic [DataWidth-1:0] r_data_i,
  input  logic [1:0]           r_resp_i,
  input  logic                 r_last_i,
  input  logic                 r_valid_i,
  output logic                 r_ready_o,
  // State of the channels: see trine_bus_watch
  output logic                 ar_waits_o,
  output logic                 r_waits_o,
  output logic                 r_bad_last_o,
  output logic                 r_stray_o,
  output logic [AddrWidth-1:0] r_addr_o,      // Of the burst that is being answered.
  // Stream
  output logic                 beat_valid_o,
  input  logic                 beat_ready_i,
  output logic                 beat_error_o,
  output logic [DataWidth-1:0] beat_data_o
);

  // AXI allows 256 beats and 4 KiB; a quarter of the FIFO keeps several bursts under way.
  localparam int unsigned BeatBytes  = 4 * Groups;
  localparam int unsigned PageBeats  = 4096 / BeatBytes;
  localparam int unsigned BusBurst   = PageBeats < LongestBurst ? PageBeats : LongestBurst;
  localparam int unsigned MaxBurst   = BusBurst < FifoBeats / 4 ? BusBurst : FifoBeats / 4;
  localparam int unsigned ByteBits   = $clog2(BeatBytes);
  localparam int unsigned BurstBits  = $clog2(MaxBurst);
  localparam int unsigned CreditBits = $clog2(FifoBeats) + 1;

  if (FifoBeats < 8 || 2 ** $clog2(FifoBeats) != FifoBeats) begin : gen_bad_depth
    $error("trine_read_dma: FifoBeats must be a power of two, at least 8");
  end
  if (LongestBurst < 16 || LongestBurst > 256 || 2 ** $clog2(LongestBurst) != LongestBurst)
  begin : gen_bad_burst
    $error("trine_read_dma: LongestBurst must be 16, 32, 64, 128 or 256");
  end

  logic [AddrWidth-ByteBits-1:0] addr_q;    // Of the next burst, in beats.
  logic [31:0]                   left_q;    // Beats not yet asked for.
  // Room that no burst has claimed, but for the last burst that went out, whose length leads far,
  // and for the last beat that left.
  logic [CreditBits-1:0]         credit_q;
  logic                          issued_q, popped_q;

  // Beats up to the next multiple of the largest burst.  Behind the first burst of a job that is a
  // whole one; and whether a burst goes out does not depend on its length: both are known early.
  logic [BurstBits:0]            room_q, len;
  assign len = left_q[31:BurstBits+1] == '0 && left_q[BurstBits:0] < room_q ? left_q[BurstBits:0]
                                                                           : room_q;

  // Who takes a beat may decide late in the cycle: its room counts a cycle later.  A burst behind
  // another one takes that for a longest one.
  logic issue, order_room, room;
  assign room  = issued_q ? credit_q >= CreditBits'(2 * MaxBurst)
                          : credit_q >= CreditBits'(MaxBurst);
  assign issue = left_q != '0 && !drop_i && !flush_i && (!ar_valid_o || ar_ready_i)
              && room && order_room;

  assign job_ready_o = left_q == '0;
  assign idle_o      = left_q == '0 && !issued_q && credit_q == CreditBits'(FifoBeats);
  assign ar_waits_o  = ar_valid_o && !ar_ready_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      left_q     <= '0;
      credit_q   <= CreditBits'(FifoBeats);
      issued_q   <= 1'b0;
      popped_q   <= 1'b0;
      ar_valid_o <= 1'b0;
    end else begin
      if (drop_i || flush_i)               left_q <= '0;
      else if (job_valid_i && job_ready_o) left_q <= job_beats_i;
      else if (issue)                      left_q <= left_q - 32'(len);
      if (flush_i) credit_q <= CreditBits'(FifoBeats);
      else if (issued_q || popped_q)
        credit_q <= credit_q - (issued_q ? CreditBits'(ar_len_o) + CreditBits'(1) : '0)
                  + CreditBits'(popped_q);
      issued_q   <= issue;
      popped_q   <= beat_valid_o && beat_ready_i && !flush_i;
      ar_valid_o <= issue || (ar_valid_o && !ar_ready_i);
    end
  end

  always_ff @(posedge clk_i) begin
    if (job_valid_i && job_ready_o) begin
      addr_q <= job_addr_i[AddrWidth-1:ByteBits];
      room_q <= (BurstBits+1)'(MaxBurst) - (BurstBits+1)'(job_addr_i[ByteBits +: BurstBits]);
    end else if (issue) begin
      addr_q <= addr_q + (AddrWidth-ByteBits)'(len);
      room_q <= (BurstBits+1)'(MaxBurst);
    end
    if (issue) begin
      ar_addr_o <= {addr_q, ByteBits'(0)};
      ar_len_o  <= 8'(len) - 8'd1;
    end
  end

  logic keep;
  trine_read_answers #(
    .AddrWidth (AddrWidth),
    .Bursts    (FifoBeats < MostBursts ? FifoBeats : MostBursts)
  ) u_answers (
    .clk_i,
    .rst_ni,
    .flush_i,
    .room_o        (order_room),
    .burst_valid_i (issue),
    .burst_addr_i  ({addr_q, ByteBits'(0)}),
    .burst_len_i   (8'(len) - 8'd1),
    .taken_i       (ar_valid_o && ar_ready_i),
    .r_valid_i,
    .r_last_i,
    .keep_o        (keep),
    .waits_o       (r_waits_o),
    .bad_last_o    (r_bad_last_o),
    .stray_o       (r_stray_o),
    .addr_o        (r_addr_o)
  );

  logic fifo_ready;
  assign r_ready_o = 1'b1;

  trine_fifo #(
    .DataWidth (DataWidth + 1),
    .Depth     (FifoBeats)
  ) u_fifo (
    .clk_i,
    .rst_ni  (rst_ni && !flush_i),
    .valid_i (keep),
    .ready_o (fifo_ready),
    .data_i  ({r_resp_i[1], r_data_i}),
    .valid_o (beat_valid_o),
    .ready_i (beat_ready_i),
    .data_o  ({beat_error_o, beat_data_o})
  );

  logic unused_ok;
  assign unused_ok = ^{job_addr_i[ByteBits-1:0], r_resp_i[0], fifo_ready};

  `TRINE_ASSERT(FifoNeverFull_A, !keep || fifo_ready || flush_i)
  `TRINE_ASSERT(OnePage_A, !ar_valid_o || 32'(ar_addr_o[11:ByteBits]) + 32'(ar_len_o) < PageBeats)
  `TRINE_ASSERT(CreditBound_A, credit_q <= CreditBits'(FifoBeats) - CreditBits'(popped_q))

`ifdef TRINE_CHECKS_ON
  logic                 stalled_q;
  logic [AddrWidth-1:0] stalled_addr_q;
  logic [7:0]           stalled_len_q;
  always_ff @(posedge clk_i) begin
    stalled_q      <= rst_ni && ar_valid_o && !ar_ready_i;
    stalled_addr_q <= ar_addr_o;
    stalled_len_q  <= ar_len_o;
  end
  `TRINE_ASSERT(ArHolds_A, !stalled_q || (ar_valid_o && ar_addr_o == stalled_addr_q
                                          && ar_len_o == stalled_len_q))
`endif

`ifdef FORMAL_TRINE_READ_DMA
  `include "trine_read_dma_formal.svh"
`endif

endmodule
