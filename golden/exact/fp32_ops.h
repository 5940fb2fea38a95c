// SPDX-License-Identifier: Apache-2.0
//
// FP32 operators of the vector unit, to the bit.
//
// Common rules: a subnormal operand counts as the zero of its sign; every NaN result is
// 0x7FC00000; a result below 2^-126 becomes the zero of its sign, where the result is looked at
// after rounding to 24 bits with unlimited exponents. (On x86 that is FTZ with DAZ.)

#pragma once

#include <bit>
#include <cstdint>

namespace trine::golden {

inline constexpr std::uint32_t kFp32Nan = 0x7fc0'0000U;
inline constexpr std::uint32_t kFp32Infinity = 0x7f80'0000U;
inline constexpr std::uint32_t kFp32Sign = 0x8000'0000U;

/// Exponent field, 0 to 255.
constexpr std::int32_t fp32_field(float x) {
  return static_cast<std::int32_t>(std::bit_cast<std::uint32_t>(x) >> 23 & 0xffU);
}

/// Infinite or not a number.
constexpr bool fp32_nonfinite(float x) {
  return fp32_field(x) == 255;
}

constexpr bool fp32_is_nan(float x) {
  return (std::bit_cast<std::uint32_t>(x) & ~kFp32Sign) > kFp32Infinity;
}

/// 24 bits with the hidden one; 0 for zeros and subnormal numbers.
constexpr std::uint32_t fp32_significand(float x) {
  if (fp32_field(x) == 0) return 0;
  return (std::bit_cast<std::uint32_t>(x) & 0x7f'ffffU) | 0x80'0000U;
}

/// x, or the zero of its sign if it is subnormal.
constexpr float fp32_flush(float x) {
  return fp32_field(x) == 0 ? std::bit_cast<float>(std::bit_cast<std::uint32_t>(x) & kFp32Sign) : x;
}

/// -x; of a NaN too only the sign changes.
constexpr float fp32_negate(float x) {
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(x) ^ kFp32Sign);
}

/// Place in the total order of the flushed values: -Inf lowest, -0 below +0, 0x7FC00000 on top.
constexpr std::uint32_t fp32_order(float x) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(fp32_flush(x));
  return (bits & kFp32Sign) != 0 ? ~bits : bits | kFp32Sign;
}

/// +-significand * 2^(field - 150) with a rounded significand of 2^23 to 2^24; small results become
/// zero, large ones Inf.
constexpr float fp32_pack(std::uint32_t sign, std::int32_t field, std::uint32_t significand) {
  // The hidden bit adds one to the field, a carry two.
  const std::int64_t bits = (std::int64_t{field - 1} << 23) + significand;
  if (bits < 0x80'0000) return std::bit_cast<float>(sign);
  if (bits >= kFp32Infinity) return std::bit_cast<float>(sign | kFp32Infinity);
  return std::bit_cast<float>(sign | static_cast<std::uint32_t>(bits));
}

/// a * b, rounded to nearest even.
float fp32_mul(float a, float b);

/// a + b, rounded to nearest even. An exact zero is +0, but -0 + -0 = -0.
float fp32_add(float a, float b);

/// 2^x within 2 ulp, exact for integers; 2^-Inf = 0. The argument is cut to 24 fraction bits.
float fp32_exp2(float x);

/// 1 / x within 2 ulp, exact for powers of two; 1 / +-0 = +-Inf, 1 / +-Inf = +-0.
float fp32_recip(float x);

/// 1 / sqrt(x) within 2 ulp, exact for powers of four; of +-0 it is +-Inf, below zero NaN.
float fp32_rsqrt(float x);

}  // namespace trine::golden
