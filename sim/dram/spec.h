// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "sim/dram/mapping.h"
#include "sim/dram/timing.h"

namespace trine::dram {

/// What the controller of a channel does.
struct Policy {
  unsigned read_queue = 64, write_queue = 64;  // Bursts among which it chooses.
  unsigned write_high = 48, write_low = 16;    // Writes at which it starts and stops writing.
  unsigned hit_cap = 64;  // Hits that may overtake an older burst of the same bank.
  unsigned postpone = 8;  // Refresh intervals that work may put a refresh off; at most 8.
  bool all_bank = false;  // Refreshes all banks at once although the device can do some.
};

/// A whole memory: its channels, how addresses map to them and how they are driven.
struct MemorySpec {
  std::string name;
  Device device;  // Of one channel.
  unsigned channels = 1;
  std::string mapping = Mapping::kDefaultOrder;
  bool hash = true;  // See Mapping.
  Policy policy;

  /// Bytes per second of all pins.
  double peak() const { return device.peak() * channels; }
};

/// The memory of this name: STANDARD, STANDARDxWIDTH or STANDARDxWIDTHxCHANNELS, for example
/// ddr4-2400x64, lpddr4-4266x32, hbm2x4; or, when there is a '/' or '.', a file. Throws Error that
/// says what is wrong with it, of a file with its line.
MemorySpec parse_memory(const std::string& name);

/// A parameter file: lines of `key = value`, '#' begins a comment. `standard` (a name as above)
/// comes first; further keys change it: those of kTimings, in clocks, those of Policy, and
/// clock_mhz (as at_clock(), in front of timings), channels, mapping, hash. Throws Error naming
/// file and line.
MemorySpec read_memory_file(const std::filesystem::path& file);

/// The same memory at another command clock: what its standard gives in nanoseconds takes as long
/// as before, what it gives in clocks as many of them. Throws Error for a clock that cannot be.
MemorySpec at_clock(MemorySpec spec, double clock_mhz);

/// Throws Error for a device that cannot work: a queue of no length, a rule that contradicts.
void check(const MemorySpec& spec);

}  // namespace trine::dram
