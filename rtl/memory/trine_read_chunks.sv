// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Reads beats from memory into a stream, in order, over 2 or 4 AXI ports.
///
/// A job is an address and a number of beats; the next one may follow before the beats of the last
/// have left.  A port is 1 / `Ports` as wide as a beat, and memory belongs to the ports in turns:
/// the address bits above a chunk of 16 transfers say which port reads it, so each port reads a
/// sequential part of the stream.  Beats leave in the order of their addresses: a port that runs
/// behind is waited for, while the FIFOs of the others fill.  `FifoBeats` is the room of all ports.
///
/// Port p is in slice p of the AXI signals.  Bursts lie within a chunk, so none crosses 4 KiB, and
/// go out only when the port's FIFO has room for them: `r_ready_o` is constant.  `beat_error_o`
/// comes with a beat of which a transfer had an error response.  `drop_i` ends the job: nothing
/// more is asked for, the beats of bursts that went out still come.  `flush_i` forgets all of it
/// (trine_read_port).  Throughput 1 beat per cycle.
module trine_read_chunks #(
  parameter  int unsigned Groups     = 16,
  parameter  int unsigned Ports      = 4,
  parameter  int unsigned AddrWidth  = 40,
  parameter  int unsigned FifoBeats  = 256,
  localparam int unsigned DataWidth  = 32 * Groups
) (
  input  logic                       clk_i,
  input  logic                       rst_ni,
  input  logic                       flush_i,
  // Job
  input  logic                       job_valid_i,
  output logic                       job_ready_o,
  input  logic [AddrWidth-1:0]       job_addr_i,    // A multiple of the beat.
  input  logic [31:0]                job_beats_i,   // At least 1.
  input  logic                       drop_i,
  output logic                       idle_o,        // No beat is wanted, under way or held.
  // AXI4 read channels, port p in slice p
  output logic [Ports*AddrWidth-1:0] ar_addr_o,
  output logic [Ports*8-1:0]         ar_len_o,
  output logic [Ports-1:0]           ar_valid_o,
  input  logic [Ports-1:0]           ar_ready_i,
  input  logic [DataWidth-1:0]       r_data_i,
  input  logic [Ports*2-1:0]         r_resp_i,
  input  logic [Ports-1:0]           r_last_i,
  input  logic [Ports-1:0]           r_valid_i,
  output logic [Ports-1:0]           r_ready_o,
  // State of the channels: see trine_bus_watch
  output logic [Ports-1:0]           ar_waits_o,
  output logic [Ports-1:0]           r_waits_o,
  output logic [Ports-1:0]           r_bad_last_o,
  output logic [Ports-1:0]           r_stray_o,
  output logic [Ports*AddrWidth-1:0] r_addr_o,      // Of the bursts that are being answered.
  // Stream
  output logic                       beat_valid_o,
  input  logic                       beat_ready_i,
  output logic [DataWidth-1:0]       beat_data_o,
  output logic                       beat_error_o
);

  // 16 transfers: a burst that every AXI port takes (AXI3's longest), and a small buffer at the
  // joint.
  localparam int unsigned ChunkBeats = 16 / Ports;
  localparam int unsigned ByteBits   = $clog2(4 * Groups);
  localparam int unsigned ChunkBits  = $clog2(ChunkBeats);
  localparam int unsigned PortBits   = $clog2(Ports);
  localparam int unsigned LenWidth   = ChunkBits + 1;
  localparam int unsigned PortWidth  = DataWidth / Ports;
  // Bursts under way: those of whole chunks fill all FIFOs; short ones fall short of that.
  localparam int unsigned Order      = 2 * FifoBeats / ChunkBeats;
  localparam int unsigned OrderBits  = $clog2(Order);

  if (!(Ports == 2 || Ports == 4) || Ports > Groups) begin : gen_bad_ports
    $error("trine_read_chunks: Ports must be 2 or 4, and at most Groups");
  end
  if (FifoBeats < 32 || 2 ** $clog2(FifoBeats) != FifoBeats) begin : gen_bad_depth
    $error("trine_read_chunks: FifoBeats must be a power of two, at least 32");
  end

  // ---- Asking ----

  logic [AddrWidth-ByteBits-1:0] addr_q;       // Of the next burst, in beats.
  logic [31:0]                   left_q;       // Beats not yet asked for.
  logic [PortBits-1:0]           owner;
  logic [LenWidth-1:0]           until_end, len;
  logic [Ports-1:0]              room;
  logic                          issue, order_full, order_empty;
  assign owner     = addr_q[ChunkBits +: PortBits];
  assign until_end = LenWidth'(ChunkBeats) - LenWidth'(addr_q[ChunkBits-1:0]);
  assign len       = left_q < 32'(until_end) ? left_q[LenWidth-1:0] : until_end;
  assign issue     = left_q != '0 && !drop_i && !flush_i && room[owner] && !order_full;

  assign job_ready_o = left_q == '0;
  assign idle_o      = left_q == '0 && order_empty;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || drop_i || flush_i)    left_q <= '0;
    else if (job_valid_i && job_ready_o) left_q <= job_beats_i;
    else if (issue)                      left_q <= left_q - 32'(len);
  end
  always_ff @(posedge clk_i) begin
    if (job_valid_i && job_ready_o) addr_q <= job_addr_i[AddrWidth-1:ByteBits];
    else if (issue) addr_q <= addr_q + (AddrWidth-ByteBits)'(len);
  end

  // ---- Ports ----

  logic [Ports-1:0]           error, valid;
  logic [Ports*DataWidth-1:0] data;
  logic [PortBits-1:0]        turn;            // The port whose beats come next.
  for (genvar p = 0; p < Ports; p++) begin : gen_port
    trine_read_port #(
      .PortWidth  (PortWidth),
      .Ratio      (Ports),
      .AddrWidth  (AddrWidth),
      .FifoDepth  (FifoBeats),
      .BurstBeats (ChunkBeats)
    ) u_port (
      .clk_i,
      .rst_ni,
      .flush_i,
      .room_o        (room[p]),
      .burst_valid_i (issue && owner == PortBits'(p)),
      .burst_addr_i  ({addr_q, ByteBits'(0)}),
      .burst_beats_i (len),
      .ar_addr_o     (ar_addr_o[AddrWidth*p +: AddrWidth]),
      .ar_len_o      (ar_len_o[8*p +: 8]),
      .ar_valid_o    (ar_valid_o[p]),
      .ar_ready_i    (ar_ready_i[p]),
      .r_data_i      (r_data_i[PortWidth*p +: PortWidth]),
      .r_resp_i      (r_resp_i[2*p +: 2]),
      .r_last_i      (r_last_i[p]),
      .r_valid_i     (r_valid_i[p]),
      .r_ready_o     (r_ready_o[p]),
      .ar_waits_o    (ar_waits_o[p]),
      .r_waits_o     (r_waits_o[p]),
      .r_bad_last_o  (r_bad_last_o[p]),
      .r_stray_o     (r_stray_o[p]),
      .r_addr_o      (r_addr_o[AddrWidth*p +: AddrWidth]),
      .beat_valid_o  (valid[p]),
      .beat_ready_i  (beat_ready_i && !order_empty && turn == PortBits'(p)),
      .beat_data_o   (data[DataWidth*p +: DataWidth]),
      .beat_error_o  (error[p])
    );
  end

  // ---- Order: the owner and the length of every burst under way ----

  logic [PortBits+LenWidth-1:0] order [Order];
  logic [OrderBits:0]           write_q, read_q;
  logic [LenWidth-1:0]          taken_q;       // Beats of the oldest burst that have left.
  logic [LenWidth-1:0]          turn_beats;
  logic                         pop, burst_end;
  assign order_empty        = write_q == read_q;
  assign order_full         = write_q - read_q == (OrderBits+1)'(Order);
  assign {turn, turn_beats} = order[read_q[OrderBits-1:0]];
  assign beat_valid_o       = !order_empty && valid[turn];
  assign beat_data_o        = data[DataWidth*turn +: DataWidth];
  assign beat_error_o       = error[turn];
  assign pop                = beat_valid_o && beat_ready_i;
  assign burst_end          = pop && taken_q + 1'b1 == turn_beats;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || flush_i) begin
      write_q <= '0;
      read_q  <= '0;
      taken_q <= '0;
    end else begin
      if (issue) write_q <= write_q + 1'b1;
      if (burst_end) read_q <= read_q + 1'b1;
      if (pop) taken_q <= burst_end ? '0 : taken_q + 1'b1;
    end
  end
  always_ff @(posedge clk_i) begin
    if (issue) order[write_q[OrderBits-1:0]] <= {owner, len};
  end

  logic unused_ok;
  assign unused_ok = ^job_addr_i[ByteBits-1:0];

  `TRINE_ASSERT(OrderBound_A, write_q - read_q <= (OrderBits+1)'(Order))

endmodule
