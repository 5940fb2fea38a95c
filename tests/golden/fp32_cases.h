// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <bit>
#include <cstdint>
#include <random>

namespace trine::test {

/// FP32 operands that reach every case of an operator: any bits, numbers near one another, and the
/// corners.
class Fp32Cases {
 public:
  explicit Fp32Cases(std::uint64_t seed) : random_(seed) {}

  /// Any bits, a corner, or a number with a moderate exponent.
  float operator()() {
    const auto bits = static_cast<std::uint32_t>(random_());
    switch (random_() % 8) {
      case 0: {
        constexpr std::uint32_t kCorners[] = {0x00000000, 0x00000001, 0x007fffff, 0x00800000,
                                              0x00800001, 0x3f7fffff, 0x3f800000, 0x3f800001,
                                              0x40000000, 0x7f7fffff, 0x7f800000, 0x7f800001,
                                              0x7fc00000, 0x7fffffff, 0x34000000, 0x33800000};
        return std::bit_cast<float>(kCorners[bits % 16] | (bits & 0x8000'0000U));
      }
      case 1:
      case 2:
        return std::bit_cast<float>(bits);
      default:
        return near(0x3f80'0000U, 40);
    }
  }

  /// Exponent within `spread` of that of `anchor`, any sign; the mantissa sometimes sparse, so that
  /// ties and cancellation occur.
  float near(std::uint32_t anchor, std::uint32_t spread) {
    const std::uint64_t word = random_();
    const auto bits = static_cast<std::uint32_t>(word);
    std::uint32_t mantissa = bits & 0x7f'ffffU;
    if ((word >> 32) % 4 == 0) mantissa &= 0x7f'ffffU << ((word >> 40) % 24);
    if ((word >> 32) % 4 == 1) mantissa |= 0x7f'ffffU >> ((word >> 40) % 24);
    const std::uint32_t field =
        (anchor >> 23) + static_cast<std::uint32_t>((word >> 48) % (2 * spread + 1)) - spread;
    return std::bit_cast<float>((bits & 0x8000'0000U) | (field & 0xffU) << 23 | mantissa);
  }

  /// A second operand for `a`: half of the time close to it in size.
  float partner(float a) {
    return random_() % 2 != 0 ? near(std::bit_cast<std::uint32_t>(a), 28) : (*this)();
  }

 private:
  std::mt19937_64 random_;
};

}  // namespace trine::test
