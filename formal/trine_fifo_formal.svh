// SPDX-License-Identifier: Apache-2.0
//
// Proof of trine_fifo: no beat is lost, repeated, reordered or changed, and none is refused
// while there is room.
//
// `f_held_q` counts beats from the two handshakes alone.  The solver marks one beat as it
// enters; `f_ahead_q` counts the beats in front of it, and at 0 the output must show it.

(* anyseq *) logic f_mark;

logic f_past_valid_q = 1'b0;
always_ff @(posedge clk_i) f_past_valid_q <= 1'b1;
always_comb assume (rst_ni == f_past_valid_q);

logic f_pop;
assign f_pop = valid_o && ready_i;

logic [PtrWidth+1:0]  f_held_q   = '0;
logic                 f_marked_q = 1'b0;
logic [PtrWidth+1:0]  f_ahead_q  = '0;
logic [DataWidth-1:0] f_data_q;

logic f_waiting_q = 1'b0;
always_ff @(posedge clk_i) f_waiting_q <= rst_ni && count != '0;

always_ff @(posedge clk_i) begin
  if (rst_ni) begin
    f_held_q <= f_held_q + (PtrWidth+2)'(valid_i && ready_o) - (PtrWidth+2)'(f_pop);
    if (!f_marked_q && f_mark && valid_i && ready_o) begin
      f_marked_q <= 1'b1;
      f_data_q   <= data_i;
      f_ahead_q  <= f_held_q - (PtrWidth+2)'(f_pop);
    end else if (f_marked_q && f_pop) begin
      if (f_ahead_q == '0) f_marked_q <= 1'b0;
      else                 f_ahead_q  <= f_ahead_q - 1'b1;
    end
  end
end

// Where the marked beat lies in the RAM when it is not at the output.
assign f_ram_addr = read_ptr_q[PtrWidth-1:0] + f_ahead_q[PtrWidth-1:0] - PtrWidth'(valid_o);

always_ff @(posedge clk_i) begin
  if (rst_ni) begin
    HeldCounted_A : assert (f_held_q == (PtrWidth+2)'(count) + (PtrWidth+2)'(valid_o));
    HeldBound_A : assert (f_held_q <= (PtrWidth+2)'(Depth + 1));
    NoneRefused_A : assert (ready_o || f_held_q >= (PtrWidth+2)'(Depth));
    // What waits in the RAM is offered without being asked for.
    if (f_waiting_q) OfferedUnasked_A : assert (valid_o);
    if (f_marked_q) begin
      MarkHeld_I : assert (f_ahead_q < f_held_q);
      if (f_ahead_q == '0 && valid_o) MarkComes_A : assert (data_o == f_data_q);
      else MarkInRam_I : assert (f_ram_data == f_data_q);
    end
    cover (f_marked_q && f_ahead_q == (PtrWidth+2)'(Depth) && f_pop);
  end
end
