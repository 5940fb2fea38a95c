// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <vector>

namespace trine {

/// How a memory answers a burst, as on AXI4's RRESP and BRESP.
enum class BusResponse : std::uint8_t { kOkay = 0, kSlaveError = 2, kDecodeError = 3 };

/// Answers one burst, or every burst that touches an address range, with an error.
struct MemoryFault {
  static constexpr std::uint64_t kAnyBurst = ~std::uint64_t{0};
  std::uint64_t burst = kAnyBurst;   // Number of the burst on its channel, from 0.
  std::uint64_t begin = 0, end = 0;  // Bytes [begin, end); empty: the address does not matter.
  BusResponse response = BusResponse::kSlaveError;

  /// True when the burst with this number and these bytes [from, to) is to fail.
  bool hits(std::uint64_t number, std::uint64_t from, std::uint64_t to) const {
    return number == burst || (from < end && begin < to);
  }
};

/// How the memory of a simulated device behaves in time. The default is an ideal memory: it
/// answers in the next cycle, a beat a cycle.
struct MemoryTiming {
  unsigned read_latency = 1;   // Cycles from the AR beat to its first R beat; at least 1.
  unsigned write_latency = 1;  // Cycles from the last W beat to the B beat; at least 1.
  double bandwidth = 1.0;      // Beats per cycle of the R and of the W channel, in (0, 1].
  std::vector<double> port_bandwidth{};  // Transfers per cycle of R of port p, in place of that.
  double stall_ar = 0, stall_aw = 0, stall_w = 0;  // Odds that a cycle is not ready, in [0, 1).
  double stall_r = 0, stall_b = 0;                 // Odds that a cycle offers no new beat.
  unsigned outstanding = 64;  // Bursts that a channel holds before it is not ready.
  std::uint64_t seed = 1;     // Of all stalls.
  bool scramble = false;      // Changes the read data while it is not valid.
  std::vector<MemoryFault> read_faults{}, write_faults{};
};

}  // namespace trine
