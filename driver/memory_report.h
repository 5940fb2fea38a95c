// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
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
  /// Counts of bursts and commands, then clocks of the data pins, added up over the channels:
  /// "busy" and, by cause, "lost_...", or "lost" where no cause is known. These together are all
  /// clocks until the last burst.
  std::vector<std::pair<std::string, std::uint64_t>> counts;

  /// The count of this name; 0 when there is none.
  std::uint64_t count(std::string_view key) const {
    for (const auto& [what, value] : counts)
      if (what == key) return value;
    return 0;
  }
  /// Clocks of the data pins.
  std::uint64_t clocks() const {
    std::uint64_t all = 0;
    for (const auto& [what, value] : counts)
      if (what == "busy" || what.starts_with("lost")) all += value;
    return all;
  }
  /// Share of the pins' clocks that carried data; 0 before the first burst.
  double efficiency() const {
    return clocks() == 0 ? 0 : static_cast<double>(count("busy")) / static_cast<double>(clocks());
  }
  /// Adds what the same memory did in another run.
  MemoryReport& operator+=(const MemoryReport& other) {
    for (auto& [what, value] : counts) value += other.count(what);
    return *this;
  }
  bool operator==(const MemoryReport&) const = default;
};

}  // namespace trine
