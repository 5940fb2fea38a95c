// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstdint>

#include "golden/exact/bfp.h"
#include "golden/format/trit_matrix.h"

namespace trine::golden {

/// The codebook as the hardware holds it:
/// codebook[k] / outer_level(depth) is about mantissa[k] * 2^(exponent - 15 - shift[k]).
struct HardwareCodebook {
  std::array<std::uint16_t, kCodebook> mantissa{};  // Top bit set.
  std::array<std::uint8_t, kCodebook> shift{};      // 0..63
  std::int32_t exponent = 0;
  bool operator==(const HardwareCodebook&) const = default;
};

/// Rounds each entry to 16 significant bits, to nearest even. Throws Error for an entry that is
/// not positive, not finite or below the one before it, and for a depth outside 1..4.
HardwareCodebook hardware_codebook(const Codebook& codebook, unsigned depth);

}  // namespace trine::golden
