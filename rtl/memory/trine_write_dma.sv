// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Writes a stream of beats to memory.
///
/// A job is an address and a number of bytes; the last beat is masked to what is left.  A job
/// within one beat may begin anywhere in it.  Bursts
/// are aligned to their largest length, so none crosses 4 KiB; up to `MaxOutstanding` wait for
/// their response.  An error response sets `error_o`.  A register lies between the stream and the
/// W channel; `beat_ready_o` depends on `w_ready_i`.  Throughput 1 beat per cycle, latency 1.
///
/// `flush_i` forgets the job and the stream.  What AXI was promised is kept: AW and W stay valid
/// until they are taken, a burst that went out gets the rest of its beats, without a byte enabled,
/// and the answers that are still owed come and are dropped.  The next job waits for the former.
module trine_write_dma #(
  parameter  int unsigned Groups         = 16,
  parameter  int unsigned AddrWidth      = 40,
  /// A power of two.
  parameter  int unsigned MaxOutstanding = 8,
  /// Beats of the longest burst: 16, 32, 64, 128 or 256.  64 are enough to hide the address phase.
  parameter  int unsigned LongestBurst   = 64,
  localparam int unsigned DataWidth      = 32 * Groups
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   flush_i,
  // Job
  input  logic                   job_valid_i,
  output logic                   job_ready_o,
  input  logic [AddrWidth-1:0]   job_addr_i,    // A multiple of the beat, unless in one beat.
  input  logic [31:0]            job_bytes_i,   // At least 1.
  // Sticky error
  input  logic                   clear_i,
  output logic                   error_o,
  output logic                   idle_o,        // Every beat was written and answered.
  // Stream
  input  logic                   beat_valid_i,
  output logic                   beat_ready_o,
  input  logic [DataWidth-1:0]   beat_data_i,
  output logic                   beat_end_o,    // The beat that is taken now is the job's last.
  // AXI4 write channels
  output logic [AddrWidth-1:0]   aw_addr_o,
  output logic [7:0]             aw_len_o,
  output logic                   aw_valid_o,
  input  logic                   aw_ready_i,
  output logic [DataWidth-1:0]   w_data_o,
  output logic [DataWidth/8-1:0] w_strb_o,
  output logic                   w_last_o,
  output logic                   w_valid_o,
  input  logic                   w_ready_i,
  input  logic [1:0]             b_resp_i,
  input  logic                   b_valid_i,
  output logic                   b_ready_o,
  // State of the channels: see trine_bus_watch
  output trine_control_pkg::write_bus_t bus_o,
  output logic [AddrWidth-1:0]   w_addr_o,      // Of the burst whose beats come next on W,
  output logic [AddrWidth-1:0]   b_addr_o       // of the one that is answered next.
);

  localparam int unsigned BeatBytes  = 4 * Groups;
  localparam int unsigned PageBeats  = 4096 / BeatBytes;
  localparam int unsigned MaxBurst   = PageBeats < LongestBurst ? PageBeats : LongestBurst;
  localparam int unsigned ByteBits   = $clog2(BeatBytes);
  localparam int unsigned BurstBits  = $clog2(MaxBurst);
  localparam int unsigned OrderBits  = $clog2(MaxOutstanding);

  if (LongestBurst < 16 || LongestBurst > 256 || 2 ** $clog2(LongestBurst) != LongestBurst)
  begin : gen_bad_burst
    $error("trine_write_dma: LongestBurst must be 16, 32, 64, 128 or 256");
  end
  if (MaxOutstanding < 2 || 2 ** $clog2(MaxOutstanding) != MaxOutstanding) begin : gen_bad_order
    $error("trine_write_dma: MaxOutstanding must be a power of two, at least 2");
  end

  logic [AddrWidth-ByteBits-1:0] addr_q;       // Of the next burst, in beats.
  logic [32-ByteBits:0]          left_q;       // Beats without a burst yet.
  logic [BurstBits:0]            burst_q;      // Beats of the running burst not yet taken.
  logic                          fill_q;       // Nobody sends them any more.
  logic [ByteBits-1:0]           tail_q;       // Bytes in the last beat, 0 for all.
  logic [ByteBits-1:0]           head_q;       // Bytes before the first in its beat.

  // Beats up to the next multiple of the largest burst: a whole one behind the first of a job.
  logic [BurstBits:0] room_q, len;
  assign len = left_q[32-ByteBits:BurstBits+1] == '0 && left_q[BurstBits:0] < room_q
             ? left_q[BurstBits:0] : room_q;

  logic [32:0]          last_byte;             // One past it, from the beginning of its beat.
  logic [32-ByteBits:0] beats;
  assign last_byte = 33'(job_bytes_i) + 33'(job_addr_i[ByteBits-1:0]);
  assign beats     = (33-ByteBits)'((last_byte + 33'(BeatBytes - 1)) >> ByteBits);

  // ---- Bursts under way: asked for, written whole, answered ----

  logic [AddrWidth-ByteBits-1:0] order [MaxOutstanding];
  logic [OrderBits:0]            asked_q, whole_q, answered_q;
  logic [OrderBits:0]            open, stale_q;  // Without an answer; those before a flush.
  assign open     = asked_q - answered_q;
  assign w_addr_o = {order[whole_q[OrderBits-1:0]], ByteBits'(0)};
  assign b_addr_o = {order[answered_q[OrderBits-1:0]], ByteBits'(0)};

  logic accept, issue, push, last, answer, due;
  assign accept = job_valid_i && job_ready_o && !flush_i;
  assign push   = burst_q != '0 && (beat_valid_i || fill_q) && (!w_valid_o || w_ready_i);
  assign last   = burst_q == (BurstBits+1)'(1);
  assign due    = whole_q != answered_q && !(aw_valid_o && open == (OrderBits+1)'(1));
  assign answer = b_valid_i && due;
  assign issue  = left_q != '0 && !flush_i && (!aw_valid_o || aw_ready_i)
               && (burst_q == '0 || (push && last)) && !open[OrderBits];

  assign job_ready_o = left_q == '0 && burst_q == '0;
  assign idle_o      = left_q == '0 && open == '0;

  assign beat_ready_o = burst_q != '0 && !fill_q && (!w_valid_o || w_ready_i);
  assign beat_end_o   = last && left_q == '0;
  assign b_ready_o    = 1'b1;

  // Data or an answer whose own address has not been taken waits for that.
  logic w_addressed;
  assign w_addressed = !aw_valid_o || asked_q - whole_q != (OrderBits+1)'(1);
  assign bus_o = {aw_valid_o && !aw_ready_i, w_valid_o && !w_ready_i && w_addressed,
                  due && !b_valid_i, b_valid_i && !due};

  logic [BeatBytes-1:0] strobe;
  always_comb begin
    strobe = '1;
    if (beat_end_o && tail_q != '0) strobe = ~({BeatBytes{1'b1}} << tail_q);
    if (head_q != '0) strobe = strobe & ({BeatBytes{1'b1}} << head_q);
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      left_q     <= '0;
      burst_q    <= '0;
      fill_q     <= 1'b0;
      asked_q    <= '0;
      whole_q    <= '0;
      answered_q <= '0;
      stale_q    <= '0;
      aw_valid_o <= 1'b0;
      w_valid_o  <= 1'b0;
      error_o    <= 1'b0;
    end else begin
      if (flush_i)     left_q <= '0;
      else if (accept) left_q <= beats;
      else if (issue)  left_q <= left_q - (33-ByteBits)'(len);
      if (issue)     burst_q <= len;
      else if (push) burst_q <= burst_q - 1'b1;
      fill_q <= flush_i || (fill_q && burst_q != '0);
      if (issue)                               asked_q    <= asked_q + 1'b1;
      if (w_valid_o && w_ready_i && w_last_o) whole_q    <= whole_q + 1'b1;
      if (answer)                              answered_q <= answered_q + 1'b1;
      if (flush_i)                       stale_q <= open - (OrderBits+1)'(answer);
      else if (answer && stale_q != '0) stale_q <= stale_q - 1'b1;
      aw_valid_o <= issue || (aw_valid_o && !aw_ready_i);
      w_valid_o  <= push || (w_valid_o && !w_ready_i);
      if (clear_i)                                         error_o <= 1'b0;
      else if (answer && b_resp_i[1] && stale_q == '0) error_o <= 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (push) begin
      w_data_o <= beat_data_i;
      w_strb_o <= fill_q ? '0 : strobe;
      w_last_o <= last;
    end
    if (issue) order[asked_q[OrderBits-1:0]] <= addr_q;
  end

  always_ff @(posedge clk_i) begin
    if (accept) begin
      room_q <= (BurstBits+1)'(MaxBurst) - (BurstBits+1)'(job_addr_i[ByteBits +: BurstBits]);
      addr_q <= job_addr_i[AddrWidth-1:ByteBits];
      tail_q <= last_byte[ByteBits-1:0];
      head_q <= job_addr_i[ByteBits-1:0];
    end else if (issue) begin
      room_q <= (BurstBits+1)'(MaxBurst);
      addr_q <= addr_q + (AddrWidth-ByteBits)'(len);
    end
    if (issue) begin
      aw_addr_o <= {addr_q, ByteBits'(0)};
      aw_len_o  <= 8'(len) - 8'd1;
    end
  end

  logic unused_ok;
  assign unused_ok = b_resp_i[0];

  `TRINE_ASSERT(OnePage_A, !aw_valid_o || 32'(aw_addr_o[11:ByteBits]) + 32'(aw_len_o) < PageBeats)
  `TRINE_ASSERT(OrderBound_A, open <= (OrderBits+1)'(MaxOutstanding) && stale_q <= open)

`ifdef TRINE_CHECKS_ON
  logic                 stalled_q, w_stalled_q;
  logic [AddrWidth-1:0] stalled_addr_q;
  logic [7:0]           stalled_len_q;
  always_ff @(posedge clk_i) begin
    stalled_q      <= rst_ni && aw_valid_o && !aw_ready_i;
    w_stalled_q    <= rst_ni && w_valid_o && !w_ready_i;
    stalled_addr_q <= aw_addr_o;
    stalled_len_q  <= aw_len_o;
  end
  `TRINE_ASSERT(AwHolds_A, !stalled_q || (aw_valid_o && aw_addr_o == stalled_addr_q
                                          && aw_len_o == stalled_len_q))
  `TRINE_ASSERT(WHolds_A, !w_stalled_q || w_valid_o)
`endif

`ifdef FORMAL_TRINE_WRITE_DMA
  `include "trine_write_dma_formal.svh"
`endif

endmodule
