// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cmath>
#include <limits>

#include "golden/codec/groups.h"

namespace trine::golden {
namespace {

/// Positions of the candidate scales among the 16 magnitudes in ascending order.
constexpr std::array<std::size_t, 4> kCandidates = {10, 12, 14, 15};

/// Groups side by side, magnitude i of group `lane` in [i][lane].
using Magnitudes = std::array<Lanes, kGroup>;

/// What Batcher's odd-even merge sort compares and swaps, in its order.
struct Exchange {
  std::uint8_t low, high;
};
constexpr std::size_t kExchanges = 63;
constexpr std::array<Exchange, kExchanges> sort_network() {
  std::array<Exchange, kExchanges> network{};
  std::size_t count = 0;
  for (std::size_t p = 1; p < kGroup; p *= 2)
    for (std::size_t k = p; k > 0; k /= 2)
      for (std::size_t j = k % p; j + k < kGroup; j += 2 * k)
        for (std::size_t i = j; i < j + k && i + k < kGroup; ++i)
          if (i / (2 * p) == (i + k) / (2 * p))
            network.at(count++) = {static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i + k)};
  return network;
}
constexpr std::array<Exchange, kExchanges> kNetwork = sort_network();
static_assert(kNetwork.back().low != kNetwork.back().high);  // There are no fewer.

/// Per lane the candidate with the least squared error, the smallest in a tie; 0 for zeros. The
/// errors are summed in ascending order of magnitude, so that candidates whose errors are equal
/// terms in another order (at depth 1) tie exactly.
TRINE_VECTOR_CLONES void v2_scales(Magnitudes& magnitudes, double outermost, Lanes& best) {
  for (const Exchange& at : kNetwork) {
    const Lanes a = magnitudes[at.low], b = magnitudes[at.high];
    magnitudes[at.low] = a < b ? a : b;
    magnitudes[at.high] = a < b ? b : a;
  }
  // Zero is no scale; the largest is not zero, or all are.
  constexpr Lanes kZero = {}, kOne = kZero + 1, kRound = kZero + kRoundShift;
  const Lanes half = kZero + outermost;
  std::array<Lanes, kCandidates.size()> scales;
  Lanes above = kOne;
  for (std::size_t k = kCandidates.size(); k-- > 0;) {
    const Lanes own = magnitudes[kCandidates[k]];
    above = scales[k] = own == 0 ? above : own;
  }
  Lanes least = kZero + std::numeric_limits<double>::infinity();
  best = kZero;
  for (const Lanes& scale : scales) {
    // `level` of groups.h; a magnitude is not negative.
    const Lanes step = scale / half, inverse = half / scale;
    Lanes error = kZero, furthest = kZero;
    for (const Lanes& weight : magnitudes) {
      const Lanes product = weight * inverse;
      const Lanes x = product > half ? half : product;
      const Lanes q = (x + kRound) - kRound;
      const Lanes distance = x > q ? x - q : q - x;
      furthest = distance > furthest ? distance : furthest;
      const Lanes difference = weight - q * step;
      error += difference * difference;
    }
    if (!all_at_most(furthest, kSafeDistance)) {
      error = kZero;
      for (const Lanes& weight : magnitudes) {
        const Lanes x = weight / scale * half;
        const Lanes q = ((x > half ? half : x) + kRound) - kRound;
        const Lanes difference = weight - q * step;
        error += difference * difference;
      }
    }
    best = error < least ? scale : best;
    least = error < least ? error : least;
  }
  best = magnitudes.back() == 0 ? kZero : best;
}

}  // namespace

std::vector<double> v2_group_scales(const Groups& groups) {
  std::vector<double> scales(groups.count());
  const double outermost = outer_level(groups.shape.depth);
  parallel_chunks(groups.count(), [&](std::size_t, std::size_t first, std::size_t last) {
    for (std::size_t g = first; g < last; g += kLanes) {
      Magnitudes magnitudes{};
      Lanes best;
      const std::size_t count = std::min(kLanes, last - g);
      for (std::size_t lane = 0; lane < count; ++lane) {
        const auto weights = groups.at(g + lane);
        for (std::size_t i = 0; i < weights.size(); ++i)
          magnitudes[i][lane] = std::fabs(weights[i]);
      }
      v2_scales(magnitudes, outermost, best);
      for (std::size_t lane = 0; lane < count; ++lane) scales[g + lane] = best[lane];
    }
  });
  return scales;
}

CodebookLogs codebook_logs(const Codebook& codebook) {
  CodebookLogs logs;
  std::ranges::transform(codebook, logs.begin(), [](double entry) { return std::log(entry); });
  return logs;
}

std::uint8_t nearest_entry(const CodebookLogs& logs, const LogRange& range, double scale) {
  if (scale == 0 || range.high <= range.low) return 0;
  const double target = std::log(scale);
  const double guess = (target - range.low) / (range.high - range.low) * (kCodebook - 1);
  const auto around = static_cast<std::size_t>(std::clamp<double>(guess, 0, kCodebook - 1));
  std::size_t best = around;
  for (std::size_t k = around + 2; k-- > 0 && k + 1 >= around;) {
    if (k >= kCodebook) continue;
    const double distance = std::fabs(logs[k] - target);
    if (distance <= std::fabs(logs[best] - target)) best = k;
  }
  return static_cast<std::uint8_t>(best);
}

}  // namespace trine::golden
