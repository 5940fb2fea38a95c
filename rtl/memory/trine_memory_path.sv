// SPDX-License-Identifier: Apache-2.0

/// All that faces the memory bus: read path, write path and the watch over both.
///
/// Jobs and beats are those of trine_read_path and trine_write_path; a failure of the bus comes
/// from trine_bus_watch.  `flush_i` forgets all jobs and beats but keeps what AXI was promised.
module trine_memory_path #(
  parameter  int unsigned Groups     = 16,
  parameter  int unsigned Ports      = 1,
  parameter  int unsigned AddrWidth  = 40,
  parameter  int unsigned FifoBeats  = 512,
  parameter  int unsigned ReadBurst  = 256,
  parameter  int unsigned ReadBursts = 64,
  parameter  int unsigned WriteBurst = 64,
  localparam int unsigned DataWidth  = 32 * Groups,
  localparam int unsigned PortWidth  = DataWidth / Ports
) (
  input  logic                   clk_i,
  input  logic                   clk_rest_i,       // Of the write path, see trine_control.
  input  logic                   rst_ni,
  input  logic                   flush_i,
  // The watch
  input  logic                   busy_i,
  input  logic [31:0]            bus_limit_i,
  output logic                   fault_valid_o,    // One-cycle pulse.
  output trine_control_pkg::bus_fault_t fault_o,
  // Reads: jobs, beats, words of a codebook
  input  logic                   read_valid_i,
  output logic                   read_ready_o,
  input  trine_control_pkg::read_job_t    read_job_i,
  input  trine_control_pkg::read_gate_t   read_gate_i,
  output trine_control_pkg::read_status_t read_status_o,
  output logic [DataWidth-1:0]   beat_data_o,
  output logic                   beat_error_o,
  output logic                   list_valid_o,
  output logic                   load_valid_o,
  input  logic                   load_ready_i,
  output logic                   weight_valid_o,
  input  logic                   weight_ready_i,
  output logic                   word_valid_o,
  input  logic                   word_ready_i,
  output logic [31:0]            word_data_o,
  // Writes: jobs of the control and of the column unit, beats
  input  logic                   write_valid_i,
  input  trine_control_pkg::write_job_t    write_job_i,
  input  logic                   column_valid_i,
  input  logic [AddrWidth-1:0]   column_addr_i,
  output logic                   write_ready_o,
  input  logic                   clear_i,
  output trine_control_pkg::write_status_t write_status_o,
  input  logic                   transfer_valid_i,
  input  logic [DataWidth-1:0]   transfer_data_i,
  input  logic                   record_valid_i,
  input  logic [DataWidth-1:0]   record_data_i,
  output logic                   stream_ready_o,
  output logic                   written_o,
  // AXI4 master: memory; reads of port p in slice p, writes through port 0
  output logic [Ports*AddrWidth-1:0] m_axi_araddr_o,
  output logic [Ports*8-1:0]     m_axi_arlen_o,
  output logic [Ports*3-1:0]     m_axi_arsize_o,
  output logic [Ports*2-1:0]     m_axi_arburst_o,
  output logic [Ports-1:0]       m_axi_arvalid_o,
  input  logic [Ports-1:0]       m_axi_arready_i,
  input  logic [DataWidth-1:0]   m_axi_rdata_i,
  input  logic [Ports*2-1:0]     m_axi_rresp_i,
  input  logic [Ports-1:0]       m_axi_rlast_i,
  input  logic [Ports-1:0]       m_axi_rvalid_i,
  output logic [Ports-1:0]       m_axi_rready_o,
  output logic [AddrWidth-1:0]   m_axi_awaddr_o,
  output logic [7:0]             m_axi_awlen_o,
  output logic [2:0]             m_axi_awsize_o,
  output logic [1:0]             m_axi_awburst_o,
  output logic                   m_axi_awvalid_o,
  input  logic                   m_axi_awready_i,
  output logic [PortWidth-1:0]   m_axi_wdata_o,
  output logic [PortWidth/8-1:0] m_axi_wstrb_o,
  output logic                   m_axi_wlast_o,
  output logic                   m_axi_wvalid_o,
  input  logic                   m_axi_wready_i,
  input  logic [1:0]             m_axi_bresp_i,
  input  logic                   m_axi_bvalid_i,
  output logic                   m_axi_bready_o
);

  // ---- Read stream ----

  logic [Ports-1:0]                ar_waits, r_waits, r_bad_last, r_stray;
  logic [Ports*AddrWidth-1:0]      r_addr;

  trine_read_path #(
    .Groups    (Groups),
    .Ports     (Ports),
    .AddrWidth (AddrWidth),
    .FifoBeats (FifoBeats),
    .LongestBurst (ReadBurst),
    .MostBursts   (ReadBursts)
  ) u_read_path (
    .clk_i,
    .rst_ni,
    .flush_i,
    .job_valid_i    (read_valid_i),
    .job_ready_o    (read_ready_o),
    .job_i          (read_job_i),
    .gate_i         (read_gate_i),
    .status_o       (read_status_o),
    .ar_addr_o      (m_axi_araddr_o),
    .ar_len_o       (m_axi_arlen_o),
    .ar_valid_o     (m_axi_arvalid_o),
    .ar_ready_i     (m_axi_arready_i),
    .r_data_i       (m_axi_rdata_i),
    .r_resp_i       (m_axi_rresp_i),
    .r_last_i       (m_axi_rlast_i),
    .r_valid_i      (m_axi_rvalid_i),
    .r_ready_o      (m_axi_rready_o),
    .ar_waits_o     (ar_waits),
    .r_waits_o      (r_waits),
    .r_bad_last_o   (r_bad_last),
    .r_stray_o      (r_stray),
    .r_addr_o       (r_addr),
    .beat_data_o,
    .beat_error_o,
    .list_valid_o,
    .load_valid_o,
    .load_ready_i,
    .weight_valid_o,
    .weight_ready_i,
    .word_valid_o,
    .word_ready_i,
    .word_data_o
  );

  // ---- Write stream ----

  trine_control_pkg::write_bus_t    write_bus;
  logic [AddrWidth-1:0]             w_addr, b_addr;

  trine_write_path #(
    .Groups    (Groups),
    .Ports     (Ports),
    .AddrWidth (AddrWidth),
    .LongestBurst (WriteBurst)
  ) u_write_path (
    .clk_i            (clk_rest_i),
    .rst_ni,
    .flush_i,
    .job_valid_i      (write_valid_i),
    .job_i            (write_job_i),
    .column_valid_i,
    .column_addr_i,
    .job_ready_o      (write_ready_o),
    .clear_i,
    .status_o         (write_status_o),
    .transfer_valid_i,
    .transfer_data_i,
    .record_valid_i,
    .record_data_i,
    .beat_ready_o     (stream_ready_o),
    .written_o,
    .aw_addr_o        (m_axi_awaddr_o),
    .aw_len_o         (m_axi_awlen_o),
    .aw_valid_o       (m_axi_awvalid_o),
    .aw_ready_i       (m_axi_awready_i),
    .w_data_o         (m_axi_wdata_o),
    .w_strb_o         (m_axi_wstrb_o),
    .w_last_o         (m_axi_wlast_o),
    .w_valid_o        (m_axi_wvalid_o),
    .w_ready_i        (m_axi_wready_i),
    .b_resp_i         (m_axi_bresp_i),
    .b_valid_i        (m_axi_bvalid_i),
    .b_ready_o        (m_axi_bready_o),
    .bus_o            (write_bus),
    .w_addr_o         (w_addr),
    .b_addr_o         (b_addr)
  );

  localparam logic [2:0] BeatSize  = 3'($clog2(PortWidth / 8));
  localparam logic [1:0] BurstIncr = 2'b01;
  assign m_axi_arsize_o  = {Ports{BeatSize}};
  assign m_axi_awsize_o  = BeatSize;
  assign m_axi_arburst_o = {Ports{BurstIncr}};
  assign m_axi_awburst_o = BurstIncr;

  // ---- The watch over both ----

  trine_bus_watch #(
    .Ports     (Ports),
    .AddrWidth (AddrWidth)
  ) u_bus_watch (
    .clk_i,
    .rst_ni,
    .flush_i,
    .busy_i,
    .limit_i       (bus_limit_i),
    .ar_waits_i    (ar_waits),
    .ar_addr_i     (m_axi_araddr_o),
    .r_waits_i     (r_waits),
    .r_bad_last_i  (r_bad_last),
    .r_stray_i     (r_stray),
    .r_addr_i      (r_addr),
    .write_i       (write_bus),
    .aw_addr_i     (m_axi_awaddr_o),
    .w_addr_i      (w_addr),
    .b_addr_i      (b_addr),
    .fault_valid_o,
    .fault_o
  );

endmodule
