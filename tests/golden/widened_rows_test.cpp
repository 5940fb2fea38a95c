// SPDX-License-Identifier: Apache-2.0
//
// Rows that are widened on the way, with the vectors of every processor that this one can play.

#include "golden/reference/widened_rows.h"

#include <doctest/doctest.h>
#include <hwy/targets.h>

#include <functional>
#include <random>
#include <span>
#include <vector>

#include "golden/checkpoint/float16.h"

using namespace trine::golden;

namespace {

void for_each_target(const std::function<void(std::int64_t target)>& action) {
  for (auto rest = hwy::SupportedTargets(); rest != 0; rest &= rest - 1) {
    const auto target = rest & -rest;
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().DeInit();
    action(target);
    hwy::SetSupportedTargetsForTest(0);
  }
  hwy::GetChosenTarget().DeInit();
}

/// Small whole numbers: sums of their products are exact in FP32, in any order.
int small(std::mt19937& random) {
  return static_cast<int>(random() % 17) - 8;
}

/// Vectors that do not lie close, and room for their products.
struct Operands {
  Operands(std::mt19937& random, std::size_t all_rows, std::size_t cols, std::size_t count)
      : rows(all_rows), x_stride(cols + 3), out_stride(all_rows + 2) {
    xs.resize(count * x_stride);
    for (float& x : xs) x = static_cast<float>(small(random));
    outs.assign(count * out_stride, -1);
    products = {xs.data(), count, x_stride, outs.data(), out_stride};
  }
  float x(std::size_t vector, std::size_t col) const { return xs[vector * x_stride + col]; }
  float out(std::size_t vector, std::size_t row) const { return outs[vector * out_stride + row]; }

  /// Rows first .. last - 1 have the sums of `weight(row, col)` times the vector, the others what
  /// they had.
  void check(std::size_t first, std::size_t last, std::size_t cols,
             const std::function<float(std::size_t row, std::size_t col)>& weight) const {
    for (std::size_t t = 0; t < products.count; ++t)
      for (std::size_t r = 0; r < rows; ++r) {
        float want = first <= r && r < last ? 0 : -1;
        if (want == 0)
          for (std::size_t c = 0; c < cols; ++c) want += weight(r, c) * x(t, c);
        CAPTURE(t);
        CAPTURE(r);
        REQUIRE_EQ(out(t, r), want);
      }
  }

  std::size_t rows, x_stride, out_stride;
  std::vector<float> xs, outs;
  RowProducts products;
};

}  // namespace

TEST_CASE("widened rows: levels of any number of groups and vectors, on every target") {
  for_each_target([](std::int64_t target) {
    CAPTURE(hwy::TargetName(target));
    std::mt19937 random(1);
    for (std::size_t groups = 1; groups <= 6; ++groups) {
      for (std::size_t count = 1; count <= 9; ++count) {
        constexpr std::size_t kRows = 5;
        std::vector<std::int8_t> levels(kRows * groups * 16);
        for (auto& level : levels) level = static_cast<std::int8_t>(5 * small(random));
        std::vector<std::uint8_t> scales(kRows * groups);
        for (auto& scale : scales) scale = static_cast<std::uint8_t>(random() % kCodebook);
        std::vector<float> steps(kCodebook);
        for (float& step : steps) step = static_cast<float>(small(random)) / 4;
        Operands operands(random, kRows, groups * 16, count);
        multiply_levels({levels.data(), scales.data(), steps.data(), groups}, 1, 4,
                        operands.products);
        operands.check(1, 4, groups * 16, [&](std::size_t row, std::size_t col) {
          return static_cast<float>(levels[row * groups * 16 + col]) *
                 steps[scales[row * groups + col / 16]];
        });
      }
    }
  });
}

TEST_CASE("widened rows: halves of any number of columns and vectors, on every target") {
  for_each_target([](std::int64_t target) {
    CAPTURE(hwy::TargetName(target));
    std::mt19937 random(2);
    for (std::size_t cols = 1; cols <= 70; cols += 1 + cols / 8) {
      for (std::size_t count = 1; count <= 9; count += 2) {
        constexpr std::size_t kRows = 4;
        std::vector<std::uint16_t> halves(kRows * cols);
        for (auto& half : halves) half = f32_to_f16(static_cast<float>(small(random)) / 8);
        Operands operands(random, kRows, cols, count);
        multiply_halves(std::as_bytes(std::span(halves)).data(), cols, 0, 3, operands.products);
        operands.check(0, 3, cols, [&](std::size_t row, std::size_t col) {
          return f16_to_f32(halves[row * cols + col]);
        });
      }
    }
  });
}
