// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>

#include "machine/product/product.h"

namespace trine::golden {

/// A trit product near the memory's speed: the bytes of the stream are never unpacked. Nothing when
/// this machine or the arguments do not suit: it needs AVX-512 with VNNI and VBMI, the canonical
/// geometry and mantissas of at most 14 bits.
std::optional<TritProduct> trit_simd(const TritStream& stream, const BfpVector& x,
                                     Workers& workers);

}  // namespace trine::golden
