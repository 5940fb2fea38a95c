// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "driver/device_request.h"
#include "driver/memory.h"
#include "driver/transport.h"
#include "sim/systemc/kernel_pause.h"
#include "sim/systemc/memory_target.h"
#include "sim/systemc/platform_transport.h"
#include "sim/systemc/simulation.h"
#include "sim/systemc/tlm_core.h"

namespace trine::sim {

/// A TlmCore and its memory, in a SystemC simulation of their own, as a device. Registers go over
/// a bus; the driver's accesses to memory go behind the core's back and take no time. Between two
/// calls the core stands still behind a command.
class TlmTransport final : public Transport,
                           private Stepper,
                           private VectorView,
                           private InterruptLine,
                           private SimulationClock,
                           private MemoryMonitor,
                           private BusReport {
 public:
  /// `timing` is the memory's, `cost` says what a command takes behind it. Of the request's memory
  /// only the size counts.
  TlmTransport(const DeviceRequest& request, std::unique_ptr<BurstTiming> timing,
               const CostFunction& cost);

  std::uint32_t read(Reg reg) override;
  void write(Reg reg, std::uint32_t value) override;
  void read_memory(std::uint64_t address, std::span<std::byte> to) override;
  void write_memory(std::uint64_t address, std::span<const std::byte> from) override;
  std::uint64_t memory_size() const override { return request_.memory_bytes; }
  void map_memory(std::uint64_t address, std::span<const std::byte> bytes) override;

  /// Runs until the list ends, at most `wait_cycles`.
  void wait() override;

  Stepper* stepper() override { return this; }
  VectorView* vector_view() override { return this; }
  InterruptLine* interrupt_line() override { return this; }
  SimulationClock* clock() override { return this; }
  const MemoryMonitor* memory_monitor() const override {
    return platform_->memory.timing().report() ? this : nullptr;
  }
  BusReport* bus_report() override { return this; }

 private:
  struct Platform {
    Platform(MemoryMap& map, const DeviceRequest& request, std::unique_ptr<BurstTiming> timing,
             const CostFunction& cost);
    TlmCore core;
    MemoryTarget memory;
    RegisterMaster master;
    PlatformTransport transport;
    sc_core::sc_signal<bool> irq{"irq"};
    bool stepping = false;
    KernelPause pause;
  };

  void step() override;
  void read_vector(unsigned bank, std::uint32_t first, std::span<std::uint32_t> to) override;
  bool irq() const override { return platform_->core.core().irq(); }
  std::uint64_t cycles() const override { return cycles_; }
  double khz() const override;
  void expect_beats(std::uint64_t beats) override;
  MemoryReport memory_report() const override { return *platform_->memory.timing().report(); }
  std::string last_failure() const override { return platform_->core.last_error(); }

  /// Calls f in the simulation and notes its time behind that.
  template <class F>
  auto in(F&& f) {
    struct Note {
      TlmTransport& transport;
      ~Note() { transport.note_cycles(); }
    };
    return platform_.simulation.run([&] {
      const Note note{*this};
      return f();
    });
  }
  void note_cycles();
  /// Lets the core run `commands` commands, for at most `cycles`.
  void run(std::uint64_t commands, std::uint64_t cycles);
  std::uint64_t read_beats() const { return platform_->core.core().counters().read_beats; }
  void report();

  DeviceRequest request_;
  MemoryMap memory_;
  Simulated<Platform> platform_;
  std::chrono::duration<double> wall_time_{0};
  std::uint64_t cycles_ = 0;  // So far.
  std::uint64_t first_beats_ = 0, expected_beats_ = 0;
};

}  // namespace trine::sim
