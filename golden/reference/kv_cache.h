// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "golden/checkpoint/config.h"

namespace trine::golden {

/// Keys and values of all positions so far, FP32, per layer (positions, kv_dim); grows as needed.
class KvCache {
 public:
  explicit KvCache(const ModelConfig& config)
      : width_(config.kv_dim()), keys_(config.layers), values_(config.layers) {}

  void append(std::size_t layer, std::span<const float> key, std::span<const float> value) {
    keys_[layer].insert(keys_[layer].end(), key.begin(), key.end());
    values_[layer].insert(values_[layer].end(), value.begin(), value.end());
  }
  std::span<const float> key(std::size_t layer, std::size_t position) const {
    return std::span(keys_[layer]).subspan(position * width_, width_);
  }
  std::span<const float> value(std::size_t layer, std::size_t position) const {
    return std::span(values_[layer]).subspan(position * width_, width_);
  }
  /// Forgets positions from `positions` on.
  void truncate(std::size_t positions) {
    for (auto* side : {&keys_, &values_}) {
      for (auto& layer : *side) {
        if (layer.size() > positions * width_) layer.resize(positions * width_);
      }
    }
  }

 private:
  std::size_t width_;
  std::vector<std::vector<float>> keys_, values_;
};

}  // namespace trine::golden
