// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>

#include "sim/core_library.h"

namespace trine::soak {

/// What is done to a list. Those from kRefusal on are faults of the bus.
enum class Kind : unsigned {
  kGood,       // Nothing: results as golden's.
  kCorrupted,  // A command with bits turned over is refused as golden refuses it.
  kAborted,    // CTRL.ABORT at any cycle.
  kReset,      // CTRL.RESET at any cycle.
  kRefusal,    // SLVERR or DECERR.
  kLate,       // A channel is silent for less than BUS_LIMIT.
  kSilence,    // A channel is silent until the list has ended.
  kWrongLast,  // RLAST at the wrong beat.
  kStray,      // An answer to nobody.
  kDoubled,    // An answer that comes twice.
  kLost,       // An answer that never comes, after which only a reset of the core helps.
};
inline constexpr unsigned kKinds = 11;
inline constexpr const char* kKindNames[kKinds] = {"good",    "corrupted", "aborted", "reset",
                                                   "refusal", "late",      "silence", "wrong_last",
                                                   "stray",   "doubled",   "lost"};

/// What a seed did.
struct RoundResult {
  std::uint64_t seed = 0;
  std::string core;
  std::uint64_t cycles = 0, commands = 0;
  std::array<std::uint64_t, kKinds> lists{};  // By kind.
  double slowest = 0;                         // Most cycles of a list, over what was expected.
  std::string finding;                        // Empty: the RTL did what golden did.
};

/// Lists of random commands on a core and on golden for at least `cycles` cycles, all of which the
/// seed decides: memory, lists, faults. With `checking` it is the core with assertions. Ends early,
/// without a finding, once `stop` is set.
RoundResult run_round(const sim::KnownCore& core, std::uint64_t seed, std::uint64_t cycles,
                      bool checking, const std::atomic<bool>& stop);

}  // namespace trine::soak
