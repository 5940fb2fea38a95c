// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>

#include "driver/memory.h"
#include "sim/rtl_core.h"
#include "sim/sim_options.h"
#include "sim/systemc/kernel_pause.h"
#include "sim/systemc/memory_target.h"
#include "sim/systemc/register_master.h"
#include "sim/systemc/rtl_core_module.h"
#include "sim/systemc/simulation.h"

namespace trine::sim {

/// An RtlCoreModule with its memory, in a SystemC simulation of their own, as an RtlCore: what
/// clocks the Verilated core clocks this one, and each of its bursts and register accesses goes
/// over TLM-2.0 sockets.
class SystemcCore final : public RtlCore {
 public:
  SystemcCore(MemoryMap& memory, const SimOptions& request);

  void run(std::uint64_t cycles) override;
  bool run_command(std::uint64_t seen, std::uint64_t cycles) override;
  std::uint64_t commands() const override { return core().commands(); }
  std::span<const std::uint32_t> vector_memory(unsigned bank) const override {
    return core().vector_memory(bank);
  }
  std::uint32_t read(std::uint32_t offset) override;
  void write(std::uint32_t offset, std::uint32_t value) override;
  void trace(std::uint64_t from, std::uint64_t to) override {
    platform_->core.core().trace(from, to);
  }
  bool irq() const override { return core().irq(); }
  std::uint64_t cycles() const override { return core().cycles(); }
  std::uint64_t read_beats() const override { return core().read_beats(); }
  std::uint64_t write_beats() const override { return core().write_beats(); }
  std::string channels() const override { return core().channels(); }
  std::string last_failure() const override { return platform_->core.last_error(); }
  std::optional<MemoryReport> memory_report() const override {
    return platform_->memory.timing().report();
  }

 private:
  struct Platform {
    Platform(MemoryMap& map, const SimOptions& request);
    RtlCoreModule core;
    MemoryTarget memory;
    RegisterMaster master;
    sc_core::sc_signal<bool> irq{"irq"};
    bool stopped = false;
    KernelPause pause;
  };

  const RtlCore& core() const { return platform_->core.core(); }
  /// Lets the clock run until it stops.
  void clock(std::uint64_t cycles, bool one_command);

  Simulated<Platform> platform_;
};

}  // namespace trine::sim
