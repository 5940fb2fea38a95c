// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <span>
#include <vector>

#include "golden/checkpoint/checkpoint.h"
#include "golden/exact/workers.h"
#include "golden/format/packed_model.h"
#include "golden/reference/level_matrix.h"
#include "golden/reference/linear_backend.h"

namespace trine::golden {

/// The linear matrices multiplied in FP32: the reference. Those of a checkpoint are FP32 in memory,
/// quantized ones are widened from their levels as they are used.
class Fp32Linears : public LinearBackend {
 public:
  /// Weights as published. `threads` share the rows of a matrix.
  explicit Fp32Linears(const Checkpoint& model, unsigned threads = 1);
  /// Quantized weights. Throws Error for a stream with a code out of range.
  explicit Fp32Linears(const PackedModel& model, unsigned threads = 1);

  /// A matrix of any other origin, (rows, cols); throws Error when the size is wrong.
  void replace(std::size_t layer, Linear linear, std::vector<float> weights);
  /// The weights, (rows, cols), as they are multiplied.
  std::vector<float> weights(std::size_t layer, Linear linear) const;

  void apply(std::size_t layer, std::span<const Linear> matrices, std::span<const float> x,
             std::span<const std::span<float>> outs) override;
  void apply_batch(std::size_t layer, std::span<const Linear> matrices, std::span<const float> xs,
                   std::size_t count, std::span<const std::span<float>> outs) override;

 private:
  struct Matrix {
    LevelMatrix levels;          // Empty for a matrix that is not quantized:
    std::vector<float> weights;  // (rows, cols)
  };

  ModelConfig config_;
  Workers workers_;
  std::vector<std::array<Matrix, std::size(kLinears)>> layers_;
};

}  // namespace trine::golden
