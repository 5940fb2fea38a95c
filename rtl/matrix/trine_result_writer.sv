// SPDX-License-Identifier: Apache-2.0

/// Writes the results of a matrix-vector product to vector memory, in row order.
///
/// FP32: one word a row.  Raw: the accumulator sign-extended to 64 bits, low word first; rows must
/// then come at most every other cycle.  Rows from `rows_i` on come too, but are written as zeros.
/// Words are gathered to beats; `total_i` rows (a multiple of 16) end the job with `done_o`.
module trine_result_writer #(
  parameter int unsigned Groups       = 16,
  parameter int unsigned AccWidth     = 64,
  parameter int unsigned VecAddrWidth = 12
) (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  input  logic                     start_i,
  input  logic                     raw_i,
  input  logic [31:0]              rows_i,
  input  logic [31:0]              total_i,
  input  logic [VecAddrWidth-1:0]  dst_beat_i,
  input  logic signed [11:0]       exponent_i,    // y = acc * 2^exponent
  input  logic                     valid_i,
  input  logic [AccWidth-1:0]      acc_i,
  output logic                     vec_write_valid_o,
  output logic [VecAddrWidth-1:0]  vec_write_beat_o,
  output logic [32*Groups-1:0]     vec_write_data_o,
  output logic                     done_o,
  output logic                     busy_o         // A row is on its way, or comes now.
);

  localparam int unsigned WordAddr = (Groups > 1) ? $clog2(Groups) : 1;

  logic [31:0]         left_q;                    // Rows of the matrix that are still to come.
  logic                past_q;                    // None is.
  logic [AccWidth-1:0] acc;
  assign acc = past_q ? '0 : acc_i;

  logic        packed_valid;
  logic [31:0] packed_data;
  trine_fp32_pack #(.AccWidth(AccWidth), .ExpWidth(12)) u_pack (
    .clk_i,
    .rst_ni,
    .valid_i    (valid_i && !raw_i),
    .acc_i      (acc),
    .exponent_i,
    .valid_o    (packed_valid),
    .data_o     (packed_data)
  );

  logic        high_valid_q, word_valid, word_last;
  logic [31:0] high_q, word, written_q;           // Rows whose last word was gathered.
  assign word_valid = raw_i ? valid_i || high_valid_q : packed_valid;
  assign word       = !raw_i ? packed_data : high_valid_q ? high_q : acc[31:0];
  assign word_last  = word_valid && (!raw_i || high_valid_q);

  logic [4:0] packs_q;                            // Rows in trine_fp32_pack.
  assign busy_o = start_i || valid_i || packs_q != '0 || high_valid_q || vec_write_valid_o
               || finished_q || done_o;

  logic [WordAddr-1:0] place_q;
  logic                beat_done, finished_q;
  assign beat_done = word_valid && place_q == WordAddr'(Groups - 1);

  always_ff @(posedge clk_i) begin
    if (!rst_ni || start_i) begin
      left_q            <= rows_i;
      past_q            <= rows_i == '0;
      written_q         <= '0;
      high_valid_q      <= 1'b0;
      packs_q           <= '0;
      place_q           <= '0;
      vec_write_valid_o <= 1'b0;
      finished_q        <= 1'b0;
      done_o            <= 1'b0;
    end else begin
      if (valid_i) begin
        left_q <= left_q - 32'd1;
        past_q <= past_q || left_q == 32'd1;
      end
      if (word_last) written_q <= written_q + 32'd1;
      high_valid_q      <= raw_i && valid_i;
      packs_q           <= {packs_q[3:0], valid_i && !raw_i};
      vec_write_valid_o <= beat_done;
      if (word_valid) place_q <= (Groups == 1 || beat_done) ? '0 : place_q + 1'b1;
      finished_q        <= word_last && written_q + 32'd1 == total_i;
      done_o            <= finished_q;
    end
  end
  always_ff @(posedge clk_i) begin
    if (raw_i && valid_i) high_q <= 32'(signed'(acc[AccWidth-1:32]));
    if (start_i) vec_write_beat_o <= dst_beat_i;
    else if (vec_write_valid_o) vec_write_beat_o <= vec_write_beat_o + 1'b1;
    if (word_valid) begin
      for (int unsigned i = 0; i < Groups; i++) begin
        if (place_q == WordAddr'(i)) vec_write_data_o[32*i +: 32] <= word;
      end
    end
  end

endmodule
