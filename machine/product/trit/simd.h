// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>

#include "machine/product/product.h"

namespace trine::golden {

/// A trit product near the memory's speed: the bytes of the stream are never unpacked. Nothing when
/// this machine or the arguments do not suit: it needs vectors of 16 bytes or more, the canonical
/// geometry, at most kMaxStreamGroups groups a row and mantissas of at most 14 bits.
std::optional<TritFaults> trit_simd(const TritStream& stream, const Activations& x,
                                    Workers& workers, const RowSink& sink);
/// The same with all results together.
std::optional<TritProduct> trit_simd(const TritStream& stream, const BfpVector& x,
                                     Workers& workers);

}  // namespace trine::golden
