// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// The FP16 engine: a row-major stream of FP16 weights and quantized activations in, accumulators
/// `A[r]` out (docs/numerics.md).
///
/// A beat holds 2 * Groups weights; a row has whole groups of 16 columns and whole beats.  Takes a
/// beat a cycle from the moment all activations are quantized; rows follow each other without a
/// bubble.  With `slow_i`, rows end at most every other cycle.  The accumulator comes eight cycles
/// after the last beat of its row.  After the rows of the matrix come zeros up to a multiple of
/// 16 rows, without weights.  `weight_ready_o` does not depend on `weight_valid_i`.
module trine_f16_engine #(
  parameter  int unsigned Groups     = 16,
  parameter  int unsigned ActWidth   = 12,
  parameter  int unsigned QuantLanes = 4,
  parameter  int unsigned GroupWidth = 10,        // $clog2 of the groups of the longest vector.
  /// 1: a parity bit for each word of the memories; a word that is used with a wrong one is told.
  parameter  int unsigned Parity     = 0,
  localparam int unsigned AccWidth   = 64,
  localparam int unsigned WordAddr   = GroupWidth + 4 - $clog2(QuantLanes)
) (
  input  logic                           clk_i,
  input  logic                           rst_ni,
  input  logic                           start_i,
  input  logic                           slow_i,
  input  logic [31:0]                    rows_i,
  input  logic [GroupWidth:0]            groups_i,      // Of a row; whole beats.
  output logic                           nonfinite_o,   // A weight is Inf or NaN.
  output logic                           overflow_o,    // An accumulator saturated.
  output logic                           bad_parity_o,
  // From the quantizer.
  input  logic                           mant_write_i,
  input  logic [WordAddr-1:0]            mant_addr_i,
  input  logic [QuantLanes*ActWidth-1:0] mant_data_i,
  input  logic                           exp_write_i,
  input  logic [7:0]                     exp_data_i,
  input  logic                           exponents_i,   // All are written; max_exp_i is final.
  input  logic [7:0]                     max_exp_i,
  input  logic                           weight_valid_i,
  output logic                           weight_ready_o,
  input  logic [32*Groups-1:0]           weight_data_i,
  output trine_matrix_pkg::stall_t       stall_o,
  output logic                           acc_valid_o,
  output logic [AccWidth-1:0]            acc_o
);

  localparam int unsigned Terms      = (Groups > 8) ? Groups / 8 : 1;   // Groups in a beat,
  localparam int unsigned GroupBeats = (Groups < 8) ? 8 / Groups : 1;   // beats in a group.
  localparam int unsigned Lanes      = 2 * Groups / Terms;
  localparam int unsigned BeatWidth  = GroupWidth + 4 - $clog2(2 * Groups);
  localparam int unsigned TermWidth  = ActWidth + 45;

  // ---- Place in the matrix ----

  logic                 active_q, ended_q;
  logic [31:0]          row_q, total;
  logic [BeatWidth-1:0] beat_q;
  logic [BeatWidth:0]   beats;
  assign total = (rows_i + 32'd15) & ~32'd15;
  if (Groups > 8) begin : gen_wide
    assign beats = groups_i[GroupWidth:GroupWidth-BeatWidth];
    logic unused_group;
    assign unused_group = ^groups_i[GroupWidth-BeatWidth-1:0];
  end else begin : gen_narrow
    assign beats = (BeatWidth+1)'(groups_i) << $clog2(GroupBeats);
  end

  // `hold`: the row before ended just now and this step would end another one.
  logic padding_q, last_beat_q, hold, accept, row_end, final_q;   // `final_q`: no row follows.
  logic [BeatWidth-1:0] beat_d;
  assign beat_d    = last_beat_q ? '0 : beat_q + 1'b1;
  assign hold      = slow_i && ended_q && (padding_q || last_beat_q);
  assign weight_ready_o = active_q && exponents_i && !padding_q && !hold;
  assign accept    = weight_valid_i && weight_ready_o;
  assign row_end   = padding_q ? active_q && exponents_i && !hold : accept && last_beat_q;

  assign stall_o.memory = active_q && !padding_q && !weight_valid_i;
  assign stall_o.tables = active_q && weight_valid_i && !exponents_i;
  assign stall_o.rows   = active_q && weight_valid_i && exponents_i && !padding_q && hold;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || start_i) begin
      active_q <= rst_ni && start_i;
      ended_q  <= 1'b0;
      row_q    <= '0;
      beat_q   <= '0;
      padding_q   <= 1'b0;
      final_q   <= 1'b0;
      last_beat_q <= beats == (BeatWidth+1)'(1);
    end else if (active_q) begin
      ended_q <= row_end;
      if (accept) begin
        beat_q    <= beat_d;
        last_beat_q <= (BeatWidth+1)'(beat_d) + 1'b1 == beats;
      end
      if (row_end) begin
        row_q   <= row_q + 32'd1;
        padding_q <= padding_q || row_q + 32'd1 == rows_i;
        final_q <= row_q + 32'd2 == total;
        if (final_q) active_q <= 1'b0;
      end
    end
  end

  // ---- Pipeline: read, sign, multiply, shift, sum, align, add, out ----

  // Bit n: n + 1 cycles after the beat was accepted.
  logic [5:0] beat_valid_q, row_first_q, group_first_q, group_last_q;
  logic [6:0] row_end_q;
  logic       group_first, group_last;
  assign group_first = (beat_q & BeatWidth'(GroupBeats - 1)) == '0;
  assign group_last  = (beat_q & BeatWidth'(GroupBeats - 1)) == BeatWidth'(GroupBeats - 1);
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      beat_valid_q <= '0;
      row_end_q    <= '0;
    end else begin
      beat_valid_q <= {beat_valid_q[4:0], accept};
      row_end_q    <= {row_end_q[5:0], row_end};
    end
  end
  always_ff @(posedge clk_i) begin
    row_first_q   <= {row_first_q[4:0], beat_q < BeatWidth'(GroupBeats)};
    group_first_q <= {group_first_q[4:0], group_first};
    group_last_q  <= {group_last_q[4:0], group_last};
  end

  logic [32*Groups-1:0]          weights_q;
  logic [2*Groups*ActWidth-1:0]  mants;
  logic [8*Terms-1:0]            exps;
  logic                          bad_word;
  always_ff @(posedge clk_i) begin
    if (accept) weights_q <= weight_data_i;
  end
  trine_f16_activations #(
    .Groups     (Groups),
    .ActWidth   (ActWidth),
    .QuantLanes (QuantLanes),
    .GroupWidth (GroupWidth),
    .Parity     (Parity)
  ) u_activations (
    .clk_i,
    .mant_write_i,
    .mant_addr_i,
    .mant_data_i,
    .exp_write_i,
    .exp_data_i,
    .read_i  (accept),
    .beat_i  (beat_q),
    .mants_o (mants),
    .exps_o  (exps),
    .bad_parity_o (bad_word)
  );

  logic [Terms-1:0]           bad_weights;
  logic [TermWidth*Terms-1:0] terms;
  for (genvar t = 0; t < Terms; t++) begin : gen_term
    // How far this group lies below the largest; the shift of a group of zeros does not matter.
    logic [7:0] distance;
    logic [5:0] align_shift;
    assign distance    = max_exp_i - exps[8*t +: 8];
    assign align_shift = (distance > 8'd63) ? 6'd63 : distance[5:0];
    trine_f16_dot #(.Lanes(Lanes), .ActWidth(ActWidth)) u_dot (
      .clk_i,
      .sign_i        (beat_valid_q[0]),
      .weights_i     (weights_q[16*Lanes*t +: 16*Lanes]),
      .mants_i       (mants[ActWidth*Lanes*t +: ActWidth*Lanes]),
      .align_shift_i (align_shift),
      .multiply_i    (beat_valid_q[1]),
      .shift_i       (beat_valid_q[2]),
      .sum_i         (beat_valid_q[3]),
      .first_i       (group_first_q[3]),
      .align_i       (beat_valid_q[4] && group_last_q[4]),
      .nonfinite_o   (bad_weights[t]),
      .term_o        (terms[TermWidth*t +: TermWidth])
    );
  end

  trine_f16_sum #(.Terms(Terms), .TermWidth(TermWidth)) u_sum (
    .clk_i,
    .clear_i (!rst_ni || start_i),
    .add_i   (beat_valid_q[5] && group_last_q[5]),
    .first_i (row_first_q[5]),
    .terms_i (terms),
    .overflow_o,
    .acc_o
  );
  assign acc_valid_o = row_end_q[6];

  always_ff @(posedge clk_i) begin
    if (!rst_ni || start_i) nonfinite_o <= 1'b0;
    else if (beat_valid_q[1] && |bad_weights) nonfinite_o <= 1'b1;
  end

  if (Parity != 0) begin : gen_parity
    always_ff @(posedge clk_i) begin
      if (!rst_ni || start_i) bad_parity_o <= 1'b0;
      else if (bad_word) bad_parity_o <= 1'b1;
    end
  end else begin : gen_no_parity
    assign bad_parity_o = 1'b0;
    logic unused_bad;
    assign unused_bad = bad_word;
  end

  logic unused_ok;
  assign unused_ok = ^{group_first_q[5:4]};

  `TRINE_ASSERT(StartWhenIdle_A, !start_i || (!active_q && beat_valid_q == '0 && row_end_q == '0))

endmodule
