// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Read side of the memory: jobs to bursts, beats to those who asked for them, over 1, 2 or 4 AXI
/// ports that share the width of a beat (trine_read_dma, trine_read_chunks).
///
/// A job is rows of beats; they come in order, through one FIFO, and the next job is asked for
/// while the beats of the last still come.  `gate_i` says whose beats may leave
/// (trine_beat_router). `gate_i.drop` ends all jobs: bursts that went out are waited for, their
/// beats dropped, and `status_o.idle` tells when nothing is left.  `flush_i` forgets everything at
/// once; a burst that is offered stays so, and what is still owed comes and is dropped.
module trine_read_path #(
  parameter  int unsigned Groups    = 16,
  parameter  int unsigned Ports     = 1,
  parameter  int unsigned AddrWidth = 40,
  parameter  int unsigned FifoBeats = 512,
  /// Beats of the longest burst of a single port; with several it has 16 transfers.
  parameter  int unsigned LongestBurst = 256,
  /// Bursts that a single port has under way at most.
  parameter  int unsigned MostBursts   = 64,
  localparam int unsigned DataWidth = 32 * Groups
) (
  input  logic                            clk_i,
  input  logic                            rst_ni,
  input  logic                            flush_i,
  // Control
  input  logic                            job_valid_i,
  output logic                            job_ready_o,
  input  trine_control_pkg::read_job_t    job_i,
  input  trine_control_pkg::read_gate_t   gate_i,
  output trine_control_pkg::read_status_t status_o,
  // AXI4 read channels, port p in slice p
  output logic [Ports*AddrWidth-1:0]      ar_addr_o,
  output logic [Ports*8-1:0]              ar_len_o,
  output logic [Ports-1:0]                ar_valid_o,
  input  logic [Ports-1:0]                ar_ready_i,
  input  logic [DataWidth-1:0]            r_data_i,
  input  logic [Ports*2-1:0]              r_resp_i,
  input  logic [Ports-1:0]                r_last_i,
  input  logic [Ports-1:0]                r_valid_i,
  output logic [Ports-1:0]                r_ready_o,
  // State of the channels: see trine_bus_watch
  output logic [Ports-1:0]                ar_waits_o,
  output logic [Ports-1:0]                r_waits_o,
  output logic [Ports-1:0]                r_bad_last_o,
  output logic [Ports-1:0]                r_stray_o,
  output logic [Ports*AddrWidth-1:0]      r_addr_o,
  // Beats; the data goes to all
  output logic [DataWidth-1:0]            beat_data_o,
  output logic                            beat_error_o,
  output logic                            list_valid_o,
  output logic                            load_valid_o,
  input  logic                            load_ready_i,
  output logic                            weight_valid_o,
  input  logic                            weight_ready_i,
  // Words of a codebook
  output logic                            word_valid_o,
  input  logic                            word_ready_i,
  output logic [31:0]                     word_data_o
);

  logic rst_n;                           // Of all that does not face the bus.
  assign rst_n = rst_ni && !flush_i;

  logic                 reader_ready, router_ready, row_valid, row_ready;
  logic [AddrWidth-1:0] row_addr;
  logic [31:0]          row_beats;
  assign job_ready_o = reader_ready && router_ready;

  trine_row_reader #(.AddrWidth (AddrWidth)) u_row_reader (
    .clk_i,
    .rst_ni      (rst_n && !gate_i.drop),
    .valid_i     (job_valid_i && router_ready),
    .ready_o     (reader_ready),
    .addr_i      (job_i.address[AddrWidth-1:0]),
    .beats_i     (job_i.piece_beats),
    .rows_i      (job_i.pieces),
    .stride_i    (job_i.stride),
    .job_valid_o (row_valid),
    .job_ready_i (row_ready),
    .job_addr_o  (row_addr),
    .job_beats_o (row_beats)
  );

  logic beat_valid, beat_ready, dma_idle, router_idle;
  if (Ports == 1) begin : gen_one
    trine_read_dma #(
      .Groups    (Groups),
      .AddrWidth (AddrWidth),
      .FifoBeats (FifoBeats),
      .LongestBurst (LongestBurst),
      .MostBursts   (MostBursts)
    ) u_dma (
      .clk_i,
      .rst_ni,
      .flush_i,
      .drop_i       (gate_i.drop),
      .job_valid_i  (row_valid && !gate_i.drop),
      .job_ready_o  (row_ready),
      .job_addr_i   (row_addr),
      .job_beats_i  (row_beats),
      .idle_o       (dma_idle),
      .ar_addr_o,
      .ar_len_o,
      .ar_valid_o,
      .ar_ready_i,
      .r_data_i,
      .r_resp_i,
      .r_last_i,
      .r_valid_i,
      .r_ready_o,
      .ar_waits_o,
      .r_waits_o,
      .r_bad_last_o,
      .r_stray_o,
      .r_addr_o,
      .beat_valid_o (beat_valid),
      .beat_ready_i (beat_ready),
      .beat_error_o,
      .beat_data_o
    );
  end else begin : gen_many
    trine_read_chunks #(
      .Groups    (Groups),
      .Ports     (Ports),
      .AddrWidth (AddrWidth),
      .FifoBeats (FifoBeats)
    ) u_chunks (
      .clk_i,
      .rst_ni,
      .flush_i,
      .drop_i       (gate_i.drop),
      .job_valid_i  (row_valid && !gate_i.drop),
      .job_ready_o  (row_ready),
      .job_addr_i   (row_addr),
      .job_beats_i  (row_beats),
      .idle_o       (dma_idle),
      .ar_addr_o,
      .ar_len_o,
      .ar_valid_o,
      .ar_ready_i,
      .r_data_i,
      .r_resp_i,
      .r_last_i,
      .r_valid_i,
      .r_ready_o,
      .ar_waits_o,
      .r_waits_o,
      .r_bad_last_o,
      .r_stray_o,
      .r_addr_o,
      .beat_valid_o (beat_valid),
      .beat_ready_i (beat_ready),
      .beat_error_o,
      .beat_data_o
    );
  end

  logic book_valid, book_ready;
  trine_beat_router u_beat_router (
    .clk_i,
    .rst_ni         (rst_n),
    .job_valid_i    (job_valid_i && reader_ready),
    .job_ready_o    (router_ready),
    .job_i,
    .gate_i,
    .idle_o         (router_idle),
    .beat_valid_i   (beat_valid),
    .beat_ready_o   (beat_ready),
    .list_valid_o,
    .book_valid_o   (book_valid),
    .book_ready_i   (book_ready),
    .load_valid_o,
    .load_ready_i,
    .weight_valid_o,
    .weight_ready_i,
    .used_o         (status_o.used)
  );

  trine_words #(.Groups (Groups)) u_words (
    .clk_i,
    .rst_ni  (rst_n),
    .valid_i (book_valid),
    .ready_o (book_ready),
    .data_i  (beat_data_o),
    .valid_o (word_valid_o),
    .ready_i (word_ready_i),
    .data_o  (word_data_o)
  );

  logic error_q;                         // Of the running command.
  assign status_o.error = error_q;
  assign status_o.idle  = dma_idle && router_idle;
  always_ff @(posedge clk_i) begin
    if (!rst_n || gate_i.clear)             error_q <= 1'b0;
    else if (status_o.used && beat_error_o) error_q <= 1'b1;
  end

  logic unused_ok;
  assign unused_ok = ^job_i;

endmodule
