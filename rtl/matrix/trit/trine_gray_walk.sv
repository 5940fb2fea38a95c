// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Ternary reflected Gray code over five digits: every set byte once, each one digit away from
/// the last.  The outputs describe the step that `step_i` takes; `byte_o` is where it leads.
/// Starts at byte 0 (all trits -1), 242 steps, then `last_o`.
module trine_gray_walk (
  input  logic       clk_i,
  input  logic       start_i,   // Back to byte 0.
  input  logic       step_i,
  output logic [2:0] digit_o,   // The digit that moves.
  output logic       down_o,    // It falls by one; otherwise it rises.
  output logic [7:0] byte_o,    // The byte after the step.
  output logic       last_o     // The byte after this step is the last one.
);

  logic [9:0] digits_q;         // Digit i in bits 2*i +: 2, 0..2.
  logic [4:0] down_q;           // Direction of each digit.
  logic [7:0] byte_q, count_q;

  logic [3:0] movable;         // When none of these can move, digit 4 does.
  always_comb begin
    for (int unsigned i = 0; i < 4; i++) begin
      movable[i] = down_q[i] ? digits_q[2*i +: 2] != 2'd0 : digits_q[2*i +: 2] != 2'd2;
    end
  end

  logic [7:0] weight;           // 3^digit
  always_comb begin
    digit_o = 3'd4;
    weight  = 8'd81;
    if (movable[0]) begin
      digit_o = 3'd0;
      weight  = 8'd1;
    end else if (movable[1]) begin
      digit_o = 3'd1;
      weight  = 8'd3;
    end else if (movable[2]) begin
      digit_o = 3'd2;
      weight  = 8'd9;
    end else if (movable[3]) begin
      digit_o = 3'd3;
      weight  = 8'd27;
    end
  end
  assign down_o = down_q[digit_o];
  assign byte_o = down_o ? byte_q - weight : byte_q + weight;
  assign last_o = count_q == 8'd241;

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      digits_q <= '0;
      down_q   <= '0;
      byte_q   <= '0;
      count_q  <= '0;
    end else if (step_i) begin
      byte_q  <= byte_o;
      count_q <= count_q + 8'd1;
      for (int unsigned i = 0; i < 5; i++) begin
        if (3'(i) == digit_o) begin
          digits_q[2*i +: 2] <= down_o ? digits_q[2*i +: 2] - 2'd1 : digits_q[2*i +: 2] + 2'd1;
        end
        if (3'(i) < digit_o) down_q[i] <= !down_q[i];
      end
    end
  end

`ifdef FORMAL_TRINE_GRAY_WALK
  `include "trine_gray_walk_formal.svh"
`endif

endmodule
