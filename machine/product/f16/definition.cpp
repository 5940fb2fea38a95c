// SPDX-License-Identifier: Apache-2.0

#include "machine/product/f16/definition.h"

#include <algorithm>
#include <limits>
#include <string>

#include "golden/error.h"
#include "golden/exact/fp32_round.h"

namespace trine::golden {
namespace {

constexpr std::uint16_t kFieldMask = 0x7c00;

int alignment(const BfpVector& x, std::size_t group) {
  return std::min(x.max_exponent - x.exponents[group], kMaxShift);
}

F16Result with_rows(std::size_t rows) {
  return {std::vector<std::int64_t>(rows), std::vector<float>(rows), false, false};
}

}  // namespace

void check_f16(const F16Matrix& matrix, const BfpVector& x) {
  const std::size_t blocks = (matrix.cols + kGroup - 1) / kGroup;
  if (x.exponents.size() != blocks || x.mantissas.size() != blocks * kGroup) {
    throw Error("FP16 product: " + std::to_string(matrix.cols) + " columns, but " +
                std::to_string(x.exponents.size()) + " blocks of activations");
  }
  if (matrix.stride < std::max<std::size_t>(matrix.cols, 1) ||
      (matrix.rows != 0 &&
       (matrix.bits.size() < matrix.cols ||
        (matrix.bits.size() - matrix.cols) / matrix.stride < matrix.rows - 1))) {
    throw Error("FP16 product: " + std::to_string(matrix.bits.size()) + " weights are not " +
                std::to_string(matrix.rows) + " rows of stride " + std::to_string(matrix.stride));
  }
}

std::int64_t add_saturating(std::int64_t a, std::int64_t b, bool& overflow) {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  overflow = true;
  return b < 0 ? std::numeric_limits<std::int64_t>::min()
               : std::numeric_limits<std::int64_t>::max();
}

F16Result f16_definition(const F16Matrix& matrix, const BfpVector& x) {
  check_f16(matrix, x);
  F16Result result = with_rows(matrix.rows);
  for (std::size_t r = 0; r < matrix.rows; ++r) {
    std::int64_t sum = 0;
    for (std::size_t g = 0; g < x.exponents.size(); ++g) {
      std::int64_t total = 0;  // T[r][g]
      for (std::size_t c = g * kGroup; c < std::min(matrix.cols, (g + 1) * kGroup); ++c) {
        const std::uint16_t weight = matrix.bits[r * matrix.stride + c];
        if ((weight & kFieldMask) == kFieldMask) result.nonfinite = true;
        total += f16_integer(weight) * x.mantissas[c];
      }
      sum = add_saturating(sum, total >> alignment(x, g), result.overflow);
    }
    result.accumulator[r] = sum;
    result.y[r] = fp32_rne(sum, x.max_exponent - 24);
  }
  return result;
}

}  // namespace trine::golden
