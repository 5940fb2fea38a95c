// SPDX-License-Identifier: Apache-2.0
//
// Proof of trine_gray_walk: from a start on, 242 steps lead to every other set byte once, each a digit up or down from
// the last; `last_o` comes with the last step and not before.
//
// A byte's place in the walk is known from its digits alone: of a reflected code, digit i runs backwards while the
// places above it add up to an odd number. So the walk is at the k-th byte after k steps, and no two bytes share a
// place.

logic f_past_valid_q = 1'b0, f_started_q = 1'b0;
always_ff @(posedge clk_i) f_past_valid_q <= 1'b1;
logic rst_ni;                            // Nothing is said before the first start.
assign rst_ni = f_started_q;

function automatic logic [7:0] f_byte(input logic [9:0] digits);
  f_byte = 8'(digits[1:0]) + 8'd3 * 8'(digits[3:2]) + 8'd9 * 8'(digits[5:4]) + 8'd27 * 8'(digits[7:6])
         + 8'd81 * 8'(digits[9:8]);
endfunction
// Which digits run backwards.
function automatic logic [4:0] f_back(input logic [9:0] digits);
  f_back[4] = 1'b0;
  f_back[3] = digits[8];
  f_back[2] = f_back[3] ^ digits[6];
  f_back[1] = f_back[2] ^ digits[4];
  f_back[0] = f_back[1] ^ digits[2];
endfunction
function automatic logic [7:0] f_place(input logic [9:0] digits);
  logic [4:0] back;
  back    = f_back(digits);
  f_place = (back[0] ? 8'd2 - 8'(digits[1:0]) : 8'(digits[1:0]))
          + 8'd3 * (back[1] ? 8'd2 - 8'(digits[3:2]) : 8'(digits[3:2]))
          + 8'd9 * (back[2] ? 8'd2 - 8'(digits[5:4]) : 8'(digits[5:4]))
          + 8'd27 * (back[3] ? 8'd2 - 8'(digits[7:6]) : 8'(digits[7:6])) + 8'd81 * 8'(digits[9:8]);
endfunction

// The solver chooses a byte; it counts how often the walk is there.
(* anyconst *) logic [9:0] f_digits;
logic f_three;
assign f_three = &f_digits[1:0] || &f_digits[3:2] || &f_digits[5:4] || &f_digits[7:6] || &f_digits[9:8];
always_comb assume (!f_three);
logic [1:0] f_visits_q;
logic [7:0] f_steps_q, f_last_byte_q;
logic [7:0] f_move;
assign f_move = byte_o - byte_q;
always_ff @(posedge clk_i) begin
  if (start_i) begin
    f_started_q <= 1'b1;
    f_visits_q  <= 2'(f_byte(f_digits) == 8'd0);
    f_steps_q   <= '0;
  end else if (step_i) begin
    f_steps_q <= f_steps_q + 8'd1;
    if (byte_o == f_byte(f_digits) && f_visits_q != '1) f_visits_q <= f_visits_q + 2'd1;
  end
end
always_comb assume (!step_i || (f_started_q && !start_i && f_steps_q < 8'd242));

`TRINE_ASSERT(EveryByteOnce_I, f_steps_q != 8'd242 || f_visits_q == 2'd1)
`TRINE_ASSERT(NoByteTwice_A, f_visits_q <= 2'd1)
`TRINE_ASSERT(LastTold_A, last_o == (f_steps_q == 8'd241))
`TRINE_ASSERT(SetByte_A, f_steps_q == 8'd242 || byte_o <= 8'd242)
`TRINE_ASSERT(OneDigit_A, f_steps_q == 8'd242
              || f_move == (down_o ? 8'd0 - weight : weight))
logic [7:0] f_weight;
assign f_weight = digit_o == 3'd0 ? 8'd1 : digit_o == 3'd1 ? 8'd3 : digit_o == 3'd2 ? 8'd9
                : digit_o == 3'd3 ? 8'd27 : 8'd81;
`TRINE_ASSERT(WeightOfDigit_A, weight == f_weight && digit_o <= 3'd4)

`TRINE_ASSERT(Steps_I, f_steps_q <= 8'd242 && count_q == f_steps_q)
`TRINE_ASSERT(Digits_I, !(&digits_q[1:0] || &digits_q[3:2] || &digits_q[5:4] || &digits_q[7:6] || &digits_q[9:8]))
`TRINE_ASSERT(Byte_I, byte_q == f_byte(digits_q))
`TRINE_ASSERT(Back_I, down_q == f_back(digits_q))
`TRINE_ASSERT(Place_I, f_place(digits_q) == f_steps_q)
`TRINE_ASSERT(VisitedInTurn_A, f_visits_q == 2'(f_place(f_digits) <= f_steps_q))
