// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <random>

#include "sim/dram/memory.h"

namespace trine::dram {

/// A memory whose core runs at its command clock, so that cycles are clocks; logs all commands.
struct Bench {
  explicit Bench(MemorySpec s)
      : spec(std::move(s)), memory(spec, spec.device.clock_mhz), logs(spec.channels) {
    for (unsigned i = 0; i < spec.channels; ++i) memory.channel(i).log(&logs[i]);
  }

  /// Advances until nothing waits and all reads are done.
  void drain() {
    while (!memory.idle()) memory.advance_to(cycle = memory.next_cycle());
    memory.advance_to(cycle += 1000);
  }

  MemorySpec spec;
  Memory memory;
  std::vector<std::vector<DramCommand>> logs;
  std::uint64_t cycle = 0;
};

/// The address of a place, for the default mapping without its hash.
inline std::uint64_t address_of(const MemorySpec& spec, const Place& at) {
  const Device& d = spec.device;
  const unsigned group = at.bank / d.banks_per_group, bank = at.bank % d.banks_per_group;
  std::uint64_t burst = at.row;
  burst = burst * d.banks_per_group + bank;
  burst = burst * d.columns() + at.column;
  burst = burst * d.bank_groups + group;
  burst = burst * spec.channels + at.channel;
  return burst * d.burst_bytes();
}

inline MemorySpec plain(const std::string& name) {
  MemorySpec spec = parse_memory(name);
  spec.hash = false;
  return spec;
}

inline const char* const kMemories[] = {"ddr4-2400x64",   "ddr4-3200x64", "lpddr4-4266x32",
                                        "lpddr5-6400x32", "ddr5-4800x64", "hbm2x4",
                                        "gddr6-14000x32"};

}  // namespace trine::dram
