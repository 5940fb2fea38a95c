// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// FP32 operations on vectors in vector memory, as docs/numerics.md defines them: add, rmsnorm,
/// rope, softmax, silu_mul, argmax.
///
/// An operation takes one to three passes over the vector (trine_vector_pkg::phase_e), `Lanes`
/// elements or one beat of operands a cycle, whichever is slower.  `start_i` begins, the fields
/// hold until `done_o`, the pulse after the last write.  Results are whole blocks of 16 words,
/// zeros after `rows_i`; they may replace src or src2 (same beat) and must not overlap them
/// otherwise.
///
///   add, silu_mul   src and src2
///   rmsnorm         src, weights src2, alpha 1/n, beta epsilon; at most 131,072 rows
///   rope            src, table src2: cos then sin, `cols_i` (a multiple of 32) words together
///   softmax         src, alpha the scale times log2(e); at most 131,072 rows
///   argmax          src, `cols_i` index of the first element: 0 begins a search, else the last one
///                   goes on; writes index, value and 14 zeros
module trine_vector_unit #(
  parameter  int unsigned Groups      = 16,
  /// Divides Groups.  With half of it, operations on two vectors keep the read port busy.
  parameter  int unsigned Lanes       = (Groups > 1) ? Groups / 2 : 1,
  parameter  int unsigned VectorWords = 65536,
  localparam int unsigned BeatWidth   = $clog2(VectorWords / Groups)
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  start_i,
  input  trine_commands_pkg::vector_op_e op_i,
  input  logic [31:0]           rows_i,           // Elements, at least 1.
  input  logic [31:0]           cols_i,
  input  logic [BeatWidth-1:0]  src_beat_i,
  input  logic [BeatWidth-1:0]  src2_beat_i,
  input  logic [BeatWidth-1:0]  dst_beat_i,
  input  logic [31:0]           alpha_i,
  input  logic [31:0]           beta_i,
  output logic                  done_o,
  output logic                  nonfinite_o,      // An operand or result was Inf or NaN.
  // Vector memory: data in the cycle after the request, holding until the next one
  output logic                  vec_read_valid_o,
  output logic [BeatWidth-1:0]  vec_read_beat_o,
  input  logic [32*Groups-1:0]  vec_read_data_i,
  output logic                  vec_write_valid_o,
  output logic [BeatWidth-1:0]  vec_write_beat_o,
  output logic [32*Groups-1:0]  vec_write_data_o
);

  if (Lanes == 0 || Groups % Lanes != 0 || 16 % Groups != 0) begin : gen_bad_lanes
    $error("trine_vector_unit: Groups must divide 16, Lanes must divide Groups");
  end

  localparam int unsigned TermWidth = trine_vector_pkg::TermWidth;
  localparam int unsigned SumWidth  = TermWidth + 17;
  localparam int unsigned BeatShift = $clog2(Groups);

  // ---- Control ----

  trine_vector_pkg::phase_e phase;
  trine_vector_pkg::pass_t  pass;
  logic [trine_vector_pkg::CountBits-1:0] drain, count;
  logic                     en, begin_pass, operands_busy, reduce, reduce_busy, pack, pack_valid;
  logic                     scalar_busy, scalar, scalar_ready, pair, softmax, norm, argmax;
  // Of the operation that runs: the way from the command is long.
  trine_commands_pkg::vector_op_e op_q;
  always_ff @(posedge clk_i) if (start_i) op_q <= op_i;
  assign softmax = op_q == trine_commands_pkg::OpSoftmax;
  assign norm    = op_q == trine_commands_pkg::OpRmsnorm;
  assign argmax  = op_q == trine_commands_pkg::OpArgmax;

  trine_vector_control #(.Groups(Groups)) u_control (
    .clk_i,
    .rst_ni,
    .start_i,
    .op_i,
    .argmax_i        (argmax),
    .done_o,
    .busy_o          (en),
    .phase_o         (phase),
    .pass_o          (begin_pass),
    .operands_busy_i (operands_busy),
    .drain_i         (drain),
    .reduce_o        (reduce),
    .reduce_busy_i   (reduce_busy),
    .pack_o          (pack),
    .packed_i        (pack_valid),
    .scalar_busy_o   (scalar_busy),
    .scalar_o        (scalar),
    .scalar_ready_o  (scalar_ready),
    .pair_o          (pair),
    .count_o         (count)
  );

  logic [31:0] factor, add_constant, scale_q, largest;
  trine_vector_pass u_pass (
    .op_i       (op_q),
    .phase_i    (phase),
    .alpha_i,
    .beta_i,
    .scale_i    (scale_q),
    .largest_i  (largest),
    .pass_o     (pass),
    .factor_o   (factor),
    .constant_o (add_constant),
    .drain_o    (drain)
  );

  // ---- Operands ----

  logic [31:0]          beats;
  logic [BeatWidth-1:0] half_beats;
  assign beats      = ((rows_i + 32'd15) >> 4) << (4 - BeatShift);
  assign half_beats = BeatWidth'(cols_i >> (BeatShift + 1));

  logic                slice, upper;
  logic [Lanes-1:0]    mask;
  logic [31:0]         packed_sum;
  logic [32*Lanes-1:0] a0, b0, a1, b1;
  logic                use_dst, use_src;          // Softmax reads its exponentials again, rmsnorm
  assign use_dst = softmax && phase == trine_vector_pkg::PhaseScale;    // squares.
  assign use_src = norm && phase == trine_vector_pkg::PhaseSum;
  trine_vector_operands #(
    .Groups    (Groups),
    .Lanes     (Lanes),
    .BeatWidth (BeatWidth)
  ) u_operands (
    .clk_i,
    .rst_ni,
    .start_i          (begin_pass),
    .pass_i           (pass),
    .rows_i,
    .tiles_i          (pass.rope ? beats >> 1 : beats),
    .half_beats_i     (half_beats),
    .src_beat_i       (use_dst ? dst_beat_i : src_beat_i),
    .src2_beat_i      (use_src ? src_beat_i : src2_beat_i),
    .factor_i         (factor),
    .busy_o           (operands_busy),
    .scalar_valid_i   (scalar),
    .scalar_i         (packed_sum),
    .vec_read_valid_o,
    .vec_read_beat_o,
    .vec_read_data_i,
    .slice_o          (slice),
    .upper_o          (upper),
    .mask_o           (mask),
    .a0_o             (a0),
    .b0_o             (b0),
    .a1_o             (a1),
    .b1_o             (b1)
  );

  // ---- Lanes ----

  logic                       write;
  logic [Lanes-1:0]           value_valid;
  logic [31:0]                scalar_add, scalar_recip;
  logic [32*Lanes-1:0]        values, results;
  logic [TermWidth*Lanes-1:0] terms;
  trine_vector_lanes #(.Lanes(Lanes)) u_lanes (
    .clk_i,
    .rst_ni,
    .en_i          (en),
    .clear_i       (start_i || reduce || pack),
    .pass_i        (pass),
    .constant_i    (add_constant),
    .top_i         (norm ? {largest[30:23], 1'b0} : 9'd127),
    .slice_i       (slice),
    .upper_i       (upper),
    .mask_i        (mask),
    .a0_i          (a0),
    .b0_i          (b0),
    .a1_i          (a1),
    .b1_i          (b1),
    .value_valid_o (value_valid),
    .values_o      (values),
    .terms_o       (terms),
    .add_o         (scalar_add),
    .recip_o       (scalar_recip),
    .write_o       (write),
    .results_o     (results)
  );

  // ---- The largest value, the sum and what becomes of it ----

  logic [31:0] index;
  trine_vector_max #(.Lanes(Lanes)) u_max (
    .clk_i,
    .rst_ni,
    .en_i          (en),
    .start_i       (begin_pass && pass.find_max),
    .clear_i       (!argmax || cols_i == '0),
    .magnitude_i   (pass.magnitude),
    .skip_nan_i    (pass.skip_nan),
    .first_index_i (cols_i),
    .valid_i       (value_valid),
    .values_i      (values),
    .reduce_i      (reduce),
    .keep_i        (pair),
    .busy_o        (reduce_busy),
    .value_o       (largest),
    .index_o       (index)
  );

  logic [SumWidth-1:0] sum;
  trine_vector_sum #(.Lanes(Lanes)) u_sum (
    .clk_i,
    .en_i    (en),
    .start_i (begin_pass && pass.sum),
    .terms_i (terms),
    .sum_o   (sum)
  );

  // Mean square: 2 (E - 149); sum of exponentials: -45.
  trine_fp32_pack #(.AccWidth(64), .ExpWidth(12)) u_pack (
    .clk_i,
    .rst_ni,
    .valid_i    (pack),
    .acc_i      (64'(sum)),
    .exponent_i (norm ? 12'(signed'({1'b0, largest[30:23], 1'b0})) - 12'sd298 : -12'sd45),
    .valid_o    (pack_valid),
    .data_o     (packed_sum)
  );

  logic [31:0] root;
  trine_fp32_rsqrt u_rsqrt (
    .clk_i,
    .en_i (scalar_busy),
    .x_i  (scalar_add),
    .y_o  (root)
  );
  always_ff @(posedge clk_i) if (scalar_ready) scale_q <= norm ? root : scalar_recip;

  // ---- Results ----

  // Checking the first operand and the results is enough: only softmax and argmax turn an operand
  // that is not finite into results that are, and they have one operand.
  always_ff @(posedge clk_i) begin
    if (start_i) nonfinite_o <= 1'b0;
    else if (en) begin
      for (int unsigned i = 0; i < Lanes; i++) begin
        if (mask[i] && (&a0[32*i+23 +: 8])) nonfinite_o <= 1'b1;
        if (write && (&results[32*i+23 +: 8])) nonfinite_o <= 1'b1;
      end
    end
  end

  trine_vector_writer #(
    .Groups    (Groups),
    .Lanes     (Lanes),
    .BeatWidth (BeatWidth)
  ) u_writer (
    .clk_i,
    .rst_ni,
    .start_i      (begin_pass),
    .pairs_i      (pass.rope),
    .half_beats_i (half_beats),
    .dst_beat_i,
    .valid_i      (write),
    .data_i       (results),
    .pair_valid_i (pair),
    .pair_beat_i  (count[4:0]),
    .pair_i       ({largest, index}),
    .vec_write_valid_o,
    .vec_write_beat_o,
    .vec_write_data_o
  );

  logic unused_ok;
  assign unused_ok = ^count;

  `TRINE_ASSERT(QuietWrite_A, !done_o || !vec_write_valid_o)

endmodule
