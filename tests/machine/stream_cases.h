// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <doctest/doctest.h>
#include <hwy/targets.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "golden/format/trit_matrix.h"

namespace trine::golden {

inline TritMatrix random_matrix(const MatrixShape& shape, std::mt19937& random, int octaves = 9) {
  TritMatrix matrix{shape, {}, {}, {}};
  const int half = outer_level(shape.depth);
  std::uniform_int_distribution<int> level(-half, half);
  matrix.levels.resize(shape.rows * shape.cols);
  for (auto& value : matrix.levels) value = static_cast<std::int8_t>(level(random));
  matrix.scales.resize(shape.rows * shape.groups_per_row());
  for (auto& value : matrix.scales) value = static_cast<std::uint8_t>(random() % kCodebook);
  for (std::size_t k = 0; k < kCodebook; ++k)
    matrix.codebook[k] =
        std::exp2(static_cast<double>(k) * octaves / static_cast<double>(kCodebook - 1) - 7);
  return matrix;
}

/// Magnitudes over `octaves` octaves, and some blocks of zeros.
inline std::vector<float> random_vector(std::size_t count, std::mt19937& random, int octaves = 6) {
  std::normal_distribution<float> normal;
  std::vector<float> x(count);
  for (float& value : x)
    value = std::ldexp(normal(random), static_cast<int>(random() % static_cast<unsigned>(octaves)));
  for (std::size_t block = 0; block < count; block += kGroup)
    if (random() % 5 == 0)
      std::fill_n(x.begin() + static_cast<std::ptrdiff_t>(block), std::min(kGroup, count - block),
                  0.0f);
  return x;
}

/// Calls test(target) once with the vectors of each processor that this one can stand for.
template <class Test>
void for_each_target(const Test& test) {
  unsigned tested = 0;
  for (auto rest = hwy::SupportedTargets(); rest != 0; rest &= rest - 1, ++tested) {
    const auto target = rest & -rest;
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().DeInit();
    CAPTURE(std::string(hwy::TargetName(target)));
    test(target);
    hwy::SetSupportedTargetsForTest(0);
  }
  hwy::GetChosenTarget().DeInit();
  CHECK(tested > 0);
}

}  // namespace trine::golden
