// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <span>
#include <string_view>

#include "sim/dram/timing.h"

namespace trine::dram {

/// One parameter of a standard: the larger of a number of clocks and a time, and where it is from.
struct TimingEntry {
  std::string_view key;  // As in kTimings.
  double clocks = 0, ns = 0;
  std::string_view source;
};

/// A speed bin of a standard: the devices of one channel, and all their parameters.
struct Standard {
  std::string_view name;       // "ddr4-2400".
  std::string_view document;   // The standard, speed bin and density.
  Device device;               // Of the width `width`; its timing is still empty.
  unsigned width = 0;          // The number behind the x when none is given.
  bool width_is_bits = true;   // It counts data bits; otherwise channels.
  bool wider_channel = false;  // More bits make a channel wider; otherwise they make more channels.
  std::span<const TimingEntry> entries;
};

/// All standards, in the order of `trine memory --list`.
std::span<const Standard> standards();

/// Throws Error naming those that there are.
const Standard& find_standard(std::string_view name);

/// Clocks of an entry at this clock.
unsigned clocks_of(const TimingEntry& entry, double clock_mhz);

/// The timing of a standard in clocks. Throws Error when it lacks a parameter.
Timing timing_of(const Standard& standard);

}  // namespace trine::dram
