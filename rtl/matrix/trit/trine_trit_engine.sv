// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// The trit engine: a weight stream and quantized activations in, accumulators `A[r]` out.
///
/// Front (a beat a cycle), back (a row a cycle) and table builder (a block ahead) run side by
/// side; see docs/architecture.md.  The stream, the tail codes and the codebook serve all
/// activation vectors; trine_trit_vector is what one vector needs for itself.
module trine_trit_engine #(
  parameter  int unsigned Groups     = 16,
  parameter  int unsigned TileRows   = 2048,
  parameter  int unsigned Vectors    = 1,
  parameter  int unsigned ActWidth   = 12,
  parameter  int unsigned QuantLanes = 4,
  parameter  int unsigned BlockWidth = 6,         // $clog2 of the column blocks of the longest x.
  /// Table buffers.  2: a block is built while the one before is used; 1: afterwards, with half the
  /// memory.
  parameter  int unsigned Buffers    = 2,
  /// 1: a parity bit for each word of the memories; a word that is used with a wrong one is told.
  parameter  int unsigned Parity     = 0,
  /// 1: the clock of the builder and of the tables' write ports stands still between builds.
  parameter  int unsigned ClockGates = 0,
  localparam int unsigned AccWidth   = 56,
  localparam int unsigned WordWidth  = QuantLanes * ActWidth
) (
  input  logic                         clk_i,
  input  logic                         clk_trit_i,      // Has all edges of `clk_i` while `runs_i`,
  input  logic                         clk_setup_i,     // and that from the start to the last word
                                                        // of the quantizers, and with the codebook.
  input  logic                         rst_ni,
  input  logic                         runs_i,
  input  logic                         start_i,
  input  logic [Vectors-1:0]           used_i,          // Vectors that take part; others rest.
  input  trine_matrix_pkg::trit_job_t  job_i,
  output logic                         bad_set_byte_o,
  output logic                         bad_tail_o,
  output logic                         bad_parity_o,
  input  trine_matrix_pkg::book_t      book_i,
  // From the quantizers, the same group of all vectors at once.
  input  trine_matrix_pkg::place_t     place_i,
  input  logic [Vectors*WordWidth-1:0] mants_i,
  input  logic [8*Vectors-1:0]         exponent_i,
  input  logic [BlockWidth+4:0]        quantized_i,     // Groups of every vector in place.
  input  logic                         exponents_i,     // All of them; max_exp_i is final.
  input  logic [8*Vectors-1:0]         max_exp_i,
  input  logic                         weight_valid_i,
  output logic                         weight_ready_o,
  input  logic [32*Groups-1:0]         weight_data_i,
  output trine_matrix_pkg::stall_t     stall_o,
  output logic                         acc_valid_o,     // All vectors' row at the same time.
  output logic [AccWidth*Vectors-1:0]  acc_o
);

  localparam int unsigned TilePanels = TileRows / trine_pkg::PanelRows;
  localparam int unsigned HoldDepth  = 4;

  if (Buffers != 1 && Buffers != 2) begin : gen_bad_buffers
    $error("trine_trit_engine: Buffers must be 1 or 2");
  end

  trine_matrix_pkg::build_t build;
  logic [1:0]               full, release_buffer;
  logic                     build_busy, clk_build;
  trine_clock_gate #(
    .Gated      (ClockGates),
    .AfterReset (127)                             // It marks the tables.
  ) u_clock_build (
    .clk_i,
    .rst_ni,
    .en_i  (runs_i && build_busy),
    .clk_o (clk_build)
  );
  trine_table_builder #(
    .Groups     (Groups),
    .QuantLanes (QuantLanes),
    .TilePanels (TilePanels),
    .BlockWidth (BlockWidth),
    .Buffers    (Buffers)
  ) u_builder (
    .clk_i        (clk_trit_i),
    .clk_build_i (clk_build),
    .rst_ni,
    .start_i,
    .job_i,
    .quantized_i,
    .full_o      (full),
    .release_i   (release_buffer),
    .busy_o      (build_busy),
    .build_o     (build)
  );

  trine_matrix_pkg::beat_t beat;
  logic                    tail_valid, tail_ready, hold_free;
  trine_trit_front #(
    .TilePanels (TilePanels),
    .BlockWidth (BlockWidth),
    .HoldDepth  (HoldDepth)
  ) u_front (
    .clk_i        (clk_trit_i),
    .rst_ni,
    .start_i,
    .job_i,
    .weight_valid_i,
    .weight_ready_o,
    .tail_valid_o   (tail_valid),
    .tail_ready_i   (tail_ready),
    .full_i         (full),
    .beat_o         (beat),
    .hold_free_i    (hold_free),
    .stall_o
  );

  trine_matrix_pkg::row_t row;
  logic                   codes_ready, issue, decode;
  trine_trit_back #(
    .TileRows   (TileRows),
    .BlockWidth (BlockWidth),
    .HoldDepth  (HoldDepth)
  ) u_back (
    .clk_i        (clk_trit_i),
    .rst_ni,
    .start_i,
    .job_i,
    .exponents_i,
    .keep_i        (beat.keep),
    .hold_free_o   (hold_free),
    .codes_ready_i (codes_ready),
    .issue_o       (issue),
    .decode_o      (decode),
    .row_o         (row),
    .release_o     (release_buffer)
  );

  logic [trine_pkg::MaxTailBits*Groups-1:0] codes;
  logic [32*Groups-1:0]                     scales;
  logic                                     bad_tail, bad_entry;
  trine_row_gearbox #(.Groups(Groups)) u_gearbox (
    .clk_i        (clk_trit_i),
    .rst_ni,
    .clear_i      (start_i),
    .depth_i      (job_i.depth),
    .beat_valid_i (tail_valid),
    .beat_ready_o (tail_ready),
    .beat_data_i  (weight_data_i),
    .row_ready_o  (codes_ready),
    .row_i        (issue),
    .codes_o      (codes)
  );
  trine_scale_lookup #(.Groups(Groups), .Parity(Parity)) u_scale (
    .clk_i        (clk_trit_i),
    .clk_setup_i,
    .book_i,
    .depth_i  (job_i.depth),
    .decode_i (decode),
    .codes_i  (codes),
    .scales_o (scales),
    .bad_o    (bad_tail),
    .bad_parity_o (bad_entry)
  );

  // A row adds 3 * outer table entries, each 2^(ActWidth+2) too large.
  logic [ActWidth+9:0] offset_q;
  always_ff @(posedge clk_trit_i) begin
    if (start_i) begin
      logic [ActWidth+9:0] outer;
      outer    = (ActWidth+10)'(trine_pkg::outer_level(job_i.depth));
      offset_q <= -((outer + (outer << 1)) << (ActWidth + 2));
    end
  end

  logic [Vectors-1:0] bad_bytes, bad_words, acc_valid;
  for (genvar v = 0; v < Vectors; v++) begin : gen_vector
    trine_trit_vector #(
      .Groups     (Groups),
      .TileRows   (TileRows),
      .ActWidth   (ActWidth),
      .QuantLanes (QuantLanes),
      .BlockWidth (BlockWidth),
      .Buffers    (Buffers),
      .Parity     (Parity)
    ) u_vector (
      .clk_i        (clk_trit_i),
      .clk_setup_i,
      .clk_build_i (clk_build),
      .rst_ni,
      .used_i      (used_i[v]),
      .place_i,
      .mants_i     (mants_i[WordWidth*v +: WordWidth]),
      .exponent_i  (exponent_i[8*v +: 8]),
      .max_exp_i   (max_exp_i[8*v +: 8]),
      .build_i     (build),
      .depth_i     (job_i.depth),
      .offset_i    (offset_q),
      .beat_i      (beat),
      .bytes_i     (weight_data_i),
      .bad_clear_i (start_i),
      .bad_byte_o  (bad_bytes[v]),
      .bad_parity_o (bad_words[v]),
      .row_i       (row),
      .scales_i    (scales),
      .acc_valid_o (acc_valid[v]),
      .acc_o       (acc_o[AccWidth*v +: AccWidth])
    );
  end
  assign acc_valid_o = acc_valid[0];

  always_ff @(posedge clk_trit_i) begin
    if (!rst_ni || start_i) begin
      bad_set_byte_o <= 1'b0;
      bad_tail_o     <= 1'b0;
    end else begin
      // Rows follow their bytes.
      if (row.valid && row.last_block) bad_set_byte_o <= bad_bytes[0];
      if (row.valid && bad_tail) bad_tail_o <= 1'b1;
    end
  end

  if (Parity != 0) begin : gen_parity
    always_ff @(posedge clk_trit_i) begin
      if (!rst_ni || start_i) bad_parity_o <= 1'b0;
      else if (bad_words != '0 || (row.valid && bad_entry)) bad_parity_o <= 1'b1;
    end
  end else begin : gen_no_parity
    assign bad_parity_o = 1'b0;
    logic unused_bad;
    assign unused_bad = ^{bad_words, bad_entry};
  end

  if (Vectors > 1) begin : gen_unused
    logic unused_ok;                              // The vectors run in step.
    assign unused_ok = ^{bad_bytes[Vectors-1:1], acc_valid[Vectors-1:1]};
  end

  // The memories of the tables may give anything for a word that is being written.
  `TRINE_ASSERT(LooksBehindBuilder_A, !(beat.look && build.active && build.table_write)
                || build.table_addr[8 +: Buffers + 1] != beat.page[Buffers:0])
  `TRINE_ASSERT(RowsBehindBuilder_A, !(row.valid && build.active && build.tail_write)
                || (Buffers == 2 && build.tail_addr[7] != row.buffer))

endmodule
