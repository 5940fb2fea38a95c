// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "driver/counters.h"
#include "isa/registers.h"
#include "machine/command_clock.h"
#include "machine/golden_machine.h"

namespace trine {

/// The registers of the golden machine and its command lists, one command a step(). What is around
/// a core comes from outside: `memory` is its data bus and `clock` its time.
class GoldenCore {
 public:
  GoldenCore(const MachineParams& params, MemoryPort& memory, CommandClock& clock);
  GoldenCore(const GoldenCore&) = delete;
  GoldenCore& operator=(const GoldenCore&) = delete;

  /// Throw Error for a register that does not exist.
  std::uint32_t read(Reg reg);
  void write(Reg reg, std::uint32_t value);

  /// Runs one command of the list, when busy.
  void step();
  bool busy() const { return regs_.busy; }
  /// The interrupt line.
  bool irq() const;
  Counters counters() const;
  /// Index of the command that is next, or that the list stopped at.
  std::uint32_t index() const { return regs_.index; }

  /// Words of a bank of vector memory; throws Error when they do not exist.
  void read_vector(unsigned bank, std::uint32_t first, std::span<std::uint32_t> to) const;

  GoldenMachine& machine() { return machine_; }
  const GoldenMachine& machine() const { return machine_; }

 private:
  void control(std::uint32_t value);
  /// Every register and counter as after power-on; the memories stay.
  void reset();
  void stop(ErrorCode code);
  /// The same for a command that did not run.
  void refuse(ErrorCode code);
  /// Writes the profile record of the command that is over, `before` being the counters before it.
  ErrorCode write_profile(const Command& command, const Counters& before,
                          std::uint64_t unit_cycles);
  std::uint32_t read_counter(std::size_t index, bool high);

  struct Registers {
    bool busy = false, done = false, error = false, abort = false;
    ErrorCode code = ErrorCode::NONE;
    SequenceState sequence;
    std::uint32_t irq_enable = 0, index = 0, list_count = 0, profile_count = 0;
    std::uint64_t list = 0, mem_base = 0, mem_limit = 0, profile = 0;
    std::uint64_t next = 0;  // Address of the next command.
    Counters spent;          // Cycles, stalls and commands; the machine counts the beats.
    std::array<CounterLatch, std::size(kCounters)> latches{};
  };

  MemoryPort& memory_;
  CommandClock& clock_;
  GoldenMachine machine_;
  Registers regs_;
};

}  // namespace trine
