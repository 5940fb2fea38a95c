// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace trine::test {

/// The memory bus of a fake board: the bytes of a buffer at its address, and nothing beside them.
///
/// The core's view of the buffer may be another than the host's: the part from `own_from` on is
/// then the core's own, as behind a buffer that is not contiguous, or all of it is, as behind
/// caches, and takes over what the host's side synchronizes.
class FakeMemory {
 public:
  FakeMemory(std::uint64_t address, std::span<std::byte> shared)
      : address_(address), shared_(shared) {}

  void own_from(std::uint64_t offset) {
    own_from_ = offset;
    own_.resize(shared_.size());
  }
  /// The host has written these bytes back from its caches.
  void take_over(std::uint64_t offset, std::uint64_t bytes) {
    if (own_.empty() || offset > own_.size() || bytes > own_.size() - offset) return;
    for (std::uint64_t i = offset; i < offset + bytes; ++i) own_[i] = shared_[i];
  }
  /// What the core has written becomes the host's, where the two views differ.
  void give_back() {
    for (std::uint64_t i = own_from_; i < own_.size(); ++i) shared_[i] = own_[i];
  }

  /// Null unless all bytes are in the buffer; `bytes` may lie in one view only.
  std::byte* find(std::uint64_t address, std::uint64_t bytes) {
    const std::uint64_t offset = address - address_;
    if (address < address_ || offset > shared_.size() || bytes > shared_.size() - offset)
      return nullptr;
    return !own_.empty() && offset >= own_from_ ? &own_[offset] : &shared_[offset];
  }

 private:
  std::uint64_t address_, own_from_ = 0;
  std::span<std::byte> shared_;
  std::vector<std::byte> own_;  // Empty: both see the same.
};

}  // namespace trine::test
