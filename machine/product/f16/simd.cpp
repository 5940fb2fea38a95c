// SPDX-License-Identifier: Apache-2.0

#include "machine/product/f16/simd.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstring>
#include <string>

#include "golden/error.h"
#include "machine/product/f16/definition.h"
#include "machine/product/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "machine/product/f16/simd.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, as it asks.
#include <hwy/aligned_allocator.h>
#include <hwy/cache_control.h>
#include <hwy/highway.h>

#ifndef TRINE_F16_STREAM_JOB
#define TRINE_F16_STREAM_JOB
namespace trine::golden {
namespace {

/// Rows are read in steps of so many groups; a multiple of the doubles in any vector.
constexpr std::size_t kStepGroups = 8;
constexpr std::size_t kStep = kStepGroups * kGroup;

/// One product. A weight is w * 2^-24 with an integer w; x holds m * 2^(24 - shift), so that a
/// product of the two is an integer times 2^-shift, and exact in a double. So are all sums as long
/// as no magnitude exceeds `limit`: then none reaches 2^53.
struct F16Job {
  const F16Stream& weights;
  hwy::AlignedFreeUniquePtr<double[]> x;  // (whole steps), zeros behind the end
  std::int16_t limit = 0;                 // Largest FP16 magnitude, as a pattern.
  const BfpVector& vector;
  std::atomic<bool> overflow = false, nonfinite = false;
};

/// A row by the definition, whatever its weights.
std::int64_t exact_row(F16Job& job, std::span<const std::byte> row) {
  std::vector<std::uint16_t> bits(job.weights.cols);
  std::memcpy(bits.data(), row.data(), row.size());
  const F16Result result = f16_definition({bits, 1, bits.size(), bits.size()}, job.vector);
  if (result.overflow) job.overflow = true;
  if (result.nonfinite) job.nonfinite = true;
  return result.accumulator.front();
}

}  // namespace
}  // namespace trine::golden
#endif

HWY_BEFORE_NAMESPACE();
namespace trine::golden {
namespace {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<double, 8>;
using V = hn::Vec<D>;
constexpr std::size_t kLanes = hn::MaxLanes(D());
static_assert(kStepGroups % kLanes == 0 && kGroup % kLanes == 0);

/// A vector with the sums over the lanes of each of `kLanes` vectors, in some order.
HWY_INLINE V sums_of_lanes(const V (&v)[kLanes]) {
  constexpr D d;
#if HWY_MAX_BYTES == 64
  const auto halves = [&](V a, V b) {
    return hn::Add(hn::ConcatLowerLower(d, b, a), hn::ConcatUpperUpper(d, b, a));
  };
  const auto quarters = [&](V a, V b) {
    return hn::Add(hn::OddEvenBlocks(b, a), hn::SwapAdjacentBlocks(hn::OddEvenBlocks(a, b)));
  };
  const auto pairs = [&](V a, V b) {
    return hn::Add(hn::InterleaveLower(d, a, b), hn::InterleaveUpper(d, a, b));
  };
  return pairs(quarters(halves(v[0], v[1]), halves(v[2], v[3])),
               quarters(halves(v[4], v[5]), halves(v[6], v[7])));
#else
  HWY_ALIGN double sums[kLanes];
  for (std::size_t i = 0; i < kLanes; ++i) sums[i] = hn::GetLane(hn::SumOfLanes(d, v[i]));
  return hn::Load(d, sums);
#endif
}

/// Adds the groups of one step, each rounded down to an integer, to `sum`, and the magnitudes of
/// the weights to `largest`.
template <class U>
HWY_INLINE void add_step(const std::uint16_t* weights, const double* x, V& sum, U& largest) {
  constexpr D d;
  const hn::Rebind<float, D> df;
  const hn::Rebind<hwy::float16_t, D> dh;
  const hn::ScalableTag<std::int16_t> ds;
  for (std::size_t i = 0; i < kStep; i += hn::Lanes(ds))
    largest =
        hn::Max(largest, hn::And(hn::LoadU(ds, reinterpret_cast<const std::int16_t*>(weights + i)),
                                 hn::Set(ds, std::int16_t{0x7fff})));
  for (std::size_t first = 0; first < kStepGroups; first += kLanes) {
    V group[kLanes];
    for (std::size_t g = 0; g < kLanes; ++g) {
      group[g] = hn::Zero(d);
      for (std::size_t i = 0; i < kGroup; i += kLanes) {
        const std::size_t at = (first + g) * kGroup + i;
        const auto half = hn::BitCast(dh, hn::LoadU(hn::Rebind<std::uint16_t, D>(), weights + at));
        group[g] =
            hn::MulAdd(hn::PromoteTo(d, hn::PromoteTo(df, half)), hn::Load(d, x + at), group[g]);
      }
    }
    sum = hn::Add(sum, hn::Floor(sums_of_lanes(group)));
  }
}

/// Rows [first, last) into `accumulators`.
void run(F16Job& job, std::size_t first, std::size_t last, std::int64_t* accumulators) {
  constexpr D d;
  const hn::ScalableTag<std::int16_t> ds;
  const std::size_t cols = job.weights.cols, whole = cols / kStep * kStep;
  HWY_ALIGN std::uint16_t rest[kStep] = {};  // Zeros behind the end.
  for (std::size_t r = first; r < last; ++r) {
    const auto row = job.weights.bytes.subspan(r * job.weights.stride, 2 * cols);
    const auto* weights = reinterpret_cast<const std::uint16_t*>(row.data());
    V sum = hn::Zero(d);
    auto largest = hn::Zero(ds);
    for (std::size_t at = 0; at < whole; at += kStep) {
      // The processor's own prefetcher stops at pages.
      constexpr std::size_t kAhead = 2048, kLine = 32;  // In weights, by measurement.
      for (std::size_t line = 0; line < kStep; line += kLine)
        hwy::Prefetch(weights + at + kAhead + line);
      add_step(weights + at, job.x.get() + at, sum, largest);
    }
    if (whole < cols) {
      std::memcpy(rest, row.data() + 2 * whole, 2 * (cols - whole));
      add_step(rest, job.x.get() + whole, sum, largest);
    }
    const bool exact = hn::AllFalse(ds, hn::Gt(largest, hn::Set(ds, job.limit)));
    accumulators[r - first] = exact ? static_cast<std::int64_t>(hn::GetLane(hn::SumOfLanes(d, sum)))
                                    : exact_row(job, row);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace
}  // namespace trine::golden
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trine::golden {
namespace {

HWY_EXPORT(run);

void check(const F16Stream& weights, const BfpVector& x) {
  const std::size_t blocks = (weights.cols + kGroup - 1) / kGroup;
  if (x.exponents.size() != blocks || x.mantissas.size() != blocks * kGroup) {
    throw Error("FP16 product: " + std::to_string(weights.cols) + " columns, but " +
                std::to_string(x.exponents.size()) + " blocks of activations");
  }
  const std::size_t bytes = weights.bytes.size(), row = 2 * weights.cols;
  if (weights.cols == 0 || weights.stride < row || weights.stride % 2 != 0 ||
      (weights.rows != 0 && (bytes < row || (bytes - row) / weights.stride < weights.rows - 1))) {
    throw Error("FP16 product: " + std::to_string(bytes) + " bytes are not " +
                std::to_string(weights.rows) + " rows of " + std::to_string(weights.cols) +
                " weights, " + std::to_string(weights.stride) + " bytes apart");
  }
}

/// Fills job.x and job.limit.
void prepare(F16Job& job) {
  const BfpVector& x = job.vector;
  const std::size_t steps = (x.mantissas.size() + kStep - 1) / kStep;
  job.x = hwy::AllocateAligned<double>(steps * kStep);
  std::fill_n(job.x.get(), steps * kStep, 0.0);
  double largest = 0, total = 0;  // Sums of |m| of a group; of all groups, each after its shift.
  for (std::size_t g = 0; g < x.exponents.size(); ++g) {
    const int shift = std::min(x.max_exponent - x.exponents[g], kMaxShift);
    double sum = 0;
    for (std::size_t i = g * kGroup; i < (g + 1) * kGroup; ++i) {
      job.x[i] = std::ldexp(x.mantissas[i], 24 - shift);
      sum += std::abs(x.mantissas[i]);
    }
    largest = std::max(largest, sum);
    total += std::ldexp(sum, -shift) + 1;  // Rounding down may add 1.
  }
  // Magnitudes of finite patterns ascend with the pattern.
  constexpr double kExact = 0x1p53 / 2;  // Half, for the rounding of these sums themselves.
  std::uint16_t low = 0, high = 0x7bff;
  while (low < high) {
    const auto middle = static_cast<std::uint16_t>((low + high + 1) / 2);
    const auto weight = static_cast<double>(f16_integer(middle));
    if (std::max(weight, 1.0) * std::max(largest, total) < kExact)
      low = middle;
    else
      high = static_cast<std::uint16_t>(middle - 1);
  }
  job.limit = static_cast<std::int16_t>(low);
}

}  // namespace

F16Faults f16_simd(const F16Stream& weights, const BfpVector& x, Workers& workers,
                   const RowSink& sink) {
  check(weights, x);
  F16Job job{.weights = weights, .x = nullptr, .vector = x};
  prepare(job);
  // What a thread takes at once; below that waking one is not worth it: all of attention, for some
  // time.
  constexpr std::size_t kTakenBytes = 1 << 17, kRows = 16;
  const std::size_t taken = (kTakenBytes / weights.stride / kRows + 1) * kRows;
  std::atomic<std::size_t> next = 0;
  const auto work = [&](unsigned) {
    std::vector<std::int64_t> accumulators(taken);
    for (std::size_t first; (first = next.fetch_add(taken)) < weights.rows;) {
      const std::size_t count = std::min(taken, weights.rows - first);
      HWY_DYNAMIC_DISPATCH(run)(job, first, first + count, accumulators.data());
      sink(first, std::span(accumulators).first(count));
    }
  };
  if (weights.rows <= taken)
    work(0);
  else
    workers.run(work);
  return {job.overflow, job.nonfinite};
}

F16Product f16_simd(const F16Stream& weights, const BfpVector& x, Workers& workers) {
  F16Product product;
  product.accumulator.resize(weights.rows);
  static_cast<F16Faults&>(product) = f16_simd(weights, x, workers, collect(product.accumulator));
  return product;
}

}  // namespace trine::golden
#endif
