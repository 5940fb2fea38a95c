// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>
#include <vector>

#include "sim/dram/channel.h"

namespace trine::dram {

/// All channels of a memory, in cycles of the core that uses it.
///
/// A cycle-driven user calls `advance_to` with each cycle, then hands over what arrives in it. Data
/// are not here: reads and writes are only times. Writes are posted: they are done when the memory
/// has taken them, and a read of the same bytes waits for none of them.
class Memory {
 public:
  /// `outstanding`: bursts of the memory that may be read and not yet be `forget`-ten.
  /// `core_mhz`: the clock of the core, 1 to 10,000. Throws Error.
  Memory(const MemorySpec& spec, double core_mhz, std::size_t outstanding = 1 << 14);

  /// Everything before the beginning of `cycle` is settled. Cycles do not decrease.
  void advance_to(std::uint64_t cycle);

  /// Bytes [address, address + bytes) are asked for now. Returns the ticket of their first burst;
  /// the others follow. At least one byte.
  std::uint64_t read(std::uint64_t address, std::uint64_t bytes);
  /// The same bytes leave the core now.
  void write(std::uint64_t address, std::uint64_t bytes);

  /// Bursts of the memory that hold these bytes.
  std::uint64_t bursts(std::uint64_t address, std::uint64_t bytes) const {
    return (address + bytes - 1) / burst_bytes_ - address / burst_bytes_ + 1;
  }
  /// True when the data of a read have been there for so many clocks of the memory.
  bool done(std::uint64_t ticket, Clock since = 0) const {
    const Clock end = ends_.at(ticket);
    return end <= now_ && now_ - end >= since;
  }
  /// Clocks of the memory that so many cycles take, rounded up.
  Clock clocks(std::uint64_t cycles) const {
    return (cycles * memory_khz_ + core_khz_ - 1) / core_khz_;
  }
  /// The cycle in which they are, ~0 when the memory does not know yet.
  std::uint64_t done_cycle(std::uint64_t ticket) const;
  /// The clock of the memory at which they are, kNever when it does not know yet.
  Clock end(std::uint64_t ticket) const { return ends_.at(ticket); }
  /// The clock at the beginning of the cycle.
  Clock now() const { return now_; }
  /// The clock at which the last data so far have moved.
  Clock data_end() const;
  /// The first cycle that begins at a clock or behind it.
  std::uint64_t cycles(Clock clock) const;
  /// True while there is room for a write of a page.
  bool takes_writes() const;
  /// True when no burst waits.
  bool idle() const;
  /// The cycle in which the channels have something to do next; at most that of the next refresh.
  std::uint64_t next_cycle() const;

  unsigned burst_bytes() const { return burst_bytes_; }
  const MemorySpec& spec() const { return spec_; }
  double core_mhz() const { return core_mhz_; }
  /// Of all channels together.
  Stats stats() const;
  const Channel& channel(unsigned index) const { return channels_.at(index); }
  Channel& channel(unsigned index) { return channels_.at(index); }

 private:
  template <class Push>
  void split(std::uint64_t address, std::uint64_t bytes, Push push);

  MemorySpec spec_;
  double core_mhz_;
  Mapping mapping_;
  unsigned burst_bytes_;
  ReadEnds ends_;
  std::vector<Channel> channels_;
  std::uint64_t tickets_ = 0;
  // Clocks of the memory at the beginning of cycle_: now_ + fraction_ / core_khz_.
  std::uint64_t memory_khz_, core_khz_, cycle_ = 0, fraction_ = 0;
  std::uint64_t step_, step_fraction_;  // Of one cycle.
  Clock now_ = 0;
};

}  // namespace trine::dram
