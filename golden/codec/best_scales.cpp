// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <numeric>

#include "golden/codec/groups.h"

namespace trine::golden {
namespace {

constexpr std::size_t kEntryLanes = 28;  // 27 entries and one copy, for whole vector registers.
constexpr std::size_t kSampleGroups = 1 << 15;  // Groups that the search for the range looks at.

/// A codebook as the search wants it.
struct Entries {
  alignas(64) std::array<double, kEntryLanes> per_weight{};  // half / scale
  alignas(64) std::array<double, kEntryLanes> step{};        // scale / half
  double outermost;

  Entries(const Codebook& codebook, double outermost_count) : outermost(outermost_count) {
    for (std::size_t k = 0; k < kEntryLanes; ++k) {
      const double scale = codebook[std::min(k, kCodebook - 1)];
      per_weight[k] = outermost_count / scale;
      step[k] = scale / outermost_count;
    }
  }
};

struct Best {
  std::size_t index;
  double error;
};

/// The least error, the lower entry in a tie.
Best least(const std::array<double, kEntryLanes>& error) {
  const auto at = std::min_element(error.begin(), error.begin() + kCodebook);
  return {static_cast<std::size_t>(at - error.begin()), *at};
}

/// The entry of least squared error.
TRINE_VECTOR_CLONES Best best_entry(const GroupMagnitudes& magnitudes, const Entries& entries) {
  alignas(64) std::array<double, kEntryLanes> error{};
  for (const double weight : magnitudes) {
    for (std::size_t k = 0; k < kEntryLanes; ++k) {
      const double x = weight * entries.per_weight[k];
      const double q = round_even(x < entries.outermost ? x : entries.outermost);
      const double difference = weight - q * entries.step[k];
      error[k] += difference * difference;
    }
  }
  return least(error);
}

/// The same with each weight's squared error times its importance.
TRINE_VECTOR_CLONES Best best_entry(const GroupMagnitudes& magnitudes,
                                    const GroupMagnitudes& importances, const Entries& entries) {
  alignas(64) std::array<double, kEntryLanes> error{};
  for (std::size_t i = 0; i < kGroup; ++i) {
    for (std::size_t k = 0; k < kEntryLanes; ++k) {
      const double x = magnitudes[i] * entries.per_weight[k];
      const double q = round_even(x < entries.outermost ? x : entries.outermost);
      const double difference = magnitudes[i] - q * entries.step[k];
      error[k] += importances[i] * difference * difference;
    }
  }
  return least(error);
}

Best best_entry(const Groups& groups, std::size_t group, const Entries& entries) {
  if (groups.importance.empty()) return best_entry(groups.magnitudes(group), entries);
  return best_entry(groups.magnitudes(group), groups.importances(group), entries);
}

/// Squared error of the sampled groups with the best codebook entry each.
class RangeCost {
 public:
  explicit RangeCost(const Groups& groups)
      : groups_(groups), stride_((groups.count() + kSampleGroups - 1) / kSampleGroups) {}

  double operator()(const LogRange& range) const {
    const Entries entries(log_spaced(range.low, range.high), outer_level(groups_.shape.depth));
    const std::size_t samples = (groups_.count() + stride_ - 1) / stride_;
    std::vector<double> sums((samples + kChunkGroups - 1) / kChunkGroups);
    parallel_chunks(samples, [&](std::size_t chunk, std::size_t first, std::size_t last) {
      for (std::size_t i = first; i < last; ++i) {
        sums[chunk] += best_entry(groups_, i * stride_, entries).error;
      }
    });
    return std::accumulate(sums.begin(), sums.end(), 0.0);
  }

 private:
  const Groups& groups_;
  std::size_t stride_;
};

/// Pattern search: moves one end at a time while the cost falls, then halves the step.
LogRange search_range(const Groups& groups, LogRange range) {
  const RangeCost cost(groups);
  double lowest = cost(range);
  double step = (range.high - range.low) / 4;
  for (int round = 0; round < 6; ++round, step /= 2) {
    const auto try_move = [&](double low, double high) {
      const LogRange moved{range.low + low, range.high + high};
      if (moved.low > moved.high) return false;
      const double moved_cost = cost(moved);
      if (moved_cost >= lowest) return false;
      range = moved;
      lowest = moved_cost;
      return true;
    };
    const auto walk = [&](double low, double high) {
      while (try_move(low, high)) {
      }
    };
    walk(step, 0);
    walk(-step, 0);
    walk(0, -step);
    walk(0, step);
  }
  return range;
}

}  // namespace

BestScales best_scales(const Groups& groups, const LogRange& start) {
  BestScales best;
  const LogRange range = start.high > start.low ? search_range(groups, start) : start;
  best.codebook = log_spaced(range.low, range.high);
  const Entries entries(best.codebook, outer_level(groups.shape.depth));
  best.indices.resize(groups.count());
  parallel_chunks(groups.count(), [&](std::size_t, std::size_t first, std::size_t last) {
    for (std::size_t g = first; g < last; ++g) {
      best.indices[g] = static_cast<std::uint8_t>(best_entry(groups, g, entries).index);
    }
  });
  return best;
}

}  // namespace trine::golden
