// SPDX-License-Identifier: Apache-2.0

#include "golden/exact/fp32_ops.h"

#include <algorithm>
#include <utility>

#include "golden/exact/fp32_tables.h"

namespace trine::golden {
namespace {

constexpr float kNan = std::bit_cast<float>(kFp32Nan);

std::uint32_t sign_of(float x) {
  return std::bit_cast<std::uint32_t>(x) & kFp32Sign;
}

float infinity(std::uint32_t sign) {
  return std::bit_cast<float>(sign | kFp32Infinity);
}

/// value * 2^-drop to nearest even, drop at least 1.
std::uint32_t round_even(std::uint64_t value, int drop) {
  const std::uint64_t kept = value >> drop;
  const std::uint64_t rest = value - (kept << drop);
  const std::uint64_t tie = std::uint64_t{1} << (drop - 1);
  return static_cast<std::uint32_t>(kept + (rest > tie || (rest == tie && (kept & 1) != 0)));
}

/// The low bits of a fraction as the distance from the middle of their segment.
std::int32_t from_middle(std::uint32_t low, int bits) {
  return static_cast<std::int32_t>(low) - (1 << (bits - 1));
}

}  // namespace

float fp32_mul(float a, float b) {
  const std::uint32_t sign = sign_of(a) ^ sign_of(b);
  const std::uint64_t product = std::uint64_t{fp32_significand(a)} * fp32_significand(b);
  if (fp32_nonfinite(a) || fp32_nonfinite(b)) {
    return fp32_is_nan(a) || fp32_is_nan(b) || product == 0 ? kNan : infinity(sign);
  }
  if (product == 0) return std::bit_cast<float>(sign);
  const int high = static_cast<int>(product >> 47);  // The product lies in [2^46, 2^48).
  return fp32_pack(sign, fp32_field(a) + fp32_field(b) - 127 + high,
                   round_even(product, 23 + high));
}

float fp32_add(float a, float b) {
  a = fp32_flush(a);
  b = fp32_flush(b);
  if ((std::bit_cast<std::uint32_t>(a) & ~kFp32Sign) <
      (std::bit_cast<std::uint32_t>(b) & ~kFp32Sign))
    std::swap(a, b);
  const bool subtract = sign_of(a) != sign_of(b);
  if (fp32_nonfinite(a)) {
    return fp32_is_nan(a) || (fp32_nonfinite(b) && subtract) ? kNan : a;
  }
  // Three bits more than a significand; the lowest one stands for all that was shifted out.
  const int far = std::min(fp32_field(a) - fp32_field(b), 27);
  const std::uint32_t large = fp32_significand(a) << 3;
  const std::uint32_t small = fp32_significand(b) << 3;
  const std::uint32_t aligned = (small >> far) | ((small >> far << far) != small ? 1U : 0U);
  const std::uint32_t sum = subtract ? large - aligned : large + aligned;
  if (sum == 0) return std::bit_cast<float>(sign_of(a) & sign_of(b));
  const int up = std::countl_zero(sum) - 5;  // -1: the sum has a bit more.
  const std::uint64_t normal = std::uint64_t{sum} << (up + 1);
  return fp32_pack(sign_of(a), fp32_field(a) - up, round_even(normal, 4));
}

float fp32_exp2(float x) {
  if (fp32_is_nan(x)) return kNan;
  const bool negative = sign_of(x) != 0;
  const std::int32_t field = fp32_field(x);
  if (field >= 127 + 8) return negative ? 0.0F : infinity(0);
  // |x| < 256, cut towards zero.
  const std::int64_t significand = std::int64_t{fp32_significand(x)} << 8;
  const std::int64_t magnitude = significand >> std::min(127 + 7 - field, 32);
  const std::int64_t fixed = negative ? -magnitude : magnitude;
  const auto fraction = static_cast<std::uint32_t>(fixed & 0xff'ffff);
  return fp32_pack(
      0, static_cast<std::int32_t>(fixed >> 24) + 127,
      evaluate(kFp32Tables.exp2[fraction >> 18], from_middle(fraction & 0x3'ffffU, 18)));
}

float fp32_recip(float x) {
  if (fp32_is_nan(x)) return kNan;
  const std::int32_t field = fp32_field(x);
  if (field == 0) return infinity(sign_of(x));
  if (field == 255) return std::bit_cast<float>(sign_of(x));
  const std::uint32_t fraction = fp32_significand(x) & 0x7f'ffffU;
  return fp32_pack(
      sign_of(x), 253 - field,
      evaluate(kFp32Tables.recip[fraction >> 16], from_middle(fraction & 0xffffU, 16) * 2));
}

float fp32_rsqrt(float x) {
  const std::int32_t field = fp32_field(x);
  if (field == 0) return infinity(sign_of(x));
  if (fp32_is_nan(x) || sign_of(x) != 0) return kNan;
  if (field == 255) return 0.0F;
  const std::uint32_t fraction = fp32_significand(x) & 0x7f'ffffU;
  // x = (1 + u) * 2^k with k = field - 127; an even field is an odd k, and 2 + 2 u takes its two.
  const std::uint32_t odd = (field & 1) == 0 ? 128U : 0U;
  return fp32_pack(
      0, 126 - ((field - 127) >> 1),
      evaluate(kFp32Tables.rsqrt[odd | fraction >> 16], from_middle(fraction & 0xffffU, 16) * 2));
}

}  // namespace trine::golden
