// SPDX-License-Identifier: Apache-2.0

#include "machine/product/attention/fast.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "golden/exact/fp32_ops.h"

namespace trine::golden {
namespace {

/// Keys and values of a chunk, taken apart.
struct Chunk {
  std::size_t first = 0, count = 0;     // Positions.
  std::vector<std::int16_t> mantissas;  // (positions, 2, head_dim)
  std::vector<std::int32_t> fields;     // (positions, 2, groups)
  std::vector<std::int32_t> largest;    // (groups) of all values.

  void load(const Attention& a, std::size_t position) {
    const std::size_t row = 2 * a.head_dim, groups = a.head_dim / kGroup;
    first = position;
    count = std::min(kChunkElements / a.head_dim, a.positions() - first);
    mantissas.resize(count * row);
    fields.resize(count * 2 * groups);
    const auto elements = a.cache.subspan(first * row, count * row);
    for (std::size_t i = 0; i < elements.size(); ++i)
      mantissas[i] = static_cast<std::int16_t>(block_mantissa(elements[i], a.width, i));
    for (std::size_t i = 0; i < fields.size(); ++i)
      fields[i] = block_field(elements.subspan(i * kGroup, kGroup));
    largest = largest_fields(count, groups);
  }

  /// Of the values of the first `positions`, (groups).
  std::vector<std::int32_t> largest_fields(std::size_t positions, std::size_t groups) const {
    std::vector<std::int32_t> result(groups);
    for (std::size_t p = 0; p < positions; ++p)
      for (std::size_t g = 0; g < groups; ++g)
        result[g] = std::max(result[g], fields[(2 * p + 1) * groups + g]);
    return result;
  }
};

/// A head on its way through the chunks.
class Head {
 public:
  Head(const Attention& a, std::size_t head)
      : a_(a),
        groups_(a.head_dim / kGroup),
        sees_(a.sees(head)),
        sums_(a.head_dim),
        fields_(groups_) {
    AttentionQuery query = attention_query(a.query.subspan(head * a.head_dim, a.head_dim), a.width);
    query_ = std::move(query.mantissas);
    query_fields_ = std::move(query.fields);
    nonfinite = query.nonfinite;
  }

  void take(const Chunk& chunk) {
    if (chunk.first >= sees_) return;
    const std::size_t count = std::min(chunk.count, sees_ - chunk.first);
    log2_.resize(count);
    std::int64_t reference = reference_;
    for (std::size_t p = 0; p < count; ++p) {
      const std::int64_t score = score_of(chunk, p);
      if (begins_) first_score_ = score;
      begins_ = false;
      log2_[p] = score_log2(score - first_score_, a_.factor, overflow);
      reference = std::max(reference, (log2_[p] + 0xff'ffff) >> 24);
    }
    realign(reference, count == chunk.count ? chunk.largest : chunk.largest_fields(count, groups_));
    for (std::size_t p = 0; p < count; ++p) add_value(chunk, p);
  }

  void finish(std::span<float> y) {
    for (std::size_t d = 0; d < y.size(); ++d)
      y[d] = attention_result(sums_[d], fields_[d / kGroup], weights_, a_.width);
    nonfinite |= std::ranges::any_of(y, fp32_nonfinite);
  }

  bool overflow = false, nonfinite = false;

 private:
  std::int64_t score_of(const Chunk& chunk, std::size_t p) {
    const std::int16_t* key = &chunk.mantissas[2 * p * a_.head_dim];
    std::int64_t score = 0;
    for (std::size_t g = 0; g < groups_; ++g) {
      score += score_term(total_of(&query_[g * kGroup], key + g * kGroup), query_fields_[g],
                          chunk.fields[2 * p * groups_ + g], a_.width, overflow);
    }
    return score;
  }

  /// Sum of a block's products.
  std::int64_t total_of(const std::int32_t* query, const std::int16_t* key) const {
    if (a_.width == kMaxAttentionWidth) {
      std::int64_t total = 0;
      for (std::size_t i = 0; i < kGroup; ++i) total += std::int64_t{query[i]} * key[i];
      return total;
    }
    // Half of the products fit in 32 bits.
    std::int32_t low = 0, high = 0;
    for (std::size_t i = 0; i < kGroup / 2; ++i) {
      low += query[i] * key[i];
      high += query[i + kGroup / 2] * key[i + kGroup / 2];
    }
    return std::int64_t{low} + high;
  }

  void realign(std::int64_t reference, const std::vector<std::int32_t>& largest) {
    const std::int64_t grown = reference - reference_;
    reference_ = reference;
    weights_ >>= std::min<std::int64_t>(grown, kMaxShift);
    for (std::size_t g = 0; g < groups_; ++g) {
      const std::int32_t field = std::max(fields_[g], largest[g]);
      const auto shift = std::min<std::int64_t>(grown + field - fields_[g], kMaxShift);
      fields_[g] = field;
      if (shift == 0) continue;
      for (std::size_t d = g * kGroup; d < (g + 1) * kGroup; ++d) sums_[d] >>= shift;
    }
  }

  void add_value(const Chunk& chunk, std::size_t p) {
    const std::int32_t weight = attention_weight((reference_ << 24) - log2_[p]);
    if (weight == 0) return;
    weights_ += weight;
    const std::int16_t* value = &chunk.mantissas[(2 * p + 1) * a_.head_dim];
    const std::int32_t* fields = &chunk.fields[(2 * p + 1) * groups_];
    for (std::size_t g = 0; g < groups_; ++g) {
      const std::int64_t aligned = aligned_weight(weight, fields_[g] - fields[g]);
      for (std::size_t d = g * kGroup; d < (g + 1) * kGroup; ++d) sums_[d] += aligned * value[d];
    }
  }

  const Attention& a_;
  std::size_t groups_, sees_;  // Positions that it sees.
  std::vector<std::int32_t> query_, query_fields_;
  std::vector<std::int64_t> sums_, log2_;
  std::vector<std::int32_t> fields_;
  std::int64_t weights_ = 0, reference_ = 0, first_score_ = 0;
  bool begins_ = true;
};

}  // namespace

AttentionResult attention_fast(const Attention& a, Workers& workers) {
  check_attention(a);
  AttentionResult result;
  result.y.resize(a.query.size());
  std::mutex lock;
  workers.rows(a.heads(), 1, [&](std::size_t first, std::size_t last) {
    std::vector<Head> heads;
    for (std::size_t head = first; head < last; ++head) heads.emplace_back(a, head);
    Chunk chunk;
    for (std::size_t at = 0; at < a.positions(); at += chunk.count) {
      chunk.load(a, at);
      for (Head& head : heads) head.take(chunk);
    }
    bool overflow = false, nonfinite = false;
    for (std::size_t head = first; head < last; ++head) {
      Head& one = heads[head - first];
      one.finish(std::span(result.y).subspan(head * a.head_dim, a.head_dim));
      overflow |= one.overflow;
      nonfinite |= one.nonfinite;
    }
    const std::lock_guard guard(lock);
    result.overflow |= overflow;
    result.nonfinite |= nonfinite;
  });
  return result;
}

}  // namespace trine::golden
