// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "golden/exact/bfp.h"
#include "golden/exact/codebook.h"
#include "golden/format/trit_matrix.h"

namespace trine {

/// What the trit engine makes of a packed stream.
struct StreamProduct {
  std::vector<std::int64_t> accumulator;  // A[r], (rows)
  bool bad_set_byte = false;              // A set byte above 242, anywhere in the stream.
  bool bad_tail = false;                  // A tail code out of range, anywhere in the stream.
};

/// The accumulators of golden::trit_matvec, computed from the stream itself by the method of the
/// hardware: tables of the sums of five activations, addressed by the set bytes.  A bad code
/// makes its row unspecified and nothing worse.  `x` has the blocks of shape.cols columns;
/// throws Error when it or the stream has another size.
StreamProduct trit_stream_matvec(std::span<const std::byte> stream,
                                 const golden::MatrixShape& shape, const golden::Geometry& geometry,
                                 const golden::HardwareCodebook& codebook,
                                 const golden::BfpVector& x);

}  // namespace trine
