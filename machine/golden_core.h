// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "driver/counters.h"
#include "isa/registers.h"
#include "machine/command_clock.h"
#include "machine/golden_machine.h"
#include "machine/register_file.h"

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
  bool busy() const { return regs_.get(field::STATUS_BUSY) != 0; }
  /// The interrupt line.
  bool irq() const;
  Counters counters() const;
  /// Index of the command that is next, or that the list stopped at.
  std::uint32_t index() const { return regs_.get(field::COMMAND_INDEX); }

  /// Words of a bank of vector memory; throws Error when they do not exist.
  void read_vector(unsigned bank, std::uint32_t first, std::span<std::uint32_t> to) const;

  GoldenMachine& machine() { return machine_; }
  const GoldenMachine& machine() const { return machine_; }

 private:
  /// A write to CTRL; `ones` are its W1 fields that were written with a 1.
  void control(std::uint32_t ones);
  /// Every register and counter as after power-on; the memories stay.
  void reset();
  void stop(ErrorCode code);
  /// The same for a command that did not run.
  void refuse(ErrorCode code);
  MemoryWindow window() const;
  SequenceState sequence() const;
  /// Writes the profile record of the command that is over, `before` being the counters before it.
  ErrorCode write_profile(const Command& command, const Counters& before,
                          std::uint64_t unit_cycles);

  /// What a list needs besides the registers.
  struct Running {
    bool abort = false;
    std::uint64_t next = 0;  // Address of the next command.
    Counters spent;          // Cycles, stalls and commands; the machine counts the beats.
    std::array<CounterLatch, std::size(kCounters)> latches{};
  };

  MemoryPort& memory_;
  CommandClock& clock_;
  GoldenMachine machine_;
  RegisterFile regs_;
  Running run_;
};

}  // namespace trine
