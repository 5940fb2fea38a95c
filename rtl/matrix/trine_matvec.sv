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
  parameter  int unsigned MaxCols      = 16384,
  parameter  int unsigned VectorWords  = 65536,
  parameter  int unsigned QuantLanes   = 4,
  /// 0: no FP16 engine; `f16_i` must then be 0.
  parameter  int unsigned F16Engine   = 1,
  /// 1: the clock of an engine stands still while the other one runs.
  parameter  int unsigned ClockGates   = 0,
  localparam int unsigned VecAddrWidth = $clog2(VectorWords / Groups)
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,
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

  if (Groups > 16 || 2 ** GroupShift != Groups) begin : gen_bad_groups
    $error("trine_matvec: Groups must be 1, 2, 4, 8 or 16");
  end
  if (TileRows % trine_pkg::PanelRows != 0) begin : gen_bad_tile
    $error("trine_matvec: TileRows must be a multiple of 32");
  end
  if (Vectors != 1 && Vectors != 2 && Vectors != 4) begin : gen_bad_vectors
    $error("trine_matvec: Vectors must be 1, 2 or 4");
  end
  if (QuantLanes > 8 || 2 ** LaneShift != QuantLanes) begin : gen_bad_lanes
    $error("trine_matvec: QuantLanes must be 1, 2, 4 or 8");
  end
  if (BlockWidth < 1) begin : gen_bad_cols
    $error("trine_matvec: MaxCols must be at least 32 * Groups");
  end

  logic [26:0]         panels;
  logic [GroupWidth:0] blocks, groups, half_groups;   // Groups of the padded vector.
  assign panels = 27'((rows_i + 32'd31) >> 5);
  assign blocks = (GroupWidth+1)'((cols_i + 32'(16 * Groups - 1)) >> (4 + GroupShift));
  assign groups = blocks << GroupShift;
  // FP16: whole groups, and whole beats of two groups at Groups = 16.
  assign half_groups = (Groups > 8) ? (GroupWidth+1)'(((cols_i + 32'd31) >> 5) << 1)
                                    : (GroupWidth+1)'((cols_i + 32'd15) >> 4);

  // y = A * 2^(X - 15 + Emax) or A * 2^(Emax - 24).
  logic signed [31:0] book_exponent_q;
  logic signed [33:0] exponent;
  assign exponent = f16_i ? -34'sd24 : 34'(book_exponent_q) - 34'sd15;
  always_ff @(posedge clk_i) begin
    if (book_valid_i && book_index_i == 5'(trine_pkg::CodebookEntries)) begin
      book_exponent_q <= signed'(book_data_i);
    end
  end

  // Banks.  All that take part run in step, and bank `last` is always one of them.
  localparam int unsigned BankWidth = (Vectors > 1) ? $clog2(Vectors) : 1;
  localparam int unsigned WordWidth = QuantLanes * ActWidth;
  localparam int unsigned MantAddr  = GroupWidth + 4 - LaneShift;
  logic [BankWidth-1:0]          last;
  logic [Vectors-1:0]            used, bank_done, bad_activation, mant_writes, exp_writes, all_exps;
  logic [Vectors*MantAddr-1:0]   mant_addrs;
  logic [Vectors*WordWidth-1:0]  mant_data;
  logic [Vectors*8-1:0]          exp_data, max_exp;
  logic [Vectors*(GroupWidth+1)-1:0] quantizeds;
  logic                          acc_valid;
  logic [Vectors*TritWidth-1:0]  trit_acc;
  logic [AccWidth-1:0]           half_acc;
  assign last = (Vectors > 1) ? bank_i[BankWidth-1:0] : '0;
  assign used = f16_i ? Vectors'(1) << last : Vectors'(((Vectors+1)'(2) << last) - 1'b1);
  for (genvar v = 0; v < Vectors; v++) begin : gen_bank
    trine_matvec_bank #(
      .Groups       (Groups),
      .ActWidth     (ActWidth),
      .QuantLanes   (QuantLanes),
      .VecAddrWidth (VecAddrWidth),
      .GroupWidth   (GroupWidth)
    ) u_bank (
      .clk_i,
      .rst_ni,
      .start_i           (start_i && used[v]),
      .raw_i,
      .rows_i,
      .total_i           (f16_i ? (rows_i + 32'd15) & ~32'd15 : {panels, 5'd0}),
      .cols_i            (cols_i[GroupWidth+4:0]),
      .groups_i          (f16_i ? half_groups : groups),
      .src_beat_i,
      .dst_beat_i,
      .exponent_i        (exponent),
      .done_o            (bank_done[v]),
      .nonfinite_o       (bad_activation[v]),
      .mant_write_o      (mant_writes[v]),
      .mant_addr_o       (mant_addrs[MantAddr*v +: MantAddr]),
      .mant_data_o       (mant_data[WordWidth*v +: WordWidth]),
      .exp_write_o       (exp_writes[v]),
      .exp_data_o        (exp_data[8*v +: 8]),
      .quantized_o       (quantizeds[(GroupWidth+1)*v +: GroupWidth+1]),
      .max_exp_o         (max_exp[8*v +: 8]),
      .exponents_o       (all_exps[v]),
      .acc_valid_i       (acc_valid && used[v]),
      .acc_i             (f16_i ? half_acc : AccWidth'(signed'(trit_acc[TritWidth*v +: TritWidth]))),
      .vec_read_valid_o  (vec_read_valid_o[v]),
      .vec_read_beat_o   (vec_read_beat_o[VecAddrWidth*v +: VecAddrWidth]),
      .vec_read_data_i   (vec_read_data_i[32*Groups*v +: 32*Groups]),
      .vec_write_valid_o (vec_write_valid_o[v]),
      .vec_write_beat_o  (vec_write_beat_o[VecAddrWidth*v +: VecAddrWidth]),
      .vec_write_data_o  (vec_write_data_o[32*Groups*v +: 32*Groups])
    );
  end
  assign done_o = bank_done[last];

  // Mantissas of group n go to group n % Groups, block n / Groups.
  logic                mant_write, exp_write, exponents;
  logic [MantAddr-1:0] mant_addr;
  logic [GroupWidth:0] quantized;
  assign mant_write = mant_writes[last];
  assign exp_write  = exp_writes[last];
  assign exponents  = all_exps[last];
  assign mant_addr  = mant_addrs[MantAddr*last +: MantAddr];
  assign quantized  = quantizeds[(GroupWidth+1)*last +: GroupWidth+1];
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
  logic clk_trit;
  trine_clock_gate #(.Gated (ClockGates)) u_clock_trit (
    .clk_i,
    .rst_ni,
    .en_i  (!f16_i),
    .clk_o (clk_trit)
  );

  logic                 trit_acc_valid, trit_ready, bad_set_byte, bad_tail;
  logic                 trit_wait_memory, trit_wait_table, trit_wait_rows;
  trine_trit_engine #(
    .Groups     (Groups),
    .TileRows   (TileRows),
    .Vectors    (Vectors),
    .ActWidth   (ActWidth),
    .QuantLanes (QuantLanes),
    .BlockWidth (BlockWidth)
  ) u_trit (
    .clk_i          (clk_trit),
    .rst_ni,
    .start_i        (start_i && !f16_i),
    .used_i         (used),
    .depth_i,
    .slow_i         (raw_i),
    .panels_i       (panels),
    .blocks_i       (blocks[BlockWidth:0]),
    .bad_set_byte_o (bad_set_byte),
    .bad_tail_o     (bad_tail),
    .book_write_i   (book_valid_i && book_index_i < 5'(trine_pkg::CodebookEntries)),
    .book_index_i,
    .book_data_i    (book_data_i[21:0]),
    .mant_valid_i   (mant_write && !f16_i),
    .mant_write_i   (group_select),
    .mant_addr_i    (word_addr),
    .mant_data_i    (mant_data),
    .exp_valid_i    (exp_write && !f16_i),
    .exp_write_i    (group_select),
    .exp_block_i    (word_addr[WordAddr-1 -: BlockWidth]),
    .exp_data_i     (exp_data),
    .quantized_i    ((BlockWidth+5)'(quantized)),
    .exponents_i    (exponents),
    .max_exp_i      (max_exp),
    .weight_valid_i,
    .weight_ready_o (trit_ready),
    .weight_data_i,
    .wait_memory_o  (trit_wait_memory),
    .wait_table_o   (trit_wait_table),
    .wait_rows_o    (trit_wait_rows),
    .acc_valid_o    (trit_acc_valid),
    .acc_o          (trit_acc)
  );

  // FP16 engine.  An engine without a job takes no beat and waits for nothing.
  logic                half_acc_valid, half_ready, bad_weight, overflow;
  logic                half_wait_memory, half_wait_table, half_wait_rows;
  if (F16Engine != 0) begin : gen_f16
    logic clk_f16;
    trine_clock_gate #(.Gated (ClockGates)) u_clock (
      .clk_i,
      .rst_ni,
      .en_i  (f16_i),
      .clk_o (clk_f16)
    );
    trine_f16_engine #(
      .Groups     (Groups),
      .ActWidth   (ActWidth),
      .QuantLanes (QuantLanes),
      .GroupWidth (GroupWidth)
    ) u_f16 (
      .clk_i          (clk_f16),
      .rst_ni,
      .start_i        (start_i && f16_i),
      .slow_i         (raw_i),
      .rows_i,
      .groups_i       (half_groups),
      .nonfinite_o    (bad_weight),
      .overflow_o     (overflow),
      .mant_write_i   (mant_write && f16_i),
      .mant_addr_i    (mant_addr),
      .mant_data_i    (mant_data[WordWidth*last +: WordWidth]),
      .exp_write_i    (exp_write && f16_i),
      .exp_data_i     (exp_data[8*last +: 8]),
      .exponents_i    (exponents),
      .max_exp_i      (max_exp[8*last +: 8]),
      .weight_valid_i,
      .weight_ready_o (half_ready),
      .weight_data_i,
      .wait_memory_o  (half_wait_memory),
      .wait_table_o   (half_wait_table),
      .wait_rows_o    (half_wait_rows),
      .acc_valid_o    (half_acc_valid),
      .acc_o          (half_acc)
    );
  end else begin : gen_no_half
    assign {half_acc_valid, half_ready, bad_weight, overflow} = '0;
    assign {half_wait_memory, half_wait_table, half_wait_rows} = '0;
    assign half_acc = '0;
    `TRINE_ASSERT(NoHalfJob_A, !start_i || !f16_i)
  end

  // The flags of an engine are those of its last job.
  assign bad_set_byte_o = bad_set_byte && !f16_i;
  assign bad_tail_o     = bad_tail && !f16_i;
  assign nonfinite_o    = |(bad_activation & used) || (bad_weight && f16_i);
  assign overflow_o     = overflow && f16_i;
  assign weight_ready_o = trit_ready || half_ready;
  assign acc_valid      = trit_acc_valid || half_acc_valid;
  assign wait_memory_o  = trit_wait_memory || half_wait_memory;
  assign wait_table_o   = trit_wait_table || half_wait_table;
  assign wait_rows_o    = trit_wait_rows || half_wait_rows;

  logic unused_ok;
  assign unused_ok = ^{bank_i, cols_i[31:GroupWidth+5], blocks[GroupWidth:BlockWidth], book_data_i[31:22]};

  `TRINE_ASSERT(Bank_A, !start_i || 32'(bank_i) < Vectors)

endmodule
