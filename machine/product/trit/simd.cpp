// SPDX-License-Identifier: Apache-2.0

#include "machine/product/trit/simd.h"

#include <atomic>
#include <cmath>
#include <string>

#include "golden/error.h"
#include "golden/format/panel.h"
#include "machine/product/simd_targets.h"
#include "machine/product/trit/panel_walk.h"
#include "machine/product/trit/simd_plan.h"
#include "machine/product/trit/simd_units.h"

#define HWY_WANT_AVX3_DL
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "machine/product/trit/simd.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, as it asks.
#include <hwy/highway.h>

// Highway checks for AVX512_VNNI but, before 1.1, does not enable it.
#define TRINE_TRIT_VNNI "avx512vnni"
#include "machine/product/trit/simd_portable-inl.h"
#include "machine/product/trit/simd_vnni-inl.h"

#ifndef TRINE_TRIT_STREAM_JOB
#define TRINE_TRIT_STREAM_JOB
namespace trine::golden {
namespace {

/// One product; threads share its row panels.
struct StreamJob {
  const std::byte* stream;
  std::size_t rows;
  PanelLayout layout;
  PanelOrder order;
  const HardwareCodebook* codebook;
  const std::vector<StreamBlock>& blocks;
  const RowSink& sink;
  PanelChunks chunks;
  std::atomic<bool> bad_set_byte = false, bad_tail = false;
};

}  // namespace
}  // namespace trine::golden
#endif

HWY_BEFORE_NAMESPACE();
namespace trine::golden {
namespace {
namespace HWY_NAMESPACE {

#if HWY_TARGET == HWY_AVX3_DL
HWY_PUSH_ATTRIBUTES(TRINE_TRIT_VNNI)
template <unsigned kDepth>
using Kernel = vnni::Kernel<kDepth>;
#elif HWY_TARGET != HWY_SCALAR
template <unsigned kDepth>
using Kernel = portable::Kernel<kDepth>;
#endif

#if HWY_TARGET != HWY_SCALAR

/// Panels until there are none left.
template <unsigned kDepth>
void run_share(StreamJob& job) {
  using Sums = typename Kernel<kDepth>::Sums;
  constexpr std::size_t kBytes = Kernel<kDepth>::kPanelBytes;
  Kernel<kDepth> kernel(*job.codebook);
  const PanelOrder& order = job.order;
  PanelWalk walk(job.chunks, order, (Kernel<kDepth>::kAhead + kBytes - 1) / kBytes);
  const auto at = [&](std::size_t place) { return job.stream + place * kBytes; };
  std::vector<Sums> sums;
  while (const PanelChunk* chunk = walk.next()) {
    sums.assign((chunk->last - chunk->first) * kPanelRows, Sums{});
    for (std::size_t block = 0; block < order.blocks; ++block)
      for (std::size_t panel = chunk->first; panel < chunk->last; ++panel) {
        const std::size_t own = order.index(panel, block);
        std::size_t next = own + 1;
        if (panel + 1 == chunk->last) {
          const PanelChunk* following = walk.following();
          if (block + 1 < order.blocks)
            next = order.index(chunk->first, block + 1);
          else
            next = following != nullptr ? order.index(following->first, 0) : own;
        }
        kernel.panel(job.blocks[block], at(own), at(next), at(walk.ahead(own)),
                     &sums[(panel - chunk->first) * kPanelRows]);
      }
    for (std::size_t first = chunk->first * kPanelRows, row = 0; row < sums.size();
         row += kPanelRows) {
      std::int64_t totals[kPanelRows];
      for (std::size_t r = 0; r < kPanelRows; ++r) totals[r] = Kernel<kDepth>::total(sums[row + r]);
      job.sink(first + row, std::span(totals, std::min(kPanelRows, job.rows - first - row)));
    }
  }
  if (kernel.bad_set_byte()) job.bad_set_byte = true;
  if (kernel.bad_tail()) job.bad_tail = true;
}

bool can_run() {
  return true;
}
void run(StreamJob& job) {
  switch (job.layout.depth) {
    case 1:
      return run_share<1>(job);
    case 2:
      return run_share<2>(job);
    case 3:
      return run_share<3>(job);
    case 4:
      return run_share<4>(job);
    default:
      throw Error("a depth that is not 1 to 4");
  }
}

#else

bool can_run() {
  return false;
}
void run(StreamJob&) {}

#endif

#if HWY_TARGET == HWY_AVX3_DL
HWY_POP_ATTRIBUTES
#endif

}  // namespace HWY_NAMESPACE
}  // namespace
}  // namespace trine::golden
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trine::golden {
namespace {
HWY_EXPORT(can_run);
HWY_EXPORT(run);
}  // namespace

std::optional<TritFaults> trit_simd(const TritStream& stream, const Activations& activations,
                                    Workers& workers, const RowSink& sink) {
  const MatrixShape& shape = stream.shape;
  const BfpVector& x = activations.bfp();
  check_length(stream.bytes.size(), shape, stream.geometry);
  if (x.exponents.size() != shape.groups_per_row() ||
      x.mantissas.size() != x.exponents.size() * kGroup) {
    throw Error("trit product: " + std::to_string(x.exponents.size()) + " activation blocks for " +
                std::to_string(shape.cols) + " columns");
  }
  if (stream.geometry.groups != kCanonical.groups || shape.groups_per_row() > kMaxStreamGroups ||
      !HWY_DYNAMIC_DISPATCH(can_run)())
    return {};
  const std::vector<StreamBlock>& blocks = activations.blocks(shape.depth, workers);
  if (blocks.empty()) return {};
  const PanelOrder order(shape, stream.geometry);
  StreamJob job{.stream = stream.bytes.data(),
                .rows = shape.rows,
                .layout = PanelLayout(shape.depth, stream.geometry),
                .order = order,
                .codebook = &stream.codebook,
                .blocks = blocks,
                .sink = sink,
                .chunks = PanelChunks(order, workers.count())};
  workers.run([&](unsigned) { HWY_DYNAMIC_DISPATCH(run)(job); });
  return TritFaults{job.bad_set_byte, job.bad_tail};
}

std::optional<TritProduct> trit_simd(const TritStream& stream, const BfpVector& x,
                                     Workers& workers) {
  TritProduct product;
  product.accumulator.resize(stream.shape.rows);
  const auto faults = trit_simd(stream, Activations(x), workers, collect(product.accumulator));
  if (!faults) return {};
  static_cast<TritFaults&>(product) = *faults;
  return product;
}

}  // namespace trine::golden
#endif
