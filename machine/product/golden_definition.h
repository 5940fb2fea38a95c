// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "machine/product/golden_trit.h"
#include "machine/product/f16_stream.h"

namespace trine {

/// The same as trit_stream_matvec by the definition: unpacked levels, plain loops.  For checks of
/// it; throws Error for a stream with a bad code.
StreamProduct trit_stream_definition(std::span<const std::byte> stream,
                                     const golden::MatrixShape& shape,
                                     const golden::Geometry& geometry,
                                     const golden::HardwareCodebook& codebook,
                                     const golden::BfpVector& x);

/// The same as golden::f16_stream_matvec by the definition.
golden::F16Product f16_stream_definition(const golden::F16Stream& weights,
                                         const golden::BfpVector& x);

}  // namespace trine
