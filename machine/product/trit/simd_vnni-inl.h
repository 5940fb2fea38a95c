// SPDX-License-Identifier: Apache-2.0
//
// The trit product with the instructions that AVX-512 has for it: VNNI adds up planes, VBMI looks
// up bytes. Included once for each target, which is that one or skips it.

#if defined(TRINE_TRIT_SIMD_VNNI_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TRINE_TRIT_SIMD_VNNI_INL_H
#undef TRINE_TRIT_SIMD_VNNI_INL_H
#else
#define TRINE_TRIT_SIMD_VNNI_INL_H
#endif

#include <hwy/highway.h>

#include "machine/product/trit/simd_plan.h"
#include "machine/product/trit/simd_units.h"

#if HWY_TARGET == HWY_AVX3_DL

HWY_BEFORE_NAMESPACE();
namespace trine::golden {
namespace {
namespace HWY_NAMESPACE {
namespace vnni {

HWY_PUSH_ATTRIBUTES(TRINE_TRIT_VNNI)

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
  using Sums = RowSums;
  static constexpr std::size_t kPanelBytes = panel_beats(kDepth) * 64;
  static constexpr std::size_t kNear = 1024, kAhead = 16384;  // Bytes, by measurement.
  static_assert(kNear <= kPanelBytes);

  explicit Kernel(const HardwareCodebook& codebook) : end_(codebook) {}

  /// Adds a panel to the sums of its rows. On the way of this thread `next` comes behind it, and
  /// `ahead` is a panel that is kAhead further.
  HWY_INLINE void panel(const StreamBlock& block, const std::byte* panel, const std::byte* next,
                        const std::byte* ahead, RowSums* sums) {
    using U = Unit<kDepth>;
    constexpr std::size_t kBeat = 64;
    constexpr std::size_t kTailBytes = 2 * tail_bits(kDepth);  // Of a row: 16 codes.
    const __m512i low_starts = _mm512_loadu_si512(kChainStarts.data());
    const __m512i high_starts = _mm512_loadu_si512(kChainStarts.data() + 64);
    for (std::size_t tail = 0; tail < tail_bits(kDepth); ++tail)
      prefetch(tail * kBeat, panel, next, ahead);
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
          prefetch(static_cast<std::size_t>(beat - panel), panel, next, ahead);
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

  static std::int64_t total(const RowSums& sums) {
    return _mm512_reduce_add_epi64(_mm512_load_si512(sums.lanes));
  }

 private:
  /// What lies so far behind `offset` on the way; the processor's own prefetcher stops at pages. A
  /// function that is not inlined at once has no effect in GCC's eyes, and its calls are dropped.
  static HWY_INLINE void prefetch(std::size_t offset, const std::byte* panel, const std::byte* next,
                                  const std::byte* ahead) {
    const std::byte* const near = offset < kPanelBytes - kNear
                                      ? panel + offset + kNear
                                      : next + (offset - (kPanelBytes - kNear));
    _mm_prefetch(reinterpret_cast<const char*>(ahead + offset), _MM_HINT_T1);
    _mm_prefetch(reinterpret_cast<const char*>(near), _MM_HINT_T0);
  }

  RowEnd<kDepth> end_;
  __m512i largest_byte_ = _mm512_setzero_si512();
};

HWY_POP_ATTRIBUTES

}  // namespace vnni
}  // namespace HWY_NAMESPACE
}  // namespace
}  // namespace trine::golden
HWY_AFTER_NAMESPACE();

#endif
#endif
