// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "driver/command_check.h"
#include "driver/counters.h"
#include "driver/machine_params.h"
#include "golden/exact/vector_ops.h"
#include "golden/exact/workers.h"
#include "isa/commands.h"
#include "machine/memory_port.h"

namespace trine {

/// The lowest of the errors that a command raised.
class LowestError {
 public:
  void add(ErrorCode code) {
    if (code != ErrorCode::NONE && (lowest_ == ErrorCode::NONE || code < lowest_)) lowest_ = code;
  }
  void add(bool raised, ErrorCode code) {
    if (raised) add(code);
  }
  ErrorCode lowest() const { return lowest_; }

 private:
  ErrorCode lowest_ = ErrorCode::NONE;
};

/// Executes commands, bit for bit like the hardware: the vector memory and what each opcode does.
/// Registers and lists are GoldenTransport's.
///
/// What the hardware leaves open, this leaves open too: the result of a matrix-vector product
/// whose stream, codebook or memory is bad, and one whose result overwrites its own input.
class GoldenMachine {
 public:
  /// Throws Error for parameters that no core can have.
  GoldenMachine(const MachineParams& params, MemoryPort& memory);

  const MachineParams& params() const { return params_; }

  /// Shares the rows of matrices among so many threads; one until this is called.
  void set_threads(unsigned threads) { workers_ = std::make_unique<golden::Workers>(threads); }
  /// Multiplies by the definition, plainly and slowly: what the fast way is checked against.
  void set_definition(bool definition) { definition_ = definition; }

  /// Runs a command as check_command returned it (CheckedCommand::command), to its end; returns the
  /// lowest data error.
  [[nodiscard]] ErrorCode execute(const Command& command);

  /// A bank of the vector memory, as words; FP32 by their bits. Throws Error for a bank too high.
  std::span<const std::uint32_t> vector_memory(unsigned bank = 0) const;

  /// Beats so far; cycles, stalls and commands are not the machine's and stay 0.
  const Counters& beats() const { return beats_; }
  void clear_beats() { beats_ = {}; }
  /// Counts a read of `bytes` bytes, rounded up to beats.
  void count_read(std::uint64_t bytes) { beats_.read_beats += beats(bytes); }
  /// Counts a write, in the same way.
  void count_write(std::uint64_t bytes) { beats_.write_beats += beats(bytes); }

 private:
  ErrorCode load(const Command& command);
  ErrorCode store(const Command& command);
  ErrorCode trit_matvec(const Command& command);
  ErrorCode f16_matvec(const Command& command);
  ErrorCode store_column(const Command& command);
  ErrorCode vector_operation(const Command& command);  // golden_vector.cpp
  ErrorCode argmax(const Command& command);

  /// Word `first` of a bank and all behind it.
  std::uint32_t* words(std::uint32_t bank, std::uint32_t first) {
    return vector_.data() + std::size_t{bank} * params_.vector_words + first;
  }
  /// A copy of `count` values from word `first` on.
  std::vector<float> values(std::uint32_t bank, std::uint32_t first, std::uint64_t count) const;
  std::uint64_t beats(std::uint64_t bytes) const {
    return (bytes + params_.beat_bytes() - 1) / params_.beat_bytes();
  }
  /// Accumulators, or their FP32 values times 2^exponent; zeros up to a multiple of `row_step`.
  void write_rows(const Command& command, std::uint32_t bank,
                  std::span<const std::int64_t> accumulator, std::int64_t exponent,
                  std::uint64_t row_step);

  MachineParams params_;
  MemoryPort& memory_;
  std::vector<std::uint32_t> vector_;  // (vectors, vector_words)
  golden::ArgmaxState best_;           // Of the search that ARGMAX goes on with.
  Counters beats_;
  std::unique_ptr<golden::Workers> workers_ = std::make_unique<golden::Workers>(1);
  bool definition_ = false;
};

}  // namespace trine
