// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "driver/device_registry.h"
#include "driver/memory.h"
#include "driver/transport.h"
#include "sim/core_library.h"
#include "sim/dram_memory.h"
#include "sim/rtl_core.h"
#include "sim/sim_options.h"

namespace trine::sim {

/// The cores that stand for all in the tests.
std::vector<CoreShape> available_cores();

/// The Verilated RTL. Registers go over its AXI4-Lite port and take cycles as on a board; memory
/// is accessed behind its back and takes none.
class RtlTransport final : public Transport,
                           public Stepper,
                           public VectorView,
                           public InterruptLine,
                           public SimulationClock,
                           public MemoryMonitor,
                           public BusReport {
 public:
  /// Throws Error when make_core() (sim/core_library.h) has no such core.
  explicit RtlTransport(SimOptions options);
  /// The same around a core that `make` makes, with `memory` behind its bus.
  using CoreMaker =
      std::function<std::unique_ptr<RtlCore>(MemoryMap& memory, const SimOptions& options)>;
  RtlTransport(SimOptions options, const CoreMaker& make);

  std::uint32_t read(Reg reg) override;
  void write(Reg reg, std::uint32_t value) override;
  void read_memory(std::uint64_t address, std::span<std::byte> to) override;
  void write_memory(std::uint64_t address, std::span<const std::byte> from) override;
  std::uint64_t memory_base() const override { return options_.memory_base; }
  std::uint64_t memory_size() const override { return options_.memory_bytes; }
  void map_memory(std::uint64_t address, std::span<const std::byte> bytes) override;

  /// Runs until STATUS.BUSY falls, at most `SimOptions::wait_cycles`. Throws Error when the core
  /// makes no progress for `SimOptions::watchdog_cycles`, naming cycle, command and channels.
  void wait() override;

  /// Runs until a command has completed or the list has stopped; like wait() otherwise.
  void step() override;
  void read_vector(unsigned bank, std::uint32_t first, std::span<std::uint32_t> to) override;

  Stepper* stepper() override { return this; }
  VectorView* vector_view() override { return this; }
  InterruptLine* interrupt_line() override { return this; }
  SimulationClock* clock() override { return this; }
  const MemoryMonitor* memory_monitor() const override {
    return dram_ == nullptr && !core_->memory_report() ? nullptr : this;
  }
  MemoryReport memory_report() const override {
    if (dram_ == nullptr) return *core_->memory_report();
    return report_of(dram_->spec(), dram_->stats(), dram_->core_mhz());
  }
  BusReport* bus_report() override { return this; }

  /// Advances `cycles` cycles, busy or not.
  void run(std::uint64_t cycles);

  void expect_beats(std::uint64_t beats) override { expected_beats_ = core_->read_beats() + beats; }

  /// The DRAM behind the bus; null when the memory is ideal.
  const dram::Memory* dram() const { return dram_; }

  bool irq() const override { return core_->irq(); }
  std::string last_failure() const override { return core_->last_failure(); }
  std::uint64_t cycles() const override { return core_->cycles(); }
  std::optional<std::uint64_t> list_begin() const override { return list_begin_; }
  std::uint64_t read_beats() const { return core_->read_beats(); }
  std::uint64_t write_beats() const { return core_->write_beats(); }
  /// Wall time in wait() and run() so far, and simulated kHz over it.
  std::chrono::duration<double> wall_time() const { return wall_time_; }
  double khz() const override;

 private:
  /// What must change for the watchdog to stay quiet.
  struct Progress {
    std::uint64_t read_beats = 0, write_beats = 0;
    std::uint32_t command = 0;
    bool operator==(const Progress&) const = default;
  };

  void advance(std::uint64_t cycles);
  bool busy() { return field::STATUS_BUSY.get(read(Reg::STATUS)) != 0; }
  void watch();
  bool traces_commands() const;
  void follow_commands();
  void report();

  SimOptions options_;
  MemoryMap memory_;
  const dram::Memory* dram_ = nullptr;  // Owned by the options' backend.
  std::unique_ptr<RtlCore> core_;
  std::chrono::duration<double> wall_time_{0};
  std::uint64_t timed_cycles_ = 0;
  std::uint64_t expected_beats_ = 0;
  std::optional<std::uint64_t> list_begin_;  // Cycle in which START took effect.
  std::uint64_t list_commands_ = 0;          // Commands that had run when the list began.
  std::optional<std::uint32_t> followed_;    // The command that the trace is at,
  std::uint64_t command_begin_ = 0;          // and the cycle in which it was seen first.
  Progress progress_;
  std::uint64_t progress_cycle_ = 0;
};

}  // namespace trine::sim
