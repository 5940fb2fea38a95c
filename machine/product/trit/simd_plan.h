// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "golden/exact/bfp.h"
#include "golden/exact/codebook.h"
#include "golden/exact/workers.h"
#include "golden/format/panel.h"
#include "golden/format/trit_matrix.h"

namespace trine::golden {

// How a set byte P = sum of digit_j 3^j meets its five activations m_j without being taken apart:
//
//   x_0 = the byte with 256 P <= 243 x_0 < 256 (P + 1),   x_{i+1} = 3 x_i mod 256
//
// x_0 / 256 is P / 243 to enough places that its base-3 digits are those of P, the highest first:
//
//   digit_{4-i} = floor(3 x_i / 256) = (3 x_i - x_{i+1}) / 256
//
// so that 256 * sum of m_j digit_j is linear in x_0 .. x_5, and a byte that wraps computes them:
//
//   256 * sum = 3 m_4 x_0 + sum over i = 1..4 of (3 m_{4-i} - m_{5-i}) x_i - m_0 x_5

inline constexpr std::size_t kChain = kSetColumns + 1;  // x_0 .. x_5
inline constexpr unsigned kChainBits = 8;               // The sum comes times 2^8.
/// Of a mantissa: 3 m - m' fits into 16 bits, and 256 times a group's product into 32.
inline constexpr std::int32_t kChainMaxMantissa = 8191;

/// x_0 - P by P / 2: the two bytes that share an entry can take the same.
constexpr std::array<std::uint8_t, 128> chain_starts() {
  std::array<std::uint8_t, 128> starts{};
  const auto fits = [](unsigned p, unsigned start) {
    return 256 * p <= 243 * (p + start) && 243 * (p + start) < 256 * (p + 1);
  };
  for (unsigned p = 0; p <= kMaxSetByte; p += 2) {
    unsigned start = 0;
    while (!fits(p, start) || (p < kMaxSetByte && !fits(p + 1, start))) ++start;
    starts[p / 2] = static_cast<std::uint8_t>(start);
  }
  return starts;
}
inline constexpr auto kChainStarts = chain_starts();

/// The same for two neighbouring bytes at once, as a word: x_0 - P - 1 comes as kStartFactor times
/// the word, 16 bits further down; in the upper byte as it is, in the lower one when the upper byte
/// is cleared first. 13 P / 243 rounded up to an integer is x_0 - P; kStartFactor is 13 * 65536 /
/// 243 rounded down, and what a lower byte adds to the upper one's product is within the slack of
/// x_0.
inline constexpr std::uint16_t kStartFactor = 3506;

/// Groups of a row: so many terms of 39 bits are exact in a double.
inline constexpr std::size_t kMaxStreamGroups = 1 << 14;

/// What one column block, 16 groups side by side, multiplies by; a lane per group.
struct alignas(64) StreamBlock {
  static constexpr std::size_t kLanes = kCanonical.groups;

  std::int32_t chain[kSets][kChain][kLanes];  // Factors of x_i, in both halves.
  std::int32_t column15[kLanes];              // Mantissa of column 15.
  std::int32_t start[kLanes];                 // 256 * what levels being codes adds, negated.
  std::int64_t align[2][kLanes / 2];          // Shift of the even and of the odd groups,
  float align_factor[kLanes];                 // and 2 to its negative for all.
};

/// Blocks of all columns of x; groups behind the end count as zeros. Nothing when a mantissa is
/// larger than kChainMaxMantissa.
std::vector<StreamBlock> stream_blocks(const BfpVector& x, unsigned depth, Workers& workers);

}  // namespace trine::golden
