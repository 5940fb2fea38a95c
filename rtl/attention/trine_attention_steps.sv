// SPDX-License-Identifier: Apache-2.0

/// Takes beats, moves of the sums and reads of results through the stages of the heads: what comes
/// in is what heads do `n` cycles later (trine_attention_pkg::step_t), `fetch_o` one.
///
/// `idle_o`: of the beats taken before, no key is on its way to its score, and no value to its sum.
module trine_attention_steps (
  input  logic                          clk_i,
  input  logic                          rst_ni,
  input  trine_attention_pkg::beat_t    beat_i,
  input  trine_attention_pkg::realign_t realign_i,
  input  logic [trine_attention_pkg::BeatBits-1:0] realign_beat_i,
  input  logic                          result_read_i,
  input  logic [trine_attention_pkg::BeatBits-1:0] result_beat_i,
  output trine_attention_pkg::beat_t    beat_o,       // A cycle later,
  output trine_attention_pkg::beat_t    beat2_o,      // and two.
  output logic                          idle_o,
  output trine_attention_pkg::fetch_t   fetch_o,
  output trine_attention_pkg::step_t    step_o
);

  trine_attention_pkg::beat_t q1, q2, q3, q4;
  // Later stages need less: keys only.
  // Bit n is in stage 5 + n: a block ends, the first of its row, the row, that of position 0.
  logic [1:0] block_q, first_q;
  logic [5:0] row_q;
  logic [2:0] start_q;
  logic [trine_attention_pkg::PositionBits-1:0] position_q5, position_q6, position_q7, position_q8,
                                                position_q9, position_q10;
  logic [trine_attention_pkg::QueryBits-1:0] behind_q5, behind_q6, behind_q7, behind_q8, behind_q9,
                                             behind_q10;
  logic       first_block;                        // In stage 4.
  logic       realign_q, added_q;
  logic [trine_attention_pkg::BeatBits-1:0] realign_beat_q, added_beat_q;

  // The first block of a row ends with the first beat that ends a block.
  logic       ended_q;
  assign first_block = !ended_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      q1        <= '0;
      q2        <= '0;
      q3        <= '0;
      q4        <= '0;
      block_q   <= '0;
      row_q     <= '0;
      realign_q <= 1'b0;
      added_q   <= 1'b0;
      ended_q   <= 1'b0;
    end else begin
      q1        <= beat_i;
      q2        <= q1;
      q3        <= q2;
      q4        <= q3;
      block_q   <= {block_q[0], q4.key && q4.block_last};
      row_q     <= {row_q[4:0], q4.key && q4.row_last};
      realign_q <= realign_i.step;
      added_q   <= step_o.add;
      if (q4.key && q4.block_last) ended_q <= !q4.row_last;
    end
  end
  always_ff @(posedge clk_i) begin
    first_q        <= {first_q[0], first_block};
    start_q        <= {start_q[1:0], q4.first_position};
    realign_beat_q <= realign_beat_i;
    added_beat_q   <= step_o.add_beat;
    position_q5    <= q4.position;
    behind_q5      <= q4.behind;
    behind_q6      <= behind_q5;
    behind_q7      <= behind_q6;
    behind_q8      <= behind_q7;
    behind_q9      <= behind_q8;
    behind_q10     <= behind_q9;
    position_q6    <= position_q5;
    position_q7    <= position_q6;
    position_q8    <= position_q7;
    position_q9    <= position_q8;
    position_q10   <= position_q9;
  end

  assign beat_o  = q1;
  assign beat2_o = q2;
  assign idle_o  = !(q1.key || q1.old || q2.key || q2.old || q3.key || q3.old || q4.key || q4.old
                     || row_q != '0);

  assign fetch_o.weight   = q1.old && q1.beat == '0;
  assign fetch_o.position = q1.position;
  always_comb begin
    step_o = '0;
    step_o.align_weight    = q2.old && q2.block_first;
    step_o.read_query      = q2.key;
    step_o.query_beat      = q2.beat;
    step_o.multiply        = q3.key || q3.old;
    step_o.multiply_key    = q3.key;
    step_o.block_key       = q3.key && q3.block_last;
    step_o.key_behind      = q3.behind;
    step_o.read_sums       = q3.old || realign_i.step || result_read_i;
    step_o.sums_beat       = realign_i.step ? realign_beat_i
                           : result_read_i ? result_beat_i : q3.beat;
    step_o.add             = q4.old || realign_q;
    step_o.add_beat        = realign_q ? realign_beat_q : q4.beat;
    step_o.add_again       = added_q && added_beat_q == step_o.add_beat;
    step_o.total           = q4.key;
    step_o.total_first     = q4.block_first;
    step_o.align           = block_q[0];
    step_o.score           = block_q[1];
    step_o.score_first     = first_q[1];
    step_o.difference      = row_q[2];
    step_o.first_score     = start_q[2];
    step_o.score_behind    = behind_q7;
    step_o.scale           = row_q[3];
    step_o.round           = row_q[4];
    step_o.keep            = row_q[5];
    step_o.keep_position   = position_q10;
    step_o.keep_behind     = behind_q10;
  end

  logic unused_ok;
  assign unused_ok = ^{q1, q2, q3, q4, realign_i};

endmodule
