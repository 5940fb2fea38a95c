// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace trine::golden {

/// CRC-32C (Castagnoli) of `bytes`. `before` is the CRC of what came before them, so that a long
/// sequence can be summed piece by piece.
std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t before = 0);

/// The CRC of two stretches, one behind the other, from theirs; `second_bytes` is the length of the
/// second.
std::uint32_t crc32c_combine(std::uint32_t first, std::uint32_t second, std::uint64_t second_bytes);

}  // namespace trine::golden
