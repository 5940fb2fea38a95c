// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "golden/exact/bfp.h"
#include "golden/exact/workers.h"
#include "machine/product/trit/simd_plan.h"

namespace trine::golden {

/// An input vector as products take it. Query, key and value are products of one vector, and so are
/// gate and up: what is made of it is kept until another vector comes.
class Activations {
 public:
  Activations() = default;
  /// Those of a quantized vector.
  explicit Activations(BfpVector x) : bfp_(std::move(x)) {}

  /// Makes them of FP32 values, given by their bits; zeros follow up to `padded` values. Nothing is
  /// done when they are those of the call before. Throws Error as to_bfp() does.
  void quantize(std::span<const std::uint32_t> words, std::size_t padded, int act_width,
                Workers& workers);

  const BfpVector& bfp() const { return bfp_; }

  /// For products with streams of this depth by SIMD; empty where stream_blocks() is. Not from
  /// several threads at once.
  const std::vector<StreamBlock>& blocks(unsigned depth, Workers& workers) const;

 private:
  std::vector<float> values_;
  int act_width_ = 0;  // Of values_; 0: there are none.
  BfpVector bfp_;
  mutable unsigned depth_ = 0;  // Of blocks_; 0: they are not made yet.
  mutable std::vector<StreamBlock> blocks_;
};

}  // namespace trine::golden
