// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <span>
#include <vector>

#include "golden/checkpoint/config.h"

namespace trine::golden {

/// Who multiplies by the linear matrices of a layer. Matrices that share their input come in one
/// call: {Q, K, V}, {O}, {Gate, Up}, {Down}; biases are not part of it.
class LinearBackend {
 public:
  virtual ~LinearBackend() = default;

  /// outs[i] (rows of matrices[i]) = matrices[i] times x (cols).
  virtual void apply(std::size_t layer, std::span<const Linear> matrices, std::span<const float> x,
                     std::span<const std::span<float>> outs) = 0;

  /// The same for `count` vectors: xs (count, cols), outs[i] (count, rows). By default one by one.
  virtual void apply_batch(std::size_t layer, std::span<const Linear> matrices,
                           std::span<const float> xs, std::size_t count,
                           std::span<const std::span<float>> outs) {
    std::vector<std::span<float>> one(outs.size());
    for (std::size_t t = 0; t < count; ++t) {
      for (std::size_t i = 0; i < outs.size(); ++i) {
        const std::size_t rows = outs[i].size() / count;
        one[i] = outs[i].subspan(t * rows, rows);
      }
      const std::size_t cols = xs.size() / count;
      apply(layer, matrices, xs.subspan(t * cols, cols), one);
    }
  }
};

}  // namespace trine::golden
