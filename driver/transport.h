// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "golden/error.h"
#include "isa/registers.h"

namespace trine {

/// The way to one core and its memory: the golden model, the Verilated RTL, SystemC or an FPGA.
///
/// Device memory is `memory_size()` bytes of zeroed, writable memory from address 0, and behind
/// it whatever `map_memory` attaches.  Addresses in no memory throw Error here, and answer the
/// core with a bus error.  One thread at a time.
class Transport {
 public:
  virtual ~Transport() = default;

  virtual std::uint32_t read(Reg reg) = 0;
  virtual void write(Reg reg, std::uint32_t value) = 0;

  virtual void read_memory(std::uint64_t address, std::span<std::byte> to) = 0;
  virtual void write_memory(std::uint64_t address, std::span<const std::byte> from) = 0;

  /// Bytes of writable memory, from address 0.
  virtual std::uint64_t memory_size() const = 0;

  /// Attaches `bytes` as read-only device memory, without a copy where the transport can: they
  /// must not change or go away while the transport lives.  `address` is a multiple of 4096 at
  /// or after `memory_size()`; throws Error when it is not, or is taken.
  virtual void map_memory(std::uint64_t address, std::span<const std::byte> bytes) = 0;

  /// Lets the core work: some clock cycles in a simulator, a short sleep on hardware.
  virtual void wait() = 0;

  /// Lets the core work until one more command of the list has completed, or the list has stopped;
  /// returns at once when no list runs. Throws Error where the transport cannot tell.
  virtual void step() { throw Error("this transport cannot step through a command list"); }

  /// Words of vector memory, FP32 by their bits, for comparisons; the core must be idle or have
  /// come back from step(). Throws Error where the transport cannot look inside.
  virtual void read_vector(unsigned bank, std::uint32_t first, std::span<std::uint32_t> to) {
    static_cast<void>(bank), static_cast<void>(first), static_cast<void>(to);
    throw Error("this transport cannot read the vector memory");
  }
};

}  // namespace trine
