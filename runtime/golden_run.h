// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "runtime/core.h"
#include "runtime/decoder.h"
#include "runtime/simulation.h"

namespace trine {

/// Golden on its way through a token, and the program that it shares with the device that is
/// simulated: what makes the state in front of a part.
class GoldenRun {
 public:
  /// For a core with such parameters and a memory that begins at `base`; `memory`: bytes of the
  /// program, `more`: of memory behind it.
  GoldenRun(const golden::PackedModel& model, const MachineParams& params, std::uint64_t memory,
            std::uint64_t more, std::uint64_t base, std::size_t context, unsigned threads);

  /// Everything before layer `first` of the last token; of the text in front of the tokens, what
  /// layers below `end` read.
  void prepare(std::span<const std::int32_t> tokens, const SyntheticText& text, std::size_t first,
               std::size_t end, Progress& progress);
  /// Cuts layers [first, end) with what of the head is behind them into at most `parts` stretches
  /// of about as many weights.
  std::vector<Stretch> cuts(std::size_t first, std::size_t end, std::size_t parts) const;
  /// What enters each of the stretches, when the token goes on from the first one's begin, and the
  /// logits of the head in memory, when one of them begins amid it.
  std::vector<std::vector<float>> entries(std::span<const Stretch> stretches);
  /// Stands where `other` stands behind its prepare() and entries(), for a stretch that `x` enters.
  void take_over(GoldenRun& other, const Stretch& stretch, std::span<const float> x);
  /// What a stretch reads and golden wrote, into another core: x, the cache up to this position,
  /// and logits in front.
  void copy_state(Device& to, const Stretch& stretch);

  const Program& program() const { return program_; }
  Device& device() { return golden_->device(); }
  DeviceExecutor& executor() { return executor_; }
  const SequenceState& state() const { return state_; }
  /// The boundary buffer of a core that this program is loaded into.
  std::vector<float> boundary(Device& of) const;
  /// Logits of the first so many blocks of the head in such a core's memory.
  std::vector<float> logits(Device& of, std::size_t blocks) const;

 private:
  void copy_cache(Device& to, const Stretch& stretch);
  void copy_logits(Device& to, const Stretch& stretch);

  Program program_;
  std::unique_ptr<Core> golden_;
  DeviceExecutor executor_;
  SequenceState state_;
};

}  // namespace trine
