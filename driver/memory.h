// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace trine {

inline constexpr std::uint64_t kPageBytes = 4096;

/// The device memory of a simulator: sparse regions, each zeroed storage of our own or the
/// caller's read-only bytes.  A lookup is a comparison when it hits the region of the last one,
/// so a bus model may look every burst up.  One thread at a time.
class MemoryMap {
 public:
  /// Attaches the caller's bytes, read-only; they must outlive the map.  The address is a
  /// multiple of 4096.  Throws Error when it is not, or when the range is empty or taken.
  void map(std::uint64_t address, std::span<const std::byte> bytes);

  /// Adds zeroed, writable memory under the same rules.  Pages cost nothing until touched.
  void allocate(std::uint64_t address, std::uint64_t bytes);

  /// The bytes at [address, address + bytes); nullptr unless one region holds them all.
  const std::byte* find(std::uint64_t address, std::uint64_t bytes) const {
    const Region* region = lookup(address, bytes);
    return region == nullptr ? nullptr : region->data + (address - region->address);
  }

  /// The same for writing; nullptr in read-only memory too.
  std::byte* find_writable(std::uint64_t address, std::uint64_t bytes) {
    const Region* region = lookup(address, bytes);
    return region == nullptr || region->writable == nullptr
               ? nullptr
               : region->writable + (address - region->address);
  }

  /// A whole region, as far as others may know it.
  struct View {
    std::uint64_t address = 0, bytes = 0;
    const std::byte* data = nullptr;
    bool writable = false;
  };
  /// The region that holds the byte at this address; empty when none does.
  std::optional<View> region(std::uint64_t address) const {
    const Region* found = lookup(address, 1);
    if (found == nullptr) return std::nullopt;
    return View{found->address, found->bytes, found->data, found->writable != nullptr};
  }

  /// Copies; throws Error naming the range when no region holds it or it may not be written.
  void read(std::uint64_t address, std::span<std::byte> to) const;
  void write(std::uint64_t address, std::span<const std::byte> from);

 private:
  struct Free {
    void operator()(std::byte* bytes) const;
  };
  struct Region {
    std::uint64_t address = 0, bytes = 0;
    const std::byte* data = nullptr;
    std::byte* writable = nullptr;           // nullptr: read-only.
    std::unique_ptr<std::byte, Free> owned;  // Empty for the caller's bytes.

    bool holds(std::uint64_t at, std::uint64_t size) const {
      return at >= address && size <= bytes && at - address <= bytes - size;
    }
  };

  const Region* lookup(std::uint64_t address, std::uint64_t bytes) const {
    if (last_ < regions_.size() && regions_[last_].holds(address, bytes)) return &regions_[last_];
    return search(address, bytes);
  }
  const Region* search(std::uint64_t address, std::uint64_t bytes) const;
  void insert(Region region);

  std::vector<Region> regions_;   // By address; no two overlap.
  mutable std::size_t last_ = 0;  // Region of the last lookup.
};

}  // namespace trine
