// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "golden/exact/bfp.h"
#include "golden/exact/codebook.h"
#include "golden/exact/workers.h"
#include "golden/format/trit_matrix.h"

namespace trine::golden {

/// What the trit engine makes of a packed stream.
struct StreamProduct {
  std::vector<std::int64_t> accumulator;  // A[r], (rows)
  bool bad_set_byte = false;              // A set byte above 242, anywhere in the stream.
  bool bad_tail = false;                  // A tail code out of range, anywhere in the stream.
};

/// The accumulators of trit_matvec, from the packed stream itself and near the memory's speed: its
/// bytes are never unpacked.  A bad code makes its row unspecified and nothing worse.
/// Nothing when this machine or the arguments do not suit: it needs AVX-512 with VNNI and VBMI,
/// the canonical geometry and mantissas of at most 14 bits.  Throws Error when the stream or `x`
/// has not the size of the matrix.
std::optional<StreamProduct> trit_stream_matvec_simd(std::span<const std::byte> stream,
                                                     const MatrixShape& shape,
                                                     const Geometry& geometry,
                                                     const HardwareCodebook& codebook,
                                                     const BfpVector& x, Workers& workers);

}  // namespace trine::golden
