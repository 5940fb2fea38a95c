// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "machine/product/product.h"

namespace trine::golden {

/// An FP16 product near the memory's speed where no weight is so large that a sum could need more
/// than the 53 bits of a double; rows with such weights take the definition's way.
F16Faults f16_simd(const F16Stream& stream, const BfpVector& x, Workers& workers,
                   const RowSink& sink);
/// The same with all results together.
F16Product f16_simd(const F16Stream& stream, const BfpVector& x, Workers& workers);

}  // namespace trine::golden
