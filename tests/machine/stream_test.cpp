// SPDX-License-Identifier: Apache-2.0
//
// The fast products from packed streams and FP16 rows, against the definitions.

#include <doctest/doctest.h>
#include <hwy/targets.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <random>

#include "golden/error.h"
#include "golden/format/panel.h"
#include "machine/product/f16/definition.h"
#include "machine/product/f16/simd.h"
#include "machine/product/trit/definition.h"
#include "machine/product/trit/simd.h"
#include "machine/product/trit/simd_plan.h"

using namespace trine;
using namespace trine::golden;

namespace {

TritMatrix random_matrix(const MatrixShape& shape, std::mt19937& random, int octaves = 9) {
  TritMatrix matrix{shape, {}, {}, {}};
  const int half = golden::outer_level(shape.depth);
  std::uniform_int_distribution<int> level(-half, half);
  matrix.levels.resize(shape.rows * shape.cols);
  for (auto& value : matrix.levels) value = static_cast<std::int8_t>(level(random));
  matrix.scales.resize(shape.rows * shape.groups_per_row());
  for (auto& value : matrix.scales) value = static_cast<std::uint8_t>(random() % kCodebook);
  for (std::size_t k = 0; k < kCodebook; ++k)
    matrix.codebook[k] =
        std::exp2(static_cast<double>(k) * octaves / static_cast<double>(kCodebook - 1) - 7);
  return matrix;
}

/// Magnitudes over `octaves` octaves, and some blocks of zeros.
std::vector<float> random_vector(std::size_t count, std::mt19937& random, int octaves = 6) {
  std::normal_distribution<float> normal;
  std::vector<float> x(count);
  for (float& value : x)
    value = std::ldexp(normal(random), static_cast<int>(random() % static_cast<unsigned>(octaves)));
  for (std::size_t block = 0; block < count; block += kGroup)
    if (random() % 5 == 0)
      std::fill_n(x.begin() + static_cast<std::ptrdiff_t>(block), std::min(kGroup, count - block),
                  0.0f);
  return x;
}

bool available(const std::optional<TritProduct>& product) {
  if (!product) MESSAGE("this processor has no AVX-512 with VNNI and VBMI: not tested");
  return product.has_value();
}

void check_trits(const TritMatrix& matrix, const BfpVector& x, unsigned threads) {
  Workers workers(threads);
  const auto codebook = hardware_codebook(matrix.codebook, matrix.shape.depth);
  const auto got = trit_simd({pack(matrix), matrix.shape, kCanonical, codebook}, x, workers);
  if (!available(got)) return;
  CHECK(got->accumulator == trit_definition(matrix, codebook, x).accumulator);
  CHECK_FALSE(got->bad_set_byte);
  CHECK_FALSE(got->bad_tail);
}

void check_halves(const std::vector<std::uint16_t>& bits, std::size_t rows, std::size_t cols,
                  std::size_t stride, const BfpVector& x, unsigned threads = 2) {
  CAPTURE(rows);
  CAPTURE(cols);
  Workers workers(threads);
  const F16Result want = f16_definition({bits, rows, cols, stride}, x);
  const F16Product got =
      f16_simd({std::as_bytes(std::span(bits)), rows, cols, 2 * stride}, x, workers);
  CHECK(got.accumulator == want.accumulator);
  CHECK(got.overflow == want.overflow);
  CHECK(got.nonfinite == want.nonfinite);
}

}  // namespace

TEST_CASE("chain of bytes: gives 256 times the sum of five products, for every set byte") {
  std::mt19937 random(1);
  for (unsigned byte = 0; byte <= kMaxSetByte; ++byte) {
    std::vector<float> values(kGroup);
    for (std::size_t c = 0; c < kSetColumns; ++c)
      values[c] = static_cast<float>(static_cast<int>(random() % 4095) - 2047);
    values[kGroup - 1] = 2047;  // So that the block's exponent is 0.
    const BfpVector x = to_bfp(values);
    const StreamBlock block = stream_blocks(x, 4).front();
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

TEST_CASE("trit_simd: equals the definition at every depth, shape and width") {
  std::mt19937 random(2);
  for (unsigned depth = 1; depth <= 4; ++depth) {
    for (const auto& [rows, cols] : {std::pair{70u, 300u},
                                     {1u, 1u},
                                     {33u, 15u},
                                     {129u, 17u},
                                     {32u, 256u},
                                     {64u, 896u},
                                     {40u, 11008u},
                                     {2100u, 40u}}) {
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
    if (!available(run(good))) return;
    const std::size_t panels = good.size() / layout.bytes();
    for (int i = 0; i < 200; ++i) {
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
  }
}

TEST_CASE("f16_simd: equals the definition for weights of every kind and odd shapes") {
  std::mt19937 random(6);
  for (const auto& [rows, cols, stride] : {std::array<std::size_t, 3>{5, 1, 1},
                                           {40, 15, 16},
                                           {33, 17, 20},
                                           {20, 128, 128},
                                           {20, 130, 160},
                                           {64, 896, 896},
                                           {3, 11008, 11008}}) {
    for (const int act_width : {12, 8, 16}) {
      const BfpVector x = to_bfp(random_vector(cols, random), act_width);
      std::vector<std::uint16_t> bits(rows * stride);
      for (auto& b : bits) b = static_cast<std::uint16_t>(random() & 0xabff);  // |w| < 1, finite.
      check_halves(bits, rows, cols, stride, x);
      for (auto& b : bits) b = static_cast<std::uint16_t>(random() & 0x83ff);  // Subnormal.
      check_halves(bits, rows, cols, stride, x, 1);
      for (auto& b : bits) {  // All finite ones.
        b = static_cast<std::uint16_t>(random());
        if ((b & 0x7c00) == 0x7c00) b &= 0xbbff;
      }
      check_halves(bits, rows, cols, stride, x, 3);
      for (auto& b : bits) b = static_cast<std::uint16_t>(random());  // Any.
      check_halves(bits, rows, cols, stride, x);
    }
  }
}

TEST_CASE("f16_simd: equals the definition with the vectors of every processor") {
  std::mt19937 random(8);
  const BfpVector x = to_bfp(random_vector(300, random, 30));
  std::vector<std::uint16_t> bits(24 * 300);
  const auto all = hwy::SupportedTargets();
  unsigned tested = 0;
  for (auto rest = all; rest != 0; rest &= rest - 1, ++tested) {
    hwy::SetSupportedTargetsForTest(rest & -rest);
    hwy::GetChosenTarget().DeInit();
    CAPTURE(hwy::TargetName(rest & -rest));
    for (const unsigned mask : {0xabffu, 0x83ffu, 0xffffu}) {
      for (auto& b : bits) b = static_cast<std::uint16_t>(random() & mask);
      check_halves(bits, 24, 300, 300, x);
    }
  }
  CHECK(tested > 0);
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().DeInit();
}

TEST_CASE("f16_simd: exact around the largest weight that the fast way takes") {
  std::mt19937 random(7);
  for (const std::size_t cols : {16u, 128u, 2048u}) {
    for (const int octaves : {1, 40, 120}) {
      const BfpVector x = to_bfp(random_vector(cols, random, octaves));
      for (unsigned field = 1; field < 31; ++field) {
        std::vector<std::uint16_t> bits(4 * cols);
        for (auto& b : bits)
          b = static_cast<std::uint16_t>((random() & 0x83ff) | (random() % (field + 1)) << 10);
        check_halves(bits, 4, cols, cols, x, 1);
      }
    }
  }
}

TEST_CASE("f16_simd: saturation, zeros and a single Inf in one of many rows") {
  const std::size_t cols = 4096;
  const BfpVector ones = to_bfp(std::vector<float>(cols, 1.9999f));
  std::vector<std::uint16_t> bits(2 * cols, 0x7bff);
  for (std::size_t c = 0; c < cols; ++c) bits[cols + c] = 0xfbff;
  check_halves(bits, 2, cols, cols, ones);
  check_halves(bits, 2, cols, cols, to_bfp(std::vector<float>(cols, 0.0f)));
  std::vector<std::uint16_t> small(64 * 128, 0x3000);
  small[63 * 128 + 127] = 0x7c00;
  check_halves(small, 64, 128, 128, to_bfp(std::vector<float>(128, 1.5f)));
}

TEST_CASE("f16_simd: refuses sizes that do not fit") {
  Workers workers(1);
  const std::vector<std::uint16_t> bits(64);
  const auto bytes = std::as_bytes(std::span(bits));
  const BfpVector x = to_bfp(std::vector<float>(16, 1.0f));
  CHECK_NOTHROW(f16_simd({bytes, 4, 16, 32}, x, workers));
  CHECK_THROWS_AS(f16_simd({bytes, 5, 16, 32}, x, workers), Error);
  CHECK_THROWS_AS(f16_simd({bytes, 4, 17, 34}, x, workers), Error);
  CHECK_THROWS_AS(f16_simd({bytes, 4, 16, 30}, x, workers), Error);
}

TEST_CASE("Workers: every share runs once, rows are covered once, in steps") {
  for (const unsigned threads : {0u, 1u, 2u, 5u}) {
    Workers workers(threads);
    CHECK(workers.count() == std::max(threads, 1u));
    for (int round = 0; round < 200; ++round) {
      std::vector<int> calls(workers.count());
      workers.run([&](unsigned share) { ++calls[share]; });
      CHECK(calls == std::vector<int>(workers.count(), 1));
    }
    for (const std::size_t rows : {0u, 1u, 31u, 32u, 33u, 1000u}) {
      std::vector<int> covered(rows);
      workers.rows(rows, 32, [&](std::size_t first, std::size_t last) {
        CHECK(first % 32 == 0);
        for (std::size_t r = first; r < last; ++r) ++covered[r];
      });
      CHECK(covered == std::vector<int>(rows, 1));
    }
  }
}
