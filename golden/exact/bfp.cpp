// SPDX-License-Identifier: Apache-2.0

#include "golden/exact/bfp.h"

#include <string>

#include "golden/error.h"

namespace trine::golden {

BfpVector to_bfp(std::span<const float> x, int act_width) {
  if (act_width < 8 || act_width > 16) {
    throw Error("to_bfp: activation width " + std::to_string(act_width) + " is outside 8..16");
  }
  BfpVector result;
  const std::size_t blocks = (x.size() + kGroup - 1) / kGroup;
  result.mantissas.reserve(blocks * kGroup);
  result.exponents.reserve(blocks);
  for (std::size_t at = 0; at < x.size(); at += kGroup) {
    const BfpBlock block = bfp_block(x.subspan(at, std::min(kGroup, x.size() - at)), act_width);
    result.mantissas.insert(result.mantissas.end(), block.mantissas.begin(), block.mantissas.end());
    result.exponents.push_back(block.exponent);
    result.max_exponent = std::max(result.max_exponent, block.exponent);
    result.nonfinite |= block.nonfinite;
  }
  return result;
}

}  // namespace trine::golden
