// SPDX-License-Identifier: Apache-2.0

#include "tests/fault/unit_flips.h"

#include <Vtrine_g4___024root.h>

#include <vector>

namespace trine::fault {
namespace {

/// A register or a memory of a unit: `entries` of `width` bits, an entry in `bytes` bytes.
struct Bits {
  Inside inside;
  void* at;
  unsigned width;
  std::uint64_t entries;
  std::size_t bytes;
};

/// All of the vector and the attention unit (tests/fault/unit_bits.py).
std::vector<Bits> unit_bits(Vtrine_g4___024root& root) {
  return {
#define TRINE_BITS(place, name, width, entries) \
  {Inside::place, &root.name, width, entries, sizeof(root.name) / (entries)},
#include "unit_bits.inc"
#undef TRINE_BITS
  };
}

}  // namespace

std::uint64_t count_unit_bits(Inside inside) {
  std::uint64_t count = 0;
#define TRINE_BITS(place, name, width, entries) \
  if (Inside::place == inside) count += std::uint64_t{width} * (entries);
#include "unit_bits.inc"
#undef TRINE_BITS
  return count;
}

bool flip_unit(Vtrine_g4___024root& root, Inside inside, std::uint64_t bit) {
  for (const Bits& bits : unit_bits(root)) {
    if (bits.inside != inside) continue;
    if (bit >= bits.width * bits.entries) {
      bit -= bits.width * bits.entries;
      continue;
    }
    const std::uint64_t byte = bit / bits.width * bits.bytes + bit % bits.width / 8;
    static_cast<unsigned char*>(bits.at)[byte] ^=
        static_cast<unsigned char>(1u << bit % bits.width % 8);
    return true;
  }
  return false;
}

}  // namespace trine::fault
