// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "driver/memory_report.h"
#include "isa/registers.h"

namespace trine {

// What some devices can do and others cannot: an FPGA does not show its vector memory, and only a
// simulator knows how fast it simulates. Transport hands each out, or nullptr.

/// Runs a command list one command at a time.
class Stepper {
 public:
  /// Lets the core work until one more command of the list has completed, or the list has
  /// stopped; returns at once when no list runs.
  virtual void step() = 0;

 protected:
  ~Stepper() = default;
};

/// A look into the vector memory, behind the core's back.
class VectorView {
 public:
  /// Words of a bank, FP32 by their bits; the core must be idle or have come back from step().
  /// Throws Error for words that are not there.
  virtual void read_vector(unsigned bank, std::uint32_t first, std::span<std::uint32_t> to) = 0;

 protected:
  ~VectorView() = default;
};

/// The interrupt line of the core.
class InterruptLine {
 public:
  virtual bool irq() const = 0;

 protected:
  ~InterruptLine() = default;
};

/// The clock of a simulation.
class SimulationClock {
 public:
  /// Cycles since the simulation began, whether or not a list ran.
  virtual std::uint64_t cycles() const = 0;
  /// Simulated kHz over the wall time of the simulation so far; 0 before any.
  virtual double khz() const = 0;
  /// The cycle in which START of the last list took effect, the one that the counter CYCLES counts
  /// from, in devices that know it.
  virtual std::optional<std::uint64_t> list_begin() const { return {}; }
  /// Announces how many more beats the core will read: the measure of DeviceProgress::fraction.
  virtual void expect_beats(std::uint64_t beats) = 0;

 protected:
  ~SimulationClock() = default;
};

/// A memory whose time is simulated.
class MemoryMonitor {
 public:
  virtual MemoryReport memory_report() const = 0;

 protected:
  ~MemoryMonitor() = default;
};

/// What went wrong on the memory bus.
class BusReport {
 public:
  /// The burst that last failed, with its address and what it was answered; empty when none did.
  virtual std::string last_failure() const = 0;

 protected:
  ~BusReport() = default;
};

/// The way to one core and its memory: the golden model, the Verilated RTL, SystemC or an FPGA.
///
/// Device memory is `memory_size()` bytes of zeroed, writable memory from address `memory_base()`,
/// and behind it whatever `map_memory` attaches.  Addresses in no memory throw Error here, and
/// answer the core with a bus error.  One thread at a time.
class Transport {
 public:
  virtual ~Transport() = default;

  virtual std::uint32_t read(Reg reg) = 0;
  virtual void write(Reg reg, std::uint32_t value) = 0;

  virtual void read_memory(std::uint64_t address, std::span<std::byte> to) = 0;
  virtual void write_memory(std::uint64_t address, std::span<const std::byte> from) = 0;

  /// The first address of the writable memory, a multiple of 4096: 0 in a simulation, on a board
  /// that of the buffer.
  virtual std::uint64_t memory_base() const { return 0; }
  /// Bytes of writable memory.
  virtual std::uint64_t memory_size() const = 0;

  /// Attaches `bytes` as read-only device memory, without a copy where the transport can: they
  /// must not change or go away while the transport lives.  `address` is a multiple of 4096 at
  /// or after the end of the writable memory; throws Error when it is not, or is taken.
  virtual void map_memory(std::uint64_t address, std::span<const std::byte> bytes) = 0;

  /// Lets the core work: some clock cycles in a simulator, a short sleep on hardware.
  virtual void wait() = 0;

  virtual Stepper* stepper() { return nullptr; }
  virtual VectorView* vector_view() { return nullptr; }
  virtual InterruptLine* interrupt_line() { return nullptr; }
  virtual SimulationClock* clock() { return nullptr; }
  virtual const MemoryMonitor* memory_monitor() const { return nullptr; }
  virtual BusReport* bus_report() { return nullptr; }
};

}  // namespace trine
