// SPDX-License-Identifier: Apache-2.0

#include "machine/product/trit/simd_plan.h"

#include <algorithm>
#include <atomic>
#include <cmath>

namespace trine::golden {
namespace {

/// Factors of x_0 .. x_5 for the five mantissas of a set, `stride` elements apart.
void chain_factors(const std::int32_t* m, std::int32_t* to, std::size_t stride) {
  for (std::size_t i = 0; i < kChain; ++i) {
    const std::int32_t high = i < kSetColumns ? 3 * m[kSetColumns - 1 - i] : 0;
    const std::int32_t low = i > 0 ? m[kSetColumns - i] : 0;
    to[i * stride] =
        static_cast<std::int32_t>(0x1'0001u * (static_cast<std::uint32_t>(high - low) & 0xffffu));
  }
}

/// Fills a lane; false when a mantissa is larger than kChainMaxMantissa.
bool fill_group(const BfpVector& x, std::size_t group, unsigned depth, StreamBlock& block) {
  constexpr std::size_t kLanes = StreamBlock::kLanes;
  const std::int32_t* m = &x.mantissas[group * kGroup];
  std::int32_t sum = 0, largest = 0;
  for (std::size_t c = 0; c < kGroup; ++c) {
    sum += m[c];
    largest = std::max({largest, m[c], -m[c]});
  }
  if (largest > kChainMaxMantissa) return false;
  const std::size_t lane = group % kLanes;
  for (std::size_t set = 0; set < kSets; ++set)
    chain_factors(m + set * kSetColumns, &block.chain[set][0][lane], kLanes);
  block.column15[lane] = m[kGroup - 1] & 0xffff;
  block.start[lane] = -(sum * outer_level(depth)) * (1 << kChainBits);
  // A block of zeros may shift by anything.
  const int align = std::min(x.max_exponent - x.exponents[group], kMaxShift);
  block.align[lane % 2][lane / 2] = align;
  block.align_factor[lane] = std::ldexp(1.0f, -align);
  return true;
}

}  // namespace

std::vector<StreamBlock> stream_blocks(const BfpVector& x, unsigned depth, Workers& workers) {
  constexpr std::size_t kLanes = StreamBlock::kLanes;
  const std::size_t groups = x.exponents.size();
  std::vector<StreamBlock> blocks((groups + kLanes - 1) / kLanes);
  std::atomic<bool> fits = true;
  constexpr std::size_t kShareGroups = 8;  // Below which a thread is not worth waking.
  workers.rows(groups, kShareGroups, [&](std::size_t first, std::size_t last) {
    for (std::size_t g = first; g < last; ++g)
      if (!fill_group(x, g, depth, blocks[g / kLanes])) fits = false;
  });
  if (!fits) return {};
  return blocks;
}

}  // namespace trine::golden
