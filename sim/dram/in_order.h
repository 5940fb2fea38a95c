// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <vector>

#include "sim/dram/device_state.h"
#include "sim/dram/spec.h"
#include "sim/dram/stats.h"

namespace trine::dram {

/// A memory for users that annotate time and do not tick: each access is settled at once, in the
/// order of the calls (FCFS, open page), so that later ones cannot overtake it.
///
/// Devices, mapping and rules are those of Memory. An access may arrive while the one before still
/// moves: its rows are opened meanwhile, its data follow without a gap. Refreshes of all banks are
/// not put off; those of some banks are taken to hide behind the other banks, as they do behind the
/// scheduler of Memory, and are counted only.
class InOrderMemory {
 public:
  /// Throws Error for a memory or a clock that cannot be.
  InOrderMemory(const MemorySpec& spec, double core_mhz);

  /// Bytes [address, address + bytes), at least one, are wanted in `cycle`. Returns the first cycle
  /// in which the last of them has moved; behind `cycle`.
  std::uint64_t access(std::uint64_t cycle, std::uint64_t address, std::uint64_t bytes, bool write);

  /// Counts, and busy clocks; the lost clocks are not told apart: all count as lost_idle.
  Stats stats() const;
  const MemorySpec& spec() const { return spec_; }

 private:
  struct Channel {
    explicit Channel(const Device& device) : state(device) {}
    DeviceState state;
    Clock due = 0, data_end = 0;
    Stats stats;
  };

  Clock move(Channel& channel, unsigned bank, std::uint32_t row, Clock arrival, bool write);
  void refresh(Channel& channel);

  MemorySpec spec_;
  Mapping mapping_;
  std::uint64_t memory_khz_, core_khz_;
  bool grouped_;
  Clock interval_;
  std::vector<Channel> channels_;
};

}  // namespace trine::dram
