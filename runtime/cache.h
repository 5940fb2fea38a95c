// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "driver/layout.h"

namespace trine {

/// Puts keys and values of successive positions from `first` on into the cache of one key and value
/// head, as the commands of a token would: keys and values  // (positions, head_dim). Throws Error
/// for positions that the cache does not have.
void write_cache(Transport& transport, const Layout& layout, std::size_t layer, std::size_t kv_head,
                 std::uint64_t first, std::span<const float> keys, std::span<const float> values);

}  // namespace trine
