// SPDX-License-Identifier: Apache-2.0
//
// Attention of the heads that share keys and values: the definition against double arithmetic, and
// the fast form against the definition.

#include "golden/exact/attention.h"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "golden/error.h"
#include "machine/product/attention/fast.h"
#include "tests/machine/attention_cases.h"

using namespace trine::golden;
using trine::Error;
using namespace trine::test;

namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();

/// Both forms; they must be equal.
AttentionResult both(const AttentionCase& c) {
  static Workers workers(3);
  const AttentionResult want = attention_definition(c.attention());
  const AttentionResult got = attention_fast(c.attention(), workers);
  REQUIRE_EQ(got.y.size(), want.y.size());
  std::size_t differ = 0;
  for (std::size_t i = 0; i < want.y.size(); ++i)
    differ += std::bit_cast<std::uint32_t>(got.y[i]) != std::bit_cast<std::uint32_t>(want.y[i]);
  CHECK_EQ(differ, 0u);
  CHECK_EQ(got.nonfinite, want.nonfinite);
  CHECK_EQ(got.overflow, want.overflow);
  return want;
}

/// What attention is, of the values that the blocks hold.
std::vector<double> exact(const AttentionCase& c) {
  const std::size_t width = c.head_dim;
  const auto stored = [&](std::size_t element) {
    const std::size_t block = element / kGroup * kGroup;
    const int field = block_field(std::span(c.cache).subspan(block, kGroup));
    return std::ldexp(block_mantissa(c.cache[element], c.width, element),
                      field - 127 - (c.width - 2));
  };
  std::vector<double> y(c.query.size());
  const std::size_t positions = c.cache.size() / (2 * width);
  for (std::size_t head = 0; head < c.query.size() / width; ++head) {
    std::vector<double> score(positions);
    double largest = -1e300, sum = 0;
    for (std::size_t p = 0; p < positions; ++p) {
      for (std::size_t d = 0; d < width; ++d)
        score[p] += static_cast<double>(c.query[head * width + d]) * stored(2 * p * width + d);
      score[p] *= std::ldexp(c.factor, -24);
      largest = std::max(largest, score[p]);
    }
    for (std::size_t p = 0; p < positions; ++p) {
      const double weight = std::exp2(score[p] - largest);
      sum += weight;
      for (std::size_t d = 0; d < width; ++d)
        y[head * width + d] += weight * stored((2 * p + 1) * width + d);
    }
    for (std::size_t d = 0; d < width; ++d) y[head * width + d] /= sum;
  }
  return y;
}

/// Largest distance from `exact`, relative to the largest value.
double error_of(const AttentionCase& c) {
  const AttentionResult result = both(c);
  CHECK_FALSE(result.nonfinite);
  CHECK_FALSE(result.overflow);
  const std::vector<double> want = exact(c);
  double worst = 0, size = 0;
  for (std::size_t i = 0; i < want.size(); ++i) {
    worst = std::max(worst, std::fabs(result.y[i] - want[i]));
    size = std::max(size, std::fabs(want[i]));
  }
  return worst / size;
}

}  // namespace

TEST_CASE("attention: blocks hold what was stored, to half of a mantissa's last bit") {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  for (const int width : {8, 12, 15}) {
    std::vector<float> x(64);
    for (std::size_t i = 0; i < x.size(); ++i)
      x[i] = std::ldexp(normal(random), int(i) / 16 * 30 - 60);
    std::vector<std::uint16_t> blocks(x.size());
    CHECK_FALSE(store_blocks(x, width, blocks));
    for (std::size_t b = 0; b < x.size(); b += kGroup) {
      const BfpBlock want = bfp_block(std::span(x).subspan(b, kGroup), width);
      const auto block = std::span(blocks).subspan(b, kGroup);
      CHECK_EQ(block_field(block) - 127 - (width - 2), want.exponent);
      for (std::size_t i = 0; i < kGroup; ++i) {
        CHECK_EQ(block_mantissa(block[i], width, i), want.mantissas[i]);
        if (i >= 8) CHECK_EQ(block[i] & 1, 0);
      }
    }
  }
  std::vector<std::uint16_t> blocks(16);
  CHECK_FALSE(store_blocks(std::vector<float>(16), 15, blocks));
  CHECK_EQ(blocks, std::vector<std::uint16_t>(16));
  std::vector<float> inf(16, 1.0F);
  inf[3] = -kInf;
  CHECK(store_blocks(inf, 15, blocks));
  CHECK_EQ(block_field(blocks), 255);
  CHECK_EQ(block_mantissa(blocks[3], 15, 3), -16383);
  CHECK_THROWS_AS((void)store_blocks(std::vector<float>(15), 15, blocks), Error);
  CHECK_THROWS_AS((void)store_blocks(inf, 17, blocks), Error);
}

TEST_CASE("attention: blocks of 16 bits hold the last bit of their second half") {
  std::vector<float> x(16);
  std::vector<std::uint16_t> blocks(16);
  x[0] = x[8] = 0x7fff;  // The exponent is 0: mantissas are the values.
  for (std::size_t i = 1; i < 8; ++i) x[i] = x[i + 8] = static_cast<float>(i) - 4.0F;
  CHECK_FALSE(store_blocks(x, 16, blocks));
  CHECK_EQ(block_field(blocks), 127 + 14);
  const std::int32_t even[] = {0x7ffe, -4, -2, 0, 0, 0, 2, 4};  // Odd ones to a multiple of 4.
  for (std::size_t i = 0; i < 8; ++i) {
    CAPTURE(i);
    CHECK_EQ(block_mantissa(blocks[i], 16, i), even[i]);
    CHECK_EQ(block_mantissa(blocks[i + 8], 16, i + 8), static_cast<std::int32_t>(x[i + 8]));
  }
}

TEST_CASE("attention: weights are powers of two, halves up") {
  CHECK_EQ(attention_weight(0), 1 << 23);
  for (int n = 1; n <= 23; ++n) CHECK_EQ(attention_weight(std::int64_t{n} << 24), 1 << (23 - n));
  CHECK_EQ(attention_weight(std::int64_t{24} << 24), 1);
  CHECK_EQ(attention_weight((std::int64_t{24} << 24) + 0x100000), 0);
  CHECK_EQ(attention_weight(std::int64_t{25} << 24), 0);
  CHECK_EQ(attention_weight(std::int64_t{1} << 45), 0);
  for (std::int64_t x = 1; x < std::int64_t{26} << 24; x += 99'991) {
    CAPTURE(x);
    const double want = std::ldexp(std::exp2(-std::ldexp(static_cast<double>(x), -24)), 23);
    CHECK_LE(std::fabs(attention_weight(x) - want), 1.2);
  }
}

TEST_CASE("attention: close to the exact one, at every head size and around chunks") {
  for (const std::size_t width : {32u, 64u, 128u, 256u, 512u}) {
    const std::size_t chunk = kChunkElements / width;
    for (const std::size_t positions :
         {std::size_t{1}, std::size_t{2}, chunk - 1, chunk, chunk + 1, 3 * chunk + 7}) {
      CAPTURE(width);
      CAPTURE(positions);
      const AttentionCase c =
          attention_case(width, 3, positions, static_cast<unsigned>(width + positions));
      // A query of 15 bits is 2^-15 of its block's largest away, times scores of a few units.
      CHECK_LE(error_of(c), 2e-3);
    }
  }
}

TEST_CASE("attention: scores that rise move the reference, and values that grow the alignment") {
  for (const float slope : {0.01F, 0.5F, 20.0F, -3.0F}) {
    CAPTURE(slope);
    AttentionCase c = attention_case(64, 2, 900, 7);
    std::vector<float> row(64);
    std::mt19937 random(3);
    std::normal_distribution<float> normal;
    for (std::size_t p = 0; p < 900; ++p) {
      for (float& v : row) v = slope * static_cast<float>(p) / 64;
      c.put(p, 0, row);
      for (float& v : row) v = std::ldexp(normal(random), static_cast<int>(p / 100));
      c.put(p, 1, row);
    }
    std::fill(c.query.begin(), c.query.end(), 1.0F);
    CHECK_LE(error_of(c), 2e-3);
  }
}

TEST_CASE("attention: equal scores give the mean, one that leads gives its value") {
  AttentionCase c = attention_case(32, 1, 1000, 5);
  std::fill(c.query.begin(), c.query.end(), 0.0F);
  CHECK_LE(error_of(c), 1e-5);
  c = attention_case(32, 1, 1000, 6);
  const std::vector<float> large(32, 100.0F);
  std::fill(c.query.begin(), c.query.end(), 1.0F);
  c.put(777, 0, large);
  const AttentionResult result = both(c);
  for (std::size_t d = 0; d < 32; ++d) {
    const std::size_t at = (2 * 777 + 1) * 32;
    const int field = block_field(std::span(c.cache).subspan(at + d / kGroup * kGroup, kGroup));
    // Three roundings: of the sum, of the reciprocal and of their product.
    const double value = std::ldexp(block_mantissa(c.cache[at + d], 15, d), field - 140);
    CHECK_LE(std::fabs(result.y[d] - value), 3 * 0x1p-23 * std::fabs(value));
  }
}

TEST_CASE("attention: zeros, Inf, NaN, scores beyond the sums, any bits in the cache") {
  AttentionCase c = attention_case(64, 2, 300, 8);
  std::ranges::fill(c.cache, 0);
  AttentionResult result = both(c);
  CHECK_EQ(result.y, std::vector<float>(128));
  c = attention_case(64, 2, 300, 9);
  c.query[70] = kInf;
  CHECK(both(c).nonfinite);
  c = attention_case(64, 2, 300, 10);
  c.put(40, 0, std::vector<float>(64, 3e30F));
  CHECK(both(c).overflow);
  for (float& q : c.query) q = std::ldexp(q, 26);
  CHECK(both(c).overflow);
  c = attention_case(64, 2, 300, 11);  // A score far above the first one's.
  std::fill(c.query.begin(), c.query.end(), 1000.0F);
  c.put(200, 0, std::vector<float>(64, 30.0F));
  CHECK(both(c).overflow);
  for (unsigned seed = 0; seed < 20; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    AttentionCase any = attention_case(32u << seed % 5, 1 + seed % 8, 1 + random() % 700, seed);
    any.width = 8 + static_cast<int>(seed % 9);
    for (std::uint16_t& element : any.cache) element = static_cast<std::uint16_t>(random());
    both(any);
  }
}

TEST_CASE("attention: positions that share a pass are what they are one by one") {
  for (unsigned seed = 0; seed < 24; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    const std::size_t width = 32u << seed % 5, chunk = kChunkElements / width;
    const std::size_t queries = 2 + random() % 7, heads = 1 + random() % 3;
    const std::size_t positions =
        seed % 3 == 0 ? queries : chunk * (1 + seed % 2) + random() % (2 * queries);
    AttentionCase c = attention_case(width, queries * heads, std::max(positions, queries), seed,
                                     8 + static_cast<int>(seed % 9));
    c.queries = queries;
    if (seed % 4 == 3)
      for (std::uint16_t& element : c.cache) element = static_cast<std::uint16_t>(random());
    const AttentionResult together = both(c);
    bool nonfinite = false, overflow = false;
    for (std::size_t q = 0; q < queries; ++q) {
      AttentionCase one = c;
      one.queries = 1;
      const auto at = [&](std::size_t n) {
        return c.query.begin() + static_cast<std::ptrdiff_t>(n * heads * width);
      };
      one.query.assign(at(q), at(q + 1));
      one.cache.resize(c.cache.size() - 2 * width * (queries - 1 - q));
      const AttentionResult want = both(one);
      for (std::size_t i = 0; i < want.y.size(); ++i)
        REQUIRE_EQ(std::bit_cast<std::uint32_t>(together.y[q * heads * width + i]),
                   std::bit_cast<std::uint32_t>(want.y[i]));
      nonfinite |= want.nonfinite;
      overflow |= want.overflow;
    }
    CHECK_EQ(together.nonfinite, nonfinite);
    CHECK_EQ(together.overflow, overflow);
  }
}

TEST_CASE("attention: sizes that do not fit are refused") {
  const AttentionCase good = attention_case(64, 2, 5, 1);
  const auto refused = [&](auto change) {
    AttentionCase c = good;
    change(c);
    CHECK_THROWS_AS((void)attention_definition(c.attention()), Error);
  };
  refused([](AttentionCase& c) { c.head_dim = 48; });
  refused([](AttentionCase& c) { c.query.pop_back(); });
  refused([](AttentionCase& c) { c.query.clear(); });
  refused([](AttentionCase& c) { c.cache.pop_back(); });
  refused([](AttentionCase& c) { c.cache.clear(); });
  refused([](AttentionCase& c) { c.factor = 1u << kFactorBits; });
  refused([](AttentionCase& c) { c.width = 17; });
  refused([](AttentionCase& c) { c.queries = 0; });
  refused([](AttentionCase& c) { c.queries = 3; });  // Of two heads.
  refused([](AttentionCase& c) {
    c.queries = 6;  // Before the first position.
    c.query.resize(6 * 64);
  });
}
