// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>

#include "driver/memory.h"
#include "driver/transport.h"
#include "machine/golden_core.h"

namespace trine {

/// The golden model as a device: a GoldenCore with its memory; one command a wait().
///
/// Bit for bit the hardware in every result, error code and command index, with two liberties:
/// time is not modelled (CYCLES and the STALL counters stay 0), and a write error always belongs
/// to its STORE (hardware may notice it a command later).
class GoldenTransport final : public Transport,
                              public Stepper,
                              public VectorView,
                              public InterruptLine {
 public:
  /// A core with `memory_bytes` of writable memory from `memory_base` on.
  GoldenTransport(const MachineParams& params, std::uint64_t memory_bytes,
                  std::uint64_t memory_base = 0);

  std::uint32_t read(Reg reg) override { return core_.read(reg); }
  void write(Reg reg, std::uint32_t value) override { core_.write(reg, value); }
  void read_memory(std::uint64_t address, std::span<std::byte> to) override;
  void write_memory(std::uint64_t address, std::span<const std::byte> from) override;
  std::uint64_t memory_base() const override { return memory_base_; }
  std::uint64_t memory_size() const override { return memory_bytes_; }
  void map_memory(std::uint64_t address, std::span<const std::byte> bytes) override;
  /// Runs one command, when busy.
  void wait() override { step(); }
  void step() override { core_.step(); }
  void read_vector(unsigned bank, std::uint32_t first, std::span<std::uint32_t> to) override {
    core_.read_vector(bank, first, to);
  }

  bool irq() const override { return core_.irq(); }

  Stepper* stepper() override { return this; }
  VectorView* vector_view() override { return this; }
  InterruptLine* interrupt_line() override { return this; }
  const GoldenMachine& machine() const { return core_.machine(); }
  /// Threads of the golden model itself; one until this is called.
  void set_threads(unsigned threads) { core_.machine().set_threads(threads); }
  /// Multiplies by the definition of the products: slow, for checks of the fast way.
  void set_definition(bool definition) { core_.machine().set_definition(definition); }

 private:
  std::uint64_t memory_base_, memory_bytes_;
  MemoryMap memory_;
  MapPort port_{memory_};
  NoClock clock_;
  GoldenCore core_;
};

}  // namespace trine
