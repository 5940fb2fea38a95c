// SPDX-License-Identifier: Apache-2.0

/// Reads beats from memory into a stream, in order, over 1, 2 or 4 AXI ports that share the width
/// of a beat: trine_read_dma with one port, trine_read_chunks with several.  Port p is in slice p
/// of the AXI signals; everything else is as those modules say.
module trine_read_ports #(
  parameter  int unsigned Groups    = 16,
  /// 1, 2 or 4, and at most Groups.
  parameter  int unsigned Ports     = 1,
  parameter  int unsigned AddrWidth = 40,
  parameter  int unsigned FifoBeats = 512,
  /// Beats of the longest burst of a single port; with several it has 16 transfers.
  parameter  int unsigned LongestBurst = 256,
  localparam int unsigned DataWidth = 32 * Groups
) (
  input  logic                       clk_i,
  input  logic                       rst_ni,
  // Job
  input  logic                       job_valid_i,
  output logic                       job_ready_o,
  input  logic [AddrWidth-1:0]       job_addr_i,    // A multiple of the beat.
  input  logic [31:0]                job_beats_i,   // At least 1.
  input  logic                       drop_i,
  output logic                       idle_o,        // No beat is wanted, under way or held.
  // AXI4 read channels
  output logic [Ports*AddrWidth-1:0] ar_addr_o,
  output logic [Ports*8-1:0]         ar_len_o,
  output logic [Ports-1:0]           ar_valid_o,
  input  logic [Ports-1:0]           ar_ready_i,
  input  logic [DataWidth-1:0]       r_data_i,
  input  logic [Ports*2-1:0]         r_resp_i,
  input  logic [Ports-1:0]           r_valid_i,
  output logic [Ports-1:0]           r_ready_o,
  // Stream
  output logic                       beat_valid_o,
  input  logic                       beat_ready_i,
  output logic                       beat_error_o,
  output logic [DataWidth-1:0]       beat_data_o
);

  if (Ports == 1) begin : gen_one
    trine_read_dma #(
      .Groups    (Groups),
      .AddrWidth (AddrWidth),
      .FifoBeats (FifoBeats),
      .LongestBurst (LongestBurst)
    ) u_dma (
      .clk_i,
      .rst_ni,
      .job_valid_i,
      .job_ready_o,
      .job_addr_i,
      .job_beats_i,
      .drop_i,
      .idle_o,
      .ar_addr_o,
      .ar_len_o,
      .ar_valid_o,
      .ar_ready_i,
      .r_data_i,
      .r_resp_i,
      .r_valid_i,
      .r_ready_o,
      .beat_valid_o,
      .beat_ready_i,
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
      .job_valid_i,
      .job_ready_o,
      .job_addr_i,
      .job_beats_i,
      .drop_i,
      .idle_o,
      .ar_addr_o,
      .ar_len_o,
      .ar_valid_o,
      .ar_ready_i,
      .r_data_i,
      .r_resp_i,
      .r_valid_i,
      .r_ready_o,
      .beat_valid_o,
      .beat_ready_i,
      .beat_error_o,
      .beat_data_o
    );
  end

endmodule
