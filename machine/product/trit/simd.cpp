// SPDX-License-Identifier: Apache-2.0

#include "machine/product/trit/simd.h"

#include <atomic>
#include <cmath>
#include <string>

#include "golden/error.h"
#include "golden/format/panel.h"
#include "machine/product/simd_targets.h"
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

/// One product; threads share the panels of every row tile.
struct StreamJob {
  const std::byte* stream;
  PanelLayout layout;
  PanelOrder order;
  const HardwareCodebook* codebook;
  std::vector<StreamBlock> blocks;
  std::int64_t* accumulator;  // (order.row_panels * kPanelRows)
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

/// The share `share` of `shares` of the panels of every tile.
template <unsigned kDepth>
void run_share(StreamJob& job, unsigned share, unsigned shares) {
  using Sums = typename Kernel<kDepth>::Sums;
  Kernel<kDepth> kernel(*job.codebook);
  const PanelOrder& order = job.order;
  std::vector<Sums> sums;
  for (std::size_t tile = 0; tile < order.row_panels; tile += order.tile_panels) {
    const std::size_t height = std::min(order.tile_panels, order.row_panels - tile);
    const std::size_t first = tile + height * share / shares;
    const std::size_t last = tile + height * (share + 1) / shares;
    sums.assign((last - first) * kPanelRows, Sums{});
    for (std::size_t block = 0; block < order.blocks; ++block)
      for (std::size_t panel = first; panel < last; ++panel)
        kernel.panel(job.blocks[block], job.stream + order.index(panel, block) * job.layout.bytes(),
                     &sums[(panel - first) * kPanelRows]);
    for (std::size_t row = 0; row < sums.size(); ++row)
      job.accumulator[first * kPanelRows + row] = Kernel<kDepth>::total(sums[row]);
  }
  if (kernel.bad_set_byte()) job.bad_set_byte = true;
  if (kernel.bad_tail()) job.bad_tail = true;
}

bool can_run() {
  return true;
}
void run(StreamJob& job, unsigned share, unsigned shares) {
  switch (job.layout.depth) {
    case 1:
      return run_share<1>(job, share, shares);
    case 2:
      return run_share<2>(job, share, shares);
    case 3:
      return run_share<3>(job, share, shares);
    case 4:
      return run_share<4>(job, share, shares);
    default:
      throw Error("a depth that is not 1 to 4");
  }
}

#else

bool can_run() {
  return false;
}
void run(StreamJob&, unsigned, unsigned) {}

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

std::optional<TritProduct> trit_simd(const TritStream& stream, const BfpVector& x,
                                     Workers& workers) {
  const MatrixShape& shape = stream.shape;
  check_length(stream.bytes.size(), shape, stream.geometry);
  if (x.exponents.size() != shape.groups_per_row() ||
      x.mantissas.size() != x.exponents.size() * kGroup) {
    throw Error("trit product: " + std::to_string(x.exponents.size()) + " activation blocks for " +
                std::to_string(shape.cols) + " columns");
  }
  if (stream.geometry.groups != kCanonical.groups || shape.groups_per_row() > kMaxStreamGroups ||
      !HWY_DYNAMIC_DISPATCH(can_run)())
    return {};
  StreamJob job{.stream = stream.bytes.data(),
                .layout = PanelLayout(shape.depth, stream.geometry),
                .order = PanelOrder(shape, stream.geometry),
                .codebook = &stream.codebook,
                .blocks = stream_blocks(x, shape.depth, workers),
                .accumulator = nullptr};
  if (job.blocks.empty()) return {};
  TritProduct product;
  product.accumulator.resize(job.order.row_panels * kPanelRows);
  job.accumulator = product.accumulator.data();
  workers.run([&](unsigned share) { HWY_DYNAMIC_DISPATCH(run)(job, share, workers.count()); });
  product.accumulator.resize(shape.rows);
  product.bad_set_byte = job.bad_set_byte;
  product.bad_tail = job.bad_tail;
  return product;
}

}  // namespace trine::golden
#endif
