// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "driver/command_check.h"
#include "driver/counters.h"
#include "driver/machine_params.h"
#include "golden/exact/vector_ops.h"
#include "golden/exact/workers.h"
#include "machine/memory_port.h"
#include "machine/product/product.h"

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

/// What the executors of commands work on. Ranges of vector memory are those that the checks of the
/// command have passed.
struct MachineState {
  MachineParams params;
  MemoryPort& memory;
  std::vector<std::uint32_t> vector;  // (vectors, vector_words); FP32 by their bits.
  golden::ArgmaxState best;           // Of the search that ARGMAX goes on with.
  Counters beats;
  std::unique_ptr<golden::Workers> workers = std::make_unique<golden::Workers>(1);
  golden::Form form = golden::Form::Fastest;                   // Of the products.
  std::array<golden::Activations, kMaxVectors> activations{};  // Of each bank's last product.

  /// Word `first` of a bank and all behind it.
  std::uint32_t* words(std::uint32_t bank, std::uint32_t first) {
    return vector.data() + std::size_t{bank} * params.vector_words + first;
  }
  /// A copy of `count` values from word `first` on.
  std::vector<float> values(std::uint32_t bank, std::uint32_t first, std::uint64_t count);

  /// Beats of so many bytes, the last one perhaps in part.
  std::uint64_t beats_of(std::uint64_t bytes) const {
    return (bytes + params.beat_bytes() - 1) / params.beat_bytes();
  }
  void count_read(std::uint64_t bytes) { beats.read_beats += beats_of(bytes); }
  void count_write(std::uint64_t bytes) { beats.write_beats += beats_of(bytes); }
};

}  // namespace trine
