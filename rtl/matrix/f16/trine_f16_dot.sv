// SPDX-License-Identifier: Apache-2.0

/// Dot product of FP16 weights with the mantissas of one group of 16 columns, `Lanes` a beat,
/// aligned to the common exponent: floor(T * 2^-shift).
///
/// Exact until the last step: a weight is an 11-bit integer times a power of two (an exponent
/// field of 31 is one more power).  Each enable moves one stage; a beat takes them in consecutive
/// cycles: sign, multiply, shift, sum, align.  `term_o` is valid in the cycle after `align_i`,
/// which comes with a group's last beat only.
module trine_f16_dot #(
  parameter  int unsigned Lanes      = 16,        // A power of two, 2 to 16.
  parameter  int unsigned ActWidth   = 12,
  // 11 bits of a weight, up to 30 places to the left, 16 products.
  localparam int unsigned TotalWidth = ActWidth + 11 + 30 + 4
) (
  input  logic                         clk_i,
  input  logic                         sign_i,
  input  logic [16*Lanes-1:0]          weights_i,
  input  logic [ActWidth*Lanes-1:0]    mants_i,
  input  logic [5:0]                   align_shift_i,   // With `sign_i`.
  input  logic                         multiply_i,
  input  logic                         shift_i,
  input  logic                         sum_i,
  input  logic                         first_i,         // With `sum_i`: first beat of the group.
  input  logic                         align_i,
  output logic                         nonfinite_o,     // After `sign_i`: an exponent of 31.
  output logic signed [TotalWidth-1:0] term_o
);

  localparam int unsigned ProdWidth = ActWidth + 11;
  // Products that are added as they are shifted; a partial sum travels in 64 bits.
  localparam int unsigned Adds  = (Lanes < 4) ? Lanes : 4;
  localparam int unsigned Parts = Lanes / Adds;

  // Shift and signed integer of a weight.
  function automatic logic [16:0] parts_of(input logic [15:0] weight);
    logic        normal;
    logic [4:0]  shift;
    logic [11:0] value;
    normal   = weight[14:10] != 5'd0;
    shift    = weight[14:10] - 5'(normal);
    value    = ({1'b0, normal, weight[9:0]} ^ {12{weight[15]}}) + 12'(weight[15]);
    parts_of = {shift, value};
  endfunction

  // Shift and product; the product's sign extended to 27 bits.
  function automatic logic [31:0] product(input logic [16:0]         weight,
                                          input logic [ActWidth-1:0] mant);
    logic signed [ProdWidth-1:0] value;
    logic signed [26:0]          extended;
    value    = ProdWidth'(signed'(weight[11:0])) * ProdWidth'(signed'(mant));
    extended = 27'(value);
    product  = {weight[16:12], extended};
  endfunction

  function automatic logic signed [TotalWidth-1:0] shifted(input logic [31:0] prod);
    shifted = TotalWidth'(signed'(prod[26:0])) <<< prod[31:27];
  endfunction

  logic [17*Lanes-1:0]          weights_q;
  logic [ActWidth*Lanes-1:0]    mants_q;
  logic [32*Lanes-1:0]          prods_q;
  logic [64*Parts-1:0]          parts_q;
  logic signed [TotalWidth-1:0] total_q;
  logic [5:0]                   shift_q, shift_q2, shift_q3, shift_q4;
  always_ff @(posedge clk_i) begin
    if (sign_i) begin
      shift_q     <= align_shift_i;
      nonfinite_o <= 1'b0;
      mants_q     <= mants_i;
      for (int unsigned i = 0; i < Lanes; i++) begin
        weights_q[17*i +: 17] <= parts_of(weights_i[16*i +: 16]);
        if (&weights_i[16*i+10 +: 5]) nonfinite_o <= 1'b1;
      end
    end
    if (multiply_i) begin
      shift_q2 <= shift_q;
      for (int unsigned i = 0; i < Lanes; i++)
        prods_q[32*i +: 32] <= product(weights_q[17*i +: 17], mants_q[ActWidth*i +: ActWidth]);
    end
    if (shift_i) begin
      logic [63:0] part;
      shift_q3 <= shift_q2;
      for (int unsigned p = 0; p < Parts; p++) begin
        part = '0;
        for (int unsigned i = 0; i < Adds; i++) begin
          part = part + 64'(shifted(prods_q[32*(Adds*p+i) +: 32]));
        end
        parts_q[64*p +: 64] <= part;
      end
    end
    if (sum_i) begin
      logic signed [TotalWidth-1:0] total;
      shift_q4 <= shift_q3;
      total    = first_i ? '0 : total_q;
      for (int unsigned p = 0; p < Parts; p++) total = total + parts_q[64*p +: TotalWidth];
      total_q  <= total;
    end
    if (align_i) term_o <= total_q >>> shift_q4;
  end

endmodule
