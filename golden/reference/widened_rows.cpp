// SPDX-License-Identifier: Apache-2.0

#include "golden/reference/widened_rows.h"

#include <cstring>

#include "golden/checkpoint/float16.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "golden/reference/widened_rows.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, as it asks.
#include <hwy/cache_control.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace trine::golden {
namespace {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, kGroup>;
using V = hn::Vec<D>;
constexpr std::size_t kLanes = hn::MaxLanes(D());
constexpr std::size_t kParts = kGroup / kLanes;  // Vectors of a group.
constexpr std::size_t kSums = 2;                 // Even and odd groups, added at the end.

/// Dot products of one row with `kVectors` vectors. `part(g, i)` is the i-th vector of weights of
/// group g.
template <std::size_t kVectors, class Part>
HWY_INLINE void dot_row(std::size_t groups, const Part& part, const float* xs, std::size_t x_stride,
                        float* outs, std::size_t out_stride) {
  constexpr D d;
  V sums[kVectors][kSums][kParts];
  for (auto& vector : sums)
    for (auto& sum : vector)
      for (V& lanes : sum) lanes = hn::Zero(d);
  const auto add_group = [&](std::size_t g, std::size_t sum) HWY_ATTR {
    for (std::size_t i = 0; i < kParts; ++i) {
      const V weights = part(g, i);
      for (std::size_t t = 0; t < kVectors; ++t) {
        const V x = hn::LoadU(d, xs + t * x_stride + g * kGroup + i * kLanes);
        sums[t][sum][i] = hn::MulAdd(weights, x, sums[t][sum][i]);
      }
    }
  };
  std::size_t g = 0;
  for (; g + kSums <= groups; g += kSums) {
    add_group(g, 0);
    add_group(g + 1, 1);
  }
  if (g < groups) add_group(g, 0);
  for (std::size_t t = 0; t < kVectors; ++t) {
    V all = hn::Zero(d);
    for (std::size_t i = 0; i < kParts; ++i)
      all = hn::Add(all, hn::Add(sums[t][0][i], sums[t][1][i]));
    outs[t * out_stride] = hn::GetLane(hn::SumOfLanes(d, all));
  }
}

/// The same for all vectors; each weight is widened for four at a time.
template <class Part>
HWY_INLINE void dot_row(std::size_t groups, const Part& part, const RowProducts& to,
                        std::size_t row) {
  std::size_t t = 0;
  for (; t + 4 <= to.count; t += 4)
    dot_row<4>(groups, part, to.xs + t * to.x_stride, to.x_stride,
               to.outs + t * to.out_stride + row, to.out_stride);
  for (; t < to.count; ++t)
    dot_row<1>(groups, part, to.xs + t * to.x_stride, to.x_stride,
               to.outs + t * to.out_stride + row, to.out_stride);
}

void levels(const LevelRows& weights, std::size_t first, std::size_t last,
            const RowProducts& products) {
  constexpr D d;
  const hn::Rebind<std::int8_t, D> d8;
  const hn::Rebind<std::int32_t, D> d32;
  for (std::size_t r = first; r < last; ++r) {
    const std::int8_t* row = weights.levels + r * weights.groups * kGroup;
    const std::uint8_t* scales = weights.scales + r * weights.groups;
    const auto part = [&](std::size_t g, std::size_t i) HWY_ATTR {
      constexpr std::size_t kAhead = 2048;
      if (i == 0 && g % 4 == 0) hwy::Prefetch(row + g * kGroup + kAhead);
      const auto level = hn::LoadU(d8, row + g * kGroup + i * kLanes);
      return hn::Mul(hn::ConvertTo(d, hn::PromoteTo(d32, level)),
                     hn::Set(d, weights.steps[scales[g]]));
    };
    dot_row(weights.groups, part, products, r);
  }
}

void halves(const std::byte* weights, std::size_t cols, std::size_t first, std::size_t last,
            const RowProducts& products) {
  constexpr D d;
  const hn::Rebind<hwy::float16_t, D> d16;
  const std::size_t groups = cols / kGroup;
  for (std::size_t r = first; r < last; ++r) {
    const std::byte* row = weights + 2 * r * cols;
    const auto* codes = reinterpret_cast<const hwy::float16_t*>(row);
    const auto part = [&](std::size_t g, std::size_t i) HWY_ATTR {
      constexpr std::size_t kAhead = 1024;
      if (i == 0 && g % 2 == 0) hwy::Prefetch(codes + g * kGroup + kAhead);
      return hn::PromoteTo(d, hn::LoadU(d16, codes + g * kGroup + i * kLanes));
    };
    dot_row(groups, part, products, r);
    for (std::size_t c = groups * kGroup; c < cols; ++c) {
      std::uint16_t code = 0;
      std::memcpy(&code, row + 2 * c, sizeof code);
      for (std::size_t t = 0; t < products.count; ++t)
        products.outs[t * products.out_stride + r] +=
            f16_to_f32(code) * products.xs[t * products.x_stride + c];
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace
}  // namespace trine::golden
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trine::golden {
namespace {
HWY_EXPORT(levels);
HWY_EXPORT(halves);
}  // namespace

void multiply_levels(const LevelRows& weights, std::size_t first, std::size_t last,
                     const RowProducts& products) {
  HWY_DYNAMIC_DISPATCH(levels)(weights, first, last, products);
}

void multiply_halves(const std::byte* weights, std::size_t cols, std::size_t first,
                     std::size_t last, const RowProducts& products) {
  HWY_DYNAMIC_DISPATCH(halves)(weights, cols, first, last, products);
}

}  // namespace trine::golden
#endif
