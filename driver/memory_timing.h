// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstdint>
#include <memory>
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

/// Channels of an AXI4 bus.
enum class BusChannel : std::uint8_t { kAr, kR, kAw, kW, kB };

/// What goes wrong on the bus between a core and its memory, beyond answers with an error: whoever
/// holds it changes it between two steps of the simulation. It counts the transfers of every
/// channel; writes go over port 0.
struct BusFaults {
  static constexpr std::uint64_t kNever = ~std::uint64_t{0};
  static constexpr unsigned kChannels = 5, kPorts = 4;

  /// The memory is silent on a channel from transfer `from` on, counted from 0.
  struct Silence {
    BusChannel channel = BusChannel::kR;
    unsigned port = 0;
    std::uint64_t from = kNever;
  } silence{};
  std::uint64_t wrong_last = kNever;  // The R transfer of port 0 whose RLAST is inverted.
  /// A transfer of R of port 0 or of B that says that its beat or burst has failed.
  struct Refusal {
    std::uint64_t transfer = kNever;
    BusResponse response = BusResponse::kSlaveError;
  } refused_r{}, refused_b{};
  // The transfer of R of port 0 or of B that never comes, as if it had moved, and the one that
  // comes twice. What was lost or doubled is kNever again.
  std::uint64_t lost_r = kNever, lost_b = kNever, doubled_r = kNever, doubled_b = kNever;
  bool stray_r = false, stray_b = false;  // An answer that nobody waits for, once; then false.

  std::array<std::array<std::uint64_t, kPorts>, kChannels> moved{};
  struct Burst {
    std::uint64_t address = 0;
    unsigned beats = 0;
  };
  std::array<std::vector<Burst>, kPorts> reads{};  // That each port has asked for,
  std::vector<Burst> writes{};                     // and those that were written, in order.

  std::uint64_t& count(BusChannel channel, unsigned port) {
    return moved[static_cast<unsigned>(channel)][port];
  }
  bool silent(BusChannel channel, unsigned port) const {
    return channel == silence.channel && port == silence.port &&
           moved[static_cast<unsigned>(channel)][port] >= silence.from;
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
  std::shared_ptr<BusFaults> bus{};  // Of the device `rtl`; null: nothing goes wrong.
};

}  // namespace trine
