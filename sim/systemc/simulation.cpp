// SPDX-License-Identifier: Apache-2.0

#include "sim/systemc/simulation.h"

#include <cstdio>

#include "golden/error.h"

namespace trine::sim {
namespace {

/// The kernel's variables are the process's.
std::recursive_mutex& kernel() {
  static std::recursive_mutex mutex;
  return mutex;
}

}  // namespace

Simulation::Use::Use(const Simulation& simulation)
    : lock_(kernel()),
      before_(sc_core::sc_curr_simcontext),
      before_default_(sc_core::sc_default_global_context) {
  sc_core::sc_curr_simcontext = sc_core::sc_default_global_context = simulation.context_;
}

Simulation::Use::~Use() {
  sc_core::sc_curr_simcontext = before_;
  sc_core::sc_default_global_context = before_default_;
}

Simulation::Simulation() {
  const std::lock_guard lock(kernel());
  sc_core::sc_simcontext* const current = sc_core::sc_curr_simcontext;
  sc_core::sc_simcontext* const global = sc_core::sc_default_global_context;
  // The kernel makes a context when there is none.
  sc_core::sc_curr_simcontext = nullptr;
  context_ = sc_core::sc_get_curr_simcontext();
  sc_core::sc_curr_simcontext = current;
  sc_core::sc_default_global_context = global;
  // A program's output is its own. That a simulation has nothing to do is no news, and what the bus
  // fails with is told by the one who asks a core for it.
  sc_core::sc_report_handler::set_actions(sc_core::SC_ID_NO_SC_START_ACTIVITY_,
                                          sc_core::SC_DO_NOTHING);
  sc_core::sc_report_handler::set_actions("trine/bus", sc_core::SC_WARNING, sc_core::SC_DO_NOTHING);
}

Simulation::~Simulation() {
  const Use use(*this);
  delete context_;
}

void Simulation::check() const {
  if (!failure_.empty()) throw Error(failure_);
}

void Simulation::fail(const sc_core::sc_report& report) {
  failure_ = report.get_msg();
  throw Error(failure_);
}

}  // namespace trine::sim

// SystemC's library refers to sc_main, which its own main() calls. A program that makes simulations
// brings main() of its own and never comes here.
int sc_main(int, char*[]) {
  std::fputs("this program does not start in sc_main\n", stderr);
  return 1;
}
