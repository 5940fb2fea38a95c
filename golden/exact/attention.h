// SPDX-License-Identifier: Apache-2.0
//
// Attention of the query heads that share a head of keys and values, to the bit:
// docs/numerics.md states it. Keys and values lie in memory by position as blocks of 16 mantissas
// with an exponent.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "golden/exact/bfp.h"

namespace trine::golden {

/// Bits of a mantissa of the query and of the cache, sign included: what is usual, and the most;
/// from 8 on they are supported.
inline constexpr int kAttentionWidth = 15;
inline constexpr int kMaxAttentionWidth = 16;
/// Elements of the values of a chunk: a chunk has this many over head_dim positions.
inline constexpr std::size_t kChunkElements = 16384;
/// The sums of attention are exact up to here.
inline constexpr std::size_t kMaxPositions = 131072;
/// Bits of the largest factor of the scores.
inline constexpr int kFactorBits = 25;

/// Mantissa of element `index` of a block: bits width:1, two's complement; the bits above do not
/// matter. At a width of 16 it is the element itself, but for bit 0 of the first eight, which
/// counts as 0.
constexpr std::int32_t block_mantissa(std::uint16_t element, int width, std::size_t index) {
  if (width == kMaxAttentionWidth)
    return static_cast<std::int16_t>(index % kGroup < kGroup / 2 ? element & 0xfffe : element);
  return static_cast<std::int32_t>(std::uint32_t{element} << (31 - width)) >> (32 - width);
}

/// What is stored of mantissa `index` of a block beside a bit of the exponent field: the element
/// with 0 in its place. At a width of 16 the first eight lose their last bit: to nearest even.
constexpr std::int32_t block_element(std::int32_t mantissa, int width, std::size_t index) {
  if (width < kMaxAttentionWidth) return mantissa * 2;
  if (index % kGroup >= kGroup / 2 || (mantissa & 1) == 0) return mantissa;
  const std::int32_t half = mantissa >> 1;
  return std::min(half + (half & 1), 0x3fff) * 2;
}

/// FP32 exponent field of a stored block: bit 0 of its first eight elements, lowest first.
constexpr std::int32_t block_field(std::span<const std::uint16_t> block) {
  std::int32_t field = 0;
  for (std::size_t i = 0; i < 8; ++i) field |= (block[i] & 1) << i;
  return field;
}

/// Stores x, a multiple of 16 values, as blocks: each element with a bit of the exponent field.
/// Returns whether x holds Inf or NaN. Throws Error for sizes that do not fit.
[[nodiscard]] bool store_blocks(std::span<const float> x, int width,
                                std::span<std::uint16_t> blocks);

/// One call of attention: queries at consecutive positions, of which the last sees all positions of
/// the cache, the one before it all but one, and so on.
struct Attention {
  std::span<const float> query;          // (queries, heads, head_dim)
  std::span<const std::uint16_t> cache;  // (positions, 2, head_dim): the key, then the value.
  std::size_t head_dim = 0;              // 32, 64, 128, 256 or 512.
  std::uint32_t factor = 0;              // Of the scores times log2(e), in units of 2^-24.
  int width = kAttentionWidth;
  std::size_t queries = 1;

  std::size_t heads() const { return query.size() / head_dim; }  // Of all queries.
  /// Positions that a head sees, of those of all queries: as many as its query.
  std::size_t sees(std::size_t head) const {
    return positions() - (queries - 1 - head / (heads() / queries));
  }
  std::size_t positions() const { return cache.size() / (2 * head_dim); }
};

struct AttentionResult {
  std::vector<float> y;    // (queries, heads, head_dim)
  bool nonfinite = false;  // The query or a result is Inf or NaN.
  bool overflow = false;   // A score is beyond what the sums hold.
};

/// The definition, as plain loops. Throws Error for sizes and widths that do not fit.
AttentionResult attention_definition(const Attention& attention);

/// Throws Error for sizes and widths that do not fit.
void check_attention(const Attention& attention);

// ---- The steps, elementwise ----

/// What a head of the query becomes: mantissas, and exponent fields by block (0 for zeros).
struct AttentionQuery {
  std::vector<std::int32_t> mantissas;  // (queries, heads, head_dim)
  std::vector<std::int32_t> fields;     // (queries, heads, head_dim / 16)
  bool nonfinite = false;
};
AttentionQuery attention_query(std::span<const float> query, int width);

/// Sum of 16 products, aligned to units of 2^-16 of a score: floor(total * 2^(16 - shift)).
constexpr std::int64_t score_term(std::int64_t total, int query_field, int key_field, int width,
                                  bool& overflow) {
  const int shift = 250 + 2 * width - query_field - key_field;
  overflow |= shift < 0;
  return (total * 65536) >> (shift < 0 ? 0 : shift > 63 ? 63 : shift);
}

/// Score minus that of position 0, times the factor: log2 of a weight, in units of 2^-24.
constexpr std::int64_t score_log2(std::int64_t difference, std::uint32_t factor, bool& overflow) {
  constexpr std::int64_t kLimit = std::int64_t{1} << 36;
  overflow |= difference >= kLimit;
  const std::int64_t bounded = difference >= kLimit   ? kLimit - 1
                               : difference < -kLimit ? -kLimit
                                                      : difference;
  return (bounded * factor) >> 16;
}

/// round(2^(23 - x * 2^-24)), halves up, of x >= 0; 0 from 25 * 2^24 on.
std::int32_t attention_weight(std::int64_t x);

/// round(weight * 2^-shift), halves up; shift is at least 0.
constexpr std::int32_t aligned_weight(std::int32_t weight, int shift) {
  if (shift == 0) return weight;
  return shift > 24 ? 0 : (weight + (1 << (shift - 1))) >> shift;
}

/// sum * 2^(field - 127 - (width - 2)) / weights, by a reciprocal.
float attention_result(std::int64_t sum, int value_field, std::int64_t weights, int width);

}  // namespace trine::golden
