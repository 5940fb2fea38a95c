// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <vector>

namespace trine::sim {

/// Responses of AXI4, as on RRESP and BRESP.
enum class AxiResponse : std::uint8_t { kOkay = 0, kSlaveError = 2, kDecodeError = 3 };

/// Answers one burst, or every burst that touches an address range, with an error.
struct AxiFault {
  static constexpr std::uint64_t kAnyBurst = ~std::uint64_t{0};
  std::uint64_t burst = kAnyBurst;   // Number of the burst on its channel, from 0.
  std::uint64_t begin = 0, end = 0;  // Bytes [begin, end); empty: the address does not matter.
  AxiResponse response = AxiResponse::kSlaveError;

  /// True when the burst with this number and these bytes [from, to) is to fail.
  bool hits(std::uint64_t number, std::uint64_t from, std::uint64_t to) const {
    return number == burst || (from < end && begin < to);
  }
};

/// How a memory behaves in time. The default is an ideal memory: it answers in the next cycle, a
/// beat a cycle.
struct AxiTiming {
  unsigned read_latency = 1;   // Cycles from the AR beat to its first R beat; at least 1.
  unsigned write_latency = 1;  // Cycles from the last W beat to the B beat; at least 1.
  double bandwidth = 1.0;      // Beats per cycle of the R and of the W channel, in (0, 1].
  double stall_ar = 0, stall_aw = 0, stall_w = 0;  // Odds that a cycle is not ready, in [0, 1).
  double stall_r = 0, stall_b = 0;                 // Odds that a cycle offers no new beat.
  unsigned outstanding = 64;  // Bursts that a channel holds before it is not ready.
  std::uint64_t seed = 1;     // Of all stalls.
  bool scramble = false;      // Changes the read data while it is not valid.
  std::vector<AxiFault> read_faults{}, write_faults{};
};

/// Draws the stalls of one channel: the same seed, the same stalls. Free when the odds are zero.
class Stalls {
 public:
  Stalls(double odds, std::uint64_t seed)
      : threshold_(static_cast<std::uint64_t>(odds * 4294967296.0)),
        state_((seed + 1) * 0x9E3779B97F4A7C15u | 1) {}

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
