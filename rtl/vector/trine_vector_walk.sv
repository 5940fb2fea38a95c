// SPDX-License-Identifier: Apache-2.0

/// Walks over the beats of a vector: one after the other, or for pairs (i, i + half) of every head,
/// a beat of the first halves in each step.
///
/// `beat_o` starts at `first_i`; `place_o` counts the beats, with `pairs_i` within the half head.
/// With `pairs_i` no two steps come in cycles after each other, nor one in the two after `start_i`.
module trine_vector_walk #(
  parameter int unsigned BeatWidth = 12
) (
  input  logic                 clk_i,
  input  logic                 start_i,
  input  logic                 step_i,
  input  logic                 pairs_i,
  input  logic [BeatWidth-1:0] half_beats_i,      // Beats of half a head.
  input  logic [BeatWidth-1:0] first_i,
  output logic [BeatWidth-1:0] beat_o,
  output logic [BeatWidth-1:0] place_o
);

  // Where it is, is looked at a cycle before the step.
  logic moved_q, last_q;                          // Last of the half head.
  always_ff @(posedge clk_i) begin
    moved_q <= start_i || step_i;
    if (moved_q) last_q <= place_o + 1'b1 == half_beats_i;
  end

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      beat_o  <= first_i;
      place_o <= '0;
    end else if (step_i) begin
      if (pairs_i && last_q) begin
        beat_o  <= beat_o + half_beats_i + 1'b1;
        place_o <= '0;
      end else begin
        beat_o  <= beat_o + 1'b1;
        place_o <= place_o + 1'b1;
      end
    end
  end

endmodule
