// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "golden/checkpoint/safetensors.h"
#include "golden/codec/groups.h"

namespace trine::golden {

/// A closed range of positive numbers, or of logarithms.
struct Interval {
  double low = 0, high = std::numeric_limits<double>::infinity();
  bool empty() const { return !(low <= high); }
  double middle() const { return low + (high - low) / 2; }
};
inline Interval operator&(const Interval& a, const Interval& b) {
  return {std::max(a.low, b.low), std::min(a.high, b.high)};
}

/// The products that round (to FP32, then to `dtype`, nearest even) to `magnitude` >= 0.
Interval products_of(Dtype dtype, float magnitude);

/// The scales with which a group of weights has integer levels, its largest one `outer`.
struct Hypothesis {
  int outer = 0;
  Interval step_interval;  // Of codebook[s] / half: the step.
};
/// Logarithms of the scales half * step. The ends are left out by more than the logarithm rounds,
/// so that ranges that only touch do not overlap.
Interval log_scales(const Interval& steps, double outermost);
/// All hypotheses with a largest level of 1 to `outermost`, ascending; none for a group that is
/// not multiples of one step. The group must not be all zeros.
std::vector<Hypothesis> hypotheses(std::span<const float> group, Dtype dtype, int outermost);

/// The steps at which a group has the levels nearest to `step`; empty when there is none.
Interval steps_near(std::span<const float> group, Dtype dtype, double step, int outermost);

/// What is known of the logarithms of the codebook: entry k, counted from `kFirst`, lies in at(k).
/// Entry 0 is the lowest that the sample showed; a codebook may turn out to reach lower.
class EntryRanges {
 public:
  static constexpr int kFirst = -static_cast<int>(kCodebook) + 1;
  static constexpr int kLast = static_cast<int>(kCodebook) - 1;
  EntryRanges();
  Interval& at(int k) { return ranges_[static_cast<std::size_t>(k - kFirst)]; }
  const Interval& at(int k) const { return ranges_[static_cast<std::size_t>(k - kFirst)]; }

 private:
  std::vector<Interval> ranges_;
};

/// Logarithm of entry k: start + k * step.
struct LogLine {
  double start = 0, step = 0;
  double at(int k) const { return start + k * step; }
};
/// The line that is deepest inside all ranges; nothing when none passes through them.
std::optional<LogLine> fit_line(const EntryRanges& ranges);

/// The places where most intervals overlap, most popular first, each with the interval that is
/// common to them; every interval belongs to one place.
struct Cluster {
  Interval range;
  std::size_t support = 0;
};
std::vector<Cluster> find_clusters(std::vector<Interval> intervals, std::size_t limit);

}  // namespace trine::golden
