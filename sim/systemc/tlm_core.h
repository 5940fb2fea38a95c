// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>
#include <tlm_utils/tlm_quantumkeeper.h>

#include <cstdint>
#include <functional>
#include <string>
#include <systemc>
#include <tlm>

#include "machine/cost_model.h"
#include "machine/golden_core.h"
#include "sim/systemc/burst_master.h"

namespace trine::sim {

/// Cycles of a command, from the beginning of its fetch to its end, behind the memory that the
/// model assumes. Asked for each command in the order of the list.
using CostFunction = std::function<CommandCycles(const ResolvedCommand&)>;

/// The cost model (machine/cost_model.h) of such a core.
CostFunction modelled_cost(const MachineParams& params, const CostMemory& memory = {});

struct TlmCoreOptions {
  MachineParams params{};
  unsigned ports = 1;  // Over which it reads; their bursts share the socket.
  sc_core::sc_time period{1, sc_core::SC_NS};
  CostFunction cost{};                        // Must be given.
  std::uint64_t refused_cycles = 0;           // Of a command that is fetched and refused.
  std::uint64_t record_cycles = 8;            // Of a profile record.
  std::uint64_t watchdog_cycles = 1'000'000;  // A burst without an answer for so long is an error.
};

/// A core for virtual platforms, loosely timed: the arithmetic of the golden machine, bit for bit;
/// its memory traffic as blocking transactions, one for each burst of the RTL; and the time of a
/// command annotated as a whole, the larger of what the cost model says and of what its bursts
/// took. It runs ahead of the simulation by at most the global quantum and one command.
///
/// A register access is answered at the core's own time, so that nobody sees its future. The
/// interrupt line follows STATUS. A burst that fails is a warning "trine/bus" with command, address
/// and status, and the data error AXI_READ or AXI_WRITE in the registers; a burst that is never
/// answered is the error "trine/hang".
class TlmCore : public sc_core::sc_module, private CommandClock {
 public:
  tlm_utils::simple_target_socket<TlmCore> registers{"registers"};
  tlm_utils::simple_initiator_socket<TlmCore> memory{"memory"};
  sc_core::sc_out<bool> irq{"irq"};

  TlmCore(sc_core::sc_module_name name, const TlmCoreOptions& options);

  /// How many more commands may run before the core stands still; without limit until the first
  /// call.
  void allow(std::uint64_t commands);
  /// Notified when a command has run to its end or was refused, at the core's own time.
  const sc_core::sc_event& command_ended() const { return command_ended_; }

  GoldenCore& core() { return core_; }
  const GoldenCore& core() const { return core_; }
  const BurstMaster& bus() const { return bus_; }
  /// What the bus last failed with, and in which command; empty when it never did.
  const std::string& last_error() const { return last_error_; }

 private:
  void run();
  void run_command();
  void watch();
  void drive_irq() { irq.write(line_); }
  void access(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned peek(tlm::tlm_generic_payload& payload);
  void invalidate(sc_dt::uint64 first, sc_dt::uint64 last) { bus_.invalidate(first, last); }
  void failed(const BusError& error);
  /// The time at which the core is.
  sc_core::sc_time now() const { return std::max(time_, sc_core::sc_time_stamp()); }

  CommandCycles ran(const ResolvedCommand& command) override;
  std::uint64_t recorded() override { return options_.record_cycles; }
  std::uint64_t refused() override { return options_.refused_cycles; }

  TlmCoreOptions options_;
  BurstMaster bus_;
  GoldenCore core_;
  tlm_utils::tlm_quantumkeeper ahead_;
  sc_core::sc_time time_;   // Of the core, when it is ahead of the simulation.
  sc_core::sc_time begun_;  // When the command that runs began.
  std::uint64_t allowed_ = ~std::uint64_t{0};
  bool line_ = false;          // The interrupt line; the machine may be ahead of it.
  std::uint64_t watched_ = 0;  // Payloads when the watchdog last looked.
  sc_core::sc_event go_, command_ended_, irq_changed_, watchdog_;
  std::string last_error_;
};

}  // namespace trine::sim
