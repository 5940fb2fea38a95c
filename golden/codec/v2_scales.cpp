// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cmath>

#include "golden/codec/groups.h"

namespace trine::golden {
namespace {

/// Positions of the candidate scales among the 16 magnitudes in ascending order.
constexpr std::array<std::size_t, 4> kCandidates = {10, 12, 14, 15};

/// The candidate with the least squared error, the smallest in a tie. The errors are summed in
/// ascending order of magnitude, so that candidates whose errors are equal terms in another
/// order (at depth 1) tie exactly.
double v2_scale(GroupMagnitudes magnitudes, double half_levels) {
  std::ranges::sort(magnitudes);
  if (magnitudes.back() == 0) return 0;
  std::array<double, 4> scale{}, step{}, error{};
  for (std::size_t k = 4; k-- > 0;) {
    scale[k] = magnitudes[kCandidates[k]];
    if (scale[k] == 0) scale[k] = scale[k + 1];  // Zero is no scale; the largest is not zero.
    step[k] = scale[k] / half_levels;
  }
  for (const double weight : magnitudes) {
    for (std::size_t k = 0; k < 4; ++k) {
      const double difference = weight - level(weight, scale[k], half_levels) * step[k];
      error[k] += difference * difference;
    }
  }
  const auto least = std::ranges::min_element(error);
  return scale[static_cast<std::size_t>(least - error.begin())];
}

}  // namespace

std::vector<double> v2_group_scales(const Groups& groups) {
  std::vector<double> scales(groups.count());
  const double half_levels = half(groups.shape.depth);
  parallel_chunks(groups.count(), [&](std::size_t, std::size_t first, std::size_t last) {
    for (std::size_t g = first; g < last; ++g) {
      scales[g] = v2_scale(groups.magnitudes(g), half_levels);
    }
  });
  return scales;
}

std::uint8_t nearest_entry(const Codebook& codebook, const LogRange& range, double scale) {
  if (scale == 0 || range.high <= range.low) return 0;
  const double target = std::log(scale);
  const double guess = (target - range.low) / (range.high - range.low) * (kCodebook - 1);
  const auto around = static_cast<std::size_t>(std::clamp<double>(guess, 0, kCodebook - 1));
  std::size_t best = around;
  for (std::size_t k = around + 2; k-- > 0 && k + 1 >= around;) {
    if (k >= kCodebook) continue;
    const double distance = std::fabs(std::log(codebook[k]) - target);
    if (distance <= std::fabs(std::log(codebook[best]) - target)) best = k;
  }
  return static_cast<std::uint8_t>(best);
}

}  // namespace trine::golden
