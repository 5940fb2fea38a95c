// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "runtime/core.h"
#include "runtime/decoder.h"
#include "runtime/simulation.h"

namespace trine {

/// The golden device, which makes the state at a boundary, and the device that runs from there.
class SimulationRun {
 public:
  SimulationRun(const golden::PackedModel& model, const SessionOptions& options,
                std::size_t context, Progress& progress);
  /// Everything before layer `first` of the last token, on the golden device; of the text in front
  /// of the tokens, what layers below `end` read.
  void prepare(std::span<const std::int32_t> tokens, const SyntheticText& text, std::size_t first,
               std::size_t end, Progress& progress);
  /// Stands where `other` stands behind its prepare(), for layers [first, end): golden's cache of
  /// those, and `x`, which enters layer `first`.
  void take_over(SimulationRun& other, std::size_t first, std::size_t end,
                 std::span<const float> x);
  /// What enters each of these layers, in ascending order, when the token goes on from `first`. The
  /// golden device is then where it was.
  std::vector<std::vector<float>> entries(std::size_t first, std::span<const std::size_t> layers);
  /// Cuts layers [first, end) into `parts` stretches of about as many weights; the layers at which
  /// all but the first begin. Fewer when there are not as many layers.
  std::vector<std::size_t> cuts(std::size_t first, std::size_t end, std::size_t parts) const;
  /// Runs layers [first, end) on both; with `check` they are compared command by command.
  Simulation simulate(std::size_t first, std::size_t end, bool check);

 private:
  static constexpr std::uint64_t kProfileBytes = 1 << 22;

  static std::string checksum(std::span<const float> values);
  /// What of a part's list is of the whole token's, too: indexes [from, to).
  std::pair<std::size_t, std::size_t> own_commands(const TokenList& list, std::size_t first,
                                                   std::size_t end) const;
  std::vector<float> boundary(Core& core) const;
  /// What layers [first, end) read and golden wrote: x, and the cache up to this position.
  void copy_state(std::size_t first, std::size_t end);
  void copy_cache(Device& from, Device& to, std::size_t first, std::size_t end) const;
  /// The checksum of what leaves, which must be golden's.
  std::string compare_ends(std::size_t end, bool head, Simulation& simulation);
  /// The profile, as part of the list of the whole token.
  void read_costs(const TokenList& list, Simulation& simulation) const;

  std::uint64_t memory_;  // Of the program; the profile lies behind.
  std::unique_ptr<Core> core_;
  std::uint64_t base_;  // Where its memory begins.
  Program program_;
  std::unique_ptr<Core> golden_;
  DeviceExecutor golden_executor_, core_executor_;
  SequenceState state_;
};

}  // namespace trine
