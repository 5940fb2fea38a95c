// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstdint>

#include "machine/golden_machine.h"
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
  void wait() override { step(); }
  void step() override;
  void read_vector(unsigned bank, std::uint32_t first, std::span<std::uint32_t> to) override;

  /// The interrupt line.
  bool irq() const;
  const GoldenMachine& machine() const { return machine_; }
  /// Threads of the golden model itself; one until this is called.
  void set_threads(unsigned threads) { machine_.set_threads(threads); }
  /// Multiplies by the definition of the products: slow, for checks of the fast way.
  void set_definition(bool definition) { machine_.set_definition(definition); }

 private:
  void control(std::uint32_t value);
  /// Every register and counter as after power-on; the memories stay.
  void reset();
  void stop(ErrorCode code);
  /// Writes the profile record of the command that is over, `before` being the beats before it.
  ErrorCode write_profile(const Command& command, const Counters& before);
  Counters counters() const;
  std::uint32_t read_counter(std::size_t index, bool high);

  struct Registers {
    bool busy = false, done = false, error = false, abort = false;
    ErrorCode code = ErrorCode::NONE;
    SequenceState sequence;
    std::uint32_t irq_enable = 0, index = 0, list_count = 0, profile_count = 0;
    std::uint64_t list = 0, mem_base = 0, mem_limit = 0, profile = 0;
    std::uint64_t next = 0;  // Address of the next command.
    std::uint64_t commands = 0;
    std::array<CounterLatch, std::size(kCounters)> latches{};
  };

  std::uint64_t memory_bytes_;
  MemoryMap memory_;
  GoldenMachine machine_;
  Registers regs_;
};

}  // namespace trine
