// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <random>

#include "golden/format/trit_matrix.h"

namespace trine::golden {

/// Levels and scales drawn from `seed`, any that the depth has, and a codebook that rises.
inline TritMatrix random_matrix(const MatrixShape& shape, unsigned seed) {
  std::minstd_rand random(seed);
  TritMatrix matrix{shape, {}, {}, {}};
  matrix.levels.resize(shape.rows * shape.cols);
  matrix.scales.resize(shape.rows * shape.groups_per_row());
  const int limit = outer_level(shape.depth);
  for (auto& q : matrix.levels) {
    q = static_cast<std::int8_t>(static_cast<int>(random() >> 4) % (2 * limit + 1) - limit);
  }
  for (auto& s : matrix.scales) s = static_cast<std::uint8_t>((random() >> 4) % kCodebook);
  for (std::size_t k = 0; k < kCodebook; ++k)
    matrix.codebook[k] = 0.01 * static_cast<double>(k + 1);
  return matrix;
}

}  // namespace trine::golden
