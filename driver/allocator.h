// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "isa/commands.h"

namespace trine {

/// A named range of device memory.
struct Buffer {
  std::string name;
  std::uint64_t address = 0, bytes = 0;
};

/// Hands out device memory, upwards and for good.  Every range has a name, so that a message can
/// say what lies at an address.
class Allocator {
 public:
  /// Manages [base, base + bytes).
  Allocator(std::uint64_t base, std::uint64_t bytes);

  /// Throws Error naming the buffer, what it wants and what is left.  `align` is a power of two.
  Buffer allocate(std::string_view name, std::uint64_t bytes, std::uint64_t align = kMemoryAlign);

  std::uint64_t base() const { return base_; }
  std::uint64_t used() const { return next_ - base_; }
  std::uint64_t left() const { return bytes_ - used(); }
  const std::vector<Buffer>& buffers() const { return buffers_; }

  /// "name + 0x40", or the bare address when no buffer holds it.
  std::string describe(std::uint64_t address) const;

 private:
  std::uint64_t base_, bytes_, next_;
  std::vector<Buffer> buffers_;  // By address.
};

}  // namespace trine
