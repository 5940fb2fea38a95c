// SPDX-License-Identifier: Apache-2.0

/// What one command took, as a record of 64 bytes (layout: docs/driver.md).
///
/// `begin_i` and `end_i` bound a command; the counters stand still unless `enable_i`.
/// `start_i` after that sends the record in beats, lowest word first; `index_i` and `word0_i` hold
/// until `done_o`, which pulses after the last beat moved.  A beat takes a cycle for each of its
/// words, which come out of the counters one by one, and two to move.
module trine_profile #(
  parameter int unsigned Groups       = 16,
  /// Bits of the cycle counter, at most 64.
  parameter int unsigned CounterWidth = 64
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 clear_i,       // The cycle counter begins with this cycle.
  input  logic                 enable_i,
  input  logic                 busy_i,
  input  logic                 begin_i,
  input  logic                 end_i,
  input  logic [31:0]          index_i,
  input  logic [31:0]          word0_i,       // Of the command.
  // Events, one counter each: weight, read and write beats, stalls for memory, table and rows,
  // cycles of the unit.
  input  logic [6:0]           events_i,
  input  logic                 start_i,
  output logic                 done_o,
  output logic                 beat_valid_o,
  input  logic                 beat_ready_i,
  output logic [32*Groups-1:0] beat_data_o
);

  localparam int unsigned Counters  = 7;
  localparam int unsigned Words     = 16;  // Of a record.
  localparam int unsigned WordBits  = $clog2(Words);
  localparam int unsigned LaneBits  = $clog2(Groups);

  // Begin and end are known late in a cycle: what they do comes in the next, with the count of
  // cycles of before.
  logic begin_q, end_q;
  always_ff @(posedge clk_i) begin
    begin_q <= rst_ni && enable_i && begin_i;
    end_q   <= rst_ni && enable_i && end_i;
  end

  logic [CounterWidth-1:0] cycle_q, before_q, first_q, last_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni)                 cycle_q <= '0;
    else if (clear_i)            cycle_q <= CounterWidth'(enable_i && busy_i);
    else if (enable_i && busy_i) cycle_q <= cycle_q + CounterWidth'(1);
  end
  always_ff @(posedge clk_i) begin
    if (enable_i) before_q <= cycle_q;
    if (begin_q) first_q <= before_q;
    if (end_q) last_q <= before_q;
  end

  // Beats that the record itself writes are in no record: from `start_i` to the next command
  // nothing counts.
  logic taken_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni || begin_q) taken_q <= 1'b0;
    else if (start_i)       taken_q <= 1'b1;
  end

  // What decides about an event is a long path: it is counted a cycle later, before the record
  // looks at the counters.  In the cycle of `begin_i` nothing counts: the counters are cleared in
  // the next.
  logic [Counters-1:0] events_q;
  always_ff @(posedge clk_i) begin
    events_q <= rst_ni && enable_i && busy_i && (!taken_q || begin_q) ? events_i : '0;
  end

  // ---- The record, word by word ----

  logic                walks_q, move, is_count_q;
  logic [WordBits-1:0] place_q, place_d;
  logic [2:0]          number_q;         // Of the counter at this place.
  logic [31:0]         count, word;
  // A word that was read: of a counter, which comes now, or another one; the last of its beat.
  logic                moved_q, was_count_q, ends_q;
  logic [31:0]         word_q;
  assign move    = walks_q && !beat_valid_o && !(moved_q && ends_q);
  assign place_d = start_i ? '0 : place_q + 1'b1;

  trine_event_counts #(
    .Counters (Counters),
    .Width    (32)
  ) u_counts (
    .clk_i,
    .rst_ni,
    .clear_i  (begin_q),
    .events_i (events_q),
    .read_i   (move && is_count_q),
    .number_i (number_q),
    .value_o  (count)
  );

  // Nothing is worked out (in simulation) while no record leaves.
  always_comb begin
    word = '0;
    if (move) begin
      unique case (place_q)
        4'd0:    word = index_i;
        4'd1:    word = word0_i;
        4'd2:    word = first_q[31:0];
        4'd3:    word = 32'(first_q[CounterWidth-1:32]);
        4'd4:    word = last_q[31:0];
        4'd5:    word = 32'(last_q[CounterWidth-1:32]);
        default: ;                       // A counter, or 0.
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      walks_q      <= 1'b0;
      beat_valid_o <= 1'b0;
      moved_q      <= 1'b0;
      done_o       <= 1'b0;
    end else begin
      done_o <= beat_valid_o && beat_ready_i && !walks_q;
      if (start_i) walks_q <= 1'b1;
      else if (move && &place_q) walks_q <= 1'b0;
      moved_q <= move;
      beat_valid_o <= (moved_q && ends_q) || (beat_valid_o && !beat_ready_i);
    end
  end
  always_ff @(posedge clk_i) begin
    if (start_i || move) begin
      place_q    <= place_d;
      number_q   <= 3'(place_d - WordBits'(6));
      is_count_q <= place_d >= WordBits'(6) && place_d < WordBits'(6 + Counters);
    end
    if (move) begin
      word_q      <= word;
      was_count_q <= is_count_q;
      ends_q      <= Groups == 1 || &place_q[LaneBits > 0 ? LaneBits - 1 : 0 : 0];
    end
    if (moved_q)
      beat_data_o <= (32*Groups)'({was_count_q ? count : word_q, beat_data_o} >> 32);
  end

endmodule
