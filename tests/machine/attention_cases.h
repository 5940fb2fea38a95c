// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cmath>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "golden/exact/attention.h"

namespace trine::test {

/// Query, keys and values of one call of attention.
struct AttentionCase {
  std::size_t head_dim = 0;
  int width = golden::kAttentionWidth;
  std::uint32_t factor = 0;
  std::size_t queries = 1;
  std::vector<float> query;          // (queries, heads, head_dim)
  std::vector<std::uint16_t> cache;  // (positions, 2, head_dim)

  golden::Attention attention() const { return {query, cache, head_dim, factor, width, queries}; }
  /// Stores a key (0) or value (1).
  void put(std::size_t position, std::size_t value, std::span<const float> x) {
    (void)golden::store_blocks(
        x, width, std::span(cache).subspan((2 * position + value) * head_dim, head_dim));
  }
};

/// Factor of the scores of heads of `head_dim` times log2(e), as the command has it.
inline std::uint32_t factor_of(std::size_t head_dim) {
  return static_cast<std::uint32_t>(
      std::lround(std::ldexp(1.4426950408889634 / std::sqrt(double(head_dim)), 24)));
}

/// Normal queries, keys and values; keys and queries are large in a few dimensions, as those of
/// real models are.
inline AttentionCase attention_case(std::size_t head_dim, std::size_t heads, std::size_t positions,
                                    unsigned seed, int width = golden::kAttentionWidth) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  AttentionCase c{.head_dim = head_dim,
                  .width = width,
                  .factor = factor_of(head_dim),
                  .query = {},
                  .cache = {}};
  c.query.resize(heads * head_dim);
  c.cache.resize(positions * 2 * head_dim);
  for (std::size_t i = 0; i < c.query.size(); ++i)
    c.query[i] = normal(random) * (i % 16 == 5 ? 4.0F : 1.0F);
  std::vector<float> row(head_dim);
  for (std::size_t p = 0; p < positions; ++p)
    for (std::size_t value = 0; value < 2; ++value) {
      for (std::size_t i = 0; i < head_dim; ++i)
        row[i] = normal(random) * (value == 0 && i % 16 == 5 ? 6.0F : 1.0F);
      c.put(p, value, row);
    }
  return c;
}

}  // namespace trine::test
