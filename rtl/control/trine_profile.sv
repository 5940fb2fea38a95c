// SPDX-License-Identifier: Apache-2.0

/// What one command took, as a record of 64 bytes (layout: docs/driver.md).
///
/// `begin_i` and `end_i` bound a command; the counters stand still unless `enable_i`.
/// `start_i` after that sends the record in beats, lowest word first; `index_i` and `word0_i` hold
/// until `done_o`, which pulses after the last beat moved.
module trine_profile #(
  parameter int unsigned Groups       = 16,
  /// Bits of the cycle counter, at most 64.
  parameter int unsigned CounterWidth = 64
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 clear_i,       // Zeroes the cycle counter.
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
  localparam int unsigned Beats     = 16 / Groups;
  localparam int unsigned PlaceBits = Beats > 1 ? $clog2(Beats) : 1;

  logic [CounterWidth-1:0] cycle_q, first_q, last_q;
  logic [32*Counters-1:0] counts_q;
  logic [PlaceBits-1:0]   place_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) cycle_q <= '0;
    else if (enable_i && busy_i) cycle_q <= cycle_q + CounterWidth'(1);
  end

  // Beats that the record itself writes are in no record: from `start_i` to the next command
  // nothing counts.
  logic taken_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni || begin_i) taken_q <= 1'b0;
    else if (start_i)       taken_q <= 1'b1;
  end

  always_ff @(posedge clk_i) begin
    if (enable_i && begin_i) begin
      first_q  <= cycle_q;
      counts_q <= '0;
    end else if (enable_i && busy_i && !taken_q) begin
      for (int unsigned i = 0; i < Counters; i++) begin
        if (events_i[i]) counts_q[32*i +: 32] <= counts_q[32*i +: 32] + 32'd1;
      end
    end
    if (enable_i && end_i) last_q <= cycle_q;
  end

  logic [511:0] record;
  assign record = {96'd0, counts_q, 64'(last_q), 64'(first_q), word0_i, index_i};

  // Nothing is worked out (in simulation) while no record leaves.
  always_comb begin
    beat_data_o = '0;
    if (beat_valid_o) beat_data_o = record[Beats > 1 ? 32 * Groups * 32'(place_q) : 0 +: 32*Groups];
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      beat_valid_o <= 1'b0;
      done_o       <= 1'b0;
    end else begin
      done_o <= 1'b0;
      if (start_i) beat_valid_o <= 1'b1;
      else if (beat_valid_o && beat_ready_i && place_q == PlaceBits'(Beats - 1)) begin
        beat_valid_o <= 1'b0;
        done_o       <= 1'b1;
      end
    end
  end
  always_ff @(posedge clk_i) begin
    if (start_i) place_q <= '0;
    else if (beat_valid_o && beat_ready_i) place_q <= place_q + 1'b1;
  end

endmodule
