// SPDX-License-Identifier: Apache-2.0

#include "golden/exact/codebook.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "golden/error.h"

namespace trine::golden {
namespace {

/// Nearest integer of a value in [0, 2^52), ties to even; independent of the rounding mode.
std::uint32_t rne(double value) {
  const double below = std::floor(value);
  const double rest = value - below;
  const auto integer = static_cast<std::uint32_t>(below);
  return integer + (rest > 0.5 || (rest == 0.5 && (integer & 1) != 0) ? 1 : 0);
}

}  // namespace

HardwareCodebook hardware_codebook(const Codebook& codebook, unsigned depth) {
  if (depth < 1 || depth > 4) {
    throw Error("codebook: depth " + std::to_string(depth) + " is outside 1..4");
  }
  HardwareCodebook result;
  std::array<int, kCodebook> exponents{};
  for (std::size_t k = 0; k < kCodebook; ++k) {
    if (!std::isnormal(codebook[k]) || codebook[k] < (k == 0 ? 0.0 : codebook[k - 1])) {
      throw Error("codebook: entry " + std::to_string(k) + " is not positive and ascending");
    }
    const double value = codebook[k] / outer_level(depth);
    int exponent = std::ilogb(value);
    std::uint32_t mantissa = rne(std::ldexp(value, 15 - exponent));
    if (mantissa == 0x1'0000) {
      mantissa = 0x8000;
      ++exponent;
    }
    result.mantissa[k] = static_cast<std::uint16_t>(mantissa);
    exponents[k] = exponent;
  }
  result.exponent = exponents.back();
  for (std::size_t k = 0; k < kCodebook; ++k) {
    result.shift[k] =
        static_cast<std::uint8_t>(std::min(result.exponent - exponents[k], kMaxShift));
  }
  return result;
}

}  // namespace trine::golden
