// SPDX-License-Identifier: Apache-2.0

#include "golden/exact/bfp.h"

#include <mutex>
#include <string>

#include "golden/error.h"

namespace trine::golden {
namespace {

/// Blocks below which a thread is not worth waking.
constexpr std::size_t kShareBlocks = 8;

}  // namespace

BfpVector to_bfp(std::span<const float> x, int act_width, Workers& workers) {
  if (act_width < 8 || act_width > 16) {
    throw Error("to_bfp: activation width " + std::to_string(act_width) + " is outside 8..16");
  }
  BfpVector result;
  const std::size_t blocks = (x.size() + kGroup - 1) / kGroup;
  result.mantissas.resize(blocks * kGroup);
  result.exponents.resize(blocks);
  std::mutex mutex;
  workers.rows(blocks, kShareBlocks, [&](std::size_t first, std::size_t last) {
    int max_exponent = kZeroBlock;
    bool nonfinite = false;
    for (std::size_t b = first; b < last; ++b) {
      const std::size_t at = b * kGroup;
      const BfpBlock block = bfp_block(x.subspan(at, std::min(kGroup, x.size() - at)), act_width);
      std::ranges::copy(block.mantissas,
                        result.mantissas.begin() + static_cast<std::ptrdiff_t>(at));
      result.exponents[b] = block.exponent;
      max_exponent = std::max(max_exponent, block.exponent);
      nonfinite |= block.nonfinite;
    }
    const std::scoped_lock lock(mutex);
    result.max_exponent = std::max(result.max_exponent, max_exponent);
    result.nonfinite |= nonfinite;
  });
  return result;
}

BfpVector to_bfp(std::span<const float> x, int act_width) {
  Workers one(1);
  return to_bfp(x, act_width, one);
}

}  // namespace trine::golden
