// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Phases of attention: the queries are quantized, chunks stream by, their sums are realigned
/// between them, the last chunk's values follow, results leave.
///
/// While a chunk comes, the values of the one before meet their weights, a beat a cycle together.
/// `start_i` begins; the fields hold until `done_o`.  A beat moves while `ready_o` and `valid_i`.
module trine_attention_control #(
  parameter  int unsigned Groups       = 16,
  localparam int unsigned BeatBits     = trine_attention_pkg::BeatBits,
  localparam int unsigned PositionBits = trine_attention_pkg::PositionBits,
  localparam int unsigned QueryBits    = trine_attention_pkg::QueryBits,
  // Cycles from the reference to the first beat that comes: it reads its weight a cycle later.
  localparam int unsigned Lead         = 10
) (
  input  logic                          clk_i,
  input  logic                          rst_ni,
  input  logic                          start_i,
  input  logic [31:0]                   positions_i,     // At least 1.
  input  logic [9:0]                    head_dim_i,
  input  logic                          quantized_i,     // All queries are.
  input  logic                          valid_i,
  output logic                          ready_o,
  input  logic                          idle_i,          // No beat is in the heads' stages.
  output trine_attention_pkg::beat_t    beat_o,
  output trine_attention_pkg::look_t    look_o,
  output trine_attention_pkg::weigh_t   weigh_o,
  output trine_attention_pkg::realign_t realign_o,
  output logic [BeatBits-1:0]           realign_beat_o,
  output logic                          realigned_o,     // With the end of a realignment.
  input  logic                          moving_i,        // A head needs another step.
  output logic                          result_o,        // Results may leave: a pulse.
  output logic                          streaming_o,
  output logic                          waiting_o        // For the query.
);

  typedef enum logic [2:0] {
    StIdle,
    StQuery,    // Waits for the quantizer.
    StStream,   // Beats come.
    StRest,     // Values of the chunk before, alone.
    StDrain,    // The last beat passes the heads.
    StMove,     // The reference moves; weights begin to be made.
    StLoad,     // A beat's sums:
    StStep      // they move, step by step.
  } state_e;
  state_e state_q, state_d;

  logic [BeatBits:0]     row_beats;
  logic [PositionBits:0] chunk;
  assign row_beats = (BeatBits+1)'(head_dim_i >> $clog2(2 * Groups));
  always_comb begin
    chunk = '0;
    for (int unsigned n = 5; n < 10; n++)
      if (head_dim_i[n]) chunk = (PositionBits+1)'(trine_attention_pkg::ChunkElements >> n);
  end

  // As many of positions as matter.
  function automatic logic [QueryBits-1:0] most(input logic [31:0] positions);
    most = positions > 32'(2 ** QueryBits - 1) ? '1 : positions[QueryBits-1:0];
  endfunction

  // ---- The walk through a chunk ----

  logic [31:0]           left_q;             // Positions that have not come.
  logic [PositionBits:0] count_q;            // Of the chunk that came last.
  logic                  one_left_q;         // left_q is 1.
  // Not the first chunk; one is held; it is the last.
  logic                  begun_q, old_q, last_q;
  logic                  take, step, value, row_last, block_first, block_last, chunk_last;
  logic                  count_last, row_end, chunk_end, walk_start, rest_end;
  logic [BeatBits-1:0]   beat;
  logic [PositionBits-1:0] position;
  logic [trine_attention_pkg::PlaceBits-1:0] place;
  assign ready_o    = state_q == StStream;
  assign take       = ready_o && valid_i;
  assign step       = take || state_q == StRest;
  assign row_end    = take && value && row_last;
  assign chunk_end  = row_end && (chunk_last || one_left_q);
  assign rest_end   = state_q == StRest && row_last && (last_q ? count_last : chunk_last);
  assign walk_start = state_q == StQuery || state_q == StDrain;

  trine_attention_walk #(.Groups (Groups)) u_walk (
    .clk_i,
    .start_i       (walk_start),
    .step_i        (step),
    .values_i      (state_q == StRest),
    .row_beats_i   (row_beats),
    .chunk_i       (chunk),
    .count_i       (count_q),
    .value_o       (value),
    .beat_o        (beat),
    .row_last_o    (row_last),
    .block_first_o (block_first),
    .block_last_o  (block_last),
    .position_o    (position),
    .chunk_last_o  (chunk_last),
    .count_last_o  (count_last),
    .place_o       (place)
  );

  always_comb begin
    beat_o = '0;
    if (step) begin
      beat_o.key            = take && !value;
      beat_o.value          = take && value;
      beat_o.old            = old_q && value;
      beat_o.beat           = beat;
      beat_o.row_last       = row_last;
      beat_o.block_first    = block_first;
      beat_o.block_last     = block_last;
      beat_o.position       = position;
      beat_o.first_position = !begun_q && position == '0;
      beat_o.behind         = most(left_q - 32'd1);
      beat_o.place          = place;
    end
  end

  // ---- Realignment ----

  logic                lead_end, beat_end, last_beat;
  logic [3:0]          lead_q;               // Cycles since the reference moved.
  logic [BeatBits-1:0] beat_q;
  logic [BeatBits:0]   ahead_q;              // The beat that moves next, looked up before.
  logic                moves_q;              // Sums move.
  assign lead_end    = lead_q == 4'(Lead - 1);
  assign beat_end    = state_q == StStep && !moving_i;
  assign last_beat   = ahead_q == row_beats;
  // The next state says the same, but depends on all that any state waits for.
  assign realigned_o = beat_end && last_beat && lead_end;
  assign realign_beat_o  = beat_q;
  assign realign_o.start = state_q == StMove;
  assign realign_o.load  = state_q == StLoad;
  assign realign_o.step  = state_q == StStep;
  assign realign_o.clear = !begun_q;

  always_comb begin
    look_o       = '0;
    look_o.next  = realign_o.start || realign_o.step;
    look_o.old   = step && old_q && value && block_first;
    look_o.sums  = look_o.next || look_o.old;
    look_o.beat  = moves_q ? ahead_q[BeatBits-1:0] : beat;
    look_o.place = place;
  end

  // ---- Weights: a position a cycle ----

  logic [PositionBits:0]   weigh_q, weigh_end_q;  // Next position to read, and the end of them.
  logic [31:0]             after_q;                // Positions behind the one that was read.
  logic                    weighing_q;
  logic [10:1]             weigh_valid_q;
  // Of the positions that are under way: where they are, a cycle a slice, and what is behind them.
  logic [10*PositionBits-1:0] at_q;
  logic [8*QueryBits-1:0]     behind_q;
  logic                       read;
  assign read = state_q == StMove || weighing_q;
  always_comb begin
    weigh_o               = '0;
    weigh_o.busy          = read || weigh_valid_q != '0;
    weigh_o.read          = read;
    weigh_o.read_position = state_q == StMove ? '0 : weigh_q[PositionBits-1:0];
    weigh_o.distance      = weigh_valid_q[1];
    weigh_o.segment       = weigh_valid_q[2];
    weigh_o.round         = weigh_valid_q[9];
    weigh_o.round_behind  = behind_q[QueryBits-1:0];
    weigh_o.keep          = weigh_valid_q[10];
    weigh_o.keep_position = at_q[PositionBits-1:0];
  end

  // ---- States ----

  always_comb begin
    state_d = state_q;
    unique case (state_q)
      StIdle:   if (start_i) state_d = StQuery;
      StQuery:  if (quantized_i) state_d = StStream;
      StStream: if (chunk_end) state_d = old_q && !chunk_last ? StRest : StDrain;
      StRest:   if (rest_end) state_d = StDrain;
      StDrain:  if (idle_i) state_d = last_q ? StIdle : StMove;
      StMove:   state_d = StLoad;
      StLoad:   state_d = StStep;
      StStep: if (!moving_i) begin
        if (!last_beat) state_d = StLoad;
        else if (lead_end) state_d = left_q == '0 ? StRest : StStream;
      end
      default:  state_d = StIdle;
    endcase
  end
  assign result_o    = state_q == StDrain && idle_i && last_q;
  assign streaming_o = state_q == StStream;
  assign waiting_o   = state_q == StQuery;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q       <= StIdle;
      weighing_q    <= 1'b0;
      weigh_valid_q <= '0;
    end else begin
      state_q       <= state_d;
      weigh_valid_q <= {weigh_valid_q[9:1], read};
      if (state_q == StMove) weighing_q <= count_q != (PositionBits+1)'(1);
      else if (weigh_q + 1'b1 == weigh_end_q) weighing_q <= 1'b0;
    end
  end
  always_ff @(posedge clk_i) begin
    if (start_i) begin
      left_q     <= positions_i;
      one_left_q <= positions_i == 32'd1;
      begun_q    <= 1'b0;
      old_q      <= 1'b0;
      last_q     <= 1'b0;
    end else begin
      if (row_end) begin
        left_q     <= left_q - 32'd1;
        one_left_q <= left_q == 32'd2;
      end
      if (state_q == StStream) count_q <= (PositionBits+1)'(position) + 1'b1;
      if (realigned_o) begin
        begun_q <= 1'b1;
        old_q   <= 1'b1;
        last_q  <= left_q == '0;
      end
    end
    if (state_q == StMove) begin
      lead_q      <= 4'd1;
      beat_q      <= '0;
      weigh_end_q <= count_q;
      after_q     <= left_q + 32'(count_q) - 32'd1;
    end else begin
      if (weighing_q) after_q <= after_q - 32'd1;
      if (!lead_end) lead_q <= lead_q + 4'd1;
      if (beat_end && !last_beat) beat_q <= ahead_q[BeatBits-1:0];
    end
    if (start_i || realigned_o)  moves_q <= 1'b0;
    else if (state_q == StDrain) moves_q <= 1'b1;
    if (state_q == StDrain) ahead_q <= '0;
    else if (state_q == StMove || (beat_end && !last_beat)) ahead_q <= ahead_q + 1'b1;
    weigh_q <= state_q == StMove ? (PositionBits+1)'(1) : weigh_q + (PositionBits+1)'(weighing_q);
    at_q     <= {weigh_o.read_position, at_q[10*PositionBits-1:PositionBits]};
    behind_q <= {most(after_q), behind_q[8*QueryBits-1:QueryBits]};
  end

  `TRINE_ASSERT(StartWhenIdle_A, !start_i || state_q == StIdle)
  `TRINE_ASSERT(ChunkIsWhole_A, !realigned_o || left_q == '0 || count_q == chunk)
  `TRINE_ASSERT(LastIsKnown_A, state_q != StStream || one_left_q == (left_q == 32'd1))

endmodule
