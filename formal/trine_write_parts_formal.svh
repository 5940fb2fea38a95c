// SPDX-License-Identifier: Apache-2.0
//
// Proof of trine_write_parts: the transfers of a beat are its parts, lowest first, each once; the beat is taken with its
// last one or with the last one of the job, and the next beat begins with its lowest.

logic f_past_valid_q = 1'b0;
always_ff @(posedge clk_i) f_past_valid_q <= 1'b1;
always_comb if (!f_past_valid_q) assume (!rst_ni);

logic [$clog2(Ratio)-1:0] f_part_q = '0; // Transfers that the beat has given.
logic [PortWidth-1:0]     f_part;
logic                     f_waits_q = 1'b0;
logic [DataWidth-1:0]     f_beat_q, f_shifted;
assign f_shifted = data_i >> (32'(f_part_q) * PortWidth);
assign f_part    = f_shifted[PortWidth-1:0];
always_ff @(posedge clk_i) begin
  f_waits_q <= rst_ni && valid_i && !ready_o;
  f_beat_q  <= data_i;
  if (!rst_ni || (valid_i && ready_o)) f_part_q <= '0;
  else if (valid_o && ready_i)         f_part_q <= f_part_q + 1'b1;
end
always_comb if (f_waits_q) assume (valid_i && data_i == f_beat_q);

`TRINE_ASSERT(PartInOrder_A, !valid_o || data_o == f_part)
`TRINE_ASSERT(OfferedWithBeat_A, valid_o == valid_i)
`TRINE_ASSERT(TakenWithLast_A, ready_o == (ready_i && (end_i || 32'(f_part_q) == Ratio - 1)))
(* peek = "gen_cut.place_q" *) logic [$clog2(Ratio)-1:0] f_place;
`TRINE_ASSERT(Place_I, f_place == f_part_q)
