// SPDX-License-Identifier: Apache-2.0

#include "golden/codec/recover_steps.h"

#include <algorithm>
#include <cmath>

#include "golden/checkpoint/float16.h"
#include "golden/codec/dtype_codes.h"

namespace trine::golden {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// The neighbours of a magnitude in `dtype`.
struct Neighbours {
  float below, above;
  bool even;
};
Neighbours neighbours(Dtype dtype, float magnitude) {
  const auto of = [&](auto code, auto decode) {
    return Neighbours{decode(static_cast<std::uint16_t>(code - 1)),
                      decode(static_cast<std::uint16_t>(code + 1)), code % 2 == 0};
  };
  return dtype == Dtype::F16 ? of(f32_to_f16(magnitude), f16_to_f32)
                             : of(f32_to_bf16(magnitude), bf16_to_f32);
}

/// The magnitudes of a group, largest first, each once, without zero.
std::vector<float> distinct(std::span<const float> group) {
  std::vector<float> values;
  for (const float weight : group) {
    if (weight != 0) values.push_back(std::fabs(weight));
  }
  std::ranges::sort(values, std::greater<>());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

}  // namespace

Interval products_of(Dtype dtype, float magnitude) {
  float low = magnitude, high = magnitude;  // FP32 numbers that round to it.
  if (dtype != Dtype::F32 && magnitude > 0) {
    const Neighbours next = neighbours(dtype, magnitude);
    const float above = std::isfinite(next.above) ? next.above : 2 * magnitude - next.below;
    low = next.below + (magnitude - next.below) / 2;  // Exact: one bit more than the type has.
    high = magnitude + (above - magnitude) / 2;
    if (!next.even) {  // A tie goes to the neighbour.
      low = std::nextafterf(low, kInfinity);
      high = std::nextafterf(high, 0.0f);
    }
  }
  const auto middle = [](float a, float b) {
    return static_cast<double>(a) / 2 + static_cast<double>(b) / 2;
  };
  const float above = std::nextafterf(high, kInfinity);
  return {low > 0 ? middle(std::nextafterf(low, 0.0f), low) : 0.0,
          std::isfinite(above) ? middle(high, above) : static_cast<double>(high)};
}

std::vector<Hypothesis> hypotheses(std::span<const float> group, Dtype dtype, int outermost) {
  std::vector<Interval> products;
  for (const float value : distinct(group)) products.push_back(products_of(dtype, value));
  std::vector<Hypothesis> found;
  for (int outer = 1; outer <= outermost; ++outer) {
    Interval step{products.front().low / outer, products.front().high / outer};
    for (std::size_t i = 1; i < products.size() && !step.empty(); ++i) {
      const double least = std::ceil(products[i].low / step.high);
      const double most = std::floor(products[i].high / step.low);
      if (least > most) {
        step = {1, 0};
      } else if (least == most && least > 0) {
        step = step & Interval{products[i].low / least, products[i].high / least};
      }
    }
    if (!step.empty()) found.push_back({outer, step});
  }
  return found;
}

Interval log_scales(const Interval& steps, double outermost) {
  constexpr double kMargin = 1e-13;
  return {std::log(steps.low * outermost) + kMargin, std::log(steps.high * outermost) - kMargin};
}

Interval steps_near(std::span<const float> group, Dtype dtype, double step, int outermost) {
  Interval steps;
  for (const float value : distinct(group)) {
    const double q = std::min<double>(std::nearbyint(value / step), outermost);
    if (q == 0) return {1, 0};
    const Interval products = products_of(dtype, value);
    steps = steps & Interval{products.low / q, products.high / q};
  }
  return steps;
}

EntryRanges::EntryRanges()
    : ranges_(kLast - kFirst + 1, Interval{-std::numeric_limits<double>::infinity(),
                                           std::numeric_limits<double>::infinity()}) {}

std::optional<LogLine> fit_line(const EntryRanges& ranges) {
  // For a step b the starts that pass are an interval, and its width is concave in b.
  const auto starts = [&](double step) {
    Interval start = {-std::numeric_limits<double>::infinity(),
                      std::numeric_limits<double>::infinity()};
    for (int k = EntryRanges::kFirst; k <= EntryRanges::kLast; ++k) {
      start = start & Interval{ranges.at(k).low - k * step, ranges.at(k).high - k * step};
    }
    return start;
  };
  const auto width = [&](double step) {
    const Interval start = starts(step);
    return start.high - start.low;
  };
  int first = 0, last = 0;
  bool any = false;
  for (int k = EntryRanges::kFirst; k <= EntryRanges::kLast; ++k) {
    if (!std::isfinite(ranges.at(k).low)) continue;
    if (!any) first = k;
    any = true;
    last = k;
  }
  if (!any) return std::nullopt;
  double low = 0, high = 0;
  if (first != last) {
    low = std::max(0.0, (ranges.at(last).low - ranges.at(first).high) / (last - first));
    high = std::max(0.0, (ranges.at(last).high - ranges.at(first).low) / (last - first));
  }
  for (int round = 0; round < 200 && low < high; ++round) {
    const double a = low + (high - low) / 3, b = high - (high - low) / 3;
    if (width(a) < width(b)) {
      low = a;
    } else {
      high = b;
    }
  }
  const double step = low + (high - low) / 2;
  const Interval start = starts(step);
  if (start.empty()) return std::nullopt;
  return LogLine{start.middle(), step};
}

std::vector<Cluster> find_clusters(std::vector<Interval> intervals, std::size_t limit) {
  std::vector<Cluster> clusters;
  std::ranges::sort(intervals, {}, &Interval::low);
  while (!intervals.empty() && clusters.size() < limit) {
    std::vector<double> ends;
    ends.reserve(intervals.size());
    for (const Interval& interval : intervals) ends.push_back(interval.high);
    std::ranges::sort(ends);
    Cluster best;
    std::size_t closed = 0;
    for (std::size_t i = 0; i < intervals.size(); ++i) {
      while (ends[closed] < intervals[i].low) ++closed;
      if (i + 1 - closed <= best.support) continue;
      best = {{intervals[i].low, ends[closed]}, i + 1 - closed};
    }
    std::erase_if(intervals, [&](const Interval& interval) {
      return interval.low <= best.range.low && best.range.low <= interval.high;
    });
    clusters.push_back(best);
  }
  return clusters;
}

}  // namespace trine::golden
