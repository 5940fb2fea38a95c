// SPDX-License-Identifier: Apache-2.0

#include "golden/exact/fp32_tables.h"

#include <cmath>

namespace trine::golden {
namespace {

/// Segments of f over [0, 1): each the quadratic through three Chebyshev nodes. Its error is
/// f''' h^3 / 192 for segments of width h, before the coefficients are rounded.
template <typename Function>
void fill(Segment* segments, std::size_t count, const Function& f) {
  const double node = std::sqrt(0.75) / 2 / static_cast<double>(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double middle = (static_cast<double>(i) + 0.5) / static_cast<double>(count);
    const double below = f(middle - node);
    const double at = f(middle);
    const double above = f(middle + node);
    const double slope = (above - below) / (2 * node);
    const double curvature = (above - 2 * at + below) / (2 * node * node);
    // Each of evaluate()'s two shifts rounds down; the second one's mean loss is made up for.
    segments[i] = {static_cast<std::int32_t>(std::llround(std::ldexp(at, 27) + 0.5)) + 8,
                   static_cast<std::int32_t>(std::llround(std::ldexp(slope, 20))),
                   static_cast<std::int32_t>(std::llround(std::ldexp(curvature, 14)))};
  }
}

Fp32Tables make_tables() {
  Fp32Tables t{};
  fill(t.exp2.data(), 64, [](double u) { return std::exp2(u); });
  fill(t.recip.data(), 128, [](double u) { return 2 / (1 + u); });
  fill(t.rsqrt.data(), 128, [](double u) { return 2 / std::sqrt(1 + u); });
  fill(t.rsqrt.data() + 128, 128, [](double u) { return 2 / std::sqrt(2 + 2 * u); });
  return t;
}

}  // namespace

const Fp32Tables kFp32Tables = make_tables();

}  // namespace trine::golden
