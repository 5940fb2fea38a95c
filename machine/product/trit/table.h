// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "machine/product/product.h"

namespace trine::golden {

/// A trit product by the method of the hardware: tables of the sums of five activations, addressed
/// by the set bytes; any geometry, any width of mantissas, one thread.
TritProduct trit_table(const TritStream& stream, const BfpVector& x);

}  // namespace trine::golden
