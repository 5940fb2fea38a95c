// SPDX-License-Identifier: Apache-2.0

#include "golden/codec/quantize.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "golden/codec/groups.h"
#include "golden/error.h"
#include "golden/format/panel.h"

namespace trine::golden {
namespace {

void check_weights(std::span<const float> weights, const MatrixShape& shape) {
  check_shape(shape, kCanonical);
  if (weights.size() != shape.rows * shape.cols) {
    throw Error(fmt::format("{} weights do not make a matrix of {} x {}", weights.size(),
                            shape.rows, shape.cols));
  }
  // The exponent of the largest magnitude tells: a loop that vectorises.
  std::uint32_t largest = 0;
  for (const float weight : weights)
    largest = std::max(largest, std::bit_cast<std::uint32_t>(weight) & 0x7FFFFFFFu);
  if (largest >= 0x7F800000u) {
    const auto bad = std::ranges::find_if_not(weights, [](float w) { return std::isfinite(w); });
    const auto at = static_cast<std::size_t>(bad - weights.begin());
    throw Error(fmt::format("the weight at row {}, column {} is not finite", at / shape.cols,
                            at % shape.cols));
  }
}

void check_importance(std::span<const double> importance, const MatrixShape& shape, Scales scales) {
  if (importance.empty()) return;
  if (scales != Scales::Best) throw Error("only best scales can weight the columns");
  if (importance.size() != shape.cols) {
    throw Error(fmt::format("importance of {} columns for a matrix of {} x {}", importance.size(),
                            shape.rows, shape.cols));
  }
  const auto bad =
      std::ranges::find_if_not(importance, [](double x) { return std::isfinite(x) && x >= 0; });
  if (bad != importance.end()) {
    throw Error(fmt::format("the importance of column {} is {}", bad - importance.begin(), *bad));
  }
}

/// The levels of a whole group. False when a weight is so near the middle between two levels that
/// only the division tells.
TRINE_VECTOR_CLONES bool try_levels(const float* weights, double inverse, double outermost,
                                    std::int8_t* to) {
  using Floats __attribute__((vector_size(kLanes * sizeof(float)))) = float;
  constexpr Lanes kZero = {}, kRound = kZero + kRoundShift;
  const Lanes half = kZero + outermost;
  Lanes furthest = kZero;
  for (std::size_t i = 0; i < kGroup; i += kLanes) {
    Floats from;
    std::memcpy(&from, weights + i, sizeof from);
    Lanes x = __builtin_convertvector(from, Lanes) * inverse;
    x = x > half ? half : x;
    x = x < -half ? -half : x;
    const Lanes shifted = x + kRound;  // Its low bits are the level.
    const Lanes q = shifted - kRound;
    const Lanes distance = x > q ? x - q : q - x;
    furthest = distance > furthest ? distance : furthest;
    const LaneBytes levels =
        __builtin_convertvector(reinterpret_cast<LaneBits>(shifted), LaneBytes);
    std::memcpy(to + i, &levels, sizeof levels);
  }
  return all_at_most(furthest, kSafeDistance);
}

void set_group_levels(std::span<const float> weights, double scale, double outermost,
                      std::int8_t* to) {
  if (weights.size() == kGroup && try_levels(weights.data(), outermost / scale, outermost, to))
    return;
  for (std::size_t i = 0; i < weights.size(); ++i)
    to[i] = static_cast<std::int8_t>(level(weights[i], scale, outermost));
}

/// The levels of all groups at the scales that were chosen.
void set_levels(const Groups& groups, TritMatrix& matrix) {
  const double outermost = outer_level(matrix.shape.depth);
  parallel_chunks(groups.count(), [&](std::size_t, std::size_t first, std::size_t last) {
    for (std::size_t g = first; g < last; ++g) {
      const auto weights = groups.at(g);
      const double scale = matrix.codebook[matrix.scales[g]];
      std::int8_t* to = matrix.levels.data() + (weights.data() - groups.weights.data());
      set_group_levels(weights, scale, outermost, to);
    }
  });
}

}  // namespace

TritMatrix quantize(std::span<const float> weights, const MatrixShape& shape, Scales scales,
                    std::span<const double> importance) {
  check_weights(weights, shape);
  check_importance(importance, shape, scales);
  const Groups groups{weights, shape, importance};
  const auto group_scales = v2_group_scales(groups);
  const LogRange range = log_range(group_scales);
  TritMatrix matrix{shape, {}, {}, {}};
  matrix.levels.resize(weights.size());
  if (scales == Scales::V2) {
    matrix.codebook = log_spaced(range.low, range.high);
    matrix.scales.resize(groups.count());
    const CodebookLogs logs = codebook_logs(matrix.codebook);
    parallel_chunks(groups.count(), [&](std::size_t, std::size_t first, std::size_t last) {
      for (std::size_t g = first; g < last; ++g)
        matrix.scales[g] = nearest_entry(logs, range, group_scales[g]);
    });
  } else {
    BestScales best = best_scales(groups, range);
    matrix.codebook = best.codebook;
    matrix.scales = std::move(best.indices);
  }
  set_levels(groups, matrix);
  return matrix;
}

double rms_error(std::span<const float> weights, const TritMatrix& matrix) {
  const MatrixShape& shape = matrix.shape;
  if (weights.size() != shape.rows * shape.cols || weights.size() != matrix.levels.size()) {
    throw Error(fmt::format("{} weights do not make a matrix of {} x {}", weights.size(),
                            shape.rows, shape.cols));
  }
  const std::size_t groups = shape.groups_per_row();
  double sum = 0;
  for (std::size_t row = 0; row < shape.rows; ++row) {
    for (std::size_t col = 0; col < shape.cols; ++col) {
      const double step =
          matrix.codebook[matrix.scales[row * groups + col / kGroup]] / outer_level(shape.depth);
      const std::size_t at = row * shape.cols + col;
      const double difference = weights[at] - matrix.levels[at] * step;
      sum += difference * difference;
    }
  }
  return std::sqrt(sum / static_cast<double>(weights.size()));
}

}  // namespace trine::golden
