// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Leads an operation of the vector unit through its phases: pass after pass, what is between them,
/// and the end.
module trine_vector_control #(
  parameter int unsigned Groups = 16
) (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  input  logic                     start_i,
  input  trine_commands_pkg::vector_op_e op_i,      // With `start_i`;
  input  logic                     argmax_i,        // from then on.
  output logic                     done_o,
  output logic                     busy_o,
  output trine_vector_pkg::phase_e phase_o,
  // A pass: begins, ends so many cycles after its last operands.
  output logic                     pass_o,
  input  logic                     operands_busy_i,
  input  logic [trine_vector_pkg::CountBits-1:0] drain_i,
  // The largest values of the lanes become one.
  output logic                     reduce_o,
  input  logic                     reduce_busy_i,
  // The sum becomes a floating-point number, that goes into the lanes and comes back.
  output logic                     pack_o,
  input  logic                     packed_i,
  output logic                     scalar_busy_o,
  output logic                     scalar_o,
  output logic                     scalar_ready_o,
  // Argmax writes 16 words.
  output logic                     pair_o,
  output logic [trine_vector_pkg::CountBits-1:0] count_o   // Cycles in the present state.
);

  // From a scalar to the reciprocal or root of its sum with a constant; one for its operand
  // register.
  localparam int unsigned ScalarCycles = trine_vector_pkg::TapAdd + 1
                                       + trine_vector_pkg::RootCycles;
  localparam int unsigned CountBits = trine_vector_pkg::CountBits;

  typedef enum logic [2:0] {
    StIdle,
    StPass,
    StDrain,
    StReduce,
    StPack,
    StScalar,
    StPair,
    StDone
  } state_e;

  state_e state_q, state_d;
  logic   passes;                                 // The largest value is looked for first.
  assign passes = op_i == trine_commands_pkg::OpRmsnorm || op_i == trine_commands_pkg::OpSoftmax
               || op_i == trine_commands_pkg::OpArgmax;

  // How long the last operands are on their way hangs on the phase, which began long before.
  logic [CountBits-1:0] drain_q;
  always_ff @(posedge clk_i) drain_q <= drain_i;

  always_comb begin
    state_d = state_q;
    unique case (state_q)
      StIdle: if (start_i) state_d = StPass;
      // Operands go to the lanes.
      StPass: if (!pass_o && !operands_busy_i) state_d = StDrain;
      // The last ones are on their way.
      StDrain: if (count_o == drain_q) begin
        unique case (phase_o)
          trine_vector_pkg::PhaseMax: state_d = StReduce;
          trine_vector_pkg::PhaseSum: state_d = StPack;
          default:                    state_d = StDone;
        endcase
      end
      StReduce: if (count_o != '0 && !reduce_busy_i) begin
        state_d = argmax_i ? StPair : StPass;
      end
      StPack:   if (packed_i) state_d = StScalar;
      StScalar: if (scalar_ready_o) state_d = StPass;
      StPair:   if (count_o == CountBits'(16 / Groups - 1)) state_d = StDone;
      // The last write moves.
      default:  state_d = StIdle;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= StIdle;
      pass_o  <= 1'b0;
      done_o  <= 1'b0;
    end else begin
      state_q <= state_d;
      pass_o  <= state_d == StPass && state_q != StPass;
      done_o  <= state_q == StDone;
    end
  end
  always_ff @(posedge clk_i) begin
    if (start_i || busy_o) count_o <= (state_d != state_q) ? '0 : count_o + 1'b1;
    if (start_i) begin
      phase_o <= passes ? trine_vector_pkg::PhaseMax : trine_vector_pkg::PhaseScale;
    end else begin
      // Between two passes nothing looks at the phase but the scalar.
      if (state_q == StReduce) phase_o <= trine_vector_pkg::PhaseSum;
      if (state_q == StPack)   phase_o <= trine_vector_pkg::PhaseScalar;
      if (scalar_ready_o)      phase_o <= trine_vector_pkg::PhaseScale;
    end
  end

  assign busy_o         = state_q != StIdle;
  assign reduce_o       = state_q == StReduce && count_o == '0;
  assign pack_o         = state_q == StPack && count_o == '0;
  assign scalar_busy_o  = state_q == StScalar;
  assign scalar_o       = state_q == StScalar && count_o == '0;
  assign scalar_ready_o = state_q == StScalar && count_o == CountBits'(ScalarCycles);
  assign pair_o         = state_q == StPair;

  `TRINE_ASSERT(StartIdle_A, !start_i || !busy_o)

endmodule
