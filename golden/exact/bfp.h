// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "golden/exact/workers.h"
#include "golden/format/trit_matrix.h"

namespace trine::golden {

/// Exponent that stands for a block of zeros: below every real one, so that the alignment shift
/// of the block is the largest.
inline constexpr int kZeroBlock = -1000;
inline constexpr int kMaxShift = 63;  // Every alignment shift count clamps here.
inline constexpr int kActWidth = 12;  // Bits of a mantissa, sign included; 8..16 are supported.

/// 16 activations with one exponent: x[i] is about mantissas[i] * 2^exponent.
struct BfpBlock {
  std::array<std::int32_t, kGroup> mantissas{};
  std::int32_t exponent = kZeroBlock;
  bool nonfinite = false;
};

/// The block of up to 16 FP32 values; missing ones and subnormals count as zeros.
/// The largest exponent field decides (255 of Inf and NaN too); mantissas are rounded to nearest
/// even and clamped symmetrically; Inf becomes the largest mantissa, NaN zero.
constexpr BfpBlock bfp_block(std::span<const float> x, int act_width = kActWidth) {
  constexpr int kFractionBits = 23;
  const std::int32_t limit = (1 << (act_width - 1)) - 1;
  const auto field = [](float v) {
    return static_cast<int>(std::bit_cast<std::uint32_t>(v) >> kFractionBits) & 0xff;
  };
  BfpBlock block;
  int top = 0;
  for (const float v : x) top = std::max(top, field(v));
  if (top == 0) return block;
  block.exponent = top - 127 - (act_width - 2);

  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(x[i]);
    const std::uint32_t fraction = bits & 0x7f'ffffU;
    std::int32_t magnitude = 0;
    if (field(x[i]) == 255) {
      block.nonfinite = true;
      magnitude = fraction == 0 ? limit : 0;
    } else if (field(x[i]) != 0) {
      // 24 significant bits, of which the block keeps act_width - 1 above the point.
      const int drop = std::min(top - field(x[i]) + kFractionBits - (act_width - 2), 31);
      const std::uint32_t significand = fraction | 0x80'0000U;
      const std::uint32_t kept = significand >> drop;
      const std::uint32_t rest = significand - (kept << drop);
      const std::uint32_t tie = 1U << (drop - 1);
      const bool up = rest > tie || (rest == tie && (kept & 1) != 0);
      magnitude = std::min(static_cast<std::int32_t>(kept + (up ? 1 : 0)), limit);
    }
    block.mantissas[i] = (bits >> 31) != 0 ? -magnitude : magnitude;
  }
  return block;
}

/// A vector as BFP blocks, padded with zeros to whole blocks.
struct BfpVector {
  std::vector<std::int32_t> mantissas;  // (blocks * 16)
  std::vector<std::int32_t> exponents;  // (blocks); kZeroBlock for a block of zeros.
  int max_exponent = kZeroBlock;        // Over the blocks that are not all zero.
  bool nonfinite = false;               // x holds Inf or NaN.
};

/// Blocks of all of x. Throws Error for an act_width outside 8..16.
BfpVector to_bfp(std::span<const float> x, int act_width = kActWidth);
/// The same on several threads.
BfpVector to_bfp(std::span<const float> x, int act_width, Workers& workers);

}  // namespace trine::golden
