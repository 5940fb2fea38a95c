// SPDX-License-Identifier: Apache-2.0

/// Exact sum of all terms of a pass, `Lanes` a cycle; complete two cycles after the last terms.
module trine_vector_sum #(
  parameter  int unsigned Lanes     = 8,
  /// 131,072 terms.
  localparam int unsigned TermWidth = trine_vector_pkg::TermWidth,
  localparam int unsigned SumWidth  = TermWidth + 17
) (
  input  logic                       clk_i,
  input  logic                       en_i,
  input  logic                       start_i,     // While there are no terms: sets the sum to zero.
  input  logic [TermWidth*Lanes-1:0] terms_i,     // Zero where there is none.
  output logic [SumWidth-1:0]        sum_o
);

  localparam int unsigned TotalWidth = TermWidth + $clog2(Lanes);

  logic [TotalWidth-1:0] total_q;
  always_ff @(posedge clk_i) begin
    if (en_i) begin
      logic [TotalWidth-1:0] total;
      total = '0;
      for (int unsigned i = 0; i < Lanes; i++) begin
        total = total + TotalWidth'(terms_i[TermWidth*i +: TermWidth]);
      end
      total_q <= total;
      sum_o   <= start_i ? '0 : sum_o + SumWidth'(total_q);
    end
  end

endmodule
