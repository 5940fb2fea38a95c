// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Moves `rows_i` words from vector memory to memory beats, rounded to FP16 if asked.
///
/// One vector beat per cycle, latency 5 from start to the first beat.  The bytes behind the last
/// element are unspecified: the write DMA masks them.  `done_o` pulses after the last beat moved.
/// `vec_read_valid_o` depends on `beat_ready_i`.
module trine_store_unit #(
  parameter  int unsigned Groups      = 16,
  parameter  int unsigned VectorWords = 65536,
  localparam int unsigned BeatWidth   = $clog2(VectorWords / Groups),
  localparam int unsigned CountWidth  = $clog2(VectorWords + 1),
  localparam int unsigned DataWidth   = 32 * Groups
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  // Job: a pulse and its fields
  input  logic                  start_i,
  input  logic                  f16_i,      // Memory shall hold FP16.
  input  logic [CountWidth-1:0] rows_i,      // At least 1.
  input  logic [BeatWidth-1:0]  src_beat_i,
  output logic                  done_o,
  // Vector memory
  output logic                  vec_read_valid_o,
  output logic [BeatWidth-1:0]  vec_read_beat_o,
  input  logic [DataWidth-1:0]  vec_read_data_i,
  // Memory beats
  output logic                  beat_valid_o,
  input  logic                  beat_ready_i,
  output logic [DataWidth-1:0]  beat_data_o
);

  logic                  f16_q, high_q;
  logic [CountWidth-1:0] left_q;       // Words not yet read.
  // The memory's output holds a beat not yet taken, the registers behind it do; the last one.
  logic                  read_q, word_q, half_q;
  logic                  read_last_q, word_last_q, half_last_q;
  logic                  out_last_q;
  logic [DataWidth-1:0]  words_q, whole_q;
  logic [trine_f16_pkg::NarrowBits*Groups-1:0] halves_q;

  // All move when the last of them can.
  logic moves, take, more;
  assign moves            = !beat_valid_o || beat_ready_i;
  assign take             = half_q && moves;
  assign more             = left_q > CountWidth'(Groups);
  assign vec_read_valid_o = left_q != '0 && (!read_q || moves);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      left_q       <= '0;
      read_q       <= 1'b0;
      word_q       <= 1'b0;
      half_q       <= 1'b0;
      beat_valid_o <= 1'b0;
      done_o       <= 1'b0;
    end else begin
      if (start_i) left_q <= rows_i;
      else if (vec_read_valid_o) left_q <= more ? left_q - CountWidth'(Groups) : '0;
      read_q       <= vec_read_valid_o || (read_q && !moves);
      if (moves) {half_q, word_q} <= {word_q, read_q};
      // An FP16 beat is complete with its high half, or with its low half if that is the end.
      beat_valid_o <= (take && (!f16_q || high_q || half_last_q))
                   || (beat_valid_o && !beat_ready_i);
      done_o       <= beat_valid_o && beat_ready_i && out_last_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      f16_q           <= f16_i;
      high_q          <= 1'b0;
      vec_read_beat_o <= src_beat_i;
    end
    if (vec_read_valid_o) begin
      vec_read_beat_o <= vec_read_beat_o + 1'b1;
      read_last_q     <= !more;
    end
    if (read_q && moves) begin
      words_q     <= vec_read_data_i;
      word_last_q <= read_last_q;
    end
    if (word_q && moves) begin
      half_last_q <= word_last_q;
      if (!f16_q) whole_q <= words_q;
      else begin
        for (int unsigned i = 0; i < Groups; i++)
          halves_q[trine_f16_pkg::NarrowBits*i +: trine_f16_pkg::NarrowBits] <=
              trine_f16_pkg::narrowed(words_q[32*i +: 32]);
      end
    end
    if (take) begin
      high_q     <= !high_q;
      out_last_q <= half_last_q;
      if (!f16_q) beat_data_o <= whole_q;
      else begin
        for (int unsigned i = 0; i < Groups; i++) begin
          logic [15:0] half;
          half = trine_f16_pkg::narrow(
              halves_q[trine_f16_pkg::NarrowBits*i +: trine_f16_pkg::NarrowBits]);
          if (high_q) beat_data_o[16*(Groups + i) +: 16] <= half;
          else        beat_data_o[16*i +: 16] <= half;
        end
      end
    end
  end

  `TRINE_ASSERT(NoOverlap_A, !start_i || (left_q == '0
                             && {read_q, word_q, half_q, beat_valid_o} == '0))

endmodule
