// SPDX-License-Identifier: Apache-2.0

#include "golden/codec/recover.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>

#include "golden/codec/dtype_codes.h"
#include "golden/codec/quantize.h"
#include "golden/codec/recover_fit.h"
#include "golden/error.h"
#include "golden/format/panel.h"

namespace trine::golden {
namespace {

constexpr std::size_t kFailures = 256;  // Groups of a chunk that are looked at one by one.
constexpr int kRounds = 40;             // Every round narrows an entry.
constexpr std::uint8_t kNone = 255;     // Scale index of a group that no entry explains.

/// Sets the levels of a group at a step; false when a product is not its weight.
bool set_levels(std::span<const float> group, Dtype dtype, double step, double outermost,
                std::int8_t* levels) {
  for (std::size_t i = 0; i < group.size(); ++i) {
    const double x = group[i] / step;
    const double q = round_even(std::clamp(x, -outermost, outermost));
    if (round_to(dtype, static_cast<float>(q * step)) != group[i]) return false;
    levels[i] = static_cast<std::int8_t>(q);
  }
  return true;
}

/// The lowest of the entries that gives a group its weights; -1 when none does.
int lowest_entry(std::span<const float> group, Dtype dtype, const Codebook& codebook, int entries,
                 double outermost, std::int8_t* levels) {
  float largest = 0;
  for (const float weight : group) largest = std::max(largest, std::fabs(weight));
  if (largest == 0) {
    std::fill_n(levels, group.size(), std::int8_t{0});
    return 0;
  }
  const double products = products_of(dtype, largest).low;
  for (int k = 0; k < entries; ++k) {
    const double scale = codebook[static_cast<std::size_t>(k)];
    if (scale < products * (1 - 1e-12)) continue;  // Even the outermost level is too small.
    if (set_levels(group, dtype, scale / outermost, outermost, levels)) return k;
  }
  return -1;
}

/// The search at one depth from one suggestion.
class Search {
 public:
  Search(const Groups& groups, Dtype dtype, CodebookFit fit, bool lossy)
      : groups_(groups),
        dtype_(dtype),
        half_(outer_level(groups_.shape.depth)),
        fit_(std::move(fit)),
        lossy_(lossy) {
    matrix_.shape = groups_.shape;
    matrix_.levels.resize(groups_.weights.size());
    matrix_.scales.assign(groups_.count(), kNone);
  }

  /// True when every weight is a product; else `evidence` says what is in the way.
  bool run() {
    for (int round = 0; round < kRounds; ++round) {
      if (!fit_.choose()) return false;  // The group that narrowed last is the evidence.
      const auto failures = assign();
      if (failures.empty()) return true;
      if (!narrow(failures)) return false;
    }
    return false;
  }

  std::size_t unexplained() const {
    return static_cast<std::size_t>(std::ranges::count(matrix_.scales, kNone));
  }
  /// Gives the groups that no entry explains the one of least squared error.
  void take_nearest() {
    for (std::size_t g = 0; g < groups_.count(); ++g) {
      if (matrix_.scales[g] != kNone) continue;
      const auto group = groups_.at(g);
      double least = std::numeric_limits<double>::infinity();
      for (std::size_t k = 0; k < kCodebook; ++k) {
        const double scale = matrix_.codebook[k];
        double error = 0;
        for (const float weight : group) {
          const double difference = weight - level(weight, scale, half_) * (scale / half_);
          error += difference * difference;
        }
        if (error >= least) continue;
        least = error;
        matrix_.scales[g] = static_cast<std::uint8_t>(k);
      }
      auto* levels = matrix_.levels.data() + (group.data() - groups_.weights.data());
      for (std::size_t i = 0; i < group.size(); ++i) {
        levels[i] =
            static_cast<std::int8_t>(level(group[i], matrix_.codebook[matrix_.scales[g]], half_));
      }
    }
  }

  TritMatrix& matrix() { return matrix_; }
  bool log_spaced() const { return fit_.log_spaced; }
  const std::string& evidence() const { return evidence_; }

 private:
  /// Gives every group its entry; returns groups that have none, not all when they are many.
  std::vector<std::size_t> assign() {
    matrix_.codebook = fit_.codebook();
    std::vector<std::size_t> failures;
    std::mutex mutex;
    parallel_chunks(groups_.count(), [&](std::size_t, std::size_t begin, std::size_t end) {
      std::vector<std::size_t> failed;
      for (std::size_t g = begin; g < end; ++g) {
        const auto group = groups_.at(g);
        auto* levels = matrix_.levels.data() + (group.data() - groups_.weights.data());
        const int k = lowest_entry(group, dtype_, matrix_.codebook, fit_.entries(), half_, levels);
        if (k < 0 && failed.size() < kFailures) failed.push_back(g);
        matrix_.scales[g] = k < 0 ? kNone : static_cast<std::uint8_t>(k);
      }
      const std::lock_guard lock(mutex);
      failures.insert(failures.end(), failed.begin(), failed.end());
    });
    std::ranges::sort(failures);
    return failures;
  }

  struct Match {
    int k;
    Interval range;
  };

  /// Entries that could explain a group, and what they then must be.
  std::vector<Match> matches(std::size_t g) const {
    std::vector<Match> found;
    for (int k = fit_.log_spaced ? EntryRanges::kFirst : 0;
         k <= (fit_.log_spaced ? EntryRanges::kLast : fit_.last); ++k) {
      if (std::max(k, fit_.last) - std::min(k, fit_.first) > EntryRanges::kLast) continue;
      const double entry = fit_.log_entry(k);
      const Interval steps =
          steps_near(groups_.at(g), dtype_, std::exp(entry) / half_, static_cast<int>(half_));
      if (steps.empty()) continue;
      const Interval logs = log_scales(steps, half_);
      // An entry that nothing is known of yet is where the line says, roughly.
      const double slack = fit_.log_step() / 4 + resolution(dtype_);
      const Interval known = std::isfinite(fit_.ranges.at(k).low)
                                 ? fit_.ranges.at(k)
                                 : Interval{entry - slack, entry + slack};
      if (!(logs & known).empty()) found.push_back({k, logs & known});
    }
    return found;
  }

  bool apply(const Match& match) {
    Interval& range = fit_.ranges.at(match.k);
    const bool news = match.range.low > range.low || match.range.high < range.high ||
                      match.k < fit_.first || match.k > fit_.last;
    range = match.range;
    fit_.first = std::min(fit_.first, match.k);
    fit_.last = std::max(fit_.last, match.k);
    return news;
  }

  /// Learns from groups that have no entry: first from those that leave no choice. False, with
  /// evidence, when a group contradicts what is known (lossy passes over it), or nothing was
  /// learnt.
  bool narrow(const std::vector<std::size_t>& failures) {
    bool news = false;
    std::vector<std::size_t> open;
    for (const std::size_t g : failures) {
      const auto found = matches(g);
      if (found.empty()) {
        if (!lossy_) return refuse(g);
      } else if (found.size() == 1) {
        news = apply(found.front()) || news;
        evidence_ = contradiction(g);
      } else {
        open.push_back(g);
      }
    }
    for (std::size_t i = 0; i < open.size() && !news; ++i) {
      const auto found = matches(open[i]);
      if (found.empty()) {
        if (!lossy_) return refuse(open[i]);
        continue;
      }
      news = apply(found.front());
      evidence_ = contradiction(open[i]);
    }
    return news || refuse(failures.front());
  }

  bool refuse(std::size_t g) {
    evidence_ = contradiction(g);
    return false;
  }

  std::string contradiction(std::size_t g) const {
    const auto found = hypotheses(groups_.at(g), dtype_, static_cast<int>(half_));
    if (found.empty()) {
      return fmt::format(
          "{}: at depth {}, that other groups have, these weights are not levels up "
          "to {} times one step",
          place(groups_, g), groups_.shape.depth, static_cast<int>(half_));
    }
    const auto& last = found.back().step_interval;
    const double log_scale = std::log(last.middle() * half_);
    int nearest = fit_.first;
    for (int k = fit_.first; k <= fit_.last; ++k) {
      if (std::fabs(fit_.log_entry(k) - log_scale) <
          std::fabs(fit_.log_entry(nearest) - log_scale)) {
        nearest = k;
      }
    }
    return fmt::format(
        "{}: at depth {} these weights need a scale of {:.9g} to {:.9g}, but the "
        "nearest of the {} codebook entries that other groups show is {:.9g}",
        place(groups_, g), groups_.shape.depth, last.low * half_, last.high * half_, fit_.entries(),
        std::exp(fit_.log_entry(nearest)));
  }

  Groups groups_;
  Dtype dtype_;
  double half_;
  CodebookFit fit_;
  bool lossy_;
  TritMatrix matrix_;
  std::string evidence_;
};

void compare(Recovery& recovery, std::span<const float> weights, Dtype dtype) {
  const auto products = dequantize(recovery.matrix);
  double squares = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const float product = round_to(dtype, products[i]);
    recovery.negative_zeros += weights[i] == 0 && std::signbit(weights[i]);
    if (product == weights[i]) continue;
    ++recovery.differing;
    const double difference = std::fabs(static_cast<double>(product) - weights[i]);
    recovery.max_error = std::max(recovery.max_error, difference);
    squares += difference * difference;
  }
  recovery.rms_error = std::sqrt(squares / static_cast<double>(weights.size()));
}

Recovery to_recovery(Search& search) {
  Recovery recovery;
  recovery.matrix = std::move(search.matrix());
  recovery.log_spaced = search.log_spaced();
  return recovery;
}

/// Tries every depth and codebook that the sample allows. With lossy, and evidence, the one that
/// explains most groups and at least half of them, and the nearest codes in the others.
std::optional<Recovery> search(const Groups& groups, const Sample& sample, Dtype dtype, bool lossy,
                               std::string& evidence) {
  evidence = sample.evidence;
  if (!evidence.empty() && !(lossy && sample.mostly)) return std::nullopt;
  std::optional<Search> nearest;
  std::size_t least = groups.count() / 2;
  for (unsigned depth = sample.least_depth; depth <= sample.most_depth; ++depth) {
    Groups at_depth = groups;
    at_depth.shape.depth = depth;
    for (CodebookFit& fit : suggest_codebooks(at_depth, dtype)) {
      Search search(at_depth, dtype, std::move(fit), lossy);
      if (search.run()) {
        evidence.clear();
        return to_recovery(search);
      }
      if (evidence.empty()) evidence = search.evidence();
      if (!lossy || search.unexplained() > least) continue;
      least = search.unexplained();
      nearest.emplace(std::move(search));
    }
  }
  if (evidence.empty()) {
    evidence = fmt::format("its rows need more than {} scales", kCodebook);
  }
  if (!nearest) return std::nullopt;
  nearest->take_nearest();
  return to_recovery(*nearest);
}

}  // namespace

Recovery recover(std::span<const float> weights, std::size_t rows, std::size_t cols, Dtype dtype,
                 bool lossy) {
  const Groups groups{weights, {rows, cols, 1}};
  check_shape(groups.shape, kCanonical);
  if (weights.size() != rows * cols) {
    throw Error(
        fmt::format("{} weights do not make a matrix of {} x {}", weights.size(), rows, cols));
  }
  const auto bad = std::ranges::find_if_not(weights, [](float w) { return std::isfinite(w); });
  if (bad != weights.end()) {
    const auto at = static_cast<std::size_t>(bad - weights.begin());
    throw Error(fmt::format("the weight at row {}, column {} is not finite", at / cols, at % cols));
  }
  Recovery recovery;
  if (std::ranges::all_of(weights, [](float w) { return w == 0; })) {
    recovery.matrix = quantize(weights, groups.shape, Scales::V2);
    recovery.log_spaced = true;
  } else {
    const Sample sample = look_at_depth(groups, dtype);
    std::string evidence;
    if (auto found = search(groups, sample, dtype, lossy, evidence)) {
      recovery = std::move(*found);
    } else if (!lossy) {
      throw Error(evidence);
    } else {
      // At the depth that the sample shows, or at the deepest when it shows none.
      const unsigned depth = sample.evidence.empty() ? sample.most_depth : 4;
      recovery.matrix = quantize(weights, {rows, cols, depth}, Scales::Best);
      recovery.log_spaced = true;
    }
    recovery.evidence = evidence;
  }
  compare(recovery, weights, dtype);
  if (recovery.differing > 0 && !lossy) throw Error("a product differs from its weight");
  return recovery;
}

}  // namespace trine::golden
