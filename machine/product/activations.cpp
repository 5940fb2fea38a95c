// SPDX-License-Identifier: Apache-2.0

#include "machine/product/activations.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace trine::golden {

void Activations::quantize(std::span<const std::uint32_t> words, std::size_t padded, int act_width,
                           Workers& workers) {
  padded = std::max(padded, words.size());
  const auto is_zero = [](float value) { return std::bit_cast<std::uint32_t>(value) == 0; };
  if (act_width == act_width_ && values_.size() == padded &&
      std::memcmp(values_.data(), words.data(), words.size_bytes()) == 0 &&
      std::all_of(values_.begin() + static_cast<std::ptrdiff_t>(words.size()), values_.end(),
                  is_zero))
    return;
  act_width_ = 0;
  depth_ = 0;
  values_.resize(padded);
  if (!words.empty()) std::memcpy(values_.data(), words.data(), words.size_bytes());
  std::fill(values_.begin() + static_cast<std::ptrdiff_t>(words.size()), values_.end(), 0.0F);
  bfp_ = to_bfp(values_, act_width, workers);
  act_width_ = act_width;
}

const std::vector<StreamBlock>& Activations::blocks(unsigned depth, Workers& workers) const {
  if (depth != depth_) {
    blocks_ = stream_blocks(bfp_, depth, workers);
    depth_ = depth;
  }
  return blocks_;
}

}  // namespace trine::golden
