// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>

#include "driver/memory_timing.h"

namespace trine::sim {

// The timing is part of what a device is asked to be, so the driver defines it; on this bus it is
// that of AXI4's channels.
using AxiResponse = BusResponse;
using AxiFault = MemoryFault;
using AxiTiming = MemoryTiming;

/// Draws the stalls of one channel: the same seed, the same stalls. Free when the odds are zero.
class Stalls {
 public:
  Stalls(double odds, std::uint64_t seed)
      : threshold_(static_cast<std::uint64_t>(odds * 4294967296.0)),
        state_((seed + 1) * 0x9E3779B97F4A7C15u | 1) {}

  /// True when it never holds back.
  bool none() const { return threshold_ == 0; }
  /// True when the channel holds back in this cycle.
  bool draw() {
    if (threshold_ == 0) return false;
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_ >> 32 < threshold_;
  }

 private:
  std::uint64_t threshold_;
  std::uint64_t state_;
};

/// Lets a fraction of the cycles carry a beat, evenly spaced. Free at one beat a cycle.
class Bandwidth {
 public:
  explicit Bandwidth(double beats_per_cycle)
      : rate_(static_cast<std::uint32_t>(beats_per_cycle * kOne)) {}

  /// A cycle passes.
  void tick() {
    if (rate_ >= kOne) return;
    credit_ += rate_;
    if (credit_ >= 2 * kOne) credit_ = 2 * kOne - 1;
  }
  /// True when every cycle may carry a beat.
  bool full() const { return rate_ >= kOne; }
  bool has() const { return credit_ >= kOne; }
  /// A beat moves.
  void use() {
    if (rate_ < kOne) credit_ -= kOne;
  }

 private:
  static constexpr std::uint32_t kOne = 1u << 20;
  std::uint32_t rate_;
  std::uint32_t credit_ = kOne;
};

}  // namespace trine::sim
