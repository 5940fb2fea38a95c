// SPDX-License-Identifier: Apache-2.0

/// The core without its registers: control, memory paths, vector memory and the units.
///
/// `start_i` runs the command list that the settings name; they hold while `busy_o`.  Modules talk
/// only through the ports here.  Parameters and the AXI4 master are those of trine_top.
///
/// When the memory bus fails (trine_bus_watch), `fault_valid_o` pulses and everything is reset but
/// what faces the bus: that keeps its promises and drops the answers that still come.
module trine_core #(
  parameter  int unsigned Groups        = 16,
  parameter  int unsigned TileRows      = 2048,
  parameter  int unsigned Vectors       = 1,
  parameter  int unsigned ActWidth      = 12,
  parameter  int unsigned VectorWords   = 65536,
  parameter  int unsigned MaxCols       = 32768,
  parameter  int unsigned AddrWidth     = 40,
  parameter  int unsigned Ports         = 1,
  parameter  int unsigned ReadFifoBeats = 512,
  parameter  int unsigned ReadBurst     = 256,
  parameter  int unsigned ReadBursts    = 64,
  parameter  int unsigned WriteBurst    = 64,
  parameter  int unsigned F16Engine     = 1,
  parameter  int unsigned VectorUnit    = 1,
  parameter  int unsigned AttentionHeads = 8,
  parameter  int unsigned AttentionWidth = 15,
  parameter  int unsigned CounterWidth  = 64,
  parameter  int unsigned Parity        = 0,
  parameter  int unsigned StreamSum     = 0,
  parameter  int unsigned ClockGates    = 0,
  localparam int unsigned DataWidth     = 32 * Groups,
  localparam int unsigned PortWidth     = DataWidth / Ports
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  // Registers
  input  logic                   start_i,         // One-cycle pulse, only when not busy.
  input  logic                   abort_i,         // One-cycle pulse.
  input  logic                   hold_i,          // The next command does not begin.
  input  logic                   clear_i,         // Zeroes the cycles that the profile counts.
  input  trine_control_pkg::settings_t settings_i,
  input  logic [31:0]            bus_limit_i,
  output logic                   fault_valid_o,   // One-cycle pulse: the list has ended.
  output trine_control_pkg::bus_fault_t fault_o,
  output logic                   busy_o,
  output logic                   finish_o,        // One-cycle pulse, the last busy cycle.
  output logic [7:0]             error_code_o,    // Valid with `finish_o`.
  output logic [31:0]            index_o,         // Of the command.
  /// Weight, read and write beats, stalls for memory, table and rows, commands.
  output logic [6:0]             events_o,
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

  // ---- Reset: a failure of the bus is one for all that does not face it ----

  logic flush, rst_n, runs, ends;
  always_ff @(posedge clk_i) flush <= rst_ni && fault_valid_o;
  assign rst_n    = rst_ni && !flush;
  assign busy_o   = runs || flush;
  assign finish_o = ends && !flush;

  // ---- The clock of what rests while a matrix or the vector unit works: control, transfer units,
  // write path ----

  logic clk_rest, rests;
  trine_clock_gate #(.Gated (ClockGates)) u_clock_rest (
    .clk_i,
    .rst_ni (rst_n),
    .en_i  (!rests),
    .clk_o (clk_rest)
  );

  // ---- Memory ----

  logic                             read_valid, read_ready, write_valid, write_ready;
  trine_control_pkg::read_job_t     read_job;
  trine_control_pkg::read_gate_t    read_gate;
  trine_control_pkg::read_status_t  read_status;
  trine_control_pkg::write_job_t    write_job;
  trine_control_pkg::write_status_t write_status;
  logic                             beat_error, list_valid, load_valid, load_ready;
  logic                             weight_valid, weight_ready, word_valid, word_ready;
  logic [DataWidth-1:0]             beat_data;
  logic [31:0]                      word_data;
  logic                             column_job_valid, transfer_valid, record_valid;
  logic                             stream_ready, write_event;
  logic [AddrWidth-1:0]             column_job_addr;
  logic [DataWidth-1:0]             transfer_data, record_data;

  trine_memory_path #(
    .Groups     (Groups),
    .Ports      (Ports),
    .AddrWidth  (AddrWidth),
    .FifoBeats  (ReadFifoBeats),
    .ReadBurst  (ReadBurst),
    .ReadBursts (ReadBursts),
    .WriteBurst (WriteBurst)
  ) u_memory_path (
    .clk_i,
    .clk_rest_i       (clk_rest),
    .rst_ni,
    .flush_i          (flush),
    .busy_i           (runs),
    .bus_limit_i,
    .fault_valid_o,
    .fault_o,
    .read_valid_i     (read_valid),
    .read_ready_o     (read_ready),
    .read_job_i       (read_job),
    .read_gate_i      (read_gate),
    .read_status_o    (read_status),
    .beat_data_o      (beat_data),
    .beat_error_o     (beat_error),
    .list_valid_o     (list_valid),
    .load_valid_o     (load_valid),
    .load_ready_i     (load_ready),
    .weight_valid_o   (weight_valid),
    .weight_ready_i   (weight_ready),
    .word_valid_o     (word_valid),
    .word_ready_i     (word_ready),
    .word_data_o      (word_data),
    .write_valid_i    (write_valid),
    .write_job_i      (write_job),
    .column_valid_i   (column_job_valid),
    .column_addr_i    (column_job_addr),
    .write_ready_o    (write_ready),
    .clear_i          (start_i),
    .write_status_o   (write_status),
    .transfer_valid_i (transfer_valid),
    .transfer_data_i  (transfer_data),
    .record_valid_i   (record_valid),
    .record_data_i    (record_data),
    .stream_ready_o   (stream_ready),
    .written_o        (write_event),
    .m_axi_araddr_o,
    .m_axi_arlen_o,
    .m_axi_arsize_o,
    .m_axi_arburst_o,
    .m_axi_arvalid_o,
    .m_axi_arready_i,
    .m_axi_rdata_i,
    .m_axi_rresp_i,
    .m_axi_rlast_i,
    .m_axi_rvalid_i,
    .m_axi_rready_o,
    .m_axi_awaddr_o,
    .m_axi_awlen_o,
    .m_axi_awsize_o,
    .m_axi_awburst_o,
    .m_axi_awvalid_o,
    .m_axi_awready_i,
    .m_axi_wdata_o,
    .m_axi_wstrb_o,
    .m_axi_wlast_o,
    .m_axi_wvalid_o,
    .m_axi_wready_i,
    .m_axi_bresp_i,
    .m_axi_bvalid_i,
    .m_axi_bready_o
  );

  // ---- Control ----

  logic                            start, record_start, record_done;
  trine_control_pkg::unit_start_t  unit_start;
  trine_control_pkg::unit_status_t unit_status;
  trine_control_pkg::progress_t    progress;

  trine_control #(
    .Groups      (Groups),
    .Vectors     (Vectors),
    .VectorWords (VectorWords),
    .MaxCols     (MaxCols),
    .AddrWidth   (AddrWidth),
    .F16Engine   (F16Engine),
    .VectorUnit  (VectorUnit),
    .AttentionHeads (AttentionHeads),
    .StreamSum   (StreamSum)
  ) u_control (
    .clk_i,
    .clk_rest_i     (clk_rest),
    .rests_o        (rests),
    .rst_ni         (rst_n),
    .start_i,
    .abort_i,
    .hold_i,
    .settings_i,
    .busy_o         (runs),
    .finish_o       (ends),
    .error_code_o,
    .progress_o     (progress),
    .read_valid_o   (read_valid),
    .read_ready_i   (read_ready),
    .read_job_o     (read_job),
    .read_gate_o    (read_gate),
    .read_status_i  (read_status),
    .list_valid_i   (list_valid),
    .list_error_i   (beat_error),
    .list_data_i    (beat_data),
    .write_valid_o  (write_valid),
    .write_ready_i  (write_ready),
    .write_job_o    (write_job),
    .write_status_i (write_status),
    .start_o        (start),
    .unit_start_o   (unit_start),
    .unit_status_i  (unit_status),
    .record_start_o (record_start),
    .record_done_i  (record_done)
  );
  assign index_o = progress.index;

  // ---- Vector memory and its users ----

  logic wait_memory, wait_table, wait_rows;

  trine_units #(
    .Groups      (Groups),
    .TileRows    (TileRows),
    .Vectors     (Vectors),
    .ActWidth    (ActWidth),
    .VectorWords (VectorWords),
    .MaxCols     (MaxCols),
    .AddrWidth   (AddrWidth),
    .F16Engine   (F16Engine),
    .VectorUnit  (VectorUnit),
    .AttentionHeads (AttentionHeads),
    .AttentionWidth (AttentionWidth),
    .Parity      (Parity),
    .StreamSum   (StreamSum),
    .ClockGates  (ClockGates)
  ) u_units (
    .clk_i,
    .clk_rest_i     (clk_rest),
    .rst_ni         (rst_n),
    .start_valid_i  (start),
    .start_i        (unit_start),
    .judge_i        (progress.done),
    .status_o       (unit_status),
    .beat_data_i    (beat_data),
    .load_valid_i   (load_valid),
    .load_ready_o   (load_ready),
    .word_valid_i   (word_valid),
    .word_ready_o   (word_ready),
    .word_data_i    (word_data),
    .weight_valid_i (weight_valid),
    .weight_ready_o (weight_ready),
    .wait_memory_o  (wait_memory),
    .wait_table_o   (wait_table),
    .wait_rows_o    (wait_rows),
    .job_valid_o    (column_job_valid),
    .job_ready_i    (write_ready),
    .job_addr_o     (column_job_addr),
    .beat_valid_o   (transfer_valid),
    .beat_ready_i   (stream_ready),
    .beat_data_o    (transfer_data)
  );

  // ---- Counters ----

  // In the order of the register map, and of the profile.
  logic       stream_runs, weight_event;
  logic [2:0] waits;
  logic [5:0] activity;
  assign stream_runs  = progress.running && (unit_start.unit == trine_commands_pkg::UnitMatrix
                                          || unit_start.unit == trine_commands_pkg::UnitAttention);
  assign weight_event = weight_valid && weight_ready;
  always_comb begin
    waits = '0;
    if (stream_runs && !weight_event) waits = {wait_rows, wait_table, wait_memory};
  end
  assign activity = {waits, write_event, progress.read_beat, weight_event};
  assign events_o = {progress.done, activity};

  logic clk_profile;
  trine_clock_gate #(.Gated (ClockGates)) u_clock_profile (
    .clk_i,
    .rst_ni         (rst_n),
    .en_i  (settings_i.profile_count != '0 || clear_i || record_valid || record_done),
    .clk_o (clk_profile)
  );
  trine_profile #(
    .Groups       (Groups),
    .CounterWidth (CounterWidth)
  ) u_profile (
    .clk_i        (clk_profile),
    .rst_ni         (rst_n),
    .clear_i,
    .enable_i     (settings_i.profile_count != '0),
    .busy_i       (runs),
    .begin_i      (progress.begins),
    .end_i        (progress.done),
    .index_i      (progress.index),
    .word0_i      (progress.word0),
    .events_i     ({progress.running, activity}),
    .start_i      (record_start),
    .done_o       (record_done),
    .beat_valid_o (record_valid),
    .beat_ready_i (stream_ready),
    .beat_data_o  (record_data)
  );
endmodule
