// SPDX-License-Identifier: Apache-2.0
//
// The fast product from packed streams against the definition, with the vectors of every processor.

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>

#include "golden/error.h"
#include "golden/format/panel.h"
#include "machine/product/trit/definition.h"
#include "machine/product/trit/simd.h"
#include "machine/product/trit/simd_plan.h"
#include "tests/machine/stream_cases.h"

using namespace trine;
using namespace trine::golden;

namespace {

/// Without vectors, which every processor has that the project is built for, there is no product.
bool available(const std::optional<TritProduct>& product, std::int64_t target) {
  constexpr std::int64_t kNoVectors = HWY_SCALAR | HWY_EMU128;
  if (!product) CHECK((target & kNoVectors) != 0);
  return product.has_value();
}

void check_trits(const TritMatrix& matrix, const BfpVector& x, unsigned threads) {
  Workers workers(threads);
  const auto codebook = hardware_codebook(matrix.codebook, matrix.shape.depth);
  const auto stream = pack(matrix);
  const auto want = trit_definition(matrix, codebook, x).accumulator;
  for_each_target([&](auto target) {
    const auto got = trit_simd({stream, matrix.shape, kCanonical, codebook}, x, workers);
    if (!available(got, target)) return;
    CHECK(got->accumulator == want);
    CHECK_FALSE(got->bad_set_byte);
    CHECK_FALSE(got->bad_tail);
  });
}

}  // namespace

TEST_CASE("chain of bytes: gives 256 times the sum of five products, for every set byte") {
  std::mt19937 random(1);
  Workers one(1);
  for (unsigned byte = 0; byte <= kMaxSetByte; ++byte) {
    std::vector<float> values(kGroup);
    for (std::size_t c = 0; c < kSetColumns; ++c)
      values[c] = static_cast<float>(static_cast<int>(random() % 4095) - 2047);
    values[kGroup - 1] = 2047;  // So that the block's exponent is 0.
    const BfpVector x = to_bfp(values);
    const StreamBlock block = stream_blocks(x, 4, one).front();
    auto chain = static_cast<std::uint8_t>(byte + kChainStarts[byte / 2]);
    std::int64_t sum = 0, want = 0;
    for (std::size_t i = 0; i < kChain; ++i, chain = static_cast<std::uint8_t>(3 * chain))
      sum += std::int64_t{static_cast<std::int16_t>(block.chain[0][i][0])} * chain;
    unsigned rest = byte;
    for (std::size_t c = 0; c < kSetColumns; ++c, rest /= 3)
      want += static_cast<std::int64_t>(rest % 3) * x.mantissas[c];
    CHECK(sum == 256 * want);
  }
}

TEST_CASE("chain of bytes: the product of a word starts two chains, for every pair of set bytes") {
  const auto starts = [](unsigned byte, unsigned start) {
    return 256 * byte <= 243 * start && 243 * start < 256 * (byte + 1);
  };
  for (unsigned high = 0; high <= kMaxSetByte; ++high) {
    for (unsigned low = 0; low <= kMaxSetByte; ++low) {
      const unsigned above = (256 * high + low) * kStartFactor >> 16 >> 8;
      REQUIRE(starts(high, high + above + 1));
      REQUIRE(starts(low, low + (low * kStartFactor >> 16) + 1));
    }
  }
}

TEST_CASE("trit_simd: equals the definition at every depth, shape and width") {
  std::mt19937 random(2);
  for (unsigned depth = 1; depth <= 4; ++depth) {
    for (const auto& shape : {std::pair{70u, 300u},
                              {1u, 1u},
                              {33u, 15u},
                              {129u, 17u},
                              {32u, 256u},
                              {64u, 896u},
                              {40u, 11008u},
                              {2100u, 40u}}) {
      const auto rows = shape.first, cols = shape.second;
      for (const int act_width : {12, 8, 14}) {
        CAPTURE(depth);
        CAPTURE(rows);
        CAPTURE(cols);
        CAPTURE(act_width);
        check_trits(random_matrix({rows, cols, depth}, random),
                    to_bfp(random_vector(cols, random), act_width),
                    static_cast<unsigned>(1 + random() % 3));
      }
    }
  }
}

TEST_CASE("trit_simd: the largest magnitudes, shifts of 63 and zeros") {
  std::mt19937 random(3);
  for (unsigned depth = 1; depth <= 4; ++depth) {
    CAPTURE(depth);
    TritMatrix matrix = random_matrix({64, 512, depth}, random, 0);
    for (const int sign : {-1, 1}) {
      std::ranges::fill(matrix.levels, static_cast<std::int8_t>(sign * outer_level(depth)));
      for (const int act_width : {12, 14}) {
        check_trits(matrix, to_bfp(std::vector<float>(512, 1.9999f), act_width), 2);
        check_trits(matrix, to_bfp(std::vector<float>(512, -1.9999f), act_width), 2);
      }
    }
    const TritMatrix wide = random_matrix({64, 512, depth}, random, 90);
    check_trits(wide, to_bfp(random_vector(512, random, 120)), 2);
    check_trits(wide, to_bfp(std::vector<float>(512, 0.0f)), 2);
  }
}

TEST_CASE("trit_simd: leaves what it cannot do to others, refuses wrong sizes") {
  std::mt19937 random(4);
  Workers workers(2);
  const TritMatrix matrix = random_matrix({40, 64, 4}, random);
  const auto codebook = hardware_codebook(matrix.codebook, 4);
  const BfpVector x = to_bfp(random_vector(64, random));
  const Geometry narrow{4, 2048};
  CHECK_FALSE(trit_simd({pack(matrix, narrow), matrix.shape, narrow, codebook}, x, workers));
  const BfpVector wide = to_bfp(std::vector<float>(64, 1.9999f), 15);
  CHECK_FALSE(trit_simd({pack(matrix), matrix.shape, kCanonical, codebook}, wide, workers));
  auto stream = pack(matrix);
  CHECK_THROWS_AS(trit_simd({stream, matrix.shape, kCanonical, codebook},
                            to_bfp(random_vector(80, random)), workers),
                  Error);
  stream.pop_back();
  CHECK_THROWS_AS(trit_simd({stream, matrix.shape, kCanonical, codebook}, x, workers), Error);
}

TEST_CASE("trit_simd: finds a single bad code anywhere, padding included") {
  std::mt19937 random(5);
  Workers workers(2);
  for (unsigned depth = 1; depth <= 4; ++depth) {
    CAPTURE(depth);
    const TritMatrix matrix = random_matrix({70, 300, depth}, random);
    const auto codebook = hardware_codebook(matrix.codebook, depth);
    const BfpVector x = to_bfp(random_vector(300, random));
    const PanelLayout layout(depth, kCanonical);
    const auto good = pack(matrix);
    const auto run = [&](const std::vector<std::byte>& stream) {
      return trit_simd({stream, matrix.shape, kCanonical, codebook}, x, workers);
    };
    const std::size_t panels = good.size() / layout.bytes();
    for_each_target([&](auto target) {
      if (!available(run(good), target)) return;
      for (int i = 0; i < 100; ++i) {
        const std::size_t panel =
            i < 2 ? (panels - 1) * static_cast<std::size_t>(i) : random() % panels;
        auto stream = good;
        const std::size_t body = layout.bytes() - layout.body_offset();
        const std::size_t at = i == 0 ? 0 : i == 1 ? body - 1 : random() % body;
        stream[panel * layout.bytes() + layout.body_offset() + at] =
            static_cast<std::byte>(i % 2 == 0 ? 243 : 243 + random() % 13);
        const auto set = run(stream);
        CHECK(set->bad_set_byte);
        CHECK_FALSE(set->bad_tail);

        // A tail code: first its bits to zero, then a bad level or a bad scale.
        stream = good;
        std::byte* const codes = &stream[panel * layout.bytes()];
        const std::size_t row = random() % kPanelRows, group = random() % kCanonical.groups;
        const unsigned level_bits = tail_level_bits(depth);
        const std::size_t bit = layout.tail_bit(row, group);
        const unsigned last_level = (1u << level_bits) - 1;
        const unsigned code =
            i % 2 == 0 ? level_count(depth) + (i % 4 == 0 ? 0 : last_level - level_count(depth))
                       : static_cast<unsigned>(kCodebook + random() % 5) << level_bits;
        for (std::size_t b = 0; b < tail_bits(depth); ++b)
          codes[(bit + b) / 8] &= ~(std::byte{1} << ((bit + b) % 8));
        layout.put_tail(codes, row, group, code);
        const auto tail = run(stream);
        CHECK(tail->bad_tail);
        CHECK_FALSE(tail->bad_set_byte);
      }
    });
  }
}
