// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>

#include "golden/format/trit_matrix.h"

namespace trine::golden {

/// Vectors to multiply by, and where the products go: xs (count, x_stride), outs (count,
/// out_stride). All strides in elements.
struct RowProducts {
  const float* xs = nullptr;
  std::size_t count = 0, x_stride = 0;
  float* outs = nullptr;
  std::size_t out_stride = 0;
};

/// Rows of levels, (rows, 16 * groups) and their scales, (rows, groups); a weight is
/// float(level) * steps[scale].
struct LevelRows {
  const std::int8_t* levels = nullptr;
  const std::uint8_t* scales = nullptr;
  const float* steps = nullptr;  // (kCodebook)
  std::size_t groups = 0;
};

/// outs[t][r] = sum of weights[r][c] * xs[t][c] for the rows first .. last - 1, in FP32, the
/// weights widened on the way. A result does not depend on the other rows or vectors; its last bits
/// may depend on the processor. The vectors have 16 * groups elements.
void multiply_levels(const LevelRows& weights, std::size_t first, std::size_t last,
                     const RowProducts& products);

/// The same for finite FP16 weights (rows, cols), without padding.
void multiply_halves(const std::byte* weights, std::size_t cols, std::size_t first,
                     std::size_t last, const RowProducts& products);

}  // namespace trine::golden
