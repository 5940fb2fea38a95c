// SPDX-License-Identifier: Apache-2.0

#pragma once

namespace trine::sim {

/// Evaluates a Verilated model with its clock low, then high, by Verilator's eval().
template <class Model>
struct EvalEdges {
  /// The inputs and what depends on them settle.
  static void low(Model& model) {
    model.clk_i = 0;
    model.eval();
  }
  /// The rising edge.
  static bool high(Model& model, bool, bool) {
    model.clk_i = 1;
    model.eval();
    return false;
  }
  /// No cycle is known to be calm here.
  static unsigned stream(Model&, const void*, unsigned, bool&) { return 0; }
};

/// The same cycle in one step, for a model with `ClockGates` = 2 (trine_clock_gate): the inputs
/// settle, the gates say which registers the edge concerns, then the edge comes.
///
/// eval() has to look at all clocks over and over, since it knows no more of a design than its
/// text: at both edges, and after each until nothing triggers any more. Here no output depends on
/// an input without a register between them (VerilatedCore checks that in the checking build), so
/// that nothing is to be seen in the low phase; and an enable counts only where an edge begins, so
/// that no register's change makes another edge. What depends on inputs is evaluated only when an
/// input changed, the read data aside, which goes to registers alone.
///
/// `Edge` and `Stream` are functions made of Verilator's own by cmake/model_edge.py, which holds
/// the model to all this and has faster copies for the calm cycles of a weight stream. Those are no
/// public interface: they are used with the version of Verilator that they were checked with
/// (cmake/Simulator.cmake), and tests compare the result with the checking build, which calls
/// eval(). A model that is never streamed into (`stream`) needs no `Stream`.
template <class Model, auto Edge, auto Stream = nullptr>
struct DirectEdges {
  static void low(Model&) {}
  /// `inputs`: one of them, apart from read data, is not what it was at the edge before. `calm`:
  /// what this returned there; nothing else may have changed the model since.
  static bool high(Model& model, bool inputs, bool calm) { return Edge(model.rootp, inputs, calm); }
  /// The rising edges of up to `most` calm cycles, as long as they are; how many. `calm`: as above,
  /// then what `high` would return. The read data of these cycles lie one behind the other at
  /// `beats`; the model's input is left as it is.
  static unsigned stream(Model& model, const void* beats, unsigned most, bool& calm) {
    return Stream(model.rootp, beats, most, calm);
  }
};

}  // namespace trine::sim
