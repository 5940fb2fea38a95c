// SPDX-License-Identifier: Apache-2.0

#include "golden/exact/vector_ops.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include "golden/error.h"
#include "golden/exact/fp32_ops.h"

using namespace trine::golden;
using Vector = std::vector<float>;

namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kLog2e = 0x1.715476p+0F;
constexpr double kUlp = 0x1p-23;  // At most, relative to the value.

std::uint32_t bits(float value) {
  return std::bit_cast<std::uint32_t>(value);
}

std::vector<std::uint32_t> all_bits(const Vector& x) {
  std::vector<std::uint32_t> b;
  for (const float v : x) b.push_back(bits(v));
  return b;
}

Vector normal(std::size_t n, unsigned seed, float deviation = 1.0F) {
  std::mt19937 random(seed);
  std::normal_distribution<float> distribution(0.0F, deviation);
  Vector x(n);
  for (float& v : x) v = distribution(random);
  return x;
}

/// Every y within `units` last places of `exact`.
void check_close(const Vector& y, const std::vector<double>& exact, double units) {
  double worst = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double size = std::max(std::fabs(exact[i]), 0x1p-126);
    worst = std::max(worst, std::fabs(static_cast<double>(y[i]) - exact[i]) / size / kUlp);
  }
  CHECK_LE(worst, units);
}

Vector softmax_of(const Vector& x, float scale = kLog2e) {
  Vector y(x.size());
  CHECK_FALSE(softmax(x, scale, y));
  return y;
}

}  // namespace

TEST_CASE("add: elementwise, in place too, flags what is not finite") {
  Vector a{1.0F, 0x1p24F, -0.0F, 0x1p-126F};
  const Vector b{2.0F, 1.0F, -0.0F, -0x1.8p-126F};
  CHECK_FALSE(add(a, b, a));
  CHECK(all_bits(a) == all_bits({3.0F, 0x1p24F, -0.0F, -0.0F}));
  Vector y(1);
  CHECK(add(Vector{kInf}, Vector{1.0F}, y));
  CHECK(add(Vector{1.0F}, Vector{kNan}, y));
  CHECK(add(Vector{3e38F}, Vector{3e38F}, y));
  CHECK_EQ(y[0], kInf);
  CHECK_THROWS_AS((void)add(a, y, a), trine::Error);
}

TEST_CASE("rmsnorm: close to double arithmetic at every length and scale") {
  for (const std::size_t n : {1U, 15U, 16U, 17U, 896U, 2048U, 16384U, 65536U}) {
    for (const float deviation : {1e-15F, 1.0F, 1e15F}) {
      CAPTURE(n);
      CAPTURE(deviation);
      const Vector x = normal(n, static_cast<unsigned>(n), deviation);
      const Vector w = normal(n, static_cast<unsigned>(n) + 1);
      const float eps = deviation < 1 ? 1e-36F : 1e-6F;
      Vector y(n);
      CHECK_FALSE(rmsnorm(x, w, 1.0F / static_cast<float>(n), eps, y));
      double sum = 0;
      for (const float v : x) sum += static_cast<double>(v) * static_cast<double>(v);
      const double scale = 1 / std::sqrt(sum / static_cast<double>(n) + static_cast<double>(eps));
      std::vector<double> exact(n);
      for (std::size_t i = 0; i < n; ++i) {
        exact[i] = static_cast<double>(x[i]) * scale * static_cast<double>(w[i]);
      }
      // Mean, product, sum: half of three ulp after the root; the root 1, two products 1.
      check_close(y, exact, 3.5);
    }
  }
}

TEST_CASE("rmsnorm: does not depend on order, one outlier hides nothing that counts") {
  Vector x = normal(2048, 5);
  x[77] = 3000.0F;
  const Vector w(2048, 1.0F);
  Vector y(2048);
  CHECK_FALSE(rmsnorm(x, w, 1.0F / 2048, 1e-6F, y));
  std::vector<std::size_t> order(2048);
  std::iota(order.begin(), order.end(), 0);
  std::shuffle(order.begin(), order.end(), std::mt19937(6));
  Vector shuffled;
  for (const std::size_t i : order) shuffled.push_back(x[i]);
  CHECK_FALSE(rmsnorm(shuffled, w, 1.0F / 2048, 1e-6F, shuffled));  // In place.
  for (std::size_t i = 0; i < order.size(); ++i) REQUIRE_EQ(bits(shuffled[i]), bits(y[order[i]]));
}

TEST_CASE("rmsnorm: squares of 2^-62 of the largest and less are nothing") {
  for (int down = 25; down < 40; ++down) {
    CAPTURE(down);
    const Vector x = {1.0F, std::ldexp(1.5F, -down)};
    const std::int32_t top = rmsnorm_top(x);
    // The significand of 1 is 2^23; a square is taken at a quarter, rounded down.
    const std::int64_t square = down < 31 ? (std::int64_t{9} << 44 >> (2 + 2 * down)) : 0;
    CHECK(rmsnorm_sum(x, top) == (std::int64_t{1} << 44) + square);
  }
}

TEST_CASE("rmsnorm: zeros, tiny, huge and non-finite") {
  Vector y(2);
  CHECK_FALSE(rmsnorm(Vector{0.0F, -0.0F}, Vector{1.0F, 1.0F}, 0.5F, 1e-6F, y));
  CHECK(all_bits(y) == all_bits({0.0F, -0.0F}));
  CHECK(rmsnorm(Vector{0.0F, 0.0F}, Vector{1.0F, 1.0F}, 0.5F, 0.0F, y));  // 0 * Inf.
  CHECK(std::isnan(y[0]));
  // The squares overflow to Inf: the results are zeros.
  CHECK_FALSE(rmsnorm(Vector{1e30F, -1e20F}, Vector{1.0F, 1.0F}, 0.5F, 1e-6F, y));
  CHECK(all_bits(y) == all_bits({0.0F, -0.0F}));
  // Subnormal values are zeros.
  CHECK_FALSE(rmsnorm(Vector{1e-40F, 1.0F}, Vector{1.0F, 1.0F}, 1.0F, 0.0F, y));
  CHECK(all_bits(y) == all_bits({0.0F, 1.0F}));
  CHECK(rmsnorm(Vector{kInf, 1.0F}, Vector{1.0F, 1.0F}, 0.5F, 0.0F, y));
  CHECK(std::isnan(y[0]));
  CHECK_EQ(bits(y[1]), 0U);
  CHECK(rmsnorm(Vector{1.0F, 1.0F}, Vector{kNan, 1.0F}, 0.5F, 0.0F, y));
  CHECK_EQ(y[1], 1.0F);
  CHECK(rmsnorm(Vector{0.0F, 1.0F}, Vector{kInf, 1.0F}, 0.5F, 0.0F, y));
  CHECK_THROWS_AS((void)rmsnorm(y, Vector(3), 1.0F, 0.0F, y), trine::Error);
  Vector large(kMaxSummed + 1);
  CHECK_THROWS_AS((void)rmsnorm(large, large, 1.0F, 0.0F, large), trine::Error);
}

TEST_CASE("rope: turns every pair of every head, in place too") {
  for (const std::size_t width : {32U, 64U, 128U}) {
    Vector x = normal(3 * width, 7);
    Vector table(width);
    for (std::size_t i = 0; i < width / 2; ++i) {
      table[i] = std::cos(static_cast<float>(i));
      table[width / 2 + i] = std::sin(static_cast<float>(i));
    }
    Vector y(x.size());
    CHECK_FALSE(rope(x, width, table, y));
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::size_t in_head = i % width;
      const std::size_t pair = in_head % (width / 2);
      const bool low = in_head < width / 2;
      const float other = x[low ? i + width / 2 : i - width / 2];
      // Host FP32, rounded after each step: volatile keeps the products apart.
      const volatile float along = x[i] * table[pair];
      const volatile float across = other * table[width / 2 + pair];
      REQUIRE_EQ(bits(y[i]), bits(low ? along - across : along + across));
    }
    CHECK_FALSE(rope(x, width, table, x));
    CHECK(all_bits(x) == all_bits(y));
  }
}

TEST_CASE("rope: position zero keeps values, non-finite is flagged, sizes are checked") {
  Vector table(32, 1.0F);
  std::fill(table.begin() + 16, table.end(), 0.0F);
  const Vector x = normal(64, 8);
  Vector y(64);
  CHECK_FALSE(rope(x, 32, table, y));
  CHECK(y == x);
  table[31] = kNan;
  CHECK(rope(x, 32, table, y));
  CHECK_THROWS_AS((void)rope(x, 16, table, y), trine::Error);
  CHECK_THROWS_AS((void)rope(x, 64, table, y), trine::Error);
  CHECK_THROWS_AS((void)rope(Vector(33), 32, table, y), trine::Error);
}

TEST_CASE("vector operations: operands of different sizes are refused by name") {
  const Vector x(32, 1.0F), less(31, 1.0F);
  Vector y(32), short_y(31);
  CHECK_THROWS_WITH_AS((void)add(x, less, y), "add: sizes differ", trine::Error);
  CHECK_THROWS_WITH_AS((void)add(x, x, short_y), "add: sizes differ", trine::Error);
  CHECK_THROWS_WITH_AS((void)rmsnorm(x, less, 1, y), "rmsnorm: sizes differ", trine::Error);
  CHECK_THROWS_WITH_AS((void)rmsnorm(x, x, 1, short_y), "rmsnorm: sizes differ", trine::Error);
  CHECK_THROWS_WITH_AS((void)silu_mul(x, less, y), "silu_mul: sizes differ", trine::Error);
  CHECK_THROWS_WITH_AS((void)silu_mul(x, x, short_y), "silu_mul: sizes differ", trine::Error);
  CHECK_THROWS_WITH_AS((void)rope(x, 0, x, y), "rope: head_dim is not a multiple of 32",
                       trine::Error);
}

TEST_CASE("softmax: close to double arithmetic at every length") {
  for (const std::size_t n : {1U, 2U, 15U, 16U, 17U, 129U, 4096U, 16384U, 65536U}) {
    CAPTURE(n);
    const Vector x = normal(n, static_cast<unsigned>(n), 3.0F);
    const float scale = 0.125F * kLog2e;
    const Vector y = softmax_of(x, scale);
    double sum = 0;
    std::vector<double> exact(n);
    for (std::size_t i = 0; i < n; ++i) {
      exact[i] = std::exp2(static_cast<double>(x[i]) * static_cast<double>(scale));
      sum += exact[i];
    }
    for (double& v : exact) v /= sum;
    // |s| < 4: rounding s and the difference moves the exponential by at most 4 * 2^-24 * ln 2
    // twice or thrice, far below 8 ulp.
    check_close(y, exact, 8);
  }
}

TEST_CASE("softmax: one position, equal scores, the longest vector") {
  CHECK(softmax_of({-17.0F}) == Vector{1.0F});
  for (const std::size_t n : {2U, 3U, 1000U, 16384U, 65536U}) {
    for (const float score : {0.0F, -1e30F, 1e30F, 5.5F}) {
      const Vector y = softmax_of(Vector(n, score));
      for (const float v : y) REQUIRE_EQ(v, y[0]);
      CHECK_LE(std::fabs(static_cast<double>(y[0]) * static_cast<double>(n) - 1), 2 * kUlp);
    }
  }
}

TEST_CASE("softmax: huge scores are no trouble, the others vanish") {
  CHECK(softmax_of({1e30F, -1e30F, 0.0F}) == Vector{1.0F, 0.0F, 0.0F});
  CHECK(softmax_of({3e38F, 3e38F, -3e38F}, 1.0F) == Vector{0.5F, 0.5F, 0.0F});
  Vector y(2);
  // The product overflows: Inf - Inf.
  CHECK(softmax(Vector{3e38F, 1.0F}, kLog2e, y));
  CHECK(std::isnan(y[0]));
  // A masked score is flagged as an input, its weight is zero.
  CHECK(softmax(Vector{-kInf, 1.0F}, kLog2e, y));
  CHECK(y == Vector{0.0F, 1.0F});
  CHECK(softmax(Vector{-kInf, -kInf}, kLog2e, y));
  CHECK(std::isnan(y[1]));
  CHECK(softmax(Vector{kNan, 1.0F}, kLog2e, y));
  CHECK(std::isnan(y[1]));
  CHECK_THROWS_AS((void)softmax(Vector(3), 1.0F, y), trine::Error);
}

TEST_CASE("silu_mul: close to double arithmetic, and at its ends") {
  const Vector g = normal(20000, 9, 8.0F);
  const Vector u = normal(20000, 10);
  Vector y(g.size());
  CHECK_FALSE(silu_mul(g, u, y));
  std::vector<double> exact;
  for (std::size_t i = 0; i < g.size(); ++i) {
    const double v = static_cast<double>(g[i]);
    exact.push_back(v / (1 + std::exp(-v)) * static_cast<double>(u[i]));
  }
  // -g log2(e) is below 64: its rounding alone moves the exponential by 32 * 2^-23.
  check_close(y, exact, 64);

  const Vector ends{0.0F, -0.0F, 100.0F, -80.0F, -200.0F, 1e-40F};
  Vector out(ends.size());
  CHECK_FALSE(silu_mul(ends, Vector(ends.size(), 1.0F), out));
  CHECK_EQ(bits(out[0]), 0U);
  CHECK_EQ(bits(out[1]), 0x80000000U);
  CHECK_EQ(out[2], 100.0F);
  CHECK_LT(out[3], 0.0F);
  CHECK_EQ(bits(out[4]), 0x80000000U);
  CHECK_EQ(bits(out[5]), 0U);
  for (const float bad : {kInf, -kInf, kNan}) {
    CHECK(silu_mul(Vector{bad}, Vector{0.0F}, std::span(out).first(1)));
    CHECK(silu_mul(Vector{0.0F}, Vector{bad}, std::span(out).first(1)));
  }
  CHECK_THROWS_AS((void)silu_mul(g, ends, out), trine::Error);
}

TEST_CASE("argmax: the first largest value over several calls") {
  ArgmaxState state;
  CHECK_FALSE(argmax(Vector{-3.0F, -1.0F, -1.0F}, 0, state));
  CHECK(state == ArgmaxState{true, 1, -1.0F});
  CHECK_FALSE(argmax(Vector{-1.0F, -0.0F, 0.0F, 0.0F}, 3, state));
  CHECK(state == ArgmaxState{true, 5, 0.0F});
  CHECK_FALSE(argmax(Vector{0.0F, -5.0F}, 7, state));
  CHECK_EQ(state.index, 5U);
  CHECK(argmax(Vector{kNan, -kNan, 2.0F, kNan}, 9, state));
  CHECK(state == ArgmaxState{true, 11, 2.0F});
  CHECK(argmax(Vector{kInf}, 13, state));
  CHECK(state == ArgmaxState{true, 13, kInf});
}

TEST_CASE("argmax: nothing but NaN, -Inf is a number, subnormal values are zeros") {
  ArgmaxState state;
  CHECK(argmax(Vector{kNan}, 0, state));
  CHECK(state == ArgmaxState{});
  CHECK(argmax(Vector{-kInf}, 1, state));
  CHECK(state == ArgmaxState{true, 1, -kInf});
  CHECK_FALSE(argmax(Vector{-0.0F, 1e-40F, 2e-40F}, 2, state));
  CHECK_EQ(state.index, 3U);
  CHECK_EQ(bits(state.value), 0U);
}
