// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Gives each beat of the read stream to the one who asked for it.
///
/// `job_valid_i` notes a read job as the DMA takes it, while `job_ready_o`; beats come in the order
/// of the jobs.  Beats of the list leave at once; those of a command only while `gate_i` says that
/// it is that command's turn and that its unit runs.  `gate_i.drop` lets everything pass into
/// nothing and forgets the jobs.  Combinational from beat to beat; the jobs are in registers.
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

  // The job whose beats come now, and those behind it.
  logic                      valid_q, turn_q;
  logic [1:0]                reader_q;
  logic [31:0]               left_q;
  logic [EntryBits-1:0]      queue [Jobs];             // In order from `read_q` on.
  logic [JobBits-1:0]        read_q;
  logic [JobBits:0]          count_q;

  logic mine, moves, last, advance, push, pop;
  assign mine    = gate_i.running && gate_i.turn == turn_q;
  assign moves   = beat_valid_i && beat_ready_o;
  assign last    = left_q == 32'd1;
  assign advance = !valid_q || (moves && last);
  assign push    = job_valid_i && job_ready_o;
  assign pop     = advance && count_q != '0;

  assign job_ready_o = !count_q[JobBits];
  assign idle_o      = !valid_q && count_q == '0;

  // Whom it goes to; to nobody without a job.
  always_comb begin
    list_valid_o   = 1'b0;
    book_valid_o   = 1'b0;
    load_valid_o   = 1'b0;
    weight_valid_o = 1'b0;
    beat_ready_o   = gate_i.drop;
    if (valid_q && !gate_i.drop) begin
      unique case (reader_q)
        2'(trine_control_pkg::ReadList): begin
          list_valid_o = beat_valid_i;
          beat_ready_o = 1'b1;
        end
        2'(trine_control_pkg::ReadBook): begin
          book_valid_o = beat_valid_i && mine;
          beat_ready_o = book_ready_i && mine;
        end
        2'(trine_control_pkg::ReadLoad): begin
          load_valid_o = beat_valid_i && mine;
          beat_ready_o = load_ready_i && mine;
        end
        default: begin
          weight_valid_o = beat_valid_i && mine;
          beat_ready_o   = weight_ready_i && mine;
        end
      endcase
    end
  end
  assign used_o = moves && !list_valid_o && !gate_i.drop;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || gate_i.drop) begin
      valid_q <= 1'b0;
      count_q <= '0;
      read_q  <= '0;
    end else begin
      if (advance) valid_q <= count_q != '0;
      if (push != pop) count_q <= push ? count_q + 1'b1 : count_q - 1'b1;
      if (pop) read_q <= read_q + 1'b1;
    end
  end
  always_ff @(posedge clk_i) begin
    if (pop) {reader_q, turn_q, left_q} <= queue[read_q];
    else if (moves) left_q <= left_q - 32'd1;
    if (push) queue[read_q + count_q[JobBits-1:0]] <= {job_i.reader, job_i.turn, job_i.beats};
  end

  logic unused_ok;
  assign unused_ok = ^{job_i, gate_i.clear};

  `TRINE_ASSERT(BeatHasJob_A, !beat_valid_i || valid_q || count_q != '0 || gate_i.drop)
  `TRINE_ASSERT(BeatsLeft_A, !valid_q || left_q != '0)

`ifdef FORMAL_TRINE_BEAT_ROUTER
  `include "trine_beat_router_formal.svh"
`endif

endmodule
