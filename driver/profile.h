// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace trine {

/// What the core writes about command `index` to PROFILE + 64 * index, while index < PROFILE_COUNT:
/// sixteen little-endian words.
///
/// It is written when the command is over, END and commands with data errors included; a command
/// that was refused leaves none. Beats and stalls are those that the command used from start to
/// end, its own words included and the record's beats not. The golden model has no time: it leaves
/// the cycles and stalls 0.
struct ProfileRecord {
  std::uint32_t index = 0;
  std::uint32_t command = 0;  // Its word 0: opcode and flags.
  std::uint64_t start = 0;    // CYCLES when its turn began: the one before was over,
  std::uint64_t end = 0;      // and when it was over.
  std::uint32_t weight_beats = 0, read_beats = 0, write_beats = 0;
  std::uint32_t stall_memory = 0, stall_table = 0, stall_rows = 0;
  std::uint32_t unit_cycles = 0;  // In which its unit ran.
  std::array<std::uint32_t, 3> zero{};

  bool operator==(const ProfileRecord&) const = default;
};
static_assert(sizeof(ProfileRecord) == 16 * sizeof(std::uint32_t));
static_assert(offsetof(ProfileRecord, end) == 4 * sizeof(std::uint32_t));
static_assert(offsetof(ProfileRecord, weight_beats) == 6 * sizeof(std::uint32_t));
static_assert(offsetof(ProfileRecord, unit_cycles) == 12 * sizeof(std::uint32_t));

}  // namespace trine
