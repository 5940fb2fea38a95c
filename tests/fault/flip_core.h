// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "sim/rtl_transport.h"

namespace trine::fault {

/// Memories inside the core, and registers of units that work one at a time.
enum class Inside : std::uint8_t {
  kTables,
  kMantissas,
  kScales,
  kPartials,
  kWords,
  kVectorRegisters,
  kAttentionRegisters,
  kAttentionMemories
};

/// Bits of a word of vector memory (kWords): the last one is its parity.
inline constexpr unsigned kWordBits = 33;

/// A bit of one of them, by its number among all bits, that turns over in a cycle.
struct InsideFlip {
  Inside inside = Inside::kTables;
  std::uint64_t bit = 0;
  std::uint64_t cycle = ~std::uint64_t{0};
};

/// With `parity`, of a core that has some: its bits, too. That core has no flips in the units.
std::uint64_t bits_of(Inside inside, bool parity);

/// Cycles in which the core that was made last has worked so far, in the unit that has these bits:
/// from the start of one of its commands to that of the next one. Empty for other memories.
std::span<const std::uint64_t> cycles_of(Inside inside);

/// A Verilated core of four groups in which the bit turns over. Cycles count from power-on.
std::unique_ptr<sim::RtlTransport> make_flip_core(std::uint64_t memory_bytes,
                                                  const InsideFlip& flip, bool parity);

}  // namespace trine::fault
