// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <systemc>

namespace trine::sim {

/// Pauses the kernel when an event is notified and a condition holds then: a run of the kernel ends
/// there, for whoever looks at the simulation from outside.
class KernelPause : public sc_core::sc_module {
 public:
  KernelPause(sc_core::sc_module_name name, const sc_core::sc_event& event,
              std::function<bool()> when)
      : sc_module(name), when_(std::move(when)) {
    SC_HAS_PROCESS(KernelPause);
    SC_METHOD(look);
    dont_initialize();
    sensitive << event;
  }

 private:
  void look() {
    if (when_()) sc_core::sc_pause();
  }
  std::function<bool()> when_;
};

}  // namespace trine::sim
