// SPDX-License-Identifier: Apache-2.0
//
// The fast product from FP16 rows, against the definition, and the threads that share it.

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <random>

#include "golden/error.h"
#include "machine/product/f16/definition.h"
#include "machine/product/f16/simd.h"
#include "tests/machine/stream_cases.h"

using namespace trine;
using namespace trine::golden;

namespace {

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
  for_each_target([&](auto) {
    for (const unsigned mask : {0xabffu, 0x83ffu, 0xffffu}) {
      for (auto& b : bits) b = static_cast<std::uint16_t>(random() & mask);
      check_halves(bits, 24, 300, 300, x);
    }
  });
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
  for (const unsigned threads : {0u, 1u, 2u, 5u, 16u}) {
    Workers workers(threads);
    CHECK(workers.count() == std::max(threads, 1u));
    for (int round = 0; round < 200; ++round) {
      std::vector<int> calls(workers.count());
      workers.run([&](unsigned share) { ++calls[share]; });
      CHECK(calls == std::vector<int>(workers.count(), 1));
    }
    CHECK(workers.rounds() == (workers.count() > 1 ? 200 : 0));
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
