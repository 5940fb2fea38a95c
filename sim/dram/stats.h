// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>

#include "sim/dram/timing.h"

namespace trine::dram {

/// What a channel did, or several together.
struct Stats {
  std::uint64_t reads = 0, writes = 0;  // Bursts that went over the pins.
  std::uint64_t forwarded = 0;          // Reads answered from the queue of writes.
  std::uint64_t hits = 0;               // Of reads and writes: the row was open,
  std::uint64_t misses = 0;             // no row was open,
  std::uint64_t conflicts = 0;          // another row was open.
  std::uint64_t activates = 0, precharges = 0, refreshes = 0;
  std::uint64_t turnarounds = 0;  // Changes between reads and writes.

  // Clocks of the data pins; together the clocks from the start to the end of the last burst.
  std::uint64_t busy = 0;             // Data moved.
  std::uint64_t lost_idle = 0;        // Nothing was asked for.
  std::uint64_t lost_refresh = 0;     // A refresh was in the way, or the row that it closed.
  std::uint64_t lost_turnaround = 0;  // Between reads and writes.
  std::uint64_t lost_rows = 0;        // A row had to be opened.
  std::uint64_t lost_spacing = 0;     // Column commands of one bank group, the command bus.

  std::uint64_t clocks() const {
    return busy + lost_idle + lost_refresh + lost_turnaround + lost_rows + lost_spacing;
  }
  /// Share of the pins' clocks that carried data; 0 before the first burst.
  double efficiency() const {
    return clocks() == 0 ? 0 : static_cast<double>(busy) / static_cast<double>(clocks());
  }
  bool operator==(const Stats&) const = default;
};

/// Name and place of each number, for reports and sums.
struct StatsInfo {
  const char* key;
  std::uint64_t Stats::*value;
};
inline constexpr StatsInfo kStats[] = {
    {"reads", &Stats::reads},
    {"writes", &Stats::writes},
    {"forwarded", &Stats::forwarded},
    {"row_hits", &Stats::hits},
    {"row_misses", &Stats::misses},
    {"row_conflicts", &Stats::conflicts},
    {"activates", &Stats::activates},
    {"precharges", &Stats::precharges},
    {"refreshes", &Stats::refreshes},
    {"turnarounds", &Stats::turnarounds},
    {"busy", &Stats::busy},
    {"lost_idle", &Stats::lost_idle},
    {"lost_refresh", &Stats::lost_refresh},
    {"lost_turnaround", &Stats::lost_turnaround},
    {"lost_rows", &Stats::lost_rows},
    {"lost_spacing", &Stats::lost_spacing},
};

inline Stats& operator+=(Stats& a, const Stats& b) {
  for (const StatsInfo& info : kStats) a.*info.value += b.*info.value;
  return a;
}
inline Stats operator-(Stats a, const Stats& b) {
  for (const StatsInfo& info : kStats) a.*info.value -= b.*info.value;
  return a;
}

}  // namespace trine::dram
