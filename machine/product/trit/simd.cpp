// SPDX-License-Identifier: Apache-2.0

#include "machine/product/trit/simd.h"

#include <atomic>
#include <string>

#include "golden/error.h"
#include "golden/format/panel.h"
#include "machine/product/trit/simd_plan.h"

#define HWY_WANT_AVX3_DL
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "machine/product/trit/simd.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, as it asks.
#include <hwy/highway.h>

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

// Highway checks for AVX512_VNNI but, before 1.1, does not enable it.
HWY_PUSH_ATTRIBUTES("avx512vnni")

/// The planes of which rows lie in the four lanes of a group, in one beat of a unit: the row of
/// the unit, and the weights of the lanes, lane 0 in the lowest byte.
struct LaneUse {
  unsigned row;
  std::uint32_t weights;
};
constexpr std::uint32_t lanes(unsigned a, unsigned b, unsigned c, unsigned d) {
  return a | b << 8 | c << 16 | d << 24;
}

/// Rows per unit, beats per set, uses per beat (docs/format.md, beats and panels).
template <unsigned kDepth>
struct Unit;
template <>
struct Unit<4> {
  static constexpr unsigned kRows = 1, kBeats = 1, kUses = 1;
  static constexpr LaneUse kUse[kBeats][kUses] = {{{0, lanes(1, 3, 9, 27)}}};
};
template <>
struct Unit<3> {
  static constexpr unsigned kRows = 4, kBeats = 3, kUses = 2;
  static constexpr LaneUse kUse[kBeats][kUses] = {{{0, lanes(1, 3, 9, 0)}, {3, lanes(0, 0, 0, 1)}},
                                                  {{1, lanes(1, 3, 9, 0)}, {3, lanes(0, 0, 0, 3)}},
                                                  {{2, lanes(1, 3, 9, 0)}, {3, lanes(0, 0, 0, 9)}}};
};
template <>
struct Unit<2> {
  static constexpr unsigned kRows = 2, kBeats = 1, kUses = 2;
  static constexpr LaneUse kUse[kBeats][kUses] = {{{0, lanes(1, 3, 0, 0)}, {1, lanes(0, 0, 1, 3)}}};
};
template <>
struct Unit<1> {
  static constexpr unsigned kRows = 4, kBeats = 1, kUses = 4;
  static constexpr LaneUse kUse[kBeats][kUses] = {{{0, lanes(1, 0, 0, 0)},
                                                   {1, lanes(0, 1, 0, 0)},
                                                   {2, lanes(0, 0, 1, 0)},
                                                   {3, lanes(0, 0, 0, 1)}}};
};

/// Where the tail codes of a row are: two codes, an even and an odd group's, go to each 64-bit
/// lane by `spread`; from there level and scales to the low bits of 32- and 64-bit lanes.
struct TailShuffle {
  alignas(64) std::uint8_t spread[64], level[64], even_scale[64], odd_scale[64];
};
constexpr TailShuffle tail_shuffle(unsigned depth) {
  TailShuffle shuffle{};
  const unsigned bits = tail_bits(depth), level_bits = tail_level_bits(depth);
  for (unsigned lane = 0; lane < 8; ++lane) {
    const unsigned first = lane * 2 * bits;
    for (unsigned byte = 0; byte < 8; ++byte)
      shuffle.spread[8 * lane + byte] = static_cast<std::uint8_t>(first / 8 + byte);
    const auto at = [&](unsigned bit) { return static_cast<std::uint8_t>(first % 8 + bit); };
    shuffle.level[8 * lane] = at(0);
    shuffle.level[8 * lane + 4] = at(bits);
    shuffle.even_scale[8 * lane] = at(level_bits);
    shuffle.odd_scale[8 * lane] = at(bits + level_bits);
  }
  return shuffle;
}

/// Mantissas and shifts by scale index, 32 words each; a bad index gives a mark in its shift.
constexpr std::uint16_t kBadScale = 0x4000;
struct alignas(64) ScaleTable {
  std::uint16_t mantissa[32] = {}, shift[32] = {};
  explicit ScaleTable(const HardwareCodebook& codebook) {
    for (std::size_t k = 0; k < 32; ++k) {
      mantissa[k] = k < kCodebook ? codebook.mantissa[k] : std::uint16_t{0};
      shift[k] = k < kCodebook ? codebook.shift[k] : kBadScale;
    }
  }
};

/// Sums of a row, eight partial ones of even and odd groups together.
struct alignas(64) RowSums {
  std::int64_t lanes[8];
};

/// Adds a row of a column block to its sums.
template <unsigned kDepth>
class RowEnd {
 public:
  explicit RowEnd(const HardwareCodebook& codebook) {
    const ScaleTable table(codebook);
    mantissas_ = _mm512_load_si512(table.mantissa);
    shifts_ = _mm512_load_si512(table.shift);
  }

  /// `product` is 256 times that of columns 0..14; `tail` the tail codes of the row, after which 64
  /// bytes can be read.
  HWY_INLINE void add(const StreamBlock& block, __m512i product, const std::byte* tail,
                      RowSums& sums) {
    static constexpr TailShuffle kShuffle = tail_shuffle(kDepth);
    const __m512i codes =
        _mm512_permutexvar_epi8(_mm512_load_si512(kShuffle.spread), _mm512_loadu_si512(tail));
    const __m512i level =
        _mm512_and_si512(_mm512_multishift_epi64_epi8(_mm512_load_si512(kShuffle.level), codes),
                         _mm512_set1_epi32((1 << tail_level_bits(kDepth)) - 1));
    const __m512i even =
        _mm512_multishift_epi64_epi8(_mm512_load_si512(kShuffle.even_scale), codes);
    const __m512i odd = _mm512_multishift_epi64_epi8(_mm512_load_si512(kShuffle.odd_scale), codes);
    largest_level_ = _mm512_max_epu32(largest_level_, level);

    const __m512i all = _mm512_dpwssd_epi32(_mm512_srai_epi32(product, kChainBits), level,
                                            _mm512_load_si512(block.column15));
    const __m512i sum =
        _mm512_add_epi64(_mm512_load_si512(sums.lanes),
                         _mm512_add_epi64(scaled(all, even, block.align[0]),
                                          scaled(_mm512_srli_epi64(all, 32), odd, block.align[1])));
    _mm512_store_si512(sums.lanes, sum);
  }

  bool bad() const {
    return _mm512_cmpgt_epu32_mask(
               largest_level_, _mm512_set1_epi32(static_cast<int>(level_count(kDepth)) - 1)) != 0 ||
           _mm512_test_epi64_mask(seen_shifts_, _mm512_set1_epi64(kBadScale)) != 0;
  }

 private:
  /// floor(product * M * 2^-shift) of the low halves of 64-bit lanes.
  HWY_INLINE __m512i scaled(__m512i product, __m512i index, const std::int64_t* align) {
    constexpr __mmask32 kLowWords = 0x11111111;
    const __m512i mantissa = _mm512_maskz_permutexvar_epi16(kLowWords, index, mantissas_);
    const __m512i shift = _mm512_maskz_permutexvar_epi16(kLowWords, index, shifts_);
    seen_shifts_ = _mm512_or_si512(seen_shifts_, shift);
    // A count above 63 leaves the sign, as 63 does.
    return _mm512_srav_epi64(_mm512_mul_epi32(product, mantissa),
                             _mm512_add_epi64(shift, _mm512_load_si512(align)));
  }

  __m512i mantissas_, shifts_;
  __m512i largest_level_ = _mm512_setzero_si512(), seen_shifts_ = _mm512_setzero_si512();
};

template <unsigned kDepth>
class Kernel {
 public:
  explicit Kernel(const HardwareCodebook& codebook) : end_(codebook) {}

  HWY_INLINE void panel(const StreamBlock& block, const std::byte* panel, RowSums* sums) {
    using U = Unit<kDepth>;
    constexpr std::size_t kBeat = 64;
    constexpr std::size_t kTailBytes = 2 * tail_bits(kDepth);  // Of a row: 16 codes.
    const __m512i low_starts = _mm512_loadu_si512(kChainStarts.data());
    const __m512i high_starts = _mm512_loadu_si512(kChainStarts.data() + 64);
    for (std::size_t tail = 0; tail < tail_bits(kDepth); ++tail) prefetch(panel + tail * kBeat);
    const std::byte* beat = panel + tail_bits(kDepth) * kBeat;
    for (std::size_t row = 0; row < kPanelRows; row += U::kRows) {
      // A sum of its own per set: the chain of dependent additions is as long as the row takes.
      __m512i product[U::kRows][kSets];
      for (auto& p : product)
        for (std::size_t set = 0; set < kSets; ++set)
          p[set] = set == 0 ? _mm512_load_si512(block.start) : _mm512_setzero_si512();
#pragma GCC unroll 3
      for (std::size_t set = 0; set < kSets; ++set) {
#pragma GCC unroll 3
        for (std::size_t i = 0; i < U::kBeats; ++i, beat += kBeat) {
          const __m512i bytes = _mm512_loadu_si512(beat);
          prefetch(beat);
          largest_byte_ = _mm512_max_epu8(largest_byte_, bytes);
          // A neighbour's bit comes in at the top, where the lookup does not read.
          const __m512i half = _mm512_srli_epi16(bytes, 1);
          __m512i x =
              _mm512_add_epi8(bytes, _mm512_permutex2var_epi8(low_starts, half, high_starts));
#pragma GCC unroll 6
          for (std::size_t step = 0; step < kChain; ++step) {
            for (const LaneUse& use : U::kUse[i]) {
              const __m512i planes = _mm512_dpbusd_epi32(
                  _mm512_setzero_si512(), x, _mm512_set1_epi32(static_cast<int>(use.weights)));
              product[use.row][set] = _mm512_dpwssd_epi32(
                  product[use.row][set], planes, _mm512_load_si512(block.chain[set][step]));
            }
            x = _mm512_add_epi8(x, _mm512_add_epi8(x, x));
          }
        }
      }
      for (std::size_t r = 0; r < U::kRows; ++r)
        end_.add(block,
                 _mm512_add_epi32(_mm512_add_epi32(product[r][0], product[r][1]), product[r][2]),
                 panel + (row + r) * kTailBytes, sums[row + r]);
    }
  }

  bool bad_set_byte() const {
    return _mm512_cmpgt_epu8_mask(largest_byte_,
                                  _mm512_set1_epi8(static_cast<char>(kMaxSetByte))) != 0;
  }
  bool bad_tail() const {
    return end_.bad();
  }

 private:
  /// The processor's own prefetcher stops at pages.
  static HWY_INLINE void prefetch(const std::byte* at) {
    constexpr std::size_t kNear = 1024, kFar = 16384;  // Bytes, by measurement.
    const auto* address = reinterpret_cast<const char*>(at);
    _mm_prefetch(address + kFar, _MM_HINT_T1);
    _mm_prefetch(address + kNear, _MM_HINT_T0);
  }

  RowEnd<kDepth> end_;
  __m512i largest_byte_ = _mm512_setzero_si512();
};

/// The share `share` of `shares` of the panels of every tile.
template <unsigned kDepth>
void run_share(StreamJob& job, unsigned share, unsigned shares) {
  Kernel<kDepth> kernel(*job.codebook);
  const PanelOrder& order = job.order;
  std::vector<RowSums> sums;
  for (std::size_t tile = 0; tile < order.row_panels; tile += order.tile_panels) {
    const std::size_t height = std::min(order.tile_panels, order.row_panels - tile);
    const std::size_t first = tile + height * share / shares;
    const std::size_t last = tile + height * (share + 1) / shares;
    sums.assign((last - first) * kPanelRows, RowSums{});
    for (std::size_t block = 0; block < order.blocks; ++block)
      for (std::size_t panel = first; panel < last; ++panel)
        kernel.panel(job.blocks[block], job.stream + order.index(panel, block) * job.layout.bytes(),
                     &sums[(panel - first) * kPanelRows]);
    for (std::size_t row = 0; row < sums.size(); ++row)
      job.accumulator[first * kPanelRows + row] =
          _mm512_reduce_add_epi64(_mm512_load_si512(sums[row].lanes));
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

HWY_POP_ATTRIBUTES

#else

bool can_run() {
  return false;
}
void run(StreamJob&, unsigned, unsigned) {}

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
  if (stream.geometry.groups != kCanonical.groups || !HWY_DYNAMIC_DISPATCH(can_run)()) return {};
  StreamJob job{.stream = stream.bytes.data(),
                .layout = PanelLayout(shape.depth, stream.geometry),
                .order = PanelOrder(shape, stream.geometry),
                .codebook = &stream.codebook,
                .blocks = stream_blocks(x, shape.depth),
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
