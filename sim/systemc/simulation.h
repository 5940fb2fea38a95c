// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <systemc>
#include <utility>

namespace trine::sim {

/// One SystemC simulation among others in a program whose main() is its own.
///
/// The kernel keeps its state in one global context and lets nothing be built once that has begun
/// to run. Each object here has a context of its own, which is the global one only inside `run`, so
/// that simulations may be made at any time, live side by side and be run by any thread. One of
/// them runs at a time: others wait.
class Simulation {
 public:
  Simulation();
  /// What was built in it must be gone.
  ~Simulation();
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  /// Calls f with this simulation as the kernel's. Reports of the kernel and of modules, and
  /// exceptions that leave a process, are thrown as Error; the simulation is over then, and every
  /// further call throws the same.
  template <class F>
  auto run(F&& f) {
    const Use use(*this);
    check();
    try {
      return std::forward<F>(f)();
    } catch (const sc_core::sc_report& report) {
      fail(report);
    }
  }

  /// Calls f in the same way, also when the simulation is over: to take down what was built in it.
  template <class F>
  void discard(F&& f) {
    const Use use(*this);
    std::forward<F>(f)();
  }

  /// Runs the kernel for so long, or until a process pauses it.
  void advance(const sc_core::sc_time& time) {
    run([&] { sc_core::sc_start(time); });
  }

 private:
  /// Makes a simulation the global one for as long as it lives.
  class Use {
   public:
    explicit Use(const Simulation& simulation);
    ~Use();

   private:
    std::unique_lock<std::recursive_mutex> lock_;
    sc_core::sc_simcontext* before_;
    sc_core::sc_simcontext* before_default_;
  };

  void check() const;
  [[noreturn]] void fail(const sc_core::sc_report& report);

  sc_core::sc_simcontext* context_ = nullptr;
  std::string failure_;
};

/// Things built in a simulation, and taken down in it: `Parts` has the modules as members.
template <class Parts>
class Simulated {
 public:
  template <class... Arguments>
  explicit Simulated(Arguments&&... arguments) {
    simulation.run(
        [&] { parts_ = std::make_unique<Parts>(std::forward<Arguments>(arguments)...); });
  }
  ~Simulated() {
    simulation.discard([&] { parts_.reset(); });
  }

  Parts* operator->() { return parts_.get(); }
  const Parts* operator->() const { return parts_.get(); }

  Simulation simulation;

 private:
  std::unique_ptr<Parts> parts_;
};

}  // namespace trine::sim
