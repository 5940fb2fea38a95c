// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// One of several AXI read ports: asks for bursts, holds what comes, joins it to beats of the core.
///
/// A burst is asked for in whole beats of the core, `Ratio` transfers of the port each, and only
/// when the FIFO has room for all of them, so `r_ready_o` is constant.  `room_o` says so in
/// advance: a burst of up to `BurstBeats` may come with `burst_valid_i`.  Transfers with an error
/// response flow like others; `beat_error_o` comes with a beat that has one.  `flush_i` forgets all
/// transfers; a burst that is offered stays so until it is taken, and what is still owed comes and
/// is dropped (trine_read_answers).  Throughput a transfer a cycle; `Ratio` + 3 cycles from the
/// first transfer to the beat.
module trine_read_port #(
  parameter  int unsigned PortWidth  = 128,
  /// Transfers of a beat; at least 2, a power of two.
  parameter  int unsigned Ratio      = 4,
  parameter  int unsigned AddrWidth  = 40,
  /// Transfers in the FIFO, a power of two.
  parameter  int unsigned FifoDepth  = 256,
  /// Beats of the longest burst, a power of two.
  parameter  int unsigned BurstBeats = 4,
  localparam int unsigned LenWidth   = $clog2(BurstBeats) + 1,
  localparam int unsigned DataWidth  = PortWidth * Ratio
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 flush_i,
  // Bursts: only when there is room
  output logic                 room_o,
  input  logic                 burst_valid_i,
  input  logic [AddrWidth-1:0] burst_addr_i,   // A multiple of the beat.
  input  logic [LenWidth-1:0]  burst_beats_i,  // At least 1.
  // AXI4 read channels
  output logic [AddrWidth-1:0] ar_addr_o,
  output logic [7:0]           ar_len_o,
  output logic                 ar_valid_o,
  input  logic                 ar_ready_i,
  input  logic [PortWidth-1:0] r_data_i,
  input  logic [1:0]           r_resp_i,
  input  logic                 r_last_i,
  input  logic                 r_valid_i,
  output logic                 r_ready_o,
  // State of the channels: see trine_bus_watch
  output logic                 ar_waits_o,
  output logic                 r_waits_o,
  output logic                 r_bad_last_o,
  output logic                 r_stray_o,
  output logic [AddrWidth-1:0] r_addr_o,       // Of the burst that is being answered.
  // Beats
  output logic                 beat_valid_o,
  input  logic                 beat_ready_i,
  output logic [DataWidth-1:0] beat_data_o,
  output logic                 beat_error_o
);

  localparam int unsigned RatioBits  = $clog2(Ratio);
  localparam int unsigned FifoBeats  = FifoDepth / Ratio;
  localparam int unsigned CreditBits = $clog2(FifoBeats) + 1;

  // ---- Bursts ----

  logic [CreditBits-1:0] credit_q;             // Beats that no burst has claimed.
  logic                  join_beat, order_room;
  logic [7:0]            burst_len;
  assign room_o     = credit_q >= CreditBits'(BurstBeats) && (!ar_valid_o || ar_ready_i)
                   && order_room;
  assign burst_len  = (8'(burst_beats_i) << RatioBits) - 8'd1;
  assign ar_waits_o = ar_valid_o && !ar_ready_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      credit_q   <= CreditBits'(FifoBeats);
      ar_valid_o <= 1'b0;
    end else begin
      if (flush_i) credit_q <= CreditBits'(FifoBeats);
      else if (burst_valid_i || join_beat) begin
        credit_q <= credit_q - (burst_valid_i ? CreditBits'(burst_beats_i) : '0)
                  + CreditBits'(join_beat);
      end
      ar_valid_o <= burst_valid_i || (ar_valid_o && !ar_ready_i);
    end
  end
  always_ff @(posedge clk_i) begin
    if (burst_valid_i) begin
      ar_addr_o <= burst_addr_i;
      ar_len_o  <= burst_len;
    end
  end

  // ---- Transfers, and beats of them ----

  logic keep, rst_n;
  assign rst_n = rst_ni && !flush_i;
  trine_read_answers #(
    .AddrWidth (AddrWidth),
    .Bursts    (FifoDepth < 64 ? FifoDepth : 64)
  ) u_answers (
    .clk_i,
    .rst_ni,
    .flush_i,
    .room_o        (order_room),
    .burst_valid_i,
    .burst_addr_i,
    .burst_len_i   (burst_len),
    .taken_i       (ar_valid_o && ar_ready_i),
    .r_valid_i,
    .r_last_i,
    .keep_o        (keep),
    .waits_o       (r_waits_o),
    .bad_last_o    (r_bad_last_o),
    .stray_o       (r_stray_o),
    .addr_o        (r_addr_o)
  );

  logic                 fifo_ready, part_valid, part_ready, part_error;
  logic [PortWidth-1:0] part;
  assign r_ready_o = 1'b1;
  trine_fifo #(.DataWidth(PortWidth + 1), .Depth(FifoDepth)) u_transfers (
    .clk_i,
    .rst_ni  (rst_n),
    .valid_i (keep),
    .ready_o (fifo_ready),
    .data_i  ({r_resp_i[1], r_data_i}),
    .valid_o (part_valid),
    .ready_i (part_ready),
    .data_o  ({part_error, part})
  );

  // The parts of a beat that came before its last one.
  logic [RatioBits-1:0]           place_q;
  logic [PortWidth*(Ratio-1)-1:0] parts_q;
  logic                           last_part, joined_ready, error_q;
  assign last_part  = &place_q;
  assign part_ready = !last_part || joined_ready;
  assign join_beat  = part_valid && last_part && joined_ready;
  always_ff @(posedge clk_i) begin
    if (!rst_n)                        place_q <= '0;
    else if (part_valid && part_ready) place_q <= place_q + 1'b1;
  end
  always_ff @(posedge clk_i) begin
    if (part_valid && !last_part) begin
      parts_q[PortWidth*place_q +: PortWidth] <= part;
      error_q <= part_error || (error_q && place_q != '0);
    end
  end

  // A burst, that the core takes at a beat a cycle, faster than it is joined.
  trine_fifo #(.DataWidth(DataWidth + 1), .Depth(BurstBeats)) u_beats (
    .clk_i,
    .rst_ni  (rst_n),
    .valid_i (part_valid && last_part),
    .ready_o (joined_ready),
    .data_i  ({part_error || error_q, part, parts_q}),
    .valid_o (beat_valid_o),
    .ready_i (beat_ready_i),
    .data_o  ({beat_error_o, beat_data_o})
  );

  logic unused_ok;
  assign unused_ok = ^{r_resp_i[0], fifo_ready};

  `TRINE_ASSERT(FifoNeverFull_A, !keep || fifo_ready || flush_i)
  `TRINE_ASSERT(BurstHasRoom_A, !burst_valid_i || (room_o && 32'(burst_beats_i) <= BurstBeats))
  `TRINE_ASSERT(CreditBound_A, credit_q <= CreditBits'(FifoBeats))

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

endmodule
