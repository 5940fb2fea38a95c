// SPDX-License-Identifier: Apache-2.0

#include "golden/codec/recover_fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "golden/codec/dtype_codes.h"

namespace trine::golden {
namespace {

constexpr std::size_t kFitGroups = 1 << 15;  // Groups to look at.
constexpr double kMost = 0.99;               // Part of them that outliers do not spoil.

bool all_zero(std::span<const float> group) {
  return std::ranges::all_of(group, [](float w) { return w == 0; });
}

/// Numbers of the groups of the sample that are not all zeros.
std::vector<std::size_t> sample_of(const Groups& groups) {
  std::vector<std::size_t> sample;
  const std::size_t stride = (groups.count() + kFitGroups - 1) / kFitGroups;
  for (std::size_t g = 0; g < groups.count(); g += stride) {
    if (!all_zero(groups.at(g))) sample.push_back(g);
  }
  for (std::size_t g = 0; sample.empty() && g < groups.count(); ++g) {
    if (!all_zero(groups.at(g))) sample.push_back(g);
  }
  return sample;
}

std::vector<std::vector<Hypothesis>> sample_hypotheses(const Groups& groups, Dtype dtype,
                                                       int outermost,
                                                       const std::vector<std::size_t>& sample) {
  std::vector<std::vector<Hypothesis>> all(sample.size());
  parallel_chunks(sample.size(), [&](std::size_t, std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      all[i] = hypotheses(groups.at(sample[i]), dtype, outermost);
    }
  });
  return all;
}

/// Places of the scales, ascending: those of groups that leave no choice, or when there are none
/// those of all groups at the least scale.
std::vector<Cluster> scale_clusters(const Groups& groups, Dtype dtype) {
  const int outermost = outer_level(groups.shape.depth);
  std::vector<Interval> sure, likely;
  for (const auto& found : sample_hypotheses(groups, dtype, outermost, sample_of(groups))) {
    if (found.empty()) continue;
    const Interval scales = log_scales(found.back().step_interval, outermost);
    if (scales.empty()) continue;  // A single number is an accident.
    likely.push_back(scales);
    if (found.size() == 1) sure.push_back(scales);
  }
  auto clusters = find_clusters(sure.empty() ? std::move(likely) : std::move(sure), 4 * kCodebook);
  // A place beside a more popular one is a damaged group's: leave it to the proof.
  const double close = 2 * resolution(dtype);
  std::vector<Cluster> kept;
  for (const Cluster& cluster : clusters) {
    const bool beside = std::ranges::any_of(kept, [&](const Cluster& other) {
      return std::fabs(cluster.range.middle() - other.range.middle()) <= close;
    });
    if (!beside) kept.push_back(cluster);
  }
  std::ranges::sort(kept, {}, [](const Cluster& c) { return c.range.low; });
  return kept;
}

/// The clusters as entries of a line where the last is entry `span`; nothing when they are not.
std::optional<CodebookFit> on_line(const std::vector<Cluster>& clusters, int span) {
  CodebookFit fit;
  fit.last = span;
  const double start = clusters.front().range.middle();
  const double step = span > 0 ? (clusters.back().range.middle() - start) / span : 0;
  int before = -1;
  for (const Cluster& cluster : clusters) {
    const double position = span > 0 ? (cluster.range.middle() - start) / step : 0;
    const int k = static_cast<int>(std::lround(position));
    if (k <= before) return std::nullopt;
    fit.ranges.at(k) = cluster.range;
    before = k;
  }
  if (!fit.choose()) return std::nullopt;
  return fit;
}

}  // namespace

double resolution(Dtype dtype) {
  return dtype == Dtype::F16 ? 0x1p-10 : dtype == Dtype::BF16 ? 0x1p-7 : 0x1p-23;
}

std::string place(const Groups& groups, std::size_t group) {
  const std::size_t per_row = groups.shape.groups_per_row();
  const std::size_t col = group % per_row * kGroup;
  return fmt::format("row {}, columns {} to {}", group / per_row, col,
                     std::min(col + kGroup, groups.shape.cols) - 1);
}

bool CodebookFit::choose() {
  if (!log_spaced) {
    for (int k = 0; k < static_cast<int>(kCodebook); ++k) {
      codebook_[static_cast<std::size_t>(k)] = std::exp(ranges.at(std::min(k, last)).middle());
    }
    return std::ranges::is_sorted(codebook_);
  }
  const auto line = fit_line(ranges);
  if (!line) return false;
  line_ = *line;
  if (entries() == static_cast<int>(kCodebook) && choose_numbers()) return true;
  codebook_ = golden::log_spaced(line_.at(first), line_.at(first + EntryRanges::kLast));
  return true;
}

/// Tries ends that are numbers of a 16-bit type, as the ends of a v2 codebook are.
bool CodebookFit::choose_numbers() {
  for (const Dtype dtype : {Dtype::BF16, Dtype::F16}) {
    const auto number = [&](int k) {
      return static_cast<double>(round_to(dtype, static_cast<float>(std::exp(line_.at(k)))));
    };
    const double low = number(first), high = number(last);
    if (!(low > 0 && low <= high && std::isfinite(high))) continue;
    const double start = std::log(low);
    const LogLine line{start, (std::log(high) - start) / EntryRanges::kLast};
    bool inside = true;
    for (int k = first; k <= last; ++k) {
      const double value = line.at(k - first);
      inside = inside && ranges.at(k).low <= value && value <= ranges.at(k).high;
    }
    if (!inside) continue;
    codebook_ = golden::log_spaced(start, std::log(high));
    return true;
  }
  return false;
}

Sample look_at_depth(const Groups& groups, Dtype dtype) {
  Sample result;
  const auto sample = sample_of(groups);
  std::array<std::size_t, 5> count{};  // Groups that need this depth.
  std::size_t unexplained = 0;
  const auto all = sample_hypotheses(groups, dtype, outer_level(4), sample);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].empty()) {
      if (result.evidence.empty()) {
        result.evidence = fmt::format(
            "{}: these weights are not levels up to {} times one step, "
            "whatever the step",
            place(groups, sample[i]), outer_level(4));
      }
      ++unexplained;
      continue;
    }
    unsigned depth = 1;
    while (all[i].front().outer > outer_level(depth)) ++depth;
    ++count[depth];
    result.most_depth = std::max(result.most_depth, depth);
  }
  result.mostly = 2 * unexplained <= sample.size();
  std::size_t covered = count[1];
  while (result.least_depth < result.most_depth &&
         static_cast<double>(covered) < kMost * static_cast<double>(sample.size() - unexplained)) {
    covered += count[++result.least_depth];
  }
  return result;
}

std::vector<CodebookFit> suggest_codebooks(const Groups& groups, Dtype dtype) {
  const auto clusters = scale_clusters(groups, dtype);
  const int count = static_cast<int>(clusters.size());
  std::vector<CodebookFit> fits;
  if (count == 0 || count > static_cast<int>(kCodebook)) return fits;
  // The ends of the v2 method are in use, so the widest span is tried first.
  std::vector<int> spans;
  if (count > 1) spans.push_back(EntryRanges::kLast);
  for (int span = count - 1; span < EntryRanges::kLast; ++span) spans.push_back(span);
  if (count == 1) spans.resize(1);
  for (const int span : spans) {
    if (auto fit = on_line(clusters, span)) fits.push_back(std::move(*fit));
  }
  CodebookFit single;
  single.log_spaced = false;
  single.last = count - 1;
  for (int k = 0; k < count; ++k) single.ranges.at(k) = clusters[static_cast<std::size_t>(k)].range;
  if (single.choose()) fits.push_back(std::move(single));
  return fits;
}

}  // namespace trine::golden
