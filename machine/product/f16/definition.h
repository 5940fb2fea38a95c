// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "golden/exact/bfp.h"

namespace trine::golden {

/// FP16 bit patterns as a matrix; row r starts at element r * stride.
struct F16Matrix {
  std::span<const std::uint16_t> bits;
  std::size_t rows = 0, cols = 0;
  std::size_t stride = 0;  // Elements from row to row; at least cols.
};

/// What the FP16 engine computes for one matrix and one vector, a value per row.
struct F16Result {
  std::vector<std::int64_t> accumulator;  // A[r]
  std::vector<float> y;                   // fp32_rne(A[r] * 2^(Emax - 24)); +0 if x is zero.
  bool overflow = false;                  // An accumulator saturated.
  bool nonfinite = false;                 // A weight has the exponent field 31.
};

/// Weight as an integer: value * 2^24. A field of 31 raises NONFINITE elsewhere and here counts
/// as the number it would be if it were one more exponent.
constexpr std::int64_t f16_integer(std::uint16_t bits) {
  const int field = (bits >> 10) & 0x1f;
  const std::int64_t significand = (bits & 0x3ff) | (field != 0 ? 0x400 : 0);
  const std::int64_t magnitude = significand << (field != 0 ? field - 1 : 0);
  return (bits >> 15) != 0 ? -magnitude : magnitude;
}

/// The definition (docs/numerics.md), as plain loops. The accumulator saturates after each group,
/// left to right. Throws Error when sizes do not fit together.
F16Result f16_definition(const F16Matrix& matrix, const BfpVector& x);

/// Throws Error when sizes do not fit together.
void check_f16(const F16Matrix& matrix, const BfpVector& x);

/// An accumulator plus a term, at the ends of the range where it does not fit.
std::int64_t add_saturating(std::int64_t a, std::int64_t b, bool& overflow);

}  // namespace trine::golden
