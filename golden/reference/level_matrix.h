// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "golden/exact/workers.h"
#include "golden/format/packed_model.h"

namespace trine::golden {

/// A quantized matrix for FP32 products: a byte per level, so that a large model fits into memory.
/// A weight is float(q) * float(codebook[scale] / half), three roundings from dequantize's at most.
class LevelMatrix {
 public:
  LevelMatrix() = default;
  /// Throws Error for a stream with a code out of range.
  explicit LevelMatrix(const PackedMatrix& matrix);

  bool empty() const { return levels_.empty(); }
  /// All weights, (rows, cols).
  std::vector<float> weights() const;
  /// outs[t][r] = sum of weights[r][c] * xs[t][c]; xs (count, cols), outs (count, rows).
  void multiply(std::span<const float> xs, std::size_t count, std::span<float> outs,
                Workers& workers) const;

 private:
  MatrixShape shape_;
  std::vector<std::int8_t> levels_;   // (rows, 16 * groups), zeros behind the last column
  std::vector<std::uint8_t> scales_;  // (rows, groups)
  std::array<float, kCodebook> steps_{};
};

}  // namespace trine::golden
