// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <systemc>
#include <tlm>

#include "sim/rtl_core.h"
#include "sim/systemc/axi_bridge.h"

namespace trine::sim {

/// Makes the Verilated core whose memory is `bus`.
using CoreFactory = std::function<std::unique_ptr<RtlCore>(std::shared_ptr<BurstMemory> bus)>;

struct RtlCoreOptions {
  sc_core::sc_time period{1, sc_core::SC_NS};
  BusShape bus{};                       // The ports share the socket: addresses tell them apart.
  std::uint64_t quantum_cycles = 1024;  // That it may run ahead of the simulation.
  std::uint64_t watchdog_cycles = 1'000'000;  // A burst without an answer for so long is an error.
};

/// The Verilated core as a module, cycle by cycle, with the sockets of TlmCore: an AXI4-Lite bridge
/// behind `registers`, an AXI4 bridge (AxiBridge) in front of `memory`.
///
/// It runs ahead of the simulation by up to a quantum, and in step with it while a burst waits for
/// a target that does not complete at once. A register access is answered at the core's own time,
/// after the cycles that it takes on the pins. Errors are those of TlmCore.
class RtlCoreModule : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<RtlCoreModule> registers{"registers"};
  tlm_utils::simple_initiator_socket<RtlCoreModule> memory{"memory"};
  sc_core::sc_out<bool> irq{"irq"};

  RtlCoreModule(sc_core::sc_module_name name, const CoreFactory& make,
                const RtlCoreOptions& options);

  /// How many more cycles the clock runs, beside those of register accesses; without limit until
  /// the first call. With `one_command` it stops behind the next command that completes, too.
  void allow(std::uint64_t cycles, bool one_command = false);
  /// Notified when the clock has stopped, at the core's own time.
  const sc_core::sc_event& stopped() const { return stopped_; }

  RtlCore& core() { return *core_; }
  const RtlCore& core() const { return *core_; }
  const AxiBridge& bridge() const { return *bridge_; }
  /// What the bus last failed with; empty when it never did.
  const std::string& last_error() const { return last_error_; }

 private:
  void run();
  void advance();
  void catch_up();
  void watch();
  void drive_irq() { irq.write(core_->irq()); }
  void access(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  tlm::tlm_sync_enum backward(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                              sc_core::sc_time& delay) {
    return bridge_->backward(payload, phase, delay);
  }
  void failed(const BusError& error);
  sc_core::sc_time time() const { return bridge_->time_of(bridge_->cycle()); }

  RtlCoreOptions options_;
  std::shared_ptr<AxiBridge> bridge_;
  std::unique_ptr<RtlCore> core_;
  std::uint64_t allowed_ = ~std::uint64_t{0};
  bool one_command_ = false;
  sc_core::sc_event go_, stopped_, irq_changed_;
  std::string last_error_;
};

}  // namespace trine::sim
