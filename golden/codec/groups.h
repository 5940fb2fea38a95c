// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "golden/format/trit_matrix.h"

namespace trine::golden {

using GroupMagnitudes = std::array<double, kGroup>;

/// The weights of a matrix by group; group g of row r is number r * groups_per_row + g.
struct Groups {
  std::span<const float> weights;
  MatrixShape shape;
  std::span<const double> importance = {};  // Of the columns' squared errors; empty: all 1.

  std::size_t count() const { return shape.rows * shape.groups_per_row(); }
  /// Weights of one group, at most 16 of them.
  std::span<const float> at(std::size_t group) const {
    const std::size_t row = group / shape.groups_per_row();
    const std::size_t col = group % shape.groups_per_row() * kGroup;
    return weights.subspan(row * shape.cols + col, std::min(kGroup, shape.cols - col));
  }
  /// Absolute values, padded with zeros.
  GroupMagnitudes magnitudes(std::size_t group) const {
    GroupMagnitudes out{};
    const auto from = at(group);
    for (std::size_t i = 0; i < from.size(); ++i) out[i] = std::fabs(from[i]);
    return out;
  }
  /// Importance of a group's columns, padded with zeros.
  GroupMagnitudes importances(std::size_t group) const {
    GroupMagnitudes out{};
    const std::size_t col = group % shape.groups_per_row() * kGroup;
    const auto from = importance.subspan(col, std::min(kGroup, shape.cols - col));
    std::ranges::copy(from, out.begin());
    return out;
  }
};

/// A function that is also compiled for wider vectors; the processor chooses. Products and sums
/// stay apart (ISO C++ does not contract them), so all versions give the same bits. With a
/// sanitizer there is one: the choice is made before its runtime is there, which the function would
/// call.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define TRINE_VECTOR_CLONES [[gnu::target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")]]
#else
#define TRINE_VECTOR_CLONES
#endif

/// Rounds to nearest even, |x| < 2^51; plain arithmetic, so that loops vectorise.
inline constexpr double kRoundShift = 0x1.8p52;
inline double round_even(double x) {
  return (x + kRoundShift) - kRoundShift;
}

/// The level of a weight at a scale: rne(w / scale * half), clipped to -half..half.
inline double level(double weight, double scale, double outermost) {
  const double x = weight / scale * outermost;
  return round_even(x < -outermost ? -outermost : x > outermost ? outermost : x);
}

/// Numbers that one instruction works on, where the processor has one.
inline constexpr std::size_t kLanes = 8;
using Lanes __attribute__((vector_size(kLanes * sizeof(double)))) = double;
using LaneBits __attribute__((vector_size(kLanes * sizeof(double)))) = std::int64_t;
using LaneBytes __attribute__((vector_size(kLanes))) = std::int8_t;
inline bool all_at_most(const Lanes& x, double limit) {
  const LaneBytes above = __builtin_convertvector(x > limit, LaneBytes);
  return reinterpret_cast<std::uint64_t>(above) == 0;
}

/// A product with half / scale differs from w / scale * half by less than 2^-44. Where it is not so
/// near the middle between two levels that this could matter, both round to the same level.
inline constexpr double kSafeDistance = 0.5 - 0x1p-40;

/// 27 log-spaced values whose ends have these logarithms.
Codebook log_spaced(double log_low, double log_high);

/// The v2 scale of every group; 0 for a group of zeros.
std::vector<double> v2_group_scales(const Groups& groups);
/// Logarithms of the smallest and the largest scale that is not 0; both 0 when there is none.
struct LogRange {
  double low = 0, high = 0;
};
LogRange log_range(std::span<const double> group_scales);
/// The nearest entry in the logarithm, the lower one in a tie; 0 for scale 0.
using CodebookLogs = std::array<double, kCodebook>;
CodebookLogs codebook_logs(const Codebook& codebook);
std::uint8_t nearest_entry(const CodebookLogs& logs, const LogRange& range, double scale);

/// The entries and the range of the `Best` method; `start` is the v2 range.
struct BestScales {
  Codebook codebook{};
  std::vector<std::uint8_t> indices;
};
BestScales best_scales(const Groups& groups, const LogRange& start);

/// Calls work(chunk, first, last) for chunks of [0, total) that do not depend on the machine.
void parallel_chunks(std::size_t total,
                     const std::function<void(std::size_t, std::size_t, std::size_t)>& work);
inline constexpr std::size_t kChunkGroups = 4096;

}  // namespace trine::golden
