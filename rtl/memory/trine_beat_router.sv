// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Gives each beat of the read stream to the one who asked for it.
///
/// `job_valid_i` notes a read job as the DMA takes it, while `job_ready_o`; beats come in the order
/// of the jobs.  Beats of the list leave at once; those of a command only while `gate_i` says that
/// it is that command's turn and that its unit runs.  `gate_i.drop`, only while no unit runs, lets
/// everything pass into nothing and forgets the jobs.  Combinational from beat to beat; the jobs
/// are in registers.
module trine_beat_router #(
  /// Jobs that may be under way.
  localparam int unsigned Jobs = 4
) (
  input  logic                          clk_i,
  input  logic                          rst_ni,
  // Jobs
  input  logic                          job_valid_i,
  output logic                          job_ready_o,
  input  trine_control_pkg::read_job_t  job_i,
  input  trine_control_pkg::read_gate_t gate_i,
  output logic                          idle_o,         // No beat is wanted.
  // Beats: the data goes to all
  input  logic                          beat_valid_i,
  output logic                          beat_ready_o,
  output logic                          list_valid_o,   // Always taken.
  output logic                          book_valid_o,
  input  logic                          book_ready_i,
  output logic                          load_valid_o,
  input  logic                          load_ready_i,
  output logic                          weight_valid_o,
  input  logic                          weight_ready_i,
  output logic                          used_o          // A beat of the running command moves.
);

  localparam int unsigned JobBits   = $clog2(Jobs);
  localparam int unsigned EntryBits = 2 + 1 + 32;

  // The job whose beats come now, and those behind it.  Whether a beat moves is known late in a
  // cycle: so its owner is a bit of `owner_q`, by the number of a reader, whether it is the last is
  // known before it comes, and what is left of the job is worked out a cycle later.
  logic                      valid_q, turn_q, last_q;
  logic [3:0]                owner_q;
  logic                      fresh_q;                  // The job began with this cycle,
  logic [31:0]               length_q;                 // which is its length.
  logic                      moved_q;                  // A beat of it moved in the last cycle,
  logic [31:0]               left_q;                   // which this still counts.
  logic [EntryBits-1:0]      queue [Jobs];             // In order from `read_q` on.
  logic [JobBits-1:0]        read_q;
  logic [JobBits:0]          count_q;
  logic                      more_q;                   // There is one.

  logic mine, taken, moves, advance, push, pop;
  assign mine    = gate_i.running && gate_i.turn == turn_q;
  assign moves   = beat_valid_i && taken;          // Or it is dropped, as is all else.
  assign advance = !valid_q || (moves && last_q);
  assign push    = job_valid_i && job_ready_o;
  assign pop     = advance && more_q;

  assign job_ready_o = !count_q[JobBits];
  assign idle_o      = !valid_q && !more_q;

  // Whom it goes to; to nobody without a job, whose `owner_q` is 0.
  logic list, book, load, weight;
  assign list    = owner_q[trine_control_pkg::ReadList];
  assign book    = owner_q[trine_control_pkg::ReadBook]    && mine;
  assign load    = owner_q[trine_control_pkg::ReadLoad]    && mine;
  assign weight  = owner_q[trine_control_pkg::ReadWeights] && mine;
  assign list_valid_o   = list   && beat_valid_i && !gate_i.drop;
  assign book_valid_o   = book   && beat_valid_i;
  assign load_valid_o   = load   && beat_valid_i;
  assign weight_valid_o = weight && beat_valid_i;
  assign taken          = list || (book && book_ready_i) || (load && load_ready_i)
                       || (weight && weight_ready_i);
  assign beat_ready_o   = gate_i.drop || taken;
  assign used_o = moves && !list;

  // With one beat behind the one that comes.
  logic        two_left;
  assign two_left = fresh_q ? length_q == 32'd2 : left_q == (moved_q ? 32'd3 : 32'd2);

  logic [1:0]  next_reader;
  logic        next_turn;
  logic [31:0] next_beats;
  assign {next_reader, next_turn, next_beats} = queue[read_q];
  always_ff @(posedge clk_i) begin
    if (!rst_ni || gate_i.drop) begin
      valid_q <= 1'b0;
      owner_q <= '0;
      fresh_q <= 1'b0;
      moved_q <= 1'b0;
      count_q <= '0;
      more_q  <= 1'b0;
      read_q  <= '0;
    end else begin
      if (advance) begin
        valid_q <= more_q;
        owner_q <= more_q ? 4'd1 << next_reader : '0;
      end
      fresh_q <= pop;
      moved_q <= moves && !advance;
      if (push != pop) count_q <= push ? count_q + 1'b1 : count_q - 1'b1;
      more_q <= push || (pop ? count_q > (JobBits+1)'(1) : more_q);
      if (pop) read_q <= read_q + 1'b1;
    end
  end
  always_ff @(posedge clk_i) begin
    if (pop) begin
      turn_q <= next_turn;
      last_q <= next_beats == 32'd1;
    end else if (moves) begin
      last_q <= two_left;
    end
    length_q <= next_beats;
    if (fresh_q)      left_q <= length_q;
    else if (moved_q) left_q <= left_q - 32'd1;
    if (push) queue[read_q + count_q[JobBits-1:0]] <= {job_i.reader, job_i.turn, job_i.beats};
  end

  logic unused_ok;
  assign unused_ok = ^{job_i, gate_i.clear};

  `TRINE_ASSERT(BeatHasJob_A, !beat_valid_i || valid_q || count_q != '0 || gate_i.drop)
  `TRINE_ASSERT(NoneRuns_A, !(gate_i.drop && gate_i.running))
  `TRINE_ASSERT(BeatsLeft_A, !valid_q || (fresh_q ? length_q : left_q - 32'(moved_q)) != '0)

`ifdef FORMAL_TRINE_BEAT_ROUTER
  `include "trine_beat_router_formal.svh"
`endif

endmodule
