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

  localparam int unsigned BeatBits     = trine_attention_pkg::BeatBits;
  localparam int unsigned PositionBits = trine_attention_pkg::PositionBits;
  localparam int unsigned QueryBits    = trine_attention_pkg::QueryBits;

  trine_attention_pkg::beat_t q1, q2, q3, q4;
  // Later stages need less: keys only.
  logic       key_q5, open_q5;                    // Open: a block begins.
  // Bit n is in stage 5 + n: a block ends, the first of its row, the row, that of position 0.
  logic [2:0] block_q, first_q;
  logic [7:0] row_q;
  logic [3:0] start_q;
  // From stage 5 on, a stage a slice, the oldest in the lowest bits.
  logic [8*PositionBits-1:0] position_q;
  logic [8*QueryBits-1:0]    behind_q;
  // Of stage 4, worked out a cycle before: sums that are added to.
  logic                      add, add_q, add_again_q;
  logic [BeatBits-1:0]       add_beat, add_beat_q;
  assign add      = q3.old || realign_i.step;
  assign add_beat = realign_i.step ? realign_beat_i : q3.beat;

  // The first block of a row ends with the first beat that ends a block.
  logic       ended_q, first_block;               // In stage 4.
  assign first_block = !ended_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      q1      <= '0;
      q2      <= '0;
      q3      <= '0;
      q4      <= '0;
      key_q5  <= 1'b0;
      block_q <= '0;
      row_q   <= '0;
      add_q   <= 1'b0;
      ended_q <= 1'b0;
    end else begin
      q1      <= beat_i;
      q2      <= q1;
      q3      <= q2;
      q4      <= q3;
      key_q5  <= q4.key;
      block_q <= {block_q[1:0], q4.key && q4.block_last};
      row_q   <= {row_q[6:0], q4.key && q4.row_last};
      add_q   <= add;
      if (q4.key && q4.block_last) ended_q <= !q4.row_last;
    end
  end
  always_ff @(posedge clk_i) begin
    open_q5     <= q4.block_first;
    first_q     <= {first_q[1:0], first_block};
    start_q     <= {start_q[2:0], q4.first_position};
    position_q  <= {q4.position, position_q[8*PositionBits-1:PositionBits]};
    behind_q    <= {q4.behind, behind_q[8*QueryBits-1:QueryBits]};
    add_beat_q  <= add_beat;
    add_again_q <= add_q && add_beat_q == add_beat;
  end

  assign beat_o  = q1;
  assign beat2_o = q2;
  assign idle_o  = !(q1.key || q1.old || q2.key || q2.old || q3.key || q3.old || q4.key || q4.old
                     || row_q != '0);

  assign fetch_o.weight   = q1.old && q1.beat == '0;
  assign fetch_o.position = q1.position;
  always_comb begin
    step_o = '0;
    step_o.read_query      = q1.key;
    step_o.query_beat      = q1.beat;
    step_o.take_query      = q2.key;
    step_o.align_weight    = q2.old && q2.block_first;
    step_o.multiply        = q3.key || q3.old;
    step_o.multiply_key    = q3.key;
    step_o.block_key       = q3.key && q3.block_last;
    step_o.key_behind      = q3.behind;
    step_o.read_sums       = add || result_read_i;
    step_o.read_to_add     = add;
    step_o.sums_beat       = realign_i.step ? realign_beat_i
                           : result_read_i ? result_beat_i : q3.beat;
    step_o.add_beat        = add_beat_q;
    step_o.add_again       = add_again_q;
    step_o.collect         = q4.key;
    step_o.total           = key_q5;
    step_o.total_first     = open_q5;
    step_o.align           = block_q[1];
    step_o.score           = block_q[2];
    step_o.score_first     = first_q[2];
    step_o.difference      = row_q[3];
    step_o.first_score     = start_q[3];
    step_o.score_behind    = behind_q[4*QueryBits +: QueryBits];
    step_o.scale           = row_q[5];
    step_o.round           = row_q[6];
    step_o.keep            = row_q[7];
    step_o.keep_position   = position_q[PositionBits-1:0];
    step_o.keep_behind     = behind_q[QueryBits-1:0];
  end

  logic unused_ok;
  assign unused_ok = ^{q1, q2, q3, q4, realign_i};

endmodule
