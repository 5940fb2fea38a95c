// SPDX-License-Identifier: Apache-2.0

#include "golden/exact/attention.h"

#include <algorithm>
#include <bit>
#include <string>

#include "golden/error.h"
#include "golden/exact/fp32_ops.h"
#include "golden/exact/fp32_round.h"
#include "golden/exact/fp32_tables.h"

namespace trine::golden {
namespace {

constexpr int kWeightBits = 23;  // Fraction of a weight.

void check_width(int width) {
  if (width < 8 || width > kMaxAttentionWidth)
    throw Error("attention: a width of " + std::to_string(width) + " is outside 8..16");
}

/// Exponent field of a block that has not been rounded: E of docs/numerics.md.
int field_of(const BfpBlock& block, int width) {
  return block.exponent == kZeroBlock ? 0 : block.exponent + 127 + (width - 2);
}

constexpr int bounded(std::int64_t shift) {
  return static_cast<int>(std::min<std::int64_t>(shift, kMaxShift));
}

}  // namespace

bool store_blocks(std::span<const float> x, int width, std::span<std::uint16_t> blocks) {
  check_width(width);
  if (x.size() % kGroup != 0 || x.size() != blocks.size())
    throw Error("attention: " + std::to_string(x.size()) + " values, " +
                std::to_string(blocks.size()) + " elements of blocks");
  bool nonfinite = false;
  for (std::size_t at = 0; at < x.size(); at += kGroup) {
    const BfpBlock block = bfp_block(x.subspan(at, kGroup), width);
    const int field = field_of(block, width);
    nonfinite |= block.nonfinite;
    for (std::size_t i = 0; i < kGroup; ++i)
      blocks[at + i] = static_cast<std::uint16_t>(block_element(block.mantissas[i], width, i) |
                                                  (i < 8 ? field >> i & 1 : 0));
  }
  return nonfinite;
}

AttentionQuery attention_query(std::span<const float> query, int width) {
  AttentionQuery result;
  for (std::size_t at = 0; at < query.size(); at += kGroup) {
    const BfpBlock block = bfp_block(query.subspan(at, kGroup), width);
    result.mantissas.insert(result.mantissas.end(), block.mantissas.begin(), block.mantissas.end());
    result.fields.push_back(field_of(block, width));
    result.nonfinite |= block.nonfinite;
  }
  return result;
}

std::int32_t attention_weight(std::int64_t x) {
  if (x >= std::int64_t{25} << 24) return 0;
  const auto fraction = static_cast<std::uint32_t>(-x & 0xff'ffff);
  const std::int64_t significand =
      evaluate(kFp32Tables.exp2[fraction >> 18],
               static_cast<std::int32_t>(fraction & 0x3'ffffU) - (1 << 17));
  const auto down = static_cast<int>(-(-x >> 24));
  if (down == 0) return static_cast<std::int32_t>(significand);
  return static_cast<std::int32_t>((significand + (std::int64_t{1} << (down - 1))) >> down);
}

float attention_result(std::int64_t sum, int value_field, std::int64_t weights, int width) {
  const float scaled = fp32_rne(sum, value_field - 127 - (width - 2) - kWeightBits);
  return fp32_mul(scaled, fp32_recip(fp32_rne(weights, -kWeightBits)));
}

void check_attention(const Attention& a) {
  check_width(a.width);
  const std::size_t width = a.head_dim;
  if (width < 32 || width > 512 || !std::has_single_bit(width))
    throw Error("attention: heads of " + std::to_string(width));
  if (a.query.empty() || a.query.size() % width != 0 || a.cache.empty() ||
      a.cache.size() % (2 * width) != 0 || a.positions() > kMaxPositions)
    throw Error("attention: " + std::to_string(a.query.size()) + " values of queries, " +
                std::to_string(a.cache.size()) + " of keys and values in heads of " +
                std::to_string(width));
  if (a.queries == 0 || a.heads() % a.queries != 0 || a.queries > a.positions())
    throw Error("attention: " + std::to_string(a.queries) + " queries of " +
                std::to_string(a.heads()) + " heads at " + std::to_string(a.positions()) +
                " positions");
  if (a.factor >> kFactorBits != 0)
    throw Error("attention: a factor of " + std::to_string(a.factor));
}

AttentionResult attention_definition(const Attention& a) {
  check_attention(a);
  const std::size_t width = a.head_dim, groups = width / kGroup;
  const std::size_t chunk = kChunkElements / width;
  const AttentionQuery query = attention_query(a.query, a.width);
  AttentionResult result;
  result.nonfinite = query.nonfinite;
  const auto row = [&](std::size_t position, std::size_t value) {
    return a.cache.subspan((2 * position + value) * width, width);
  };
  for (std::size_t head = 0; head < a.heads(); ++head) {
    std::vector<std::int64_t> sums(width);
    std::vector<int> fields(groups);  // That the sums are aligned to.
    std::int64_t weights = 0, reference = 0, first_score = 0;
    for (std::size_t first = 0; first < a.sees(head); first += chunk) {
      const std::size_t end = std::min(first + chunk, a.sees(head));
      std::vector<std::int64_t> log2(end - first);
      std::int64_t next_reference = reference;
      std::vector<int> next_fields = fields;
      for (std::size_t p = first; p < end; ++p) {
        std::int64_t score = 0;
        for (std::size_t g = 0; g < groups; ++g) {
          const auto key = row(p, 0).subspan(g * kGroup, kGroup);
          std::int64_t total = 0;
          for (std::size_t i = 0; i < kGroup; ++i)
            total += std::int64_t{query.mantissas[head * width + g * kGroup + i]} *
                     block_mantissa(key[i], a.width, i);
          score += score_term(total, query.fields[head * groups + g], block_field(key), a.width,
                              result.overflow);
          next_fields[g] =
              std::max(next_fields[g], block_field(row(p, 1).subspan(g * kGroup, kGroup)));
        }
        if (p == 0) first_score = score;
        log2[p - first] = score_log2(score - first_score, a.factor, result.overflow);
        next_reference = std::max(next_reference, (log2[p - first] + 0xff'ffff) >> 24);
      }
      // What was summed so far moves to the new alignment.
      const std::int64_t grown = next_reference - reference;
      reference = next_reference;
      weights >>= bounded(grown);
      for (std::size_t d = 0; d < width; ++d)
        sums[d] >>= bounded(grown + next_fields[d / kGroup] - fields[d / kGroup]);
      fields = next_fields;
      for (std::size_t p = first; p < end; ++p) {
        const std::int32_t weight = attention_weight((reference << 24) - log2[p - first]);
        weights += weight;
        for (std::size_t d = 0; d < width; ++d) {
          const std::size_t g = d / kGroup;
          const int field = block_field(row(p, 1).subspan(g * kGroup, kGroup));
          sums[d] += std::int64_t{aligned_weight(weight, fields[g] - field)} *
                     block_mantissa(row(p, 1)[d], a.width, d);
        }
      }
    }
    for (std::size_t d = 0; d < width; ++d) {
      result.y.push_back(attention_result(sums[d], fields[d / kGroup], weights, a.width));
      result.nonfinite |= fp32_nonfinite(result.y.back());
    }
  }
  return result;
}

}  // namespace trine::golden
