// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace trine {

/// What the DRAM behind a simulated core did since the start.
struct MemoryReport {
  std::string name;  // As it was asked for.
  unsigned channels = 1;
  double core_mhz = 0;    // Clock of the core,
  double memory_mhz = 0;  // and the command clock of the memory.
  double peak = 0;        // Bytes per second of all pins.
  double efficiency = 0;  // Share of the pins' clocks that carried data.
  /// Counts of bursts and commands, then clocks of the data pins, added up over the channels:
  /// "busy" and, by cause, "lost_...", which together are all clocks until the last burst.
  std::vector<std::pair<std::string, std::uint64_t>> counts;
};

}  // namespace trine
