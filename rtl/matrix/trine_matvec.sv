// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Matrix times vectors: activation quantizers, trit engine, FP16 engine, result writers.
///
/// A job runs from `start_i` (a pulse; its fields hold and were checked) to `done_o`, the cycle
/// after the last result was written.  The weight stream may come before the tables are built or,
/// for FP16 weights, before the activations are quantized.
///
/// Each activation vector lies in a bank of vector memory, at the same place, and its results go
/// to that bank.  Trit weights meet the vectors of banks 0..`bank_i`, FP16 weights that of bank
/// `bank_i`; all other banks are left alone and their contents raise no error.
module trine_matvec #(
  parameter  int unsigned Groups       = 16,
  parameter  int unsigned TileRows     = 2048,
  parameter  int unsigned Vectors      = 1,
  parameter  int unsigned ActWidth     = 12,
  parameter  int unsigned MaxCols      = 32768,
  parameter  int unsigned VectorWords  = 65536,
  parameter  int unsigned QuantLanes   = 4,
  /// 0: no FP16 engine; `f16_i` must then be 0.
  parameter  int unsigned F16Engine   = 1,
  /// 1: a parity bit for each word of the memories; a word that is used with a wrong one is told.
  parameter  int unsigned Parity       = 0,
  /// 1: the clock of an engine stands still while the other one runs.
  parameter  int unsigned ClockGates   = 0,
  localparam int unsigned VecAddrWidth = $clog2(VectorWords / Groups)
) (
  input  logic                    clk_i,
  input  logic                    clk_writer_i,   // Has all edges of `clk_i` while `writes_o`:
  output logic                    writes_o,       // results are on their way.
  input  logic                    rst_ni,
  input  logic                    runs_i,         // From a start to the next command.
  // Job.
  input  logic                    start_i,
  input  logic                    f16_i,          // FP16 weights instead of trits.
  input  logic                    raw_i,
  input  logic [3:0]              bank_i,          // Below Vectors.
  input  logic [2:0]              depth_i,
  input  logic [31:0]             rows_i,
  input  logic [31:0]             cols_i,
  input  logic [VecAddrWidth-1:0] src_beat_i,
  input  logic [VecAddrWidth-1:0] dst_beat_i,
  output logic                    done_o,
  // Data errors of this job; cleared by start_i, final at done_o.
  output logic                    bad_set_byte_o,
  output logic                    bad_tail_o,
  output logic                    nonfinite_o,
  output logic                    overflow_o,
  output logic                    bad_parity_o,   // A memory gave a word with a bit turned over.
  // Codebook, before start_i: entry 0..26 is {10'b0, S, M}, 27 is X.
  input  logic                    book_valid_i,
  input  logic [4:0]              book_index_i,
  input  logic [31:0]             book_data_i,
  // Weight stream: exactly the beats of the job.
  input  logic                    weight_valid_i,
  output logic                    weight_ready_o,
  input  logic [32*Groups-1:0]    weight_data_i,
  // Why no beat moved in this cycle.
  output logic                    wait_memory_o,
  output logic                    wait_table_o,
  output logic                    wait_rows_o,
  // Vector memory, a port of each kind a bank: data the cycle after the read.
  output logic [Vectors-1:0]              vec_read_valid_o,
  output logic [Vectors*VecAddrWidth-1:0] vec_read_beat_o,
  input  logic [Vectors*32*Groups-1:0]    vec_read_data_i,
  output logic [Vectors-1:0]              vec_write_valid_o,
  output logic [Vectors*VecAddrWidth-1:0] vec_write_beat_o,
  output logic [Vectors*32*Groups-1:0]    vec_write_data_o
);

  localparam int unsigned TritWidth  = 56;        // Accumulators of the trit engine,
  localparam int unsigned AccWidth   = 64;        // of the FP16 engine and results.
  localparam int unsigned GroupShift = $clog2(Groups);
  // $clog2 of the groups and of the column blocks of the longest vector.
  localparam int unsigned GroupWidth = $clog2(MaxCols / trine_pkg::GroupCols);
  localparam int unsigned BlockWidth = GroupWidth - GroupShift;
  localparam int unsigned LaneShift  = $clog2(QuantLanes);
  localparam int unsigned WordAddr   = BlockWidth + 4 - LaneShift;
  localparam int unsigned MantAddr   = GroupWidth + 4 - LaneShift;
  localparam int unsigned WordWidth  = QuantLanes * ActWidth;

  if (Groups > 16 || 2 ** GroupShift != Groups) begin : gen_bad_groups
    $error("trine_matvec: Groups must be 1, 2, 4, 8 or 16");
  end
  if (TileRows % trine_pkg::PanelRows != 0) begin : gen_bad_tile
    $error("trine_matvec: TileRows must be a multiple of 32");
  end
  if (Vectors != 1 && Vectors != 2 && Vectors != 4 && Vectors != 8) begin : gen_bad_vectors
    $error("trine_matvec: Vectors must be 1, 2, 4 or 8");
  end
  if (QuantLanes > 8 || 2 ** LaneShift != QuantLanes) begin : gen_bad_lanes
    $error("trine_matvec: QuantLanes must be 1, 2, 4 or 8");
  end
  if (BlockWidth < 1 || BlockWidth > trine_matrix_pkg::BlockBits) begin : gen_bad_cols
    $error("trine_matvec: MaxCols must be from 32 * Groups to 131,072 columns");
  end
  if (TileRows > 2 ** trine_matrix_pkg::RowBits) begin : gen_bad_rows
    $error("trine_matvec: TileRows must be at most 65,536");
  end

  // What a product starts with: activations are quantized, the words of the codebook come.
  logic clk_setup, quantizing;
  logic [1:0] book_q;                             // The exponent of results follows the codebook,
                                                  // in two steps.
  trine_clock_gate #(.Gated (ClockGates)) u_clock_setup (
    .clk_i,
    .rst_ni,
    .en_i  (runs_i && (quantizing || book_valid_i || book_q != '0)),
    .clk_o (clk_setup)
  );
  always_ff @(posedge clk_setup) book_q <= rst_ni ? {book_q[0], book_valid_i} : '0;

  trine_matrix_pkg::vector_job_t vector_job;
  trine_matrix_pkg::trit_job_t   trit_job;
  trine_matrix_pkg::book_t       book;
  logic [GroupWidth:0]           f16_groups;
  assign book = {book_valid_i, book_index_i, book_data_i};
  trine_matvec_sizes #(
    .Groups     (Groups),
    .ActWidth   (ActWidth),
    .GroupWidth (GroupWidth)
  ) u_sizes (
    .clk_setup_i  (clk_setup),
    .f16_i,
    .raw_i,
    .depth_i,
    .rows_i,
    .cols_i,
    .book_i       (book),
    .vector_job_o (vector_job),
    .trit_job_o   (trit_job),
    .f16_groups_o (f16_groups)
  );

  // The vectors: all that take part run in step, and that of bank `last` is always one of them.
  localparam int unsigned BankWidth = (Vectors > 1) ? $clog2(Vectors) : 1;
  logic [BankWidth-1:0] last;
  logic [Vectors-1:0]   used;
  assign last = (Vectors > 1) ? bank_i[BankWidth-1:0] : '0;
  assign used = f16_i ? Vectors'(1) << last : Vectors'(((Vectors+1)'(2) << last) - 1'b1);

  logic                         acc_valid, bad_activation, mant_write, exp_write, exponents;
  logic [MantAddr-1:0]          mant_addr;
  logic [Vectors*WordWidth-1:0] mants;
  logic [Vectors*8-1:0]         exps, max_exps;
  logic [GroupWidth:0]          quantized;
  logic [Vectors*TritWidth-1:0] trit_acc;
  logic [AccWidth-1:0]          f16_acc;
  logic [Vectors*AccWidth-1:0]  accs;
  always_comb begin
    for (int unsigned v = 0; v < Vectors; v++) begin
      accs[AccWidth*v +: AccWidth] = f16_i ? f16_acc
                                   : AccWidth'(signed'(trit_acc[TritWidth*v +: TritWidth]));
    end
  end
  trine_matvec_banks #(
    .Groups       (Groups),
    .Vectors      (Vectors),
    .ActWidth     (ActWidth),
    .QuantLanes   (QuantLanes),
    .VecAddrWidth (VecAddrWidth),
    .GroupWidth   (GroupWidth)
  ) u_banks (
    .clk_i             (clk_writer_i),
    .clk_setup_i       (clk_setup),
    .rst_ni,
    .start_i,
    .used_i            (used),
    .last_i            (last),
    .job_i             (vector_job),
    .rows_i,
    .src_beat_i,
    .dst_beat_i,
    .done_o,
    .quantizing_o      (quantizing),
    .writes_o,
    .nonfinite_o       (bad_activation),
    .mant_write_o      (mant_write),
    .mant_addr_o       (mant_addr),
    .mants_o           (mants),
    .exp_write_o       (exp_write),
    .exponent_o        (exps),
    .quantized_o       (quantized),
    .max_exp_o         (max_exps),
    .exponents_o       (exponents),
    .acc_valid_i       (acc_valid),
    .acc_i             (accs),
    .vec_read_valid_o,
    .vec_read_beat_o,
    .vec_read_data_i,
    .vec_write_valid_o,
    .vec_write_beat_o,
    .vec_write_data_o
  );

  // Mantissas of group n go to group n % Groups, block n / Groups.
  logic [Groups-1:0]   group_select;
  logic [WordAddr-1:0] word_addr;
  if (Groups > 1) begin : gen_select
    logic [GroupShift-1:0] group;
    assign group        = mant_addr[4-LaneShift +: GroupShift];
    assign group_select = Groups'(1) << group;
    assign word_addr    = {mant_addr[GroupWidth+3-LaneShift:4-LaneShift+GroupShift],
                           mant_addr[3-LaneShift:0]};
  end else begin : gen_one_group
    assign group_select = 1'b1;
    assign word_addr    = mant_addr;
  end

  // Trit engine.
  logic clk_trit, trit_runs;
  assign trit_runs = runs_i && !f16_i;
  trine_clock_gate #(.Gated (ClockGates)) u_clock_trit (
    .clk_i,
    .rst_ni,
    .en_i  (trit_runs),
    .clk_o (clk_trit)
  );

  trine_matrix_pkg::place_t place;
  always_comb begin
    place.mants    = mant_write && !f16_i;
    place.exponent = exp_write && !f16_i;
    place.group    = 16'(group_select);
    place.word     = trine_matrix_pkg::WordBits'(word_addr);
  end

  trine_matrix_pkg::stall_t trit_stall, f16_stall;
  logic                     trit_acc_valid, trit_ready, bad_set_byte, bad_tail;
  logic                     bad_trit_word;
  trine_trit_engine #(
    .Groups     (Groups),
    .TileRows   (TileRows),
    .Vectors    (Vectors),
    .ActWidth   (ActWidth),
    .QuantLanes (QuantLanes),
    .BlockWidth (BlockWidth),
    .Parity     (Parity),
    .ClockGates (ClockGates)
  ) u_trit (
    .clk_i,
    .clk_trit_i     (clk_trit),
    .clk_setup_i    (clk_setup),
    .runs_i         (trit_runs),
    .rst_ni,
    .start_i        (start_i && !f16_i),
    .used_i         (used),
    .job_i          (trit_job),
    .bad_set_byte_o (bad_set_byte),
    .bad_tail_o     (bad_tail),
    .bad_parity_o   (bad_trit_word),
    .book_i         (book),
    .place_i        (place),
    .mants_i        (mants),
    .exponent_i     (exps),
    .quantized_i    ((BlockWidth+5)'(quantized)),
    .exponents_i    (exponents),
    .max_exp_i      (max_exps),
    .weight_valid_i,
    .weight_ready_o (trit_ready),
    .weight_data_i,
    .stall_o        (trit_stall),
    .acc_valid_o    (trit_acc_valid),
    .acc_o          (trit_acc)
  );

  // FP16 engine.  An engine without a job takes no beat and waits for nothing.
  logic f16_acc_valid, f16_ready, bad_weight, overflow, bad_f16_word;
  if (F16Engine != 0) begin : gen_f16
    logic clk_f16;
    trine_clock_gate #(.Gated (ClockGates)) u_clock (
      .clk_i,
      .rst_ni,
      .en_i  (runs_i && f16_i),
      .clk_o (clk_f16)
    );
    trine_f16_engine #(
      .Groups     (Groups),
      .ActWidth   (ActWidth),
      .QuantLanes (QuantLanes),
      .GroupWidth (GroupWidth),
      .Parity     (Parity)
    ) u_f16 (
      .clk_i          (clk_f16),
      .rst_ni,
      .start_i        (start_i && f16_i),
      .slow_i         (raw_i),
      .rows_i,
      .groups_i       (f16_groups),
      .nonfinite_o    (bad_weight),
      .overflow_o     (overflow),
      .bad_parity_o   (bad_f16_word),
      .mant_write_i   (mant_write && f16_i),
      .mant_addr_i    (mant_addr),
      .mant_data_i    (mants[WordWidth*last +: WordWidth]),
      .exp_write_i    (exp_write && f16_i),
      .exp_data_i     (exps[8*last +: 8]),
      .exponents_i    (exponents),
      .max_exp_i      (max_exps[8*last +: 8]),
      .weight_valid_i,
      .weight_ready_o (f16_ready),
      .weight_data_i,
      .stall_o        (f16_stall),
      .acc_valid_o    (f16_acc_valid),
      .acc_o          (f16_acc)
    );
  end else begin : gen_no_f16
    assign {f16_acc_valid, f16_ready, bad_weight, overflow, bad_f16_word} = '0;
    assign f16_stall = '0;
    assign f16_acc   = '0;
    `TRINE_ASSERT(NoF16Job_A, !start_i || !f16_i)
    logic unused_f16;
    assign unused_f16 = ^f16_groups;
  end

  // The flags of an engine are those of its last job.
  assign bad_set_byte_o = bad_set_byte && !f16_i;
  assign bad_tail_o     = bad_tail && !f16_i;
  assign nonfinite_o    = bad_activation || (bad_weight && f16_i);
  assign overflow_o     = overflow && f16_i;
  assign bad_parity_o   = f16_i ? bad_f16_word : bad_trit_word;
  assign weight_ready_o = trit_ready || f16_ready;
  assign acc_valid      = trit_acc_valid || f16_acc_valid;
  assign wait_memory_o  = trit_stall.memory || f16_stall.memory;
  assign wait_table_o   = trit_stall.tables || f16_stall.tables;
  assign wait_rows_o    = trit_stall.rows || f16_stall.rows;

  logic unused_ok;
  assign unused_ok = ^{bank_i};

  `TRINE_ASSERT(Bank_A, !start_i || 32'(bank_i) < Vectors)
  `TRINE_ASSERT(OneEngine_A, !(trit_ready && f16_ready) && !(trit_acc_valid && f16_acc_valid))

endmodule
