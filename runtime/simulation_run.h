// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "runtime/core.h"
#include "runtime/golden_run.h"
#include "runtime/simulation.h"

namespace trine {

/// A device that runs a part of a token, beside golden that says what enters it.
class SimulationRun {
 public:
  SimulationRun(const golden::PackedModel& model, const SessionOptions& options,
                std::size_t context, Progress& progress);
  /// Golden for this device, on so many threads.
  std::unique_ptr<GoldenRun> make_golden(unsigned threads) const;
  /// Runs beside this one from now on.
  void adopt(std::unique_ptr<GoldenRun> golden);
  /// Runs a stretch on both; with `check` they are compared command by command.
  Simulation simulate(const Stretch& stretch, bool check);

 private:
  static constexpr std::uint64_t kProfileBytes = 1 << 22;

  static std::string checksum(std::span<const float> values);
  /// The checksum of what leaves, which must be golden's.
  std::string compare_ends(const Stretch& stretch, Simulation& simulation);
  /// The profile, as part of the list of the whole token.
  void read_costs(const TokenList& list, const Stretch& stretch, Simulation& simulation) const;

  const golden::PackedModel& model_;
  std::size_t context_;
  std::uint64_t memory_;  // Of the program; the profile lies behind.
  std::unique_ptr<Core> core_;
  std::uint64_t base_;  // Where its memory begins.
  std::unique_ptr<GoldenRun> golden_;
};

}  // namespace trine
