// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <memory>

#include "sim/rtl_transport.h"

namespace trine::fault {

/// Memories inside the core.
enum class Inside : std::uint8_t { kTables, kMantissas, kScales, kPartials };

/// A bit of one of them, by its number among all bits, that turns over in a cycle.
struct InsideFlip {
  Inside inside = Inside::kTables;
  std::uint64_t bit = 0;
  std::uint64_t cycle = ~std::uint64_t{0};
};

std::uint64_t bits_of(Inside inside);

/// A Verilated core of four groups in which the bit turns over. Cycles count from power-on.
std::unique_ptr<sim::RtlTransport> make_flip_core(std::uint64_t memory_bytes,
                                                  const InsideFlip& flip);

}  // namespace trine::fault
