// SPDX-License-Identifier: Apache-2.0

#include "tools/synthetic.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "golden/reference/sampler.h"
#include "tools/synth_stream.h"

namespace trine::tools {
namespace {

using golden::Random;

constexpr std::size_t kTableBits = 12;  // Five entries of the table a random number.
using LevelTable = std::array<std::int8_t, std::size_t{1} << kTableBits>;

/// Levels to draw from evenly.
LevelTable level_table(unsigned depth, Random& random) {
  LevelTable table{};
  for (std::int8_t& level : table) level = static_cast<std::int8_t>(normal_level(depth, random));
  return table;
}

void fill_levels(std::vector<std::int8_t>& levels, const LevelTable& table, Random& random) {
  std::uint64_t bits = 0;
  unsigned left = 0;
  for (std::int8_t& level : levels) {
    if (left == 0) {
      bits = random.next();
      left = 64 / kTableBits;
    }
    level = table[bits % table.size()];
    bits >>= kTableBits;
    --left;
  }
}

}  // namespace

StreamMatrix synthetic_matrix(const golden::MatrixShape& shape, const golden::Geometry& geometry,
                              std::uint64_t seed) {
  Random random(seed);
  golden::TritMatrix matrix{.shape = shape, .levels = {}, .scales = {}, .codebook = {}};
  matrix.levels.resize(shape.rows * shape.cols);
  fill_levels(matrix.levels, level_table(shape.depth, random), random);
  matrix.scales.resize(shape.rows * shape.groups_per_row());
  constexpr std::uint64_t kCoins = (std::uint64_t{1} << (golden::kCodebook - 1)) - 1;
  for (std::uint8_t& scale : matrix.scales)
    scale = static_cast<std::uint8_t>(std::popcount(random.next() & kCoins));
  constexpr double kLowest = 0.004, kHighest = 0.4;
  for (std::size_t k = 0; k < golden::kCodebook; ++k)
    matrix.codebook[k] =
        kLowest * std::pow(kHighest / kLowest, static_cast<double>(k) / (golden::kCodebook - 1));
  return {shape, matrix.codebook, golden::pack(matrix, geometry)};
}

std::vector<float> synthetic_activations(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> x(count);
  for (float& value : x) value = static_cast<float>(normal(random));
  constexpr std::size_t kChannelsPerOutlier = 500;
  constexpr float kOutlier = 60;
  for (std::size_t i = 0; i < 1 + count / kChannelsPerOutlier; ++i)
    x[random.next() % count] *= kOutlier;
  return x;
}

}  // namespace trine::tools
