// SPDX-License-Identifier: Apache-2.0

/// Gathers slices of results to beats and writes them to vector memory, in the order in which
/// trine_vector_operands reads them; elements outside the vector are zeros.
///
/// A slice that completes a beat is written in the next cycle.  `pair_valid_i` writes one beat of
/// two words and zeros at `pair_beat_i`.
module trine_vector_writer #(
  parameter int unsigned Groups    = 16,
  parameter int unsigned Lanes     = 8,
  parameter int unsigned BeatWidth = 12
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 start_i,
  input  logic                 pairs_i,
  input  logic [BeatWidth-1:0] half_beats_i,
  input  logic [BeatWidth-1:0] dst_beat_i,
  input  logic                 valid_i,
  input  logic [32*Lanes-1:0]  data_i,
  // Two words, for argmax
  input  logic                 pair_valid_i,
  input  logic [4:0]           pair_beat_i,       // Beats from `dst_beat_i`.
  input  logic [63:0]          pair_i,
  // Vector memory
  output logic                 vec_write_valid_o,
  output logic [BeatWidth-1:0] vec_write_beat_o,
  output logic [32*Groups-1:0] vec_write_data_o
);

  localparam int unsigned Slices     = Groups / Lanes;
  localparam int unsigned SliceWidth = (Slices > 1) ? $clog2(Slices) : 1;

  logic [SliceWidth-1:0] part_q;
  logic                  upper_q, beat_done;
  assign beat_done = valid_i && part_q == SliceWidth'(Slices - 1);

  logic [BeatWidth-1:0] beat, unused_place;
  trine_vector_walk #(.BeatWidth(BeatWidth)) u_walk (
    .clk_i,
    .start_i,
    .step_i       (beat_done && (upper_q || !pairs_i)),
    .pairs_i,
    .half_beats_i,
    .first_i      (dst_beat_i),
    .beat_o       (beat),
    .place_o      (unused_place)
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) vec_write_valid_o <= 1'b0;
    else         vec_write_valid_o <= beat_done || pair_valid_i;
  end
  always_ff @(posedge clk_i) begin
    if (start_i) begin
      part_q  <= '0;
      upper_q <= 1'b0;
    end else if (valid_i) begin
      part_q <= beat_done ? '0 : part_q + 1'b1;
      if (beat_done) upper_q <= pairs_i && !upper_q;
    end
    if (beat_done) vec_write_beat_o <= beat + (upper_q ? half_beats_i : '0);
    if (valid_i) begin
      for (int unsigned p = 0; p < Slices; p++) begin
        if (part_q == SliceWidth'(p)) vec_write_data_o[32*Lanes*p +: 32*Lanes] <= data_i;
      end
    end
    if (pair_valid_i) begin
      vec_write_beat_o <= dst_beat_i + BeatWidth'(pair_beat_i);
      vec_write_data_o <= '0;
      for (int unsigned w = 0; w < 2; w++) begin
        if (32'(pair_beat_i) == w / Groups) begin
          vec_write_data_o[32*(w % Groups) +: 32] <= pair_i[32*w +: 32];
        end
      end
    end
  end

endmodule
