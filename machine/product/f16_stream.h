// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "golden/exact/bfp.h"
#include "golden/exact/workers.h"

namespace trine::golden {

/// FP16 weights as they lie in memory; row r starts at byte r * stride.
struct F16Stream {
  std::span<const std::byte> bytes;
  std::size_t rows = 0, cols = 0;
  std::size_t stride = 0;  // Bytes from row to row; at least 2 * cols.
};

struct F16Product {
  std::vector<std::int64_t> accumulator;  // A[r], (rows)
  bool overflow = false;                  // An accumulator saturated.
  bool nonfinite = false;                 // A weight has the exponent field 31.
};

/// The accumulators of f16_matvec, near the memory's speed where no weight is so large that a sum
/// could need more than the 53 bits of a double; rows with such weights take the definition's way.
/// Throws Error when sizes do not fit together.
F16Product f16_stream_matvec(const F16Stream& weights, const BfpVector& x, Workers& workers);

}  // namespace trine::golden
