// SPDX-License-Identifier: Apache-2.0
//
// Proof of trine_row_gearbox: whatever the gaps, the n-th row has the units n * t to n * t + t - 1 of the beats, t = bits
// of a tail code: each leaves once, in order and unchanged. A row is ready at the latest four cycles after its last
// unit came.
//
// The solver marks one unit as it comes; `f_ahead_q` counts the units before it that have not left.

logic f_past_valid_q = 1'b0;
always_ff @(posedge clk_i) f_past_valid_q <= 1'b1;
always_comb if (!f_past_valid_q) assume (!rst_ni);

(* anyconst *) logic [2:0] f_depth;
always_comb begin
  assume (f_depth >= 3'd1 && f_depth <= 3'd4 && depth_i == f_depth);
  assume (!row_i || (row_ready_o && !clear_i));
  assume (!clear_i || !beat_valid_i);
end

(* anyseq *) logic       f_mark;
(* anyseq *) logic [4:0] f_mark_unit;    // Of its beat.
localparam int unsigned CountBits = PtrWidth + 8;
logic [CountBits-1:0] f_held_q = '0;     // Units that came and have not left.
logic [CountBits-1:0] f_ahead_q;
logic                 f_marked_q = 1'b0, f_left_q = 1'b0;
logic [Groups-1:0]    f_unit_q;
logic [3:0]           f_bits, f_at_q;
logic [BeatWidth-1:0] f_at_mark;
assign f_bits    = trine_pkg::tail_bits(depth_i);
assign f_at_mark = beat_data_i >> (32'(f_mark_unit) * Groups);
always_ff @(posedge clk_i) begin
  f_left_q <= 1'b0;
  if (!rst_ni || clear_i) begin
    f_held_q   <= '0;
    f_marked_q <= 1'b0;
  end else begin
    f_held_q <= f_held_q + (push ? CountBits'(32) : '0) - (row_i ? CountBits'(f_bits) : '0);
    if (!f_marked_q && f_mark && push) begin
      f_marked_q <= 1'b1;
      f_unit_q   <= f_at_mark[Groups-1:0];
      f_ahead_q  <= f_held_q + CountBits'(f_mark_unit) - (row_i ? CountBits'(f_bits) : '0);
    end else if (f_marked_q && row_i) begin
      f_ahead_q <= f_ahead_q - CountBits'(f_bits);
      if (f_ahead_q < CountBits'(f_bits)) begin
        f_marked_q <= 1'b0;
        f_left_q   <= 1'b1;
        f_at_q     <= f_ahead_q[3:0];
      end
    end
  end
end
logic [RowWidth-1:0] f_in_row;
assign f_in_row = codes_o >> (32'(f_at_q) * Groups);
`TRINE_ASSERT(MarkLeaves_A, !f_left_q || f_in_row[Groups-1:0] == f_unit_q)
`TRINE_ASSERT(RowIsWhole_A, !row_ready_o || f_held_q >= CountBits'(f_bits))
`TRINE_ASSERT(NoUnitLost_A, beat_ready_o || f_held_q >= CountBits'(32 * FifoDepth))

logic [2:0] f_waits_q = '0;              // Cycles since a whole row is here.
always_ff @(posedge clk_i)
  f_waits_q <= !rst_ni || clear_i || row_i || row_ready_o || f_held_q < CountBits'(f_bits) ? '0 : f_waits_q + 3'd1;
`TRINE_ASSERT(ReadyInTime_A, f_waits_q <= 3'd3)

// ---- Invariants: where the marked unit lies ----

logic [PtrWidth:0]    f_fifo;            // Beats in the FIFO.
logic [CountBits-1:0] f_from_low;        // Units from the first of the window to the marked one.
logic [CountBits-6:0] f_beat, f_window;  // The same in beats; beats of the window.
logic [PtrWidth-1:0]  f_index;
logic [BeatWidth-1:0] f_where;
logic [BeatWidth-1:0] f_there;
assign f_fifo     = write_q - read_q;
assign f_from_low = f_ahead_q + CountBits'(start_q);
assign f_beat     = f_from_low[CountBits-1:5];
assign f_window   = (CountBits-5)'(low_valid_q) + (CountBits-5)'(high_valid_q);
assign f_index    = read_q[PtrWidth-1:0] + PtrWidth'(f_beat - f_window);
assign f_where    = f_beat == '0 && low_valid_q ? low_q
                  : f_beat < f_window ? high_q : mem[f_index];
assign f_there    = f_where >> (32'(f_from_low[4:0]) * Groups);
`TRINE_ASSERT(Held_I, f_held_q + CountBits'(start_q)
              == (CountBits'(f_fifo) + CountBits'(f_window)) << 5)
`TRINE_ASSERT(Fifo_I, f_fifo <= (PtrWidth+1)'(FifoDepth))
`TRINE_ASSERT(Full_I, full_q == (f_fifo == (PtrWidth+1)'(FifoDepth)))
logic [5:0] f_next;
assign f_next = {1'b0, start_q} + {2'b00, f_bits};
`TRINE_ASSERT(Fits_I, fits_q == (f_next <= 6'd32) && crosses_q == f_next[5])
`TRINE_ASSERT(Start_I, low_valid_q || start_q == '0)
`TRINE_ASSERT(MarkHeld_I, !f_marked_q || f_ahead_q < f_held_q)
`TRINE_ASSERT(MarkPlaced_I, !f_marked_q || f_there[Groups-1:0] == f_unit_q)
`TRINE_ASSERT(Waits_I, f_waits_q < 3'd1 || (f_waits_q == 3'd1 ? low_valid_q || high_valid_q || f_fifo != '0 : 1'b1))
