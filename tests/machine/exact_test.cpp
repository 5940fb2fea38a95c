// SPDX-License-Identifier: Apache-2.0

#include <doctest/doctest.h>

#include <atomic>
#include <bit>
#include <chrono>
#include <cmath>
#include <limits>
#include <random>
#include <thread>

#include "golden/error.h"
#include "golden/exact/bfp.h"
#include "golden/exact/codebook.h"
#include "golden/exact/fp32_round.h"
#include "golden/exact/workers.h"
#include "machine/product/f16/definition.h"
#include "machine/product/f16/table.h"
#include "machine/product/trit/definition.h"

using namespace trine;
using namespace trine::golden;

namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

std::uint32_t bits(float value) {
  return std::bit_cast<std::uint32_t>(value);
}

/// Scales so different that every shift count from none to the clamp occurs.
Codebook wide_codebook() {
  Codebook codebook{};
  for (std::size_t k = 0; k < kCodebook; ++k) {
    codebook[k] = std::ldexp(1.0 + 0.03 * static_cast<double>(k), -80 + 3 * static_cast<int>(k));
  }
  return codebook;
}

std::vector<float> random_vector(std::size_t size, std::mt19937& random) {
  std::normal_distribution<float> normal;
  std::uniform_int_distribution<int> exponent(-40, 3);
  std::vector<float> x(size);
  for (std::size_t at = 0; at < size; at += kGroup) {
    const int e = exponent(random);
    for (std::size_t i = at; i < std::min(size, at + kGroup); ++i) {
      x[i] = e < -38 ? 0.0F : std::ldexp(normal(random), e);
    }
  }
  return x;
}

void check_same(const TritResult& a, const TritResult& b) {
  CHECK(a.accumulator == b.accumulator);
  REQUIRE(a.y.size() == b.y.size());
  for (std::size_t i = 0; i < a.y.size(); ++i) CHECK(bits(a.y[i]) == bits(b.y[i]));
}

TEST_CASE("workers: threads that sleep are woken for work and for the end") {
  for (const unsigned threads : {2U, hardware_threads() + 1}) {
    std::atomic<unsigned> shares = 0;
    {
      Workers workers(threads);
      for (int round = 0; round < 2; ++round) {
        // Longer than a thread looks before it sleeps.
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        workers.run([&](unsigned) { ++shares; });
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    CHECK(shares == 2 * threads);
  }
}

}  // namespace

TEST_CASE("fp32_rne: corner values round once, to nearest even") {
  static_assert(fp32_rne(3, -1) == 1.5F);
  CHECK(bits(fp32_rne(0, 500)) == 0);
  CHECK(fp32_rne((1 << 24) + 1, 0) == 16777216.0F);            // Tie to even: down.
  CHECK(fp32_rne((1 << 24) + 3, 0) == 16777220.0F);            // Tie to even: up.
  CHECK(fp32_rne(-((1 << 24) + 3), 0) == -16777220.0F);        // Symmetric.
  CHECK(fp32_rne((std::int64_t{1} << 25) - 1, 0) == 0x1p25F);  // The carry moves the exponent.
  CHECK(fp32_rne(std::numeric_limits<std::int64_t>::min(), 0) == -0x1p63F);
  CHECK(bits(fp32_rne(1, -149)) == 1);  // Smallest subnormal.
  CHECK(bits(fp32_rne(1, -150)) == 0);  // Tie to even: zero.
  CHECK(bits(fp32_rne(3, -151)) == 1);
  CHECK(bits(fp32_rne(-1, -150)) == 0x8000'0000U);
  CHECK(bits(fp32_rne(0xff'ffff, -150)) == 0x0080'0000U);  // Subnormal that rounds to normal.
  CHECK(bits(fp32_rne(1, -100'000)) == 0);
  CHECK(fp32_rne(0xff'ffff, 104) == std::numeric_limits<float>::max());
  CHECK(fp32_rne(0x1ff'ffff, 103) == kInf);
  CHECK(fp32_rne(-1, 128) == -kInf);
  CHECK(fp32_rne(1, 100'000) == kInf);
}

TEST_CASE("fp32_rne: agrees with the processor's one rounding of int64 and of double") {
  std::mt19937_64 random(1);
  for (int i = 0; i < 200'000; ++i) {
    const std::int64_t a = static_cast<std::int64_t>(random()) >> (random() % 64);
    CHECK(bits(fp32_rne(a, 0)) == bits(static_cast<float>(a)));
    // 53 bits are exact in double, in the subnormal range of FP32 too.
    const std::int64_t b = a >> 11;
    const int exponent = static_cast<int>(random() % 400) - 230;
    if (b != 0) {
      CHECK(bits(fp32_rne(b, exponent)) ==
            bits(static_cast<float>(std::ldexp(static_cast<double>(b), exponent))));
    }
  }
}

TEST_CASE("bfp: corner values") {
  const float x[] = {1.0F, -1.0F, 1.99999F, 0.5F, 0x1.002p-1F, 0x1.006p-1F, 0.0F, -0.0F};
  const BfpBlock block = bfp_block(x);
  CHECK(block.exponent == -10);
  const std::array<std::int32_t, kGroup> expected = {1024, -1024, 2047, 512, 512, 513};
  CHECK(block.mantissas == expected);  // 2048 clamps to 2047; 512.25 and 512.75 round to nearest.
  CHECK_FALSE(block.nonfinite);

  const float ties[] = {1.0F, 1.5F / 1024, 2.5F / 1024, -0.5F / 1024, -1.5F / 1024};
  CHECK(bfp_block(ties).mantissas == std::array<std::int32_t, kGroup>{1024, 2, 2, 0, -2});
}

TEST_CASE("bfp: subnormals count as zeros, Inf and NaN as exponent 128") {
  const float tiny[] = {1e-39F, -1e-45F, 0.0F};
  CHECK(bfp_block(tiny).exponent == kZeroBlock);
  const float mixed[] = {0x1p-126F, 0x1.fffffcp-127F};
  CHECK(bfp_block(mixed).exponent == -136);
  CHECK(bfp_block(mixed).mantissas[0] == 1024);
  CHECK(bfp_block(mixed).mantissas[1] == 0);
  const float bad[] = {kInf, -kInf, kNan, 0x1.8p127F, 1.0F};
  const BfpBlock block = bfp_block(bad);
  CHECK(block.nonfinite);
  CHECK(block.exponent == 118);
  CHECK(block.mantissas == std::array<std::int32_t, kGroup>{2047, -2047, 0, 768});
}

TEST_CASE("bfp: a vector is padded to blocks and reports its largest exponent") {
  std::vector<float> x(40, 0.0F);
  x[17] = 3.0F;
  x[39] = 100.0F;
  for (const int width : {8, 12, 16}) {
    const BfpVector v = to_bfp(x, width);
    CHECK(v.mantissas.size() == 48);
    CHECK(v.exponents == std::vector<std::int32_t>{kZeroBlock, 1 - (width - 2), 6 - (width - 2)});
    CHECK(v.max_exponent == 6 - (width - 2));
    CHECK(v.mantissas[17] == 3 << (width - 3));
    CHECK(v.mantissas[39] == 100 << (width - 2) >> 6);
  }
  CHECK(to_bfp(std::vector<float>(16)).max_exponent == kZeroBlock);
  CHECK_THROWS_AS(to_bfp(x, 7), Error);
  CHECK_THROWS_AS(to_bfp(x, 17), Error);
}

TEST_CASE("codebook: mantissas have their top bit set, shifts count from the last entry") {
  Codebook codebook{};
  for (std::size_t k = 0; k < kCodebook; ++k) codebook[k] = std::ldexp(1.0, static_cast<int>(k));
  codebook[3] = 0x1.ffffp3;  // Rounds up to the next power of two.
  const HardwareCodebook plain = hardware_codebook(codebook, 1);
  CHECK(plain.exponent == 26);
  CHECK(plain.mantissa[3] == 0x8000);
  CHECK(plain.shift[3] == 22);
  CHECK(plain.shift[0] == 26);
  CHECK(plain.shift[26] == 0);
  const HardwareCodebook thirds = hardware_codebook(codebook, 3);  // 1 / 13 = 0x9d8a * 2^-19.
  CHECK(thirds.mantissa[0] == 0x9d8a);
  CHECK(thirds.exponent == 22);

  codebook[0] = 1e-30;
  CHECK(hardware_codebook(codebook, 1).shift[0] == kMaxShift);
  codebook[0] = 0.0;
  CHECK_THROWS_AS(hardware_codebook(codebook, 1), Error);
  codebook[0] = 3.0;
  CHECK_THROWS_AS(hardware_codebook(codebook, 1), Error);
  CHECK_THROWS_AS(hardware_codebook(wide_codebook(), 5), Error);
}

TEST_CASE("trit_unpacked: equals the definition, any shape and depth") {
  std::mt19937 random(2);
  for (const MatrixShape shape : {MatrixShape{1, 1, 1}, MatrixShape{33, 47, 2},
                                  MatrixShape{20, 256, 3}, MatrixShape{50, 1000, 4}}) {
    TritMatrix matrix{shape, {}, {}, wide_codebook()};
    std::uniform_int_distribution<int> level(-outer_level(shape.depth), outer_level(shape.depth));
    for (std::size_t i = 0; i < shape.rows * shape.cols; ++i) {
      matrix.levels.push_back(static_cast<std::int8_t>(level(random)));
    }
    for (std::size_t i = 0; i < shape.rows * shape.groups_per_row(); ++i) {
      matrix.scales.push_back(static_cast<std::uint8_t>(random() % kCodebook));
    }
    const HardwareCodebook codebook = hardware_codebook(matrix.codebook, shape.depth);
    for (const int width : {8, 12, 16}) {
      const BfpVector x = to_bfp(random_vector(shape.cols, random), width);
      const TritResult expected = trit_definition(matrix, codebook, x);
      check_same(expected, trit_unpacked(matrix, codebook, x));
    }
  }
}

TEST_CASE("trit_definition: the largest sum is exact, zeros give +0, negative terms round down") {
  TritMatrix matrix{{2, 4096, 4}, std::vector<std::int8_t>(2 * 4096, 40), {}, {}};
  std::fill(matrix.levels.begin() + 4096, matrix.levels.end(), std::int8_t{-40});
  matrix.scales.assign(2 * 256, 26);
  matrix.codebook.fill(40 * 65535.0 / 32768);
  const HardwareCodebook codebook = hardware_codebook(matrix.codebook, 4);
  const BfpVector x = to_bfp(std::vector<float>(4096, 1.9999F));
  const std::int64_t largest = std::int64_t{4096} * 40 * 2047 * 65535;
  CHECK(trit_definition(matrix, codebook, x).accumulator ==
        std::vector<std::int64_t>{largest, -largest});
  check_same(trit_definition(matrix, codebook, x), trit_unpacked(matrix, codebook, x));

  const TritResult zero =
      trit_definition(matrix, codebook, to_bfp(std::vector<float>(4096, -0.0F)));
  CHECK(bits(zero.y[0]) == 0);
  CHECK(bits(zero.y[1]) == 0);

  std::vector<float> apart(4096, 0.0F);
  apart[0] = 1.0F;
  apart[16] = 0x1p-100F;  // Shifted out entirely: 0 for a positive term, -1 for a negative one.
  const TritResult floor = trit_definition(matrix, codebook, to_bfp(apart));
  const std::int64_t first = std::int64_t{40} * 1024 * 65535;
  CHECK(floor.accumulator == std::vector<std::int64_t>{first, -first - 1});
}

TEST_CASE("trit_definition: refuses sizes that do not fit together and scales out of range") {
  TritMatrix matrix{{2, 16, 1}, std::vector<std::int8_t>(32), std::vector<std::uint8_t>(2), {}};
  const HardwareCodebook codebook{};
  CHECK_THROWS_AS(trit_definition(matrix, codebook, to_bfp(std::vector<float>(17))), Error);
  const BfpVector x = to_bfp(std::vector<float>(16));
  CHECK_NOTHROW(trit_definition(matrix, codebook, x));
  matrix.scales[1] = 27;
  CHECK_THROWS_AS(trit_definition(matrix, codebook, x), Error);
  CHECK_THROWS_AS(trit_unpacked(matrix, codebook, x), Error);
  matrix.scales.pop_back();
  CHECK_THROWS_AS(trit_definition(matrix, codebook, x), Error);
}

TEST_CASE("f16_definition: weights as integers") {
  static_assert(f16_integer(0x0000) == 0);
  static_assert(f16_integer(0x8001) == -1);             // Smallest subnormal.
  static_assert(f16_integer(0x0400) == 0x400);          // Smallest normal.
  static_assert(f16_integer(0x3c00) == 1 << 24);        // One.
  static_assert(f16_integer(0x7bff) == 0x7ffLL << 29);  // Largest.
}

TEST_CASE("f16_table: equals the definition, any shape and threads") {
  std::mt19937 random(3);
  for (const auto& [rows, cols] : {std::pair<std::size_t, std::size_t>{1, 1}, {7, 33}, {40, 512}}) {
    const std::size_t stride = cols + 5;
    std::vector<std::uint16_t> weights(rows * stride);
    for (auto& w : weights) {
      w = static_cast<std::uint16_t>(random() & ((random() & 1) != 0 ? 0xbfff : 0xfbff));
    }
    const BfpVector x = to_bfp(random_vector(cols, random));
    const F16Matrix matrix{weights, rows, cols, stride};
    const F16Result expected = f16_definition(matrix, x);
    CHECK_FALSE(expected.nonfinite);
    for (const unsigned threads : {1U, 3U}) {
      Workers workers(threads);
      const F16Result got = f16_table(matrix, x, workers);
      CHECK(got.accumulator == expected.accumulator);
      for (std::size_t r = 0; r < rows; ++r) CHECK(bits(got.y[r]) == bits(expected.y[r]));
      CHECK(got.overflow == expected.overflow);
      CHECK(got.nonfinite == expected.nonfinite);
    }
  }
}

TEST_CASE("f16_definition: saturates with OVERFLOW on the first sum too long, not before") {
  Workers one(1);
  // One group of largest values: 16 * 2047 * 2^29 * 2047; 2^63 holds 256 of them and some.
  const std::int64_t group = (std::int64_t{16} * 2047 * 2047) << 29;
  const std::size_t fit =
      static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max() / group);
  for (const std::uint16_t sign : {std::uint16_t{0}, std::uint16_t{0x8000}}) {
    for (const std::size_t groups : {fit, fit + 1}) {
      const std::vector<std::uint16_t> weights(groups * kGroup,
                                               static_cast<std::uint16_t>(sign | 0x7bff));
      const BfpVector x = to_bfp(std::vector<float>(groups * kGroup, 1.9999F));
      const F16Matrix matrix{weights, 1, weights.size(), weights.size()};
      for (const F16Result& result : {f16_definition(matrix, x), f16_table(matrix, x, one)}) {
        CHECK(result.overflow == (groups > fit));
        const std::int64_t sum = static_cast<std::int64_t>(fit) * group;
        const std::int64_t low = std::numeric_limits<std::int64_t>::min();
        const std::int64_t high = std::numeric_limits<std::int64_t>::max();
        CHECK(result.accumulator[0] ==
              (groups == fit ? (sign != 0 ? -sum : sum) : (sign != 0 ? low : high)));
      }
    }
  }
}

TEST_CASE("f16_definition: flags infinite and NaN weights, refuses sizes that do not fit") {
  Workers one(1);
  std::vector<std::uint16_t> weights(64);
  const BfpVector x = to_bfp(std::vector<float>(32, 1.0F));
  CHECK_FALSE(f16_table({weights, 2, 32, 32}, x, one).nonfinite);
  weights[63] = 0xfc00;
  CHECK(f16_definition({weights, 2, 32, 32}, x).nonfinite);
  CHECK(f16_table({weights, 2, 32, 32}, x, one).nonfinite);
  CHECK_FALSE(f16_table({weights, 1, 32, 32}, x, one).nonfinite);
  CHECK_THROWS_AS(f16_definition({weights, 3, 32, 32}, x), Error);
  CHECK_THROWS_AS(f16_definition({weights, 2, 32, 33}, x), Error);
  CHECK_THROWS_AS(f16_definition({weights, 2, 32, 31}, x), Error);
  CHECK_THROWS_AS(f16_definition({weights, 2, 16, 32}, x), Error);
}
