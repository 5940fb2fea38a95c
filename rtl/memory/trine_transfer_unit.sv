// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Load, store and column unit: what moves vectors between memory and vector memory.
///
/// `start_valid_i` starts the one that `start_i` names, which holds until `done_o`; one of another
/// unit starts nothing.  They share a stream of beats to the write DMA and a read port of vector
/// memory.
module trine_transfer_unit #(
  parameter  int unsigned Groups      = 16,
  parameter  int unsigned VectorWords = 65536,
  parameter  int unsigned AddrWidth   = 40,
  localparam int unsigned BeatWidth   = $clog2(VectorWords / Groups),
  localparam int unsigned DataWidth   = 32 * Groups
) (
  input  logic                           clk_i,
  input  logic                           rst_ni,
  // Job
  input  logic                           start_valid_i,
  input  trine_control_pkg::unit_start_t start_i,
  output logic                           done_o,
  // Beats of the read stream, for the load unit
  input  logic                           load_valid_i,
  output logic                           load_ready_o,
  input  logic [DataWidth-1:0]           load_data_i,
  // Write jobs of the column unit, two bytes each, and beats of the write stream
  output logic                           job_valid_o,
  input  logic                           job_ready_i,
  output logic [AddrWidth-1:0]           job_addr_o,
  output logic                           beat_valid_o,
  input  logic                           beat_ready_i,
  output logic [DataWidth-1:0]           beat_data_o,
  // Vector memory
  output logic                           vec_read_valid_o,
  output logic [BeatWidth-1:0]           vec_read_beat_o,
  input  logic [DataWidth-1:0]           vec_read_data_i,
  output logic                           vec_write_valid_o,
  output logic [BeatWidth-1:0]           vec_write_beat_o,
  output logic [DataWidth-1:0]           vec_write_data_o
);

  localparam int unsigned CountWidth = $clog2(VectorWords + 1);
  localparam int unsigned GroupBits  = $clog2(Groups);

  logic [CountWidth-1:0] rows;
  logic [BeatWidth-1:0]  src_beat, dst_beat;
  assign rows     = start_i.rows[CountWidth-1:0];
  assign src_beat = BeatWidth'(start_i.src >> GroupBits);
  assign dst_beat = BeatWidth'(start_i.dst >> GroupBits);

  logic load_start, store_start, column_start, load_done;
  assign load_start   = start_valid_i && start_i.unit == trine_commands_pkg::UnitLoad;
  assign store_start  = start_valid_i && start_i.unit == trine_commands_pkg::UnitStore;
  assign column_start = start_valid_i && start_i.unit == trine_commands_pkg::UnitColumn;

  trine_load_unit #(
    .Groups      (Groups),
    .VectorWords (VectorWords)
  ) u_load_unit (
    .clk_i,
    .rst_ni,
    .start_i           (load_start),
    .f16_i             (start_i.f16),
    .rows_i            (rows),
    .dst_beat_i        (dst_beat),
    .done_o            (load_done),
    .beat_valid_i      (load_valid_i),
    .beat_ready_o      (load_ready_o),
    .beat_data_i       (load_data_i),
    .vec_write_valid_o,
    .vec_write_beat_o,
    .vec_write_data_o
  );

  logic                 store_done, store_read_valid, store_valid;
  logic [BeatWidth-1:0] store_read_beat;
  logic [DataWidth-1:0] store_data;
  trine_store_unit #(
    .Groups      (Groups),
    .VectorWords (VectorWords)
  ) u_store_unit (
    .clk_i,
    .rst_ni,
    .start_i          (store_start),
    .f16_i            (start_i.f16),
    .rows_i           (rows),
    .src_beat_i       (src_beat),
    .done_o           (store_done),
    .vec_read_valid_o (store_read_valid),
    .vec_read_beat_o  (store_read_beat),
    .vec_read_data_i,
    .beat_valid_o     (store_valid),
    .beat_ready_i,
    .beat_data_o      (store_data)
  );

  logic                 column_done, column_read_valid, column_valid;
  logic [BeatWidth-1:0] column_read_beat;
  logic [DataWidth-1:0] column_data;
  trine_column_unit #(
    .Groups      (Groups),
    .VectorWords (VectorWords),
    .AddrWidth   (AddrWidth)
  ) u_column_unit (
    .clk_i,
    .rst_ni,
    .start_i          (column_start),
    .rows_i           (rows),
    .stride_i         (start_i.stride),
    .addr_i           (start_i.address[AddrWidth-1:0]),
    .src_beat_i       (src_beat),
    .done_o           (column_done),
    .vec_read_valid_o (column_read_valid),
    .vec_read_beat_o  (column_read_beat),
    .vec_read_data_i,
    .job_valid_o,
    .job_ready_i,
    .job_addr_o,
    .beat_valid_o     (column_valid),
    .beat_ready_i,
    .beat_data_o      (column_data)
  );

  assign done_o           = load_done || store_done || column_done;
  assign beat_valid_o     = store_valid || column_valid;
  assign beat_data_o      = column_valid ? column_data : store_data;
  assign vec_read_valid_o = store_read_valid || column_read_valid;
  assign vec_read_beat_o  = column_read_valid ? column_read_beat : store_read_beat;

  logic unused_ok;
  assign unused_ok = ^start_i;

  `TRINE_ASSERT(OneStart_A, 32'(load_start) + 32'(store_start) + 32'(column_start) <= 1)
  `TRINE_ASSERT(OneDone_A, 32'(load_done) + 32'(store_done) + 32'(column_done) <= 1)
  `TRINE_ASSERT(OneBeat_A, !(store_valid && column_valid))
  `TRINE_ASSERT(OneReader_A, !(store_read_valid && column_read_valid))

endmodule
