// SPDX-License-Identifier: Apache-2.0
//
// Proof of trine_beat_router: each beat goes to the one whose job it belongs to, to nobody else, while
// it is his turn, and no job is lost.
//
// The solver marks one beat of one job as the job is noted. `f_ahead_q` counts the beats in front of it;
// at 0 the beat that comes is the marked one.

(* anyseq *) logic        f_mark;
(* anyseq *) logic [31:0] f_offset;            // Beats from the beginning of its job.

logic f_past_valid_q = 1'b0;
always_ff @(posedge clk_i) f_past_valid_q <= 1'b1;
always_comb assume (rst_ni == f_past_valid_q);
// The sums of lengths that this proof needs are small: jobs of up to 15 beats.
localparam int unsigned DueBits = 8;
always_comb assume (job_i.beats != '0 && job_i.beats <= 32'd15);

logic [DueBits-1:0] f_due_q = '0, f_ahead_q;          // Beats that are to come, those before the marked one.
logic        f_marked_q = 1'b0, f_turn_q;
logic [1:0]  f_reader_q;
logic        f_noted;
assign f_noted = job_valid_i && job_ready_o && !gate_i.drop;
// Beats come for jobs alone, no sooner than the cycle after.
always_comb if (!gate_i.drop && f_due_q == '0) assume (!beat_valid_i);
// trine_control proves it (StopWhenNoneRuns_A).
always_comb assume (!(gate_i.drop && gate_i.running));
logic f_moves;
assign f_moves = beat_valid_i && beat_ready_o;

always_ff @(posedge clk_i) begin
  if (!rst_ni || gate_i.drop) begin
    f_due_q    <= '0;
    f_marked_q <= 1'b0;
  end else begin
    f_due_q <= f_due_q + (f_noted ? DueBits'(job_i.beats) : '0) - DueBits'(f_moves);
    if (!f_marked_q) begin
      if (f_mark && f_noted && f_offset < job_i.beats) begin
        f_marked_q <= 1'b1;
        f_ahead_q  <= f_due_q + DueBits'(f_offset) - DueBits'(f_moves);
        f_reader_q <= job_i.reader;
        f_turn_q   <= job_i.turn;
      end
    end else if (f_moves) begin
      if (f_ahead_q == '0) f_marked_q <= 1'b0;
      else                 f_ahead_q  <= f_ahead_q - DueBits'(1);
    end
  end
end

// Where the marked beat is: in the job whose beats come, or in the queue.
logic [Jobs:0]      f_has_mark, f_beats;
logic [DueBits*(Jobs+2)-1:0] f_before;              // Beats in front of each job.
assign f_before[DueBits-1:0]   = '0;
logic [31:0] f_left;                                // Beats of the job whose beats come.
assign f_left = fresh_q ? length_q : left_q - 32'(moved_q);
assign f_before[2*DueBits-1:DueBits]  = valid_q ? DueBits'(f_left) : '0;
assign f_has_mark[0] = valid_q && f_ahead_q < DueBits'(f_left)
                    && owner_q == 4'd1 << f_reader_q && turn_q == f_turn_q;
assign f_beats[0]    = valid_q ? f_left != '0 && f_left <= 32'd15 && last_q == (f_left == 32'd1)
                              && !(fresh_q && moved_q)
                               : owner_q == '0;
for (genvar i = 0; i < Jobs; i++) begin : gen_job
  logic [JobBits-1:0]   place;
  logic [EntryBits-1:0] entry;
  logic                 held;
  logic [DueBits-1:0]          before, into;
  assign place  = read_q + JobBits'(i);
  assign entry  = queue[place];
  assign held   = 32'(i) < 32'(count_q);
  assign before = f_before[DueBits*(i+1) +: DueBits];
  assign into   = f_ahead_q - before;
  assign f_before[DueBits*(i+2) +: DueBits] = held ? before + DueBits'(entry[31:0]) : before;
  assign f_has_mark[i+1] = held && f_ahead_q >= before && into < DueBits'(entry[31:0])
                        && entry[34:32] == {f_reader_q, f_turn_q};
  assign f_beats[i+1]    = !held || (entry[31:0] != '0 && entry[31:0] <= 32'd15);
end

logic [3:0] f_valid, f_ready, f_own;
assign f_valid = {weight_valid_o, load_valid_o, book_valid_o, list_valid_o};
assign f_ready = {weight_ready_i, load_ready_i, book_ready_i, 1'b1};
assign f_own   = 4'b0001 << f_reader_q;
logic f_here, f_his_turn;                      // The marked beat is the one that comes.
assign f_here     = f_marked_q && f_ahead_q == '0 && beat_valid_i && !gate_i.drop;
assign f_his_turn = f_reader_q == 2'(trine_control_pkg::ReadList)
                 || (gate_i.running && gate_i.turn == f_turn_q);
// The first job comes to the front a cycle after it was noted.
logic f_waited_q = 1'b0;
always_ff @(posedge clk_i) f_waited_q <= rst_ni && !gate_i.drop && f_due_q != '0 && !f_moves;

`TRINE_ASSERT(DueCounted_I, f_due_q == f_before[DueBits*(Jobs+1) +: DueBits] && 32'(count_q) <= Jobs
              && more_q == (count_q != '0))
`TRINE_ASSERT(LengthsBounded_I, &f_beats)
`TRINE_ASSERT(MarkPlaced_I, !f_marked_q || (f_ahead_q < f_due_q && f_has_mark != '0))

`TRINE_ASSERT(ToItsOwner_A, !f_here || (f_valid & ~f_own) == '0)
`TRINE_ASSERT(InHisTurn_A, !f_here || f_his_turn || f_valid == '0)
`TRINE_ASSERT(OfferedInTurn_A, !f_here || !f_his_turn || !f_waited_q || f_valid == f_own)
`TRINE_ASSERT(TakenByOwner_A, !f_here || !beat_ready_o
              || (f_his_turn && (f_valid & f_ready) == f_own))
`TRINE_ASSERT(IdleIsDone_A, idle_o == (f_due_q == '0))
`TRINE_ASSERT(DropTakesAll_A, !gate_i.drop || (beat_ready_o && f_valid == '0))
