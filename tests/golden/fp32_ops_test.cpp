// SPDX-License-Identifier: Apache-2.0

#include "golden/exact/fp32_ops.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "tests/golden/fp32_cases.h"

using namespace trine::golden;
using trine::test::Fp32Cases;

namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr int kCases = 10'000'000;

std::uint32_t bits(float value) {
  return std::bit_cast<std::uint32_t>(value);
}

float flush(float x) {
  return std::fpclassify(x) == FP_SUBNORMAL ? std::copysign(0.0F, x) : x;
}

/// A double result to FP32 with 24 bits at any exponent, then flushed. For sums and products of two
/// FP32 numbers the double is exact or has 53 bits, enough that rounding twice is rounding once.
float to_fp32(double value) {
  if (std::isnan(value)) return std::bit_cast<float>(kFp32Nan);
  if (value == 0 || std::isinf(value)) return static_cast<float>(value);
  int exponent = 0;
  const float mantissa = static_cast<float>(std::frexp(value, &exponent));
  const double rounded = std::ldexp(static_cast<double>(mantissa), exponent);
  if (std::fabs(rounded) < 0x1p-126) return std::copysign(0.0F, static_cast<float>(value));
  return static_cast<float>(rounded);
}

/// Distance from `exact` in units of the last place of an FP32 number of its size.
double ulps(float value, double exact) {
  const int exponent = std::max(std::ilogb(exact), -126);
  return std::fabs(static_cast<double>(value) - exact) / std::ldexp(1.0, exponent - 23);
}

void check_pair(float a, float b) {
  const double x = static_cast<double>(flush(a));
  const double y = static_cast<double>(flush(b));
  const bool same_mul = bits(fp32_mul(a, b)) == bits(to_fp32(x * y));
  const bool same_add = bits(fp32_add(a, b)) == bits(to_fp32(x + y));
  if (same_mul && same_add) return;
  CAPTURE(bits(a));
  CAPTURE(bits(b));
  CHECK_EQ(bits(fp32_mul(a, b)), bits(to_fp32(x * y)));
  CHECK_EQ(bits(fp32_add(a, b)), bits(to_fp32(x + y)));
}

}  // namespace

TEST_CASE("fp32_add, fp32_mul: equal to double arithmetic rounded once, 10^7 random pairs") {
  Fp32Cases cases(1);
  for (int n = 0; n < kCases; ++n) {
    const float a = cases();
    check_pair(a, cases.partner(a));
  }
}

TEST_CASE("fp32_add, fp32_mul: every pair of corners") {
  Fp32Cases cases(2);
  for (std::uint32_t field = 0; field < 256; ++field) {
    for (const std::uint32_t mantissa : {0U, 1U, 0x3fffffU, 0x400000U, 0x7fffffU}) {
      const float a = std::bit_cast<float>(field << 23 | mantissa);
      for (std::uint32_t other = 0; other < 512; ++other) {
        for (const std::uint32_t low : {0U, 1U, 0x400001U, 0x7fffffU}) {
          check_pair(a, std::bit_cast<float>(other << 23 | low));
          check_pair(-a, std::bit_cast<float>(other << 23 | low));
        }
      }
    }
  }
}

TEST_CASE("fp32_mul: flushes after rounding") {
  // (1 - 2^-24) * 2^-126 has 24 bits as it is; (1 - 2^-46) * 2^-126 rounds up to the least number.
  CHECK_EQ(bits(fp32_mul(0x1.fffffep-1F, 0x1p-126F)), 0U);
  CHECK_EQ(bits(fp32_mul(0x1.fffffep-64F, 0x1.000002p-63F)), 0x00800000U);
  CHECK_EQ(bits(fp32_mul(-0x1p-100F, 0x1p-100F)), 0x80000000U);
}

TEST_CASE("fp32_exp2: within 2 ulp, 10^7 random arguments") {
  Fp32Cases cases(3);
  double worst = 0;
  for (int n = 0; n < kCases; ++n) {
    // Half of them spread evenly over the range with a result, half any number.
    const float x = n % 2 == 0 ? std::fmod(cases.near(0x42800000U, 4), 151.0F) : cases();
    const float y = fp32_exp2(x);
    if (std::isnan(x)) {
      REQUIRE_EQ(bits(y), kFp32Nan);
    } else if (flush(x) >= 128) {
      REQUIRE_EQ(y, kInf);
    } else if (x < -126) {
      REQUIRE_EQ(bits(y), 0U);
    } else {
      worst = std::max(worst, ulps(y, std::exp2(static_cast<double>(flush(x)))));
    }
  }
  MESSAGE("exp2: worst ", worst, " ulp");
  CHECK_LE(worst, 2.0);
}

TEST_CASE("fp32_exp2: every fraction of 24 bits; integers are exact") {
  double worst = 0;
  for (std::int32_t k = -(1 << 24); k < 1 << 24; ++k) {
    const float x = std::ldexp(static_cast<float>(k), -24);
    worst = std::max(worst, ulps(fp32_exp2(x), std::exp2(static_cast<double>(x))));
  }
  MESSAGE("exp2: worst ", worst, " ulp");
  CHECK_LE(worst, 2.0);
  for (int n = -126; n < 128; ++n) {
    REQUIRE_EQ(fp32_exp2(static_cast<float>(n)), std::ldexp(1.0F, n));
  }
  CHECK_EQ(fp32_exp2(-0.0F), 1.0F);
  CHECK_EQ(fp32_exp2(std::bit_cast<float>(1U)), 1.0F);
  CHECK_EQ(fp32_exp2(kInf), kInf);
  CHECK_EQ(bits(fp32_exp2(-kInf)), 0U);
  CHECK_EQ(bits(fp32_exp2(-1e30F)), 0U);
}

TEST_CASE("fp32_recip: every mantissa at the ends and the middle of the range, every exponent") {
  double worst = 0;
  for (std::uint32_t mantissa = 0; mantissa < 1U << 23; ++mantissa) {
    for (const std::uint32_t field : {1U, 127U, 252U}) {
      const float x = std::bit_cast<float>(field << 23 | mantissa);
      worst = std::max(worst, ulps(fp32_recip(x), 1 / static_cast<double>(x)));
    }
    const float large = std::bit_cast<float>(253U << 23 | mantissa);
    if (bits(fp32_recip(large)) != (mantissa == 0 ? 0x00800000U : 0U)) FAIL("flushed wrongly");
    if (bits(fp32_recip(-large * 2)) != 0x80000000U) FAIL("flushed wrongly");
  }
  MESSAGE("recip: worst ", worst, " ulp");
  CHECK_LE(worst, 2.0);
  for (int n = -126; n <= 126; ++n) {
    REQUIRE_EQ(fp32_recip(std::ldexp(-1.0F, n)), std::ldexp(-1.0F, -n));
  }
  CHECK_EQ(fp32_recip(0.0F), kInf);
  CHECK_EQ(fp32_recip(-0.0F), -kInf);
  CHECK_EQ(fp32_recip(std::bit_cast<float>(0x807fffffU)), -kInf);
  CHECK_EQ(bits(fp32_recip(kInf)), 0U);
  CHECK_EQ(bits(fp32_recip(-kInf)), 0x80000000U);
  CHECK_EQ(bits(fp32_recip(std::bit_cast<float>(0xff800001U))), kFp32Nan);
}

TEST_CASE("fp32_rsqrt: every mantissa of both parities, at both ends of the range") {
  double worst = 0;
  for (std::uint32_t mantissa = 0; mantissa < 1U << 23; ++mantissa) {
    for (const std::uint32_t field : {1U, 2U, 127U, 128U, 253U, 254U}) {
      const float x = std::bit_cast<float>(field << 23 | mantissa);
      worst = std::max(worst, ulps(fp32_rsqrt(x), 1 / std::sqrt(static_cast<double>(x))));
    }
  }
  MESSAGE("rsqrt: worst ", worst, " ulp");
  CHECK_LE(worst, 2.0);
  for (int n = -63; n <= 63; ++n) {
    REQUIRE_EQ(fp32_rsqrt(std::ldexp(1.0F, 2 * n)), std::ldexp(1.0F, -n));
  }
  CHECK_EQ(fp32_rsqrt(0.0F), kInf);
  CHECK_EQ(fp32_rsqrt(-0.0F), -kInf);
  CHECK_EQ(bits(fp32_rsqrt(kInf)), 0U);
  for (const float bad : {-1.0F, -kInf, std::bit_cast<float>(0x7f800001U), -0x1p-126F}) {
    CHECK_EQ(bits(fp32_rsqrt(bad)), kFp32Nan);
  }
}
