// SPDX-License-Identifier: Apache-2.0

/// Sum of a row: adds the terms of a beat in order, lowest first, and saturates after each one.
///
/// `acc_o` and the sticky `overflow_o` are valid in the cycle after `add_i`.
module trine_f16_sum #(
  parameter  int unsigned Terms     = 2,
  parameter  int unsigned TermWidth = 57,         // At most 64.
  localparam int unsigned AccWidth  = 64
) (
  input  logic                       clk_i,
  input  logic                       clear_i,     // Clears `overflow_o`.
  input  logic                       add_i,
  input  logic                       first_i,     // The row begins.
  input  logic [TermWidth*Terms-1:0] terms_i,
  output logic                       overflow_o,
  output logic [AccWidth-1:0]        acc_o
);

  logic [AccWidth-1:0] acc, base, term;
  logic                overflow;
  always_comb begin
    acc      = first_i ? '0 : acc_o;
    base     = '0;
    term     = '0;
    overflow = 1'b0;
    if (add_i) begin
      for (int unsigned t = 0; t < Terms; t++) begin
        base   = acc;
        term   = AccWidth'(signed'(terms_i[TermWidth*t +: TermWidth]));
        acc    = base + term;
        // Two numbers of one sign whose sum has the other.
        if (base[AccWidth-1] == term[AccWidth-1] && acc[AccWidth-1] != term[AccWidth-1]) begin
          acc      = {term[AccWidth-1], {(AccWidth-1){!term[AccWidth-1]}}};
          overflow = 1'b1;
        end
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (clear_i) overflow_o <= 1'b0;
    else if (overflow) overflow_o <= 1'b1;
    if (add_i) acc_o <= acc;
  end

endmodule
