// SPDX-License-Identifier: Apache-2.0

#include "driver/allocator.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "golden/error.h"

namespace trine {

Allocator::Allocator(std::uint64_t base, std::uint64_t bytes)
    : base_(base), bytes_(bytes), next_(base) {
  if (base + bytes < base)
    throw Error(
        fmt::format("device memory of {} bytes at {:#x} passes the last address", bytes, base));
}

Buffer Allocator::allocate(std::string_view name, std::uint64_t bytes, std::uint64_t align) {
  if (!std::has_single_bit(align))
    throw Error(fmt::format("{}: an alignment of {} is not a power of two", name, align));
  if (bytes == 0) throw Error(fmt::format("{}: a buffer of no bytes", name));
  const std::uint64_t end = base_ + bytes_;
  const std::uint64_t gap = (0 - next_) & (align - 1);
  if (gap > end - next_ || bytes > end - next_ - gap)
    throw Error(fmt::format("device memory is full: {} needs {} bytes, {} of {} are left", name,
                            bytes, left(), bytes_));
  buffers_.push_back({std::string(name), next_ + gap, bytes});
  next_ += gap + bytes;
  return buffers_.back();
}

std::string Allocator::describe(std::uint64_t address) const {
  const auto after = std::ranges::upper_bound(buffers_, address, {}, &Buffer::address);
  if (after != buffers_.begin()) {
    const Buffer& buffer = *std::prev(after);
    if (address - buffer.address < buffer.bytes)
      return fmt::format("{} + {:#x}", buffer.name, address - buffer.address);
  }
  return fmt::format("{:#x}", address);
}

}  // namespace trine
