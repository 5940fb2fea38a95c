// SPDX-License-Identifier: Apache-2.0

#include "machine/product/trit/definition.h"

#include <algorithm>
#include <string>

#include "golden/error.h"
#include "golden/exact/fp32_round.h"

namespace trine::golden {
namespace {

void check(const TritMatrix& matrix, const BfpVector& x) {
  const std::size_t groups = matrix.shape.groups_per_row();
  if (x.exponents.size() != groups || x.mantissas.size() != groups * kGroup) {
    throw Error("trit product: " + std::to_string(matrix.shape.cols) + " columns, but " +
                std::to_string(x.exponents.size()) + " blocks of activations");
  }
  if (matrix.levels.size() != matrix.shape.rows * matrix.shape.cols ||
      matrix.scales.size() != matrix.shape.rows * groups) {
    throw Error("trit product: levels or scales do not have the size of the matrix");
  }
  for (std::size_t i = 0; i < matrix.scales.size(); ++i) {
    if (matrix.scales[i] >= kCodebook) {
      throw Error("trit product: scale " + std::to_string(matrix.scales[i]) + " at row " +
                  std::to_string(i / groups) + ", group " + std::to_string(i % groups));
    }
  }
}

/// Right shift of a group's product; at most 63.
int shift_count(int codebook_shift, int max_exponent, int exponent) {
  return std::min(codebook_shift + max_exponent - exponent, kMaxShift);
}

TritResult with_rows(std::size_t rows) {
  return {std::vector<std::int64_t>(rows), std::vector<float>(rows)};
}

/// Sum of 16 products. A function of its own, and 16-bit operands: compilers then use the
/// multiply-add instruction that every x86-64 has; inside the loop over groups they do not.
[[gnu::noinline]] std::int32_t dot_group(const std::int8_t* q, const std::int16_t* m) {
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < kGroup; ++i) sum += q[i] * m[i];
  return sum;
}

}  // namespace

TritResult trit_definition(const TritMatrix& matrix, const HardwareCodebook& codebook,
                           const BfpVector& x) {
  check(matrix, x);
  const auto [rows, cols, depth] = matrix.shape;
  const std::size_t groups = matrix.shape.groups_per_row();
  TritResult result = with_rows(rows);
  for (std::size_t r = 0; r < rows; ++r) {
    std::int64_t sum = 0;
    for (std::size_t g = 0; g < groups; ++g) {
      std::int64_t product = 0;
      for (std::size_t c = g * kGroup; c < std::min(cols, (g + 1) * kGroup); ++c) {
        product += std::int64_t{matrix.levels[r * cols + c]} * x.mantissas[c];
      }
      const std::uint8_t scale = matrix.scales[r * groups + g];
      const int shift = shift_count(codebook.shift[scale], x.max_exponent, x.exponents[g]);
      sum += (product * codebook.mantissa[scale]) >> shift;
    }
    result.accumulator[r] = sum;
    result.y[r] = fp32_rne(sum, codebook.exponent - 15 + x.max_exponent);
  }
  return result;
}

TritResult trit_unpacked(const TritMatrix& matrix, const HardwareCodebook& codebook,
                         const BfpVector& x) {
  check(matrix, x);
  const auto [rows, cols, depth] = matrix.shape;
  const std::size_t groups = matrix.shape.groups_per_row();
  const std::size_t whole = cols / kGroup;  // Groups without padding.
  const std::vector<std::int16_t> m(x.mantissas.begin(), x.mantissas.end());
  // Alignment of each group; the codebook's shift comes on top.
  std::vector<int> align(groups);
  for (std::size_t g = 0; g < groups; ++g)
    align[g] = shift_count(0, x.max_exponent, x.exponents[g]);

  TritResult result = with_rows(rows);
  for (std::size_t r = 0; r < rows; ++r) {
    const std::int8_t* q = matrix.levels.data() + r * cols;
    const std::uint8_t* scales = matrix.scales.data() + r * groups;
    const auto term = [&](std::size_t g, std::int64_t product) {
      const int shift = std::min(codebook.shift[scales[g]] + align[g], kMaxShift);
      return (product * codebook.mantissa[scales[g]]) >> shift;
    };
    std::int64_t sum = 0;
    for (std::size_t g = 0; g < whole; ++g) {
      sum += term(g, dot_group(q + g * kGroup, m.data() + g * kGroup));
    }
    if (whole < groups) {
      std::int64_t product = 0;
      for (std::size_t c = whole * kGroup; c < cols; ++c) product += std::int64_t{q[c]} * m[c];
      sum += term(whole, product);
    }
    result.accumulator[r] = sum;
    result.y[r] = fp32_rne(sum, codebook.exponent - 15 + x.max_exponent);
  }
  return result;
}

}  // namespace trine::golden
