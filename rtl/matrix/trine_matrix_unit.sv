// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Matrix times vectors with its codebook: the codebook loader, the clock gate and trine_matvec.
///
/// `start_valid_i` starts a product of `start_i`, which holds until `done_o`.  The words of a trit
/// product's codebook come from then on, before the first beat of its stream: that order alone has
/// the codebook ready when the first row asks for it.  With `StreamSum` the stream's checksum is
/// compared with that of the command, unless that is 0.
module trine_matrix_unit #(
  parameter  int unsigned Groups      = 16,
  parameter  int unsigned TileRows    = 2048,
  parameter  int unsigned Vectors     = 1,
  parameter  int unsigned ActWidth    = 12,
  parameter  int unsigned MaxCols     = 32768,
  parameter  int unsigned VectorWords = 65536,
  parameter  int unsigned F16Engine   = 1,
  parameter  int unsigned Parity      = 0,
  parameter  int unsigned StreamSum   = 0,
  parameter  int unsigned ClockGates  = 0,
  localparam int unsigned BeatWidth   = $clog2(VectorWords / Groups),
  localparam int unsigned DataWidth   = 32 * Groups
) (
  input  logic                           clk_i,
  input  logic                           rst_ni,
  // Job
  input  logic                           start_valid_i,
  input  trine_control_pkg::unit_start_t start_i,
  output logic                           done_o,
  // Data errors of this job, final with `done_o`
  output logic                           bad_codebook_o,
  output logic                           bad_set_byte_o,
  output logic                           bad_tail_o,
  output logic                           nonfinite_o,
  output logic                           overflow_o,
  output logic                           bad_parity_o,
  output logic                           bad_sum_o,
  // Words of a codebook
  input  logic                           word_valid_i,
  output logic                           word_ready_o,
  input  logic [31:0]                    word_data_i,
  // Weight stream
  input  logic                           weight_valid_i,
  output logic                           weight_ready_o,
  input  logic [DataWidth-1:0]           weight_data_i,
  // Why no beat moved in this cycle
  output logic                           wait_memory_o,
  output logic                           wait_table_o,
  output logic                           wait_rows_o,
  // Vector memory, a port of each kind a bank
  output logic [Vectors-1:0]             vec_read_valid_o,
  output logic [Vectors*BeatWidth-1:0]   vec_read_beat_o,
  input  logic [Vectors*DataWidth-1:0]   vec_read_data_i,
  output logic [Vectors-1:0]             vec_write_valid_o,
  output logic [Vectors*BeatWidth-1:0]   vec_write_beat_o,
  output logic [Vectors*DataWidth-1:0]   vec_write_data_o
);

  localparam int unsigned GroupBits = $clog2(Groups);

  logic is_trit, is_f16, is_mine;
  assign is_trit = start_i.memory == trine_commands_pkg::MemoryTritStream;
  assign is_f16  = start_i.memory == trine_commands_pkg::MemoryF16Rows;
  assign is_mine = start_i.unit == trine_commands_pkg::UnitMatrix;

  logic        clk_results, writes, book_valid, book_busy, book_checks, bad_codebook;
  logic [4:0]  book_index;
  logic [31:0] book_data;
  // The codebook when it comes, results when they leave.
  trine_clock_gate #(.Gated (ClockGates)) u_clock (
    .clk_i,
    .rst_ni,
    .en_i  (is_mine && (start_valid_i || book_busy || book_checks || book_valid || writes)),
    .clk_o (clk_results)
  );

  trine_codebook_loader u_codebook_loader (
    .clk_i        (clk_results),
    .rst_ni,
    .start_i      (start_valid_i && is_trit),
    .busy_o       (book_busy),
    .checks_o     (book_checks),
    .bad_o        (bad_codebook),
    .word_valid_i,
    .word_ready_o,
    .word_data_i,
    .book_valid_o (book_valid),
    .book_index_o (book_index),
    .book_data_o  (book_data)
  );

  assign bad_codebook_o = bad_codebook && is_trit;

  if (StreamSum != 0) begin : gen_sum
    logic [31:0] sum;
    logic        compared_q, differs_q;
    trine_stream_sum #(
      .Groups (Groups)
    ) u_stream_sum (
      .clk_i,
      .start_i (start_valid_i),
      .valid_i (weight_valid_i && weight_ready_o),
      .data_i  (weight_data_i),
      .sum_o   (sum)
    );
    always_ff @(posedge clk_i) begin
      compared_q <= is_trit && start_i.alpha != '0;
      differs_q  <= sum != start_i.alpha;
    end
    assign bad_sum_o = compared_q && differs_q;
  end else begin : gen_no_sum
    assign bad_sum_o = 1'b0;
  end

  trine_matvec #(
    .Groups      (Groups),
    .TileRows    (TileRows),
    .Vectors     (Vectors),
    .ActWidth    (ActWidth),
    .MaxCols     (MaxCols),
    .VectorWords (VectorWords),
    .F16Engine   (F16Engine),
    .Parity      (Parity),
    .ClockGates  (ClockGates)
  ) u_matvec (
    .clk_i,
    .clk_writer_i   (clk_results),
    .writes_o       (writes),
    .rst_ni,
    .runs_i         (is_mine),
    .start_i        (start_valid_i),
    .f16_i          (is_f16),
    .raw_i          (start_i.raw),
    .depth_i        (start_i.depth),
    .bank_i         (start_i.bank),
    .rows_i         (start_i.rows),
    .cols_i         (start_i.cols),
    .src_beat_i     (BeatWidth'(start_i.src >> GroupBits)),
    .dst_beat_i     (BeatWidth'(start_i.dst >> GroupBits)),
    .done_o,
    .bad_set_byte_o,
    .bad_tail_o,
    .nonfinite_o,
    .overflow_o,
    .bad_parity_o,
    .book_valid_i   (book_valid),
    .book_index_i   (book_index),
    .book_data_i    (book_data),
    .weight_valid_i,
    .weight_ready_o,
    .weight_data_i,
    .wait_memory_o,
    .wait_table_o,
    .wait_rows_o,
    .vec_read_valid_o,
    .vec_read_beat_o,
    .vec_read_data_i,
    .vec_write_valid_o,
    .vec_write_beat_o,
    .vec_write_data_o
  );

  logic unused_ok;
  assign unused_ok = ^start_i;

  `TRINE_ASSERT(Matrix_A, !start_valid_i || (is_mine && is_trit != is_f16))
  `TRINE_ASSERT(BookFirst_A, !(weight_valid_i && weight_ready_o && book_busy))

endmodule
