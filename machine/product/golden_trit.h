// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <span>

#include "golden/exact/bfp.h"
#include "golden/exact/codebook.h"
#include "machine/product/trit_stream.h"
#include "golden/exact/workers.h"
#include "golden/format/trit_matrix.h"

namespace trine {

using golden::StreamProduct;

/// The accumulators of golden::trit_matvec, computed from the stream itself: by
/// golden::trit_stream_matvec_simd where that is possible, else like the next one.  A bad code
/// makes its row unspecified and nothing worse.  `x` has the blocks of shape.cols columns; throws
/// Error when it or the stream has another size.
StreamProduct trit_stream_matvec(std::span<const std::byte> stream,
                                 const golden::MatrixShape& shape, const golden::Geometry& geometry,
                                 const golden::HardwareCodebook& codebook,
                                 const golden::BfpVector& x, golden::Workers& workers);

/// The same by the method of the hardware: tables of the sums of five activations, addressed by the
/// set bytes; any geometry, any width of mantissas, one thread.
StreamProduct trit_stream_tables(std::span<const std::byte> stream,
                                 const golden::MatrixShape& shape, const golden::Geometry& geometry,
                                 const golden::HardwareCodebook& codebook,
                                 const golden::BfpVector& x);

}  // namespace trine
