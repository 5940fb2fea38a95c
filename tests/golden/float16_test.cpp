// SPDX-License-Identifier: Apache-2.0

#include "golden/checkpoint/float16.h"

#include <bit>
#include <cmath>

#include "format_fixture.h"

namespace trine::golden {
namespace {

TEST_CASE("float16: every code is exact and comes back") {
  for (std::uint32_t code = 0; code < 65536; ++code) {
    const auto half = static_cast<std::uint16_t>(code);
    const std::uint32_t exponent = code >> 10 & 0x1f, mantissa = code & 0x3ff;
    const float value = f16_to_f32(half);
    CAPTURE(code);
    if (exponent == 31 && mantissa != 0) {
      REQUIRE(std::isnan(value));
      REQUIRE(f32_to_f16(value) == (code | 0x200));
      REQUIRE((std::bit_cast<std::uint32_t>(value) >> 13 & 0x3ff) == mantissa);
      continue;
    }
    const double exact = exponent == 31 ? HUGE_VAL
                         : exponent == 0
                             ? std::ldexp(mantissa, -24)
                             : std::ldexp(1024 + mantissa, static_cast<int>(exponent) - 25);
    REQUIRE(std::signbit(value) == (code >= 0x8000));
    REQUIRE(std::fabs(static_cast<double>(value)) == exact);
    REQUIRE(f32_to_f16(value) == code);
  }
}

TEST_CASE("float16: rounds to nearest, ties to even, between all neighbours") {
  for (std::uint16_t code = 0; code < 0x7bff; ++code) {
    const float low = f16_to_f32(code), high = f16_to_f32(static_cast<std::uint16_t>(code + 1));
    const float middle = (low + high) / 2;  // Exact: one more bit.
    const auto even = static_cast<std::uint16_t>(code + (code & 1));
    CAPTURE(code);
    REQUIRE(f32_to_f16(middle) == even);
    REQUIRE(f32_to_f16(-middle) == (even | 0x8000));
    REQUIRE(f32_to_f16(std::nextafterf(middle, 0.0f)) == code);
    REQUIRE(f32_to_f16(std::nextafterf(middle, 1e9f)) == code + 1);
  }
  CHECK(f32_to_f16(65519.996f) == 0x7bff);
  CHECK(f32_to_f16(65520.0f) == 0x7c00);
  CHECK(f32_to_f16(-INFINITY) == 0xfc00);
  CHECK(f32_to_f16(1e-45f) == 0);
  static_assert(f16_to_f32(0x3c00) == 1.0f && f32_to_f16(-2.0f) == 0xc000);
}

TEST_CASE("bfloat16: every code is exact and comes back, and FP32 rounds to even") {
  for (std::uint32_t code = 0; code < 65536; ++code) {
    const float value = bf16_to_f32(static_cast<std::uint16_t>(code));
    REQUIRE(std::bit_cast<std::uint32_t>(value) == code << 16);
    REQUIRE(f32_to_bf16(value) == (std::isnan(value) ? code | 0x40 : code));
    if ((code & 0x7f80) == 0x7f80) continue;
    const auto near = [&](std::uint32_t low) {
      return f32_to_bf16(std::bit_cast<float>(code << 16 | low));
    };
    REQUIRE(near(0x7fff) == code);
    REQUIRE(near(0x8000) == code + (code & 1));
    REQUIRE(near(0x8001) == code + 1);
  }
}

}  // namespace
}  // namespace trine::golden
