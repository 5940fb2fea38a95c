// SPDX-License-Identifier: Apache-2.0

#include "driver/memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "golden/error.h"

namespace trine {

void MemoryMap::Free::operator()(std::byte* bytes) const {
  std::free(bytes);
}

void MemoryMap::map(std::uint64_t address, std::span<const std::byte> bytes) {
  insert({.address = address,
          .bytes = bytes.size(),
          .data = bytes.data(),
          .writable = nullptr,
          .owned = nullptr});
}

void MemoryMap::allocate(std::uint64_t address, std::uint64_t bytes) {
  // calloc: large blocks come as untouched zero pages.
  std::unique_ptr<std::byte, Free> owned(static_cast<std::byte*>(std::calloc(bytes, 1)));
  if (owned == nullptr)
    throw Error(fmt::format("device memory: the host has no {} bytes to give", bytes));
  std::byte* data = owned.get();
  insert({.address = address,
          .bytes = bytes,
          .data = data,
          .writable = data,
          .owned = std::move(owned)});
}

void MemoryMap::insert(Region region) {
  const auto refuse = [&](const char* why) {
    throw Error(
        fmt::format("device memory: {} bytes at {:#x}: {}", region.bytes, region.address, why));
  };
  if (region.bytes == 0) refuse("the range is empty");
  if (region.address % kPageBytes != 0) refuse("the address is not a multiple of 4096");
  if (region.address + (region.bytes - 1) < region.address)
    refuse("the range passes the end of the address space");
  const auto next = std::upper_bound(
      regions_.begin(), regions_.end(), region.address,
      [](std::uint64_t address, const Region& other) { return address < other.address; });
  if (next != regions_.end() && next->address - region.address < region.bytes)
    refuse("the range is taken");
  if (next != regions_.begin()) {
    const Region& before = *std::prev(next);
    if (region.address - before.address < before.bytes) refuse("the range is taken");
  }
  regions_.insert(next, std::move(region));
}

const MemoryMap::Region* MemoryMap::search(std::uint64_t address, std::uint64_t bytes) const {
  const auto next =
      std::upper_bound(regions_.begin(), regions_.end(), address,
                       [](std::uint64_t at, const Region& region) { return at < region.address; });
  if (next == regions_.begin()) return nullptr;
  const Region& region = *std::prev(next);
  if (!region.holds(address, bytes)) return nullptr;
  last_ = static_cast<std::size_t>(&region - regions_.data());
  return &region;
}

void MemoryMap::read(std::uint64_t address, std::span<std::byte> to) const {
  if (to.empty()) return;
  const std::byte* from = find(address, to.size());
  if (from == nullptr)
    throw Error(fmt::format("device memory: no {} bytes to read at {:#x}", to.size(), address));
  std::memcpy(to.data(), from, to.size());
}

void MemoryMap::write(std::uint64_t address, std::span<const std::byte> from) {
  if (from.empty()) return;
  std::byte* to = find_writable(address, from.size());
  if (to == nullptr)
    throw Error(fmt::format("device memory: no {} writable bytes at {:#x}", from.size(), address));
  std::memcpy(to, from.data(), from.size());
}

}  // namespace trine
