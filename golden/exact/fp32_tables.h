// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace trine::golden {

/// A segment of a function: value, slope and curvature at its middle, in fixed point.
struct Segment {
  std::int32_t c0;  // Weight 2^-27; half of the result's last bit (2^-24) is already added.
  std::int32_t c1;  // Weight 2^-20, |c1| < 2^21.
  std::int32_t c2;  // Weight 2^-14, 0 <= c2 < 2^16.
};

/// Value in [1, 2] with weight 2^-23 at `offset` from the segment's middle: 18 bits signed, weight
/// 2^-24. Shifts are arithmetic. In hardware: two multiplications, 17 x 18 and 23 x 18 bits.
constexpr std::uint32_t evaluate(const Segment& segment, std::int32_t offset) {
  const std::int32_t slope =
      segment.c1 + static_cast<std::int32_t>((std::int64_t{segment.c2} * offset) >> 18);
  const std::int32_t value =
      segment.c0 + static_cast<std::int32_t>((std::int64_t{slope} * offset) >> 17);
  return static_cast<std::uint32_t>(value >> 4);
}

/// Tables of the functions below; u is the fraction that selects the segment by its top bits.
struct Fp32Tables {
  std::array<Segment, 64> exp2;    // 2^u
  std::array<Segment, 128> recip;  // 2 / (1 + u)
  /// 2 / sqrt(1 + u), then 2 / sqrt(2 + 2 u).
  std::array<Segment, 256> rsqrt;
};

/// Computed once in double precision; the RTL's copy is printed from it (gen_math).
extern const Fp32Tables kFp32Tables;

}  // namespace trine::golden
