// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Moves `rows_i` elements from memory beats to vector memory, FP16 widened to FP32, and writes
/// zeros behind them up to a multiple of 16 words.
///
/// One vector beat per cycle, latency 2: an FP16 beat is taken every other cycle.  It takes
/// exactly the beats that hold elements.  `done_o` pulses with the last write.  `beat_ready_o`
/// depends on registers only.
module trine_load_unit #(
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
  input  logic                  f16_i,      // Memory holds FP16.
  input  logic [CountWidth-1:0] rows_i,      // At least 1.
  input  logic [BeatWidth-1:0]  dst_beat_i,
  output logic                  done_o,
  // Memory beats
  input  logic                  beat_valid_i,
  output logic                  beat_ready_o,
  input  logic [DataWidth-1:0]  beat_data_i,
  // Vector memory
  output logic                  vec_write_valid_o,
  output logic [BeatWidth-1:0]  vec_write_beat_o,
  output logic [DataWidth-1:0]  vec_write_data_o
);

  // Vector beats of 16 words.
  localparam int unsigned BlockBeats = 16 / Groups;

  logic                  active_q, f16_q, high_q, has_data_q, more_q;
  logic [CountWidth-1:0] left_q;      // Elements still to write.
  logic [BeatWidth-1:0]  beat_q;      // Next vector beat to take.
  logic [BeatWidth-1:0]  place_q;     // The one that was taken.
  logic [4:0]            block_q;     // Beats left of the block of 16 words.

  // Elements are left; more than a beat of vector memory.  In registers: others wait for this.
  logic step;
  assign step         = active_q && (!has_data_q || beat_valid_i);
  // A beat of FP16 is done with after its high half, or after its low half if that is the end.
  assign beat_ready_o = active_q && has_data_q && (!f16_q || high_q || !more_q);

  // What was taken: words, or halves in their lower bits.
  logic                  step_q, last_q, halves_q;
  logic [DataWidth-1:0]  words_q;

  logic block_end;
  assign block_end = block_q == 5'd1;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      active_q          <= 1'b0;
      step_q            <= 1'b0;
      done_o            <= 1'b0;
      vec_write_valid_o <= 1'b0;
    end else begin
      if (start_i) active_q <= 1'b1;
      else if (step && block_end && !more_q) active_q <= 1'b0;
      step_q            <= step;
      done_o            <= step_q && last_q;
      vec_write_valid_o <= step_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      f16_q      <= f16_i;
      high_q     <= 1'b0;
      left_q     <= rows_i;
      has_data_q <= rows_i != '0;
      more_q     <= rows_i > CountWidth'(Groups);
      beat_q     <= dst_beat_i;
      block_q    <= 5'(BlockBeats);
    end else if (step) begin
      place_q          <= beat_q;
      high_q           <= !high_q;
      left_q           <= more_q ? left_q - CountWidth'(Groups) : '0;
      has_data_q       <= more_q;
      more_q           <= more_q && left_q > CountWidth'(2 * Groups);
      beat_q           <= beat_q + 1'b1;
      block_q          <= block_end ? 5'(BlockBeats) : block_q - 5'd1;
      last_q           <= block_end && !more_q;
      halves_q         <= f16_q;
      for (int unsigned i = 0; i < Groups; i++) begin
        if (CountWidth'(i) >= left_q) words_q[32*i +: 32] <= '0;
        else if (!f16_q) words_q[32*i +: 32] <= beat_data_i[32*i +: 32];
        else if (high_q) words_q[32*i +: 32] <= 32'(beat_data_i[16*(Groups + i) +: 16]);
        else             words_q[32*i +: 32] <= 32'(beat_data_i[16*i +: 16]);
      end
    end
  end
  always_ff @(posedge clk_i) begin
    if (step_q) begin
      vec_write_beat_o <= place_q;
      for (int unsigned i = 0; i < Groups; i++)
        vec_write_data_o[32*i +: 32] <= halves_q ? trine_f16_pkg::widen(words_q[32*i +: 16])
                                                 : words_q[32*i +: 32];
    end
  end

  `TRINE_ASSERT(NoOverlap_A, !(start_i && active_q))

endmodule
