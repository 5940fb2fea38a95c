// SPDX-License-Identifier: Apache-2.0
//
// The trit product in Highway's portable operations, for every vector of at least 16 bytes.
// Included once for each target.

#if defined(TRINE_TRIT_SIMD_PORTABLE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TRINE_TRIT_SIMD_PORTABLE_INL_H
#undef TRINE_TRIT_SIMD_PORTABLE_INL_H
#else
#define TRINE_TRIT_SIMD_PORTABLE_INL_H
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <cmath>

#include "machine/product/trit/simd_plan.h"
#include "machine/product/trit/simd_units.h"

#if HWY_TARGET != HWY_SCALAR

HWY_BEFORE_NAMESPACE();
namespace trine::golden {
namespace {
namespace HWY_NAMESPACE {
namespace portable {

namespace hn = hwy::HWY_NAMESPACE;

using D8 = hn::CappedTag<std::uint8_t, 64>;
using D16 = hn::Repartition<std::int16_t, D8>;
using D32 = hn::Repartition<std::int32_t, D8>;
using DFloat = hn::Repartition<float, D8>;
using DDouble = hn::Repartition<double, D8>;
using V8 = hn::Vec<D8>;
using V16 = hn::Vec<D16>;
using V32 = hn::Vec<D32>;
using VFloat = hn::Vec<DFloat>;
using VDouble = hn::Vec<DDouble>;

inline constexpr std::size_t kBeatBytes = 64;
inline constexpr std::size_t kPartBytes = hn::MaxLanes(D8());    // Of a beat, in a vector:
inline constexpr std::size_t kParts = kBeatBytes / kPartBytes;   // the vectors of a beat.
inline constexpr std::size_t kPartGroups = hn::MaxLanes(D32());  // A lane of 32 bits each.

/// Sums of neighbouring bytes times their weights, which are not negative. No sum exceeds 15 bits.
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_SSSE3
HWY_INLINE V16 pair_sums(V8 bytes, V8 weights) {
#if HWY_TARGET <= HWY_AVX3
  return V16{_mm512_maddubs_epi16(bytes.raw, weights.raw)};
#elif HWY_TARGET == HWY_AVX2
  return V16{_mm256_maddubs_epi16(bytes.raw, weights.raw)};
#else
  return V16{_mm_maddubs_epi16(bytes.raw, weights.raw)};
#endif
}
#else
HWY_INLINE V16 pair_sums(V8 bytes, V8 weights) {
  constexpr D16 d;
  const hn::Repartition<std::uint16_t, D8> du;
  const auto low = [&](V8 v) HWY_ATTR {
    return hn::And(hn::BitCast(d, v), hn::Set(d, std::int16_t{0xff}));
  };
  const auto high = [&](V8 v)
                        HWY_ATTR { return hn::BitCast(d, hn::ShiftRight<8>(hn::BitCast(du, v))); };
  return hn::Add(hn::Mul(low(bytes), low(weights)), hn::Mul(high(bytes), high(weights)));
}
#endif

/// The sum of the halves of each lane, which are not negative, times the factor in both halves of
/// the lane of `factors`; a factor in the low half will do where the high half of `halves` is 0.
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_SSSE3
HWY_INLINE V32 sum_times(V16 halves, V32 factors) {
#if HWY_TARGET <= HWY_AVX3
  return V32{_mm512_madd_epi16(halves.raw, factors.raw)};
#elif HWY_TARGET == HWY_AVX2
  return V32{_mm256_madd_epi16(halves.raw, factors.raw)};
#else
  return V32{_mm_madd_epi16(halves.raw, factors.raw)};
#endif
}
#else
HWY_INLINE V32 sum_times(V16 halves, V32 factors) {
  constexpr D32 d;
  const V32 lanes = hn::BitCast(d, halves);
  const V32 sum = hn::Add(hn::And(lanes, hn::Set(d, 0xffff)), hn::ShiftRight<16>(lanes));
  return hn::Mul(sum, hn::ShiftRight<16>(hn::ShiftLeft<16>(factors)));
}
#endif

/// x_0 of the chain (simd_plan.h) by kStartFactor, two bytes at a time.
HWY_INLINE V8 chain_start(V8 bytes) {
  constexpr D8 d;
  const hn::Repartition<std::uint16_t, D8> dw;
  const auto words = hn::BitCast(dw, bytes);
  const auto factor = hn::Set(dw, kStartFactor);
  const auto high = hn::And(hn::MulHigh(words, factor), hn::Set(dw, std::uint16_t{0xff00}));
  const auto low = hn::MulHigh(hn::And(words, hn::Set(dw, std::uint16_t{0xff})), factor);
  // Minus 255 is plus 1.
  return hn::Sub(hn::Add(bytes, hn::BitCast(d, hn::Or(high, low))), hn::Set(d, std::uint8_t{255}));
}

/// Where the tail codes of eight groups are in the bytes that hold them: for each the four bytes
/// in which it begins, and the bits in front of its level and of its scale. The eight codes of a
/// row that follow begin tail_bits bytes further.
struct TailWindows {
  alignas(64) std::uint8_t bytes[32];
  alignas(64) std::uint32_t level[16], scale[16];
};
constexpr TailWindows tail_windows(unsigned depth) {
  TailWindows windows{};
  for (unsigned group = 0; group < 8; ++group) {
    const unsigned bit = group * tail_bits(depth);
    for (unsigned byte = 0; byte < 4; ++byte)
      windows.bytes[4 * group + byte] = static_cast<std::uint8_t>(bit / 8 + byte);
    for (const unsigned at : {group, group + 8}) {
      windows.level[at] = bit % 8;
      windows.scale[at] = bit % 8 + tail_level_bits(depth);
    }
  }
  return windows;
}

/// Sums of a row, partial ones that are integers.
struct alignas(64) RowSums {
  double lanes[8];
};

/// Adds the groups of a row to its sums: all that is behind the chain.
template <unsigned kDepth>
class RowEnd {
 public:
  explicit RowEnd(const HardwareCodebook& codebook) {
    for (std::size_t k = 0; k < kCodebook; ++k)
      scales_[k] = std::ldexp(static_cast<float>(codebook.mantissa[k]), -codebook.shift[k]);
  }

  /// `product` is 256 times that of columns 0..14 of the groups of a part; `tail` the tail codes of
  /// the row, after which 64 bytes can be read. Products of a level sum and a scale have 40 bits
  /// and are exact in a double; so is their sum for kMaxGroups groups.
  HWY_INLINE void add(const StreamBlock& block, std::size_t part, V32 product,
                      const std::byte* tail, VDouble& sum) {
    constexpr D32 d;
    constexpr DDouble df;
    const hn::RebindToUnsigned<D32> du;
    const hn::Half<DFloat> dh;
    const std::size_t first = part * kPartGroups;
    const std::size_t window = kPartGroups < 8 ? first % 8 : 0;
    const auto codes = hn::BitCast(du, load_codes(part, tail));
    const auto level = hn::And(hn::Shr(codes, hn::Load(du, kWindows.level + window)),
                               hn::Set(du, (1u << tail_level_bits(kDepth)) - 1));
    const auto scale =
        hn::And(hn::Shr(codes, hn::Load(du, kWindows.scale + window)), hn::Set(du, 31u));
    largest_level_ = hn::Max(largest_level_, hn::BitCast(d, level));
    largest_scale_ = hn::Max(largest_scale_, hn::BitCast(d, scale));
    const V32 all =
        hn::Add(hn::ShiftRight<kChainBits>(product),
                sum_times(hn::BitCast(D16(), level), hn::Load(d, block.column15 + first)));
    const VFloat factor =
        hn::Mul(scale_of(hn::BitCast(d, scale)), hn::Load(DFloat(), block.align_factor + first));
    const auto term = [&](auto integers, auto factors) HWY_ATTR {
      return hn::Floor(hn::Mul(hn::PromoteTo(df, integers), hn::PromoteTo(df, factors)));
    };
    sum =
        hn::Add(sum, hn::Add(term(hn::LowerHalf(all), hn::LowerHalf(factor)),
                             term(hn::UpperHalf(hn::Half<D32>(), all), hn::UpperHalf(dh, factor))));
  }

  bool bad() const {
    constexpr D32 d;
    return !hn::AllFalse(
        d, hn::Or(hn::Gt(largest_level_, hn::Set(d, static_cast<int>(level_count(kDepth)) - 1)),
                  hn::Gt(largest_scale_, hn::Set(d, static_cast<int>(kCodebook) - 1))));
  }

 private:
  static constexpr TailWindows kWindows = tail_windows(kDepth);

  /// The four bytes in which the code of each lane begins.
  static HWY_INLINE V8 load_codes(std::size_t part, const std::byte* tail) {
    constexpr D8 d;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(tail);
    if constexpr (kPartGroups == 16) {
      const hn::Half<D8> dh;
      const auto shuffle = hn::Load(dh, kWindows.bytes);
      return hn::Combine(
          d, hn::TableLookupBytes(hn::LoadDup128(dh, bytes + tail_bits(kDepth)), shuffle),
          hn::TableLookupBytes(hn::LoadDup128(dh, bytes), shuffle));
    } else {
      const std::size_t first = part * kPartGroups;
      return hn::TableLookupBytes(hn::LoadDup128(d, bytes + first / 8 * tail_bits(kDepth)),
                                  hn::Load(d, kWindows.bytes + first % 8 * 4));
    }
  }

  /// Scales by their numbers, 0 to 31.
  HWY_INLINE VFloat scale_of(V32 index) const {
    constexpr D32 d;
    constexpr DFloat df;
    if constexpr (kPartGroups >= 8) {
      const auto at = hn::IndicesFromVec(
          df, hn::And(index, hn::Set(d, static_cast<std::int32_t>(kPartGroups) - 1)));
      VFloat value = hn::TableLookupLanes(hn::Load(df, scales_), at);
      for (std::size_t first = kPartGroups; first < 32; first += kPartGroups) {
        const auto reached = hn::Gt(index, hn::Set(d, static_cast<std::int32_t>(first) - 1));
        value = hn::IfThenElse(hn::RebindMask(df, reached),
                               hn::TableLookupLanes(hn::Load(df, scales_ + first), at), value);
      }
      return value;
    } else {
      return hn::GatherIndex(df, scales_, index);
    }
  }

  alignas(64) float scales_[32] = {};  // A number that is none reads as 0.
  V32 largest_level_ = hn::Zero(D32()), largest_scale_ = hn::Zero(D32());
};

template <unsigned kDepth>
class Kernel {
 public:
  using Sums = RowSums;
  static constexpr std::size_t kPanelBytes = panel_beats(kDepth) * kBeatBytes;
  static constexpr std::size_t kAhead = 4096;  // Bytes, by measurement.

  explicit Kernel(const HardwareCodebook& codebook) : end_(codebook) {}

  /// Adds a panel to the sums of its rows; `ahead` is a panel that is kAhead further on the way.
  HWY_INLINE void panel(const StreamBlock& block, const std::byte* panel, const std::byte*,
                        const std::byte* ahead, RowSums* sums) {
    using U = Unit<kDepth>;
    constexpr DDouble df;
    constexpr std::size_t kUnitBytes = kSets * U::kBeats * kBeatBytes;
    constexpr std::size_t kTailBytes = std::size_t{2} * tail_bits(kDepth);  // Of a row: 16 codes.
    for (std::size_t tail = 0; tail < tail_bits(kDepth); ++tail)
      prefetch(ahead + tail * kBeatBytes);
    const std::byte* unit = panel + tail_bits(kDepth) * kBeatBytes;
    for (std::size_t row = 0; row < kPanelRows; row += U::kRows, unit += kUnitBytes) {
      for (std::size_t beat = 0; beat < kUnitBytes; beat += kBeatBytes)
        prefetch(ahead + (unit - panel) + beat);
      VDouble sum[U::kRows];
      for (std::size_t r = 0; r < U::kRows; ++r) sum[r] = hn::Load(df, sums[row + r].lanes);
      for (std::size_t part = 0; part < kParts; ++part) {
        V32 product[U::kRows];
        products(block, unit, part, product);
        for (std::size_t r = 0; r < U::kRows; ++r)
          end_.add(block, part, product[r], panel + (row + r) * kTailBytes, sum[r]);
      }
      for (std::size_t r = 0; r < U::kRows; ++r) hn::Store(sum[r], df, sums[row + r].lanes);
    }
  }

  bool bad_set_byte() const {
    constexpr D8 d;
    const auto most = hn::Set(d, static_cast<std::uint8_t>(kMaxSetByte));
    return !hn::AllTrue(d, hn::Eq(hn::Max(largest_byte_, most), most));
  }
  bool bad_tail() const { return end_.bad(); }

  static std::int64_t total(const RowSums& sums) {
    double sum = 0;
    for (std::size_t i = 0; i < hn::MaxLanes(DDouble()); ++i) sum += sums.lanes[i];
    return static_cast<std::int64_t>(sum);
  }

 private:
  /// 256 times the products of columns 0..14, of the rows of a unit and the groups of a part.
  HWY_INLINE void products(const StreamBlock& block, const std::byte* unit, std::size_t part,
                           V32 (&product)[Unit<kDepth>::kRows]) {
    using U = Unit<kDepth>;
    constexpr D8 d8;
    constexpr D32 d;
    const std::size_t first = part * kPartGroups;
    const auto* at = reinterpret_cast<const std::uint8_t*>(unit) + part * kPartBytes;
    for (V32& sum : product) sum = hn::Load(d, block.start + first);
#pragma GCC unroll 3
    for (std::size_t set = 0; set < kSets; ++set) {
#pragma GCC unroll 3
      for (std::size_t i = 0; i < U::kBeats; ++i, at += kBeatBytes) {
        const V8 bytes = hn::LoadU(d8, at);
        largest_byte_ = hn::Max(largest_byte_, bytes);
        V8 x = chain_start(bytes);
#pragma GCC unroll 6
        for (std::size_t step = 0; step < kChain; ++step) {
          const V32 factors = hn::Load(d, block.chain[set][step] + first);
          for (const LaneUse& use : U::kUse[i]) {
            const V8 weights = hn::BitCast(d8, hn::Set(d, static_cast<std::int32_t>(use.weights)));
            product[use.row] = hn::Add(product[use.row], sum_times(pair_sums(x, weights), factors));
          }
          x = hn::Add(x, hn::Add(x, x));
        }
      }
    }
  }

  /// The processor's own prefetcher stops at pages. A function that is not inlined at once has no
  /// effect in GCC's eyes, and its calls are dropped.
  static HWY_INLINE void prefetch(const std::byte* at) {
    hwy::Prefetch(at);
  }

  RowEnd<kDepth> end_;
  V8 largest_byte_ = hn::Zero(D8());
};

}  // namespace portable
}  // namespace HWY_NAMESPACE
}  // namespace
}  // namespace trine::golden
HWY_AFTER_NAMESPACE();

#endif
#endif
