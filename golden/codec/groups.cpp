// SPDX-License-Identifier: Apache-2.0

#include "golden/codec/groups.h"

#include <algorithm>

#include "golden/parallel.h"

namespace trine::golden {

Codebook log_spaced(double log_low, double log_high) {
  constexpr std::size_t kLast = kCodebook - 1;
  const double step = (log_high - log_low) / kLast;
  Codebook codebook;
  for (std::size_t k = 0; k < kCodebook; ++k) {
    codebook[k] = std::exp(k == kLast ? log_high : static_cast<double>(k) * step + log_low);
    if (k > 0) codebook[k] = std::max(codebook[k], codebook[k - 1]);
  }
  return codebook;
}

LogRange log_range(std::span<const double> group_scales) {
  double low = 0, high = 0;
  for (const double scale : group_scales) {
    if (scale > 0 && (low == 0 || scale < low)) low = scale;
    high = std::max(high, scale);
  }
  return high > 0 ? LogRange{std::log(low), std::log(high)} : LogRange{};
}

void parallel_chunks(std::size_t total,
                     const std::function<void(std::size_t, std::size_t, std::size_t)>& work) {
  parallel((total + kChunkGroups - 1) / kChunkGroups, [&](std::size_t chunk) {
    work(chunk, chunk * kChunkGroups, std::min(total, (chunk + 1) * kChunkGroups));
  });
}

}  // namespace trine::golden
