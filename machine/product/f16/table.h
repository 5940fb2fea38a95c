// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "golden/exact/workers.h"
#include "machine/product/f16/definition.h"

namespace trine::golden {

/// An FP16 product with a table of all weights as integers.
F16Result f16_table(const F16Matrix& matrix, const BfpVector& x, Workers& workers);

}  // namespace trine::golden
