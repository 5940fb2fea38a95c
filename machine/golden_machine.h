// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "machine/machine_state.h"

namespace trine {

/// Executes commands, bit for bit like the hardware: the vector memory and what each opcode does.
/// Registers and lists are GoldenCore's.
///
/// What the hardware leaves open, this leaves open too: the result of a matrix-vector product
/// whose stream, codebook or memory is bad, and one whose result overwrites its own input.
/// It reaches memory through a port alone, in the order in which the hardware does.
class GoldenMachine {
 public:
  /// Throws Error for parameters that no core can have.
  GoldenMachine(const MachineParams& params, MemoryPort& memory);

  const MachineParams& params() const { return state_.params; }

  /// Shares the rows of matrices among so many threads; one until this is called.
  void set_threads(unsigned threads) {
    state_.workers = std::make_unique<golden::Workers>(threads);
  }
  /// Multiplies by the definition, plainly and slowly: what the fast way is checked against.
  void set_definition(bool definition) {
    state_.form = definition ? golden::Form::Definition : golden::Form::Fastest;
  }

  /// Runs a command as check_command returned it, to its end, by the executor of its opcode;
  /// returns the lowest data error, or BAD_OPCODE for an opcode that does not exist.
  [[nodiscard]] ErrorCode execute(const ResolvedCommand& command);

  /// A bank of the vector memory, as words; FP32 by their bits. Throws Error for a bank too high.
  std::span<const std::uint32_t> vector_memory(unsigned bank = 0) const;

  /// Beats so far; cycles, stalls and commands are not the machine's and stay 0.
  const Counters& beats() const { return state_.beats; }
  void clear_beats() { state_.beats = {}; }
  /// Counts a read of `bytes` bytes, rounded up to beats.
  void count_read(std::uint64_t bytes) { state_.count_read(bytes); }
  /// Counts a write, in the same way.
  void count_write(std::uint64_t bytes) { state_.count_write(bytes); }

 private:
  MachineState state_;
};

}  // namespace trine
