// SPDX-License-Identifier: Apache-2.0

/// What a product of a `rows_i` by `cols_i` matrix is to the vectors and to the engines: panels,
/// column blocks, groups with padding, and the power of two of its results.
///
/// Combinational, but for the exponent of the codebook, which it keeps.
module trine_matvec_sizes #(
  parameter int unsigned Groups     = 16,
  parameter int unsigned ActWidth   = 12,
  parameter int unsigned GroupWidth = 10          // $clog2 of the groups of the longest vector.
) (
  input  logic                          clk_setup_i,   // With words of the codebook.
  input  logic                          f16_i,
  input  logic                          raw_i,
  input  logic [2:0]                    depth_i,
  input  logic [31:0]                   rows_i,
  input  logic [31:0]                   cols_i,
  input  trine_matrix_pkg::book_t       book_i,
  output trine_matrix_pkg::vector_job_t vector_job_o,
  output trine_matrix_pkg::trit_job_t   trit_job_o,
  output logic [GroupWidth:0]           f16_groups_o   // Of a row of FP16 weights.
);

  localparam int unsigned GroupShift = $clog2(Groups);
  localparam int unsigned BlockBits  = trine_matrix_pkg::BlockBits;

  logic [26:0]         panels;
  logic [GroupWidth:0] blocks, row_groups;        // Groups of whole column blocks.
  assign panels = 27'((rows_i + 32'd31) >> 5);
  assign blocks = (GroupWidth+1)'((cols_i + 32'(16 * Groups - 1)) >> (4 + GroupShift));
  assign row_groups = f16_i ? f16_groups_o : blocks << GroupShift;
  // FP16: whole groups, and whole beats of two groups at Groups = 16.
  assign f16_groups_o = (Groups > 8) ? (GroupWidth+1)'(((cols_i + 32'd31) >> 5) << 1)
                                     : (GroupWidth+1)'((cols_i + 32'd15) >> 4);

  // y = A * 2^(X - 15 + Emax) or A * 2^(Emax - 24), where Emax is the largest exponent field less
  // 127 and the ActWidth - 2 bits of a mantissa.  An X beyond +-4,096 makes every result zero or
  // Inf, as those do.
  localparam logic signed [13:0] Bias = 14'(125 + ActWidth);
  logic signed [13:0] book_exponent_q;            // X - 15 and all that.
  always_ff @(posedge clk_setup_i) begin
    if (book_i.valid && book_i.index == 5'(trine_pkg::CodebookEntries)) begin
      if (signed'(book_i.data) > 32'sd4096)       book_exponent_q <= 14'sd4096 - Bias - 14'sd15;
      else if (signed'(book_i.data) < -32'sd4096) book_exponent_q <= -14'sd4096 - Bias - 14'sd15;
      else                    book_exponent_q <= signed'(book_i.data[13:0]) - Bias - 14'sd15;
    end
  end

  always_comb begin
    vector_job_o.raw      = raw_i;
    vector_job_o.panels   = !f16_i;
    vector_job_o.exponent = f16_i ? -14'sd24 - Bias : book_exponent_q;
    vector_job_o.cols     = (BlockBits+5)'(cols_i);
    vector_job_o.groups   = (BlockBits+1)'(row_groups);
    trit_job_o.depth      = depth_i;
    trit_job_o.slow       = raw_i;
    trit_job_o.panels     = panels;
    trit_job_o.blocks     = (BlockBits+1)'(blocks);
  end

endmodule
