// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Write DMA and what shares it: jobs of the control and of the column unit, beats of the transfer
/// units and of the profile.
///
/// The control gives a job before it starts the unit that sends the beats, so at most one asks and
/// at most one sends at a time; assertions hold everybody to it.  Timing and `flush_i` are those of
/// trine_write_dma: nothing is registered here.
///
/// With several ports, all writes go through one of them, which takes `Ports` cycles a beat: what
/// the core writes is small beside what it reads.
module trine_write_path #(
  parameter  int unsigned Groups    = 16,
  parameter  int unsigned Ports     = 1,
  parameter  int unsigned AddrWidth = 40,
  parameter  int unsigned LongestBurst = 64,
  localparam int unsigned DataWidth = 32 * Groups,
  localparam int unsigned PortWidth = DataWidth / Ports
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   flush_i,
  // Jobs
  input  logic                   job_valid_i,
  input  trine_control_pkg::write_job_t job_i,
  input  logic                   column_valid_i,   // Of one FP16 element.
  input  logic [AddrWidth-1:0]   column_addr_i,
  output logic                   job_ready_o,
  input  logic                   clear_i,
  output trine_control_pkg::write_status_t status_o,
  // Beats
  input  logic                   transfer_valid_i,
  input  logic [DataWidth-1:0]   transfer_data_i,
  input  logic                   record_valid_i,
  input  logic [DataWidth-1:0]   record_data_i,
  output logic                   beat_ready_o,
  output logic                   written_o,        // A beat has been written: counts one.
  // AXI4 write channels
  output logic [AddrWidth-1:0]   aw_addr_o,
  output logic [7:0]             aw_len_o,
  output logic                   aw_valid_o,
  input  logic                   aw_ready_i,
  output logic [PortWidth-1:0]   w_data_o,
  output logic [PortWidth/8-1:0] w_strb_o,
  output logic                   w_last_o,
  output logic                   w_valid_o,
  input  logic                   w_ready_i,
  input  logic [1:0]             b_resp_i,
  input  logic                   b_valid_i,
  output logic                   b_ready_o,
  output trine_control_pkg::write_bus_t bus_o,
  output logic [AddrWidth-1:0]   w_addr_o,
  output logic [AddrWidth-1:0]   b_addr_o
);

  logic                 beat_valid, part_valid, part_ready, part_end;
  logic [PortWidth-1:0] part;
  assign beat_valid = transfer_valid_i || record_valid_i;
  assign written_o  = beat_valid && beat_ready_o;

  trine_write_parts #(.PortWidth(PortWidth), .Ratio(Ports)) u_parts (
    .clk_i,
    .rst_ni  (rst_ni && !flush_i),
    .valid_i (beat_valid),
    .ready_o (beat_ready_o),
    .data_i  (record_valid_i ? record_data_i : transfer_data_i),
    .valid_o (part_valid),
    .ready_i (part_ready),
    .end_i   (part_end),
    .data_o  (part)
  );

  trine_write_dma #(
    .Groups    (Groups / Ports),
    .AddrWidth (AddrWidth),
    .LongestBurst (LongestBurst)
  ) u_write_dma (
    .clk_i,
    .rst_ni,
    .flush_i,
    .job_valid_i  (job_valid_i || column_valid_i),
    .job_ready_o,
    .job_addr_i   (column_valid_i ? column_addr_i : job_i.address[AddrWidth-1:0]),
    .job_bytes_i  (column_valid_i ? 32'd2 : job_i.bytes),
    .clear_i,
    .error_o      (status_o.error),
    .idle_o       (status_o.idle),
    .beat_valid_i (part_valid),
    .beat_ready_o (part_ready),
    .beat_data_i  (part),
    .beat_end_o   (part_end),
    .aw_addr_o,
    .aw_len_o,
    .aw_valid_o,
    .aw_ready_i,
    .w_data_o,
    .w_strb_o,
    .w_last_o,
    .w_valid_o,
    .w_ready_i,
    .b_resp_i,
    .b_valid_i,
    .b_ready_o,
    .bus_o,
    .w_addr_o,
    .b_addr_o
  );

  logic unused_ok;
  assign unused_ok = ^job_i;

  `TRINE_ASSERT(OneJob_A, !(job_valid_i && column_valid_i))
  `TRINE_ASSERT(OneSender_A, !(transfer_valid_i && record_valid_i))

endmodule
