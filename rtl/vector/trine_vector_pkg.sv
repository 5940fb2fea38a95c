// SPDX-License-Identifier: Apache-2.0
//
// How a pass over a vector uses a lane.  The operations are those of trine_commands_pkg.

package trine_vector_pkg;

  // What an operation does with a vector, in this order; most have the last phase only.
  typedef enum logic [1:0] {
    PhaseMax,     // The largest value.
    PhaseSum,     // An exact sum; softmax writes the exponentials.
    PhaseScalar,  // One value from the sum.
    PhaseScale    // The results.
  } phase_e;

  typedef enum logic [1:0] {
    ResultMul,    // Of the first multiplier.
    ResultAdd,
    ResultExp2,
    ResultLast    // Of the last multiplier.
  } result_e;

  // Cycles from a slice's operands to the results above; ResultLast: short when chained.
  parameter int unsigned TapMul     = 4;
  parameter int unsigned TapChain   = 9;
  parameter int unsigned TapAdd     = 11;
  parameter int unsigned TapExp2    = 21;
  parameter int unsigned TapLast    = 33;
  // To the exact product of the second multiplier; from the operand of the reciprocal or root.
  parameter int unsigned TapProduct = 2;
  parameter int unsigned RootCycles = 7;
  // Bits that count the cycles until a pass has ended.
  parameter int unsigned CountBits  = 6;

  typedef struct packed {
    logic       rope;        // Four operands, two results; multipliers take the table.
    logic       two;         // Two operands, otherwise one.
    logic       square;      // The second multiplier takes both operands, otherwise operand and 1.
    logic       exp_first;   // exp2 before the adder, otherwise after.
    logic       add_const;   // The adder's second operand is a constant.
    logic       chain;       // The last multiplier takes the first two, otherwise the reciprocal.
    logic       magnitude;   // The largest absolute value, otherwise the largest value.
    logic       skip_nan;    // A NaN is not the largest value, otherwise it is.
    logic       find_max;
    logic       sum;         // Terms: products of the second multiplier, otherwise exponentials.
    logic       sum_exp;
    logic       write;
    result_e    result;
  } pass_t;

  // Constants of the operations.
  parameter logic [31:0] One        = 32'h3F800000;
  parameter logic [31:0] MinusLog2e = 32'hBFB8AA3B;

  // Bits of a term of a sum.
  parameter int unsigned TermWidth = 46;

endpackage
