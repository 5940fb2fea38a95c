// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

namespace trine::golden {

/// a * 2^exponent as FP32, rounded once to nearest even: subnormal results are exact to their
/// last bit, values beyond the largest finite one become infinity, zero is +0.
constexpr float fp32_rne(std::int64_t a, std::int64_t exponent) {
  if (a == 0) return 0.0F;
  const std::uint32_t sign = a < 0 ? 0x8000'0000U : 0U;
  const std::uint32_t infinity = sign | 0x7f80'0000U;
  const std::uint64_t magnitude =
      a < 0 ? 0 - static_cast<std::uint64_t>(a) : static_cast<std::uint64_t>(a);
  const std::int64_t floor_log2 = 63 - std::countl_zero(magnitude) + exponent;
  if (floor_log2 > 127) return std::bit_cast<float>(infinity);

  // The last bit of the result weighs 2^(scale - 23); `drop` low bits of the magnitude go.
  const std::int64_t scale = std::max<std::int64_t>(floor_log2, -126);
  const std::int64_t drop = scale - 23 - exponent;
  std::uint64_t kept = 0;
  if (drop <= 0) {
    kept = magnitude << -drop;
  } else if (drop < 64) {
    kept = magnitude >> drop;
    const std::uint64_t rest = magnitude - (kept << drop);
    const std::uint64_t tie = std::uint64_t{1} << (drop - 1);
    if (rest > tie || (rest == tie && (kept & 1) != 0)) ++kept;
  }
  // `kept` holds the hidden bit of a normal number: adding it with its carries gives the bits.
  const auto biased = static_cast<std::uint64_t>(scale + 126);
  const std::uint64_t bits = (biased << 23) + kept;
  return std::bit_cast<float>(
      std::min<std::uint32_t>(static_cast<std::uint32_t>(bits), 0x7f80'0000U) | sign);
}

}  // namespace trine::golden
