// SPDX-License-Identifier: Apache-2.0

/// The lanes of the vector unit side by side, what travels beside them, and their results.
///
/// A slice of operands enters with `slice_i`.  Its terms, values and results leave as many cycles
/// later as the pass needs (trine_vector_pkg::Tap*), results one more; elements outside the vector
/// are zeros among the results, and no terms.  A scalar goes through lane 0, without a slice.
module trine_vector_lanes #(
  parameter  int unsigned Lanes     = 8,
  localparam int unsigned TermWidth = trine_vector_pkg::TermWidth
) (
  input  logic                       clk_i,
  input  logic                       rst_ni,
  input  logic                       en_i,
  input  logic                       clear_i,       // Forgets the slices that are on their way.
  input  trine_vector_pkg::pass_t    pass_i,
  input  logic [31:0]                constant_i,    // Of the adder.
  input  logic [8:0]                 top_i,         // Field that terms are aligned to.
  // Operands
  input  logic                       slice_i,
  input  logic                       upper_i,
  input  logic [Lanes-1:0]           mask_i,
  input  logic [32*Lanes-1:0]        a0_i,
  input  logic [32*Lanes-1:0]        b0_i,
  input  logic [32*Lanes-1:0]        a1_i,
  input  logic [32*Lanes-1:0]        b1_i,
  // To the search for the largest value, to the sum, and from a scalar
  output logic [Lanes-1:0]           value_valid_o,
  output logic [32*Lanes-1:0]        values_o,
  output logic [TermWidth*Lanes-1:0] terms_o,
  output logic [31:0]                add_o,
  output logic [31:0]                recip_o,
  // Results
  output logic                       write_o,
  output logic [32*Lanes-1:0]        results_o
);

  // What travels beside the lanes: masks by cycle, valid on top; whether the sum is a difference.
  localparam int unsigned TagWidth  = Lanes + 1;
  localparam int unsigned TagStages = trine_vector_pkg::TapLast;
  logic [TagWidth*TagStages-1:0]     tags_q;      // From cycle 1 on.
  logic [TagWidth*(TagStages+1)-1:0] tags;
  logic [trine_vector_pkg::TapMul-1:0] negate_q;
  assign tags = {tags_q, slice_i, mask_i};
  always_ff @(posedge clk_i) begin
    // A pass may end before its tags have left; the next one must not see them.
    if (!rst_ni || clear_i) tags_q <= '0;
    else if (en_i) tags_q <= tags[TagWidth*TagStages-1:0];
    if (en_i) negate_q <= {negate_q[trine_vector_pkg::TapMul-2:0], pass_i.rope && !upper_i};
  end

  logic [Lanes-1:0]    term_mask;
  logic [32*Lanes-1:0] sums, reciprocals, exponentials, lasts;
  assign term_mask = !pass_i.sum    ? '0
                   : pass_i.sum_exp ? tags[TagWidth*trine_vector_pkg::TapExp2 +: Lanes]
                                    : tags[TagWidth*trine_vector_pkg::TapProduct +: Lanes];
  for (genvar i = 0; i < Lanes; i++) begin : gen_lane
    trine_vector_lane u_lane (
      .clk_i,
      .en_i,
      .pass_i,
      .constant_i,
      .negate_i    (negate_q[trine_vector_pkg::TapMul-1]),
      .top_i,
      .term_mask_i (term_mask[i]),
      .a0_i        (a0_i[32*i +: 32]),
      .b0_i        (b0_i[32*i +: 32]),
      .a1_i        (a1_i[32*i +: 32]),
      .b1_i        (b1_i[32*i +: 32]),
      .first_o     (values_o[32*i +: 32]),
      .add_o       (sums[32*i +: 32]),
      .recip_o     (reciprocals[32*i +: 32]),
      .exp2_o      (exponentials[32*i +: 32]),
      .last_o      (lasts[32*i +: 32]),
      .term_o      (terms_o[TermWidth*i +: TermWidth])
    );
  end
  assign add_o         = sums[31:0];
  assign recip_o       = reciprocals[31:0];
  assign value_valid_o = pass_i.find_max ? tags[TagWidth*trine_vector_pkg::TapMul +: Lanes] : '0;

  logic [TagWidth-1:0] result_tag;
  always_comb begin
    unique case (pass_i.result)
      trine_vector_pkg::ResultMul:
        result_tag = tags[TagWidth*trine_vector_pkg::TapMul +: TagWidth];
      trine_vector_pkg::ResultAdd:
        result_tag = tags[TagWidth*trine_vector_pkg::TapAdd +: TagWidth];
      trine_vector_pkg::ResultExp2:
        result_tag = tags[TagWidth*trine_vector_pkg::TapExp2 +: TagWidth];
      default:
        result_tag = pass_i.chain ? tags[TagWidth*trine_vector_pkg::TapChain +: TagWidth]
                                  : tags[TagWidth*trine_vector_pkg::TapLast +: TagWidth];
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) write_o <= 1'b0;
    else         write_o <= en_i && pass_i.write && result_tag[Lanes];
    if (en_i) begin
      for (int unsigned i = 0; i < Lanes; i++) begin
        unique case (pass_i.result)
          trine_vector_pkg::ResultMul:  results_o[32*i +: 32] <= values_o[32*i +: 32];
          trine_vector_pkg::ResultAdd:  results_o[32*i +: 32] <= sums[32*i +: 32];
          trine_vector_pkg::ResultExp2: results_o[32*i +: 32] <= exponentials[32*i +: 32];
          default:                      results_o[32*i +: 32] <= lasts[32*i +: 32];
        endcase
        if (!result_tag[i]) results_o[32*i +: 32] <= '0;
      end
    end
  end

  logic unused_ok;
  assign unused_ok = ^reciprocals;

endmodule
