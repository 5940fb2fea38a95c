// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Vector memory: FP32 words in beats of `Groups`, shared by the matrix-vector unit and the load
/// and store units, of which one at a time is active.
///
/// Writes always succeed; read data is there in the cycle after the request and holds until the
/// next one.
module trine_vector_memory #(
  parameter  int unsigned Groups      = 16,
  parameter  int unsigned VectorWords = 65536,
  localparam int unsigned Beats       = VectorWords / Groups,
  localparam int unsigned BeatWidth   = $clog2(Beats),
  localparam int unsigned DataWidth   = 32 * Groups
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  // Load unit
  input  logic                 load_write_valid_i,
  input  logic [BeatWidth-1:0] load_write_beat_i,
  input  logic [DataWidth-1:0] load_write_data_i,
  // Store unit
  input  logic                 store_read_valid_i,
  input  logic [BeatWidth-1:0] store_read_beat_i,
  // Matrix-vector unit
  input  logic                 matvec_write_valid_i,
  input  logic [BeatWidth-1:0] matvec_write_beat_i,
  input  logic [DataWidth-1:0] matvec_write_data_i,
  input  logic                 matvec_read_valid_i,
  input  logic [BeatWidth-1:0] matvec_read_beat_i,
  // To whoever asked
  output logic [DataWidth-1:0] read_data_o
);

  trine_ram #(
    .DataWidth (DataWidth),
    .Depth     (Beats)
  ) u_ram (
    .clk_i,
    .write_i      (load_write_valid_i || matvec_write_valid_i),
    .write_addr_i (load_write_valid_i ? load_write_beat_i : matvec_write_beat_i),
    .write_data_i (load_write_valid_i ? load_write_data_i : matvec_write_data_i),
    .read_i       (store_read_valid_i || matvec_read_valid_i),
    .read_addr_i  (store_read_valid_i ? store_read_beat_i : matvec_read_beat_i),
    .read_data_o
  );

  `TRINE_ASSERT(OneWriter_A, !(load_write_valid_i && matvec_write_valid_i))
  `TRINE_ASSERT(OneReader_A, !(store_read_valid_i && matvec_read_valid_i))

  logic unused_ok;
  assign unused_ok = rst_ni;

endmodule
