// SPDX-License-Identifier: Apache-2.0

/// The place of a beat in a stream of keys and values: `step_i` goes on by one.
///
/// Rows of `row_beats_i` beats, the key's and then the value's, or values alone when `values_i`;
/// `chunk_i` positions make a chunk, behind which the place is 0 again.  What is the last is found
/// out a step ahead, so that whoever waits for a beat decides with registers.
module trine_attention_walk #(
  parameter  int unsigned Groups     = 16,
  localparam int unsigned BlockBeats = (Groups < 8) ? 8 / Groups : 1,
  localparam int unsigned BeatBits   = trine_attention_pkg::BeatBits,
  localparam int unsigned PositionBits = trine_attention_pkg::PositionBits
) (
  input  logic                        clk_i,
  input  logic                        start_i,
  input  logic                        step_i,
  input  logic                        values_i,
  input  logic [BeatBits:0]           row_beats_i,
  input  logic [PositionBits:0]       chunk_i,
  input  logic [PositionBits:0]       count_i,
  output logic                        value_o,        // Otherwise a key.
  output logic [BeatBits-1:0]         beat_o,
  output logic                        row_last_o,
  output logic                        block_first_o,
  output logic                        block_last_o,
  output logic [PositionBits-1:0]     position_o,
  output logic                        chunk_last_o,   // The last position of a whole chunk,
  output logic                        count_last_o,   // of `count_i`.
  output logic [trine_attention_pkg::PlaceBits-1:0] place_o
);

  logic value_q;
  assign value_o       = value_q || values_i;
  assign block_first_o = (beat_o & BeatBits'(BlockBeats - 1)) == '0;
  assign block_last_o  = (beat_o & BeatBits'(BlockBeats - 1)) == BeatBits'(BlockBeats - 1);

  // Behind the beat and the position that come next.
  logic [BeatBits:0]     beat_after;
  logic [PositionBits:0] position_after;
  assign beat_after     = row_last_o ? (BeatBits+1)'(1)
                                     : (BeatBits+1)'(beat_o) + (BeatBits+1)'(2);
  assign position_after = chunk_last_o ? (PositionBits+1)'(1)
                                       : (PositionBits+1)'(position_o) + (PositionBits+1)'(2);

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      value_q      <= 1'b0;
      beat_o       <= '0;
      position_o   <= '0;
      place_o      <= '0;
      row_last_o   <= row_beats_i == (BeatBits+1)'(1);
      chunk_last_o <= chunk_i == (PositionBits+1)'(1);
      count_last_o <= count_i == (PositionBits+1)'(1);
    end else if (step_i) begin
      beat_o     <= row_last_o ? '0 : beat_o + 1'b1;
      row_last_o <= beat_after == row_beats_i;
      if (row_last_o) value_q <= !value_o;
      if (value_o) begin
        place_o <= row_last_o && chunk_last_o ? '0 : place_o + 1'b1;
        if (row_last_o) begin
          position_o   <= chunk_last_o ? '0 : position_o + 1'b1;
          chunk_last_o <= position_after == chunk_i;
          count_last_o <= position_after == count_i;
        end
      end
    end
  end

endmodule
