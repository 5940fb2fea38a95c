// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// The activation vectors of a product, one a bank of vector memory, side by side.
///
/// Vectors in `used_i` run in step, so bank `last_i`, always one of them, speaks for all: its
/// writes of mantissas, its progress, its end.  Mantissas and exponents of vector v are in slice v;
/// so are accumulators and the ports of vector memory.  Banks that are not used neither read nor
/// write.
module trine_matvec_banks #(
  parameter  int unsigned Groups       = 16,
  parameter  int unsigned Vectors      = 1,
  parameter  int unsigned ActWidth     = 12,
  parameter  int unsigned QuantLanes   = 4,
  parameter  int unsigned VecAddrWidth = 12,
  parameter  int unsigned GroupWidth   = 10,      // $clog2 of the groups of the longest vector.
  localparam int unsigned AccWidth     = 64,
  localparam int unsigned BankWidth    = (Vectors > 1) ? $clog2(Vectors) : 1,
  localparam int unsigned WordWidth    = QuantLanes * ActWidth,
  localparam int unsigned MantAddr     = GroupWidth + 4 - $clog2(QuantLanes),
  localparam int unsigned DataWidth    = 32 * Groups
) (
  input  logic                            clk_i,
  input  logic                            clk_setup_i,     // Has all edges of `clk_i` while
  output logic                            quantizing_o,    // this is high, `clk_i` while
  output logic                            writes_o,        // that is.
  input  logic                            rst_ni,
  input  logic                            start_i,
  input  logic [Vectors-1:0]              used_i,
  input  logic [BankWidth-1:0]            last_i,
  input  trine_matrix_pkg::vector_job_t   job_i,
  input  logic [31:0]                    rows_i,
  input  logic [VecAddrWidth-1:0]         src_beat_i,
  input  logic [VecAddrWidth-1:0]         dst_beat_i,
  output logic                            done_o,
  output logic                            nonfinite_o,     // A used activation was Inf or NaN.
  // Quantized activations; see trine_act_quantizer.
  output logic                            mant_write_o,
  output logic [MantAddr-1:0]             mant_addr_o,
  output logic [Vectors*WordWidth-1:0]    mants_o,
  output logic                            exp_write_o,
  output logic [Vectors*8-1:0]            exponent_o,
  output logic [GroupWidth:0]             quantized_o,
  output logic [Vectors*8-1:0]            max_exp_o,
  output logic                            exponents_o,     // All written; max_exp_o is final.
  // Accumulators of the rows, in order.
  input  logic                            acc_valid_i,
  input  logic [Vectors*AccWidth-1:0]     acc_i,
  // Vector memory: data the cycle after the read.
  output logic [Vectors-1:0]              vec_read_valid_o,
  output logic [Vectors*VecAddrWidth-1:0] vec_read_beat_o,
  input  logic [Vectors*DataWidth-1:0]    vec_read_data_i,
  output logic [Vectors-1:0]              vec_write_valid_o,
  output logic [Vectors*VecAddrWidth-1:0] vec_write_beat_o,
  output logic [Vectors*DataWidth-1:0]    vec_write_data_o
);

  logic [Vectors-1:0]                quantizing, writes, done, nonfinite, mant_writes, exp_writes;
  logic [Vectors-1:0]                exponents;
  logic [Vectors*MantAddr-1:0]       mant_addrs;
  logic [Vectors*(GroupWidth+1)-1:0] quantizeds;
  for (genvar v = 0; v < Vectors; v++) begin : gen_bank
    trine_matvec_bank #(
      .Groups       (Groups),
      .ActWidth     (ActWidth),
      .QuantLanes   (QuantLanes),
      .VecAddrWidth (VecAddrWidth),
      .GroupWidth   (GroupWidth)
    ) u_bank (
      .clk_i,
      .clk_setup_i,
      .quantizing_o      (quantizing[v]),
      .writes_o          (writes[v]),
      .rst_ni,
      .start_i           (start_i && used_i[v]),
      .job_i,
      .rows_i,
      .src_beat_i,
      .dst_beat_i,
      .done_o            (done[v]),
      .nonfinite_o       (nonfinite[v]),
      .mant_write_o      (mant_writes[v]),
      .mant_addr_o       (mant_addrs[MantAddr*v +: MantAddr]),
      .mant_data_o       (mants_o[WordWidth*v +: WordWidth]),
      .exp_write_o       (exp_writes[v]),
      .exp_data_o        (exponent_o[8*v +: 8]),
      .quantized_o       (quantizeds[(GroupWidth+1)*v +: GroupWidth+1]),
      .max_exp_o         (max_exp_o[8*v +: 8]),
      .exponents_o       (exponents[v]),
      .acc_valid_i       (acc_valid_i && used_i[v]),
      .acc_i             (acc_i[AccWidth*v +: AccWidth]),
      .vec_read_valid_o  (vec_read_valid_o[v]),
      .vec_read_beat_o   (vec_read_beat_o[VecAddrWidth*v +: VecAddrWidth]),
      .vec_read_data_i   (vec_read_data_i[DataWidth*v +: DataWidth]),
      .vec_write_valid_o (vec_write_valid_o[v]),
      .vec_write_beat_o  (vec_write_beat_o[VecAddrWidth*v +: VecAddrWidth]),
      .vec_write_data_o  (vec_write_data_o[DataWidth*v +: DataWidth])
    );

    // Of the banks that are used, each does what the last one does.
    `TRINE_ASSERT(InStep_A, !mant_write_o || !used_i[v]
                            || (mant_writes[v]
                                && mant_addrs[MantAddr*v +: MantAddr] == mant_addr_o))
  end

  assign quantizing_o = quantizing != '0;
  assign writes_o     = writes != '0;
  assign done_o       = done[last_i];
  assign nonfinite_o  = |(nonfinite & used_i);
  assign mant_write_o = mant_writes[last_i];
  assign mant_addr_o  = mant_addrs[MantAddr*last_i +: MantAddr];
  assign exp_write_o  = exp_writes[last_i];
  assign exponents_o  = exponents[last_i];
  assign quantized_o  = quantizeds[(GroupWidth+1)*last_i +: GroupWidth+1];

endmodule
