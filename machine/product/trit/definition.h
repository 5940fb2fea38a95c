// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <vector>

#include "golden/exact/bfp.h"
#include "golden/exact/codebook.h"
#include "golden/format/trit_matrix.h"

namespace trine::golden {

/// What the trit engine computes for one matrix and one vector, a value per row.
struct TritResult {
  std::vector<std::int64_t> accumulator;  // A[r]; 56 bits hold it.
  std::vector<float> y;                   // fp32_rne(A[r] * 2^(X - 15 + Emax)); +0 if x is zero.
};

/// The definition (docs/numerics.md), as plain loops. Throws Error when sizes do not fit together
/// or a scale is out of range.
TritResult trit_definition(const TritMatrix& matrix, const HardwareCodebook& codebook,
                           const BfpVector& x);

/// The same values from the same unpacked matrix, in loops that compilers turn into SIMD.
TritResult trit_unpacked(const TritMatrix& matrix, const HardwareCodebook& codebook,
                         const BfpVector& x);

}  // namespace trine::golden
