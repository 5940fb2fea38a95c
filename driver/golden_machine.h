// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "driver/command_check.h"
#include "driver/counters.h"
#include "driver/machine_params.h"
#include "driver/memory.h"
#include "golden/exact/bfp.h"
#include "regs/commands.h"

namespace trine {

/// Executes commands, bit for bit like the hardware: the vector memory and what each opcode does.
/// Registers and lists are GoldenTransport's.
///
/// What the hardware leaves open, this leaves open too: the result of a matrix-vector product
/// whose stream, codebook or memory is bad, and one whose result overwrites its own input.
/// A range that a command names lies in one region of the memory map, or counts as unmapped.
class GoldenMachine {
 public:
  /// Throws Error for parameters that no core can have.
  GoldenMachine(const MachineParams& params, MemoryMap& memory);

  const MachineParams& params() const { return params_; }

  /// Runs a command that has passed check_command, to its end; returns the lowest data error.
  [[nodiscard]] ErrorCode execute(const Command& command);

  /// The vector memory, as words; FP32 by their bits.
  std::span<const std::uint32_t> vector_memory() const { return vector_; }

  /// Beats so far; cycles, stalls and commands are not the machine's and stay 0.
  const Counters& beats() const { return beats_; }
  void clear_beats() { beats_ = {}; }
  /// Counts a read of `bytes` bytes, rounded up to beats.
  void count_read(std::uint64_t bytes) { beats_.read_beats += beats(bytes); }

 private:
  ErrorCode load(const Command& command);
  ErrorCode store(const Command& command);
  ErrorCode trit_matvec(const Command& command);
  ErrorCode f16_matvec(const Command& command);

  std::uint64_t beats(std::uint64_t bytes) const {
    return (bytes + params_.beat_bytes() - 1) / params_.beat_bytes();
  }
  std::vector<float> activations(const Command& command, std::uint64_t cols) const;
  /// Accumulators, or their FP32 values times 2^exponent; zeros up to a multiple of `row_step`.
  void write_rows(const Command& command, std::span<const std::int64_t> accumulator,
                  std::int64_t exponent, std::uint64_t row_step);

  MachineParams params_;
  MemoryMap& memory_;
  std::vector<std::uint32_t> vector_;
  Counters beats_;
};

}  // namespace trine
