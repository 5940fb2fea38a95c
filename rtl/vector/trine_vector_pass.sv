// SPDX-License-Identifier: Apache-2.0

/// What a phase of an operation does with the lanes; combinational.
module trine_vector_pass (
  input  trine_commands_pkg::vector_op_e op_i,
  input  trine_vector_pkg::phase_e phase_i,
  input  logic [31:0]              alpha_i,
  input  logic [31:0]              beta_i,
  input  logic [31:0]              scale_i,       // From the sum.
  input  logic [31:0]              largest_i,
  output trine_vector_pkg::pass_t  pass_o,
  output logic [31:0]              factor_o,      // Of the first multiplier.
  output logic [31:0]              constant_o,    // Of the adder.
  /// From the last operands until the results are written, or the sum or largest value is known.
  output logic [trine_vector_pkg::CountBits-1:0] drain_o
);

  // There is no default on purpose: Verilator refuses a list that misses an operation.
  logic norm, rope, softmax, silu_mul, add, argmax;
  always_comb begin
    {norm, rope, softmax, silu_mul, add, argmax} = '0;
    unique case (op_i)
      trine_commands_pkg::OpRmsnorm: norm     = 1'b1;
      trine_commands_pkg::OpRope:    rope     = 1'b1;
      trine_commands_pkg::OpSoftmax: softmax  = 1'b1;
      trine_commands_pkg::OpSiluMul: silu_mul = 1'b1;
      trine_commands_pkg::OpAdd:     add      = 1'b1;
      trine_commands_pkg::OpArgmax:  argmax   = 1'b1;
      trine_commands_pkg::OpNone:    ;
    endcase
  end

  logic scalar, scale;
  assign scalar = phase_i == trine_vector_pkg::PhaseScalar;
  assign scale  = phase_i == trine_vector_pkg::PhaseScale;

  // Without an operation nothing is written.
  localparam int unsigned CountBits = trine_vector_pkg::CountBits;
  logic [CountBits-1:0] tap;
  always_comb begin
    pass_o           = '0;
    pass_o.rope      = rope;
    pass_o.exp_first = silu_mul;
    pass_o.square    = (norm && phase_i == trine_vector_pkg::PhaseSum) || pass_o.exp_first;
    // A vector that is squared comes twice: the port has time for it.
    pass_o.two       = (scale && (norm || rope || add)) || pass_o.square;
    pass_o.add_const = softmax || norm || pass_o.exp_first;
    pass_o.chain     = norm;
    pass_o.magnitude = norm;
    pass_o.skip_nan  = argmax;
    pass_o.find_max  = phase_i == trine_vector_pkg::PhaseMax;
    pass_o.sum       = phase_i == trine_vector_pkg::PhaseSum;
    pass_o.sum_exp   = softmax;
    pass_o.write     = (scale && (norm || rope || softmax || silu_mul || add))
                    || (softmax && phase_i == trine_vector_pkg::PhaseSum);
    pass_o.result    = trine_vector_pkg::ResultAdd;
    tap              = CountBits'(trine_vector_pkg::TapAdd);
    if (softmax && scale) begin
      pass_o.result = trine_vector_pkg::ResultMul;
      tap           = CountBits'(trine_vector_pkg::TapMul);
    end else if (softmax) begin
      pass_o.result = trine_vector_pkg::ResultExp2;
      tap           = CountBits'(trine_vector_pkg::TapExp2);
    end else if (norm) begin
      pass_o.result = trine_vector_pkg::ResultLast;
      tap           = CountBits'(trine_vector_pkg::TapChain);
    end else if (pass_o.exp_first) begin
      pass_o.result = trine_vector_pkg::ResultLast;
      tap           = CountBits'(trine_vector_pkg::TapLast);
    end
    // A term is summed six cycles after its operands (exp2: four after it), a value compared in
    // two cycles; results take two to be written.
    drain_o = pass_o.write ? tap + CountBits'(2) : CountBits'(trine_vector_pkg::TapMul + 2);
  end

  always_comb begin
    factor_o   = trine_vector_pkg::One;
    constant_o = trine_vector_pkg::One;
    if (pass_o.exp_first) factor_o = trine_vector_pkg::MinusLog2e;
    if (softmax) begin
      factor_o   = scalar ? trine_vector_pkg::One : alpha_i;
      constant_o = scalar ? '0 : {!largest_i[31], largest_i[30:0]};
    end
    if (norm) begin
      factor_o   = scalar ? alpha_i : trine_vector_pkg::One;
      constant_o = beta_i;
    end
    if (scale && (norm || softmax)) factor_o = scale_i;
  end

endmodule
