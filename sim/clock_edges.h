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
  static void high(Model& model) {
    model.clk_i = 1;
    model.eval();
  }
};

/// The same in fewer steps: the functions that the generated eval() calls, each once.
///
/// eval() repeats them until nothing triggers any more, since it knows no more about a design than
/// its text. Here nothing can trigger a second time: clocks depend on `clk_i` and on latches that
/// are open while it is low (trine_clock_gate), so no register's change makes an edge. `Functions`
/// binds the model's functions, which are no public interface: they are used with the version of
/// Verilator that they were checked with (cmake/Simulator.cmake), and the tests compare the result
/// with the checking build, which calls eval().
template <class Model, class Functions>
struct DirectEdges {
  static void low(Model& model) {
    auto* root = model.rootp;
    model.clk_i = 0;
    root->__VicoTriggered.at(0) = true;
    Functions::inputs(root);
    Functions::triggers(root);  // Remembers the low clocks.
  }
  static void high(Model& model) {
    auto* root = model.rootp;
    model.clk_i = 1;
    Functions::inputs(root);
    Functions::triggers(root);
    root->__VnbaTriggered = root->__VactTriggered;
    Functions::registers(root);
  }
};

}  // namespace trine::sim
