// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "driver/memory_report.h"

namespace trine::sim {

/// One Verilated core with its memory on the data bus and a master on the register bus.
class RtlCore {
 public:
  virtual ~RtlCore() = default;

  /// Advances `cycles` clock cycles; the register bus is idle.
  virtual void run(std::uint64_t cycles) = 0;

  /// The same, until `commands()` is beyond `seen`; false when it is not after `cycles` cycles. The
  /// core then holds the next command, whatever is read meanwhile, until it runs again.
  virtual bool run_command(std::uint64_t seen, std::uint64_t cycles) = 0;
  /// Commands that have run so far.
  virtual std::uint64_t commands() const = 0;

  /// The words of a bank of vector memory, behind the core's back.
  virtual std::span<const std::uint32_t> vector_memory(unsigned bank) const = 0;

  /// One transfer on the register bus; the clock runs meanwhile. Throws Error for an error
  /// response or none at all.
  virtual std::uint32_t read(std::uint32_t offset) = 0;
  virtual void write(std::uint32_t offset, std::uint32_t value) = 0;

  /// Cycles [from, to) go into the trace file; no effect without one.
  virtual void trace(std::uint64_t from, std::uint64_t to) = 0;

  virtual bool irq() const = 0;
  virtual std::uint64_t cycles() const = 0;
  virtual std::uint64_t read_beats() const = 0;
  virtual std::uint64_t write_beats() const = 0;
  /// The state of the data bus, in words, for error messages.
  virtual std::string channels() const = 0;
  /// The burst that last failed and how; empty when none did.
  virtual std::string last_failure() const = 0;
  /// What a DRAM of the core's own did; nothing when it has none.
  virtual std::optional<MemoryReport> memory_report() const { return {}; }
};

}  // namespace trine::sim
