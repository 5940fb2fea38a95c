// SPDX-License-Identifier: Apache-2.0

/// What a matrix-vector product needs for one activation vector, which has a bank of vector
/// memory of its own: the activation quantizer, the exponent of the results, the result writer.
///
/// A bank without `start_i` neither reads nor writes, as long as `acc_valid_i` is low.
module trine_matvec_bank #(
  parameter  int unsigned Groups       = 16,
  parameter  int unsigned ActWidth     = 12,
  parameter  int unsigned QuantLanes   = 4,
  parameter  int unsigned VecAddrWidth = 12,
  parameter  int unsigned GroupWidth   = 10,      // $clog2 of the groups of the longest vector.
  localparam int unsigned AccWidth     = 64,
  localparam int unsigned WordAddr     = GroupWidth + 4 - $clog2(QuantLanes)
) (
  input  logic                           clk_i,
  input  logic                           clk_setup_i,     // Has all edges of `clk_i` while
  output logic                           quantizing_o,    // this is high, `clk_i` while
  output logic                           writes_o,        // that is.
  input  logic                           rst_ni,
  input  logic                           start_i,
  input  trine_matrix_pkg::vector_job_t  job_i,
  input  logic [31:0]                   rows_i,
  input  logic [VecAddrWidth-1:0]        src_beat_i,
  input  logic [VecAddrWidth-1:0]        dst_beat_i,
  output logic                           done_o,
  output logic                           nonfinite_o,     // An activation was Inf or NaN.
  // Quantized activations; see trine_act_quantizer.
  output logic                           mant_write_o,
  output logic [WordAddr-1:0]            mant_addr_o,
  output logic [QuantLanes*ActWidth-1:0] mant_data_o,
  output logic                           exp_write_o,
  output logic [7:0]                     exp_data_o,
  output logic [GroupWidth:0]            quantized_o,
  output logic [7:0]                     max_exp_o,
  output logic                           exponents_o,     // All written; max_exp_o is final.
  // Accumulators of the rows, in order.
  input  logic                           acc_valid_i,
  input  logic [AccWidth-1:0]            acc_i,
  // Vector memory: data the cycle after the read.
  output logic                           vec_read_valid_o,
  output logic [VecAddrWidth-1:0]        vec_read_beat_o,
  input  logic [32*Groups-1:0]           vec_read_data_i,
  output logic                           vec_write_valid_o,
  output logic [VecAddrWidth-1:0]        vec_write_beat_o,
  output logic [32*Groups-1:0]           vec_write_data_o
);

  trine_act_quantizer #(
    .Groups       (Groups),
    .ActWidth     (ActWidth),
    .QuantLanes   (QuantLanes),
    .VecAddrWidth (VecAddrWidth),
    .GroupWidth   (GroupWidth)
  ) u_quantizer (
    .clk_i             (clk_setup_i),
    .rst_ni,
    .start_i,
    .src_beat_i,
    .cols_i           (job_i.cols[GroupWidth+4:0]),
    .groups_i         (job_i.groups[GroupWidth:0]),
    .vec_read_valid_o,
    .vec_read_beat_o,
    .vec_read_data_i,
    .mant_write_o,
    .mant_addr_o,
    .mant_data_o,
    .exp_write_o,
    .exp_data_o,
    .quantized_o,
    .max_exp_o,
    .nonfinite_o,
    .done_o           (exponents_o)
  );

  // From the start to two cycles after the last word, in which its readers take what they gathered.
  logic quantizing_q, exponents_q;
  always_ff @(posedge clk_setup_i) begin
    if (!rst_ni || start_i) begin
      quantizing_q <= rst_ni;
      exponents_q  <= 1'b0;
    end else begin
      quantizing_q <= quantizing_q && !exponents_q;
      exponents_q  <= exponents_o;
    end
  end
  assign quantizing_o = start_i || quantizing_q;

  // Beyond +-2047 every sum is zero or Inf anyway.
  logic signed [13:0] sum_q;
  logic signed [11:0] exponent_q;
  always_ff @(posedge clk_setup_i) begin
    sum_q      <= signed'(job_i.exponent) + 14'(signed'({1'b0, max_exp_o}));
    exponent_q <= (sum_q > 14'sd2047) ? 12'sd2047 : (sum_q < -14'sd2047) ? -12'sd2047
                                                                        : sum_q[11:0];
  end

  logic [31:0] total;                             // Rows with padding.
  assign total = job_i.panels ? (rows_i + 32'd31) & ~32'd31 : (rows_i + 32'd15) & ~32'd15;

  trine_result_writer #(
    .Groups       (Groups),
    .AccWidth     (AccWidth),
    .VecAddrWidth (VecAddrWidth)
  ) u_writer (
    .clk_i,
    .rst_ni,
    .start_i,
    .raw_i             (job_i.raw),
    .rows_i,
    .total_i           (total),
    .dst_beat_i,
    .exponent_i        (exponent_q),
    .valid_i           (acc_valid_i),
    .acc_i,
    .vec_write_valid_o,
    .vec_write_beat_o,
    .vec_write_data_o,
    .done_o,
    .busy_o            (writes_o)
  );

  logic unused_ok;
  assign unused_ok = ^job_i;

endmodule
