// SPDX-License-Identifier: Apache-2.0

/// Makes one event of each beat that a command uses: those of its data a cycle after they move,
/// those of its own words, which were read ahead, in the cycles between.
///
/// `begin_i` with `here_i` adds the beats of the words, only while `counted_o`.  So READ_BEATS
/// counts what the commands that ran have read, whatever was read ahead and dropped.
module trine_beat_count #(
  parameter int unsigned Groups = 16
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic begin_i,
  input  logic here_i,
  input  logic used_i,       // A beat of data moves.
  output logic event_o,
  output logic counted_o
);

  localparam int unsigned Beats = 16 / Groups;

  // That a beat moves is known late in a cycle: it is an event of the next.
  logic       used_q;
  logic [4:0] left_q;
  assign counted_o = left_q == '0;
  assign event_o   = used_q || !counted_o;

  always_ff @(posedge clk_i) begin
    used_q <= rst_ni && used_i;
    if (!rst_ni) left_q <= '0;
    else if (begin_i && here_i) left_q <= 5'(Beats);
    else if (!used_q && !counted_o) left_q <= left_q - 5'd1;
  end

endmodule
