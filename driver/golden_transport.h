// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstdint>

#include "driver/golden_machine.h"
#include "driver/memory.h"
#include "driver/transport.h"

namespace trine {

/// The golden model as a core: registers, and command lists run one command a wait().
///
/// Bit for bit the hardware in every result, error code and command index, with two liberties:
/// time is not modelled (CYCLES and the STALL counters stay 0), and a write error always belongs
/// to its STORE (hardware may notice it a command later).
class GoldenTransport final : public Transport {
 public:
  /// A core with `memory_bytes` of writable memory.
  GoldenTransport(const MachineParams& params, std::uint64_t memory_bytes);
  GoldenTransport(const GoldenTransport&) = delete;  // The machine refers to the memory.
  GoldenTransport& operator=(const GoldenTransport&) = delete;

  std::uint32_t read(Reg reg) override;
  void write(Reg reg, std::uint32_t value) override;
  void read_memory(std::uint64_t address, std::span<std::byte> to) override;
  void write_memory(std::uint64_t address, std::span<const std::byte> from) override;
  std::uint64_t memory_size() const override { return memory_bytes_; }
  void map_memory(std::uint64_t address, std::span<const std::byte> bytes) override;
  /// Runs one command, when busy.
  void wait() override;

  /// The interrupt line.
  bool irq() const;
  const GoldenMachine& machine() const { return machine_; }

 private:
  void control(std::uint32_t value);
  void step();
  void stop(ErrorCode code);
  Counters counters() const;
  std::uint32_t read_counter(std::size_t index, bool high);

  std::uint64_t memory_bytes_;
  MemoryMap memory_;
  GoldenMachine machine_;

  // Registers.
  bool busy_ = false, done_ = false, error_ = false, abort_ = false;
  ErrorCode code_ = ErrorCode::NONE;
  SequenceState sequence_;
  std::uint32_t irq_enable_ = 0, index_ = 0, list_count_ = 0;
  std::uint64_t list_ = 0, mem_base_ = 0, mem_limit_ = 0;
  std::uint64_t next_ = 0;  // Address of the next command.
  std::uint64_t commands_ = 0;

  std::array<CounterLatch, std::size(kCounters)> latches_{};
};

}  // namespace trine
