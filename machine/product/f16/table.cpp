// SPDX-License-Identifier: Apache-2.0

#include "machine/product/f16/table.h"

#include <algorithm>
#include <atomic>

#include "golden/exact/fp32_round.h"

namespace trine::golden {

F16Result f16_table(const F16Matrix& matrix, const BfpVector& x, Workers& workers) {
  check_f16(matrix, x);
  static const std::vector<std::int64_t> kIntegers = [] {
    std::vector<std::int64_t> table(0x1'0000);
    for (std::uint32_t bits = 0; bits < 0x1'0000; ++bits) {
      table[bits] = f16_integer(static_cast<std::uint16_t>(bits));
    }
    return table;
  }();
  F16Result result{std::vector<std::int64_t>(matrix.rows), std::vector<float>(matrix.rows), false,
                   false};
  std::atomic<bool> any_overflow = false;
  std::atomic<bool> any_nonfinite = false;
  workers.rows(matrix.rows, 1, [&](std::size_t first, std::size_t last) {
    bool overflow = false;
    std::uint32_t nonfinite = 0;  // Bit 15 set by a field of 31.
    for (std::size_t r = first; r < last; ++r) {
      const std::uint16_t* row = matrix.bits.data() + r * matrix.stride;
      std::int64_t sum = 0;
      for (std::size_t g = 0; g < x.exponents.size(); ++g) {
        std::int64_t total = 0;
        const std::size_t end = std::min(matrix.cols, (g + 1) * kGroup);
        for (std::size_t c = g * kGroup; c < end; ++c) {
          total += kIntegers[row[c]] * x.mantissas[c];
          nonfinite |= (row[c] & 0x7c00U) + 0x400U;
        }
        sum = add_saturating(sum, total >> std::min(x.max_exponent - x.exponents[g], kMaxShift),
                             overflow);
      }
      result.accumulator[r] = sum;
      result.y[r] = fp32_rne(sum, x.max_exponent - 24);
    }
    if (overflow) any_overflow = true;
    if ((nonfinite & 0x8000U) != 0) any_nonfinite = true;
  });
  result.overflow = any_overflow;
  result.nonfinite = any_nonfinite;
  return result;
}

}  // namespace trine::golden
