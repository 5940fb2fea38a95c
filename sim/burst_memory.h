// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "sim/axi_timing.h"

namespace trine::sim {

/// What both kinds of burst have: whole beats inside one 4 KiB page.
struct BusBurst {
  std::uint64_t address = 0;
  std::uint32_t bytes = 0;
  unsigned port = 0;                          // Of the bus, that it came over.
  std::uint64_t number = 0;                   // Of the burst on its channel, from 0.
  std::uint64_t first_cycle = 0;              // For the memory's own use: when it answers.
  AxiResponse response = AxiResponse::kOkay;  // The memory's; valid once it is ready or answered.
};

struct ReadBurst : BusBurst {
  static constexpr unsigned kAllBeats = ~0u;
  const std::byte* data = nullptr;  // `bytes` bytes, once the first beat is ready and OKAY.
  unsigned sure_beats = 0;          // Once one is ready: so are, for good, the first ones.
};

struct WriteBurst : BusBurst {
  std::byte* data = nullptr;        // Where the enabled bytes go; null: they are dropped.
  std::uint8_t* enables = nullptr;  // Becomes 0xFF for each byte that was enabled; null: not noted.
};

/// The last burst of a channel that was answered with an error.
struct BusFailure {
  std::uint64_t address = 0;
  std::uint32_t bytes = 0;
  std::uint64_t cycle = 0;  // Of the answer, counted from 1.
  AxiResponse response = AxiResponse::kOkay;

  void note(const BusBurst& burst, std::uint64_t now) {
    if (burst.response != AxiResponse::kOkay)
      *this = {burst.address, burst.bytes, now + 1, burst.response};
  }
  /// "read of 256 bytes at 0x1000: DECERR"; empty when there was none.
  std::string text(bool write) const {
    if (response == AxiResponse::kOkay) return "";
    return fmt::format("{} of {} bytes at {:#x}: {}", write ? "write" : "read", bytes, address,
                       response == AxiResponse::kDecodeError ? "DECERR" : "SLVERR");
  }
};

/// The memory behind the AXI bus of a simulated core: the data of its bursts, and when they move.
/// Bursts stay in place from `read` or `begin` until they are answered, in order on each channel.
/// Cycles count clock edges; a burst that is accepted at the edge of cycle c can be answered at
/// c + 1 at the earliest.
class BurstMemory {
 public:
  virtual ~BurstMemory() = default;

  /// A read burst is accepted in `cycle`.
  virtual void read(ReadBurst& burst, std::uint64_t cycle) = 0;
  /// True when beat `beat` of the oldest read burst can move in `cycle`; then its data and response
  /// are valid. Asked once a cycle until it is, but not for the burst's `sure_beats`.
  virtual bool ready(ReadBurst& burst, unsigned beat, std::uint64_t cycle) = 0;

  /// A write burst is accepted: says where its beats go.
  virtual void begin(WriteBurst& burst) = 0;
  /// Its last beat moved in `cycle`.
  virtual void end(WriteBurst& burst, std::uint64_t cycle) = 0;
  /// True when the oldest complete write burst can be answered in `cycle`. Asked once a cycle.
  virtual bool answered(WriteBurst& burst, std::uint64_t cycle) = 0;

  /// The edge of `cycle` is over.
  virtual void tick(std::uint64_t cycle) { static_cast<void>(cycle); }
};

}  // namespace trine::sim
