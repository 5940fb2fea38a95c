// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "driver/device_request.h"
#include "driver/uio/files.h"

namespace trine::uio {

/// Memory that host and core share: a u-dma-buf, or a reserved region through /dev/mem.
///
/// A u-dma-buf is mapped with the CPU's caches unless it is coherent or was asked for without them;
/// what is written is then written back before the core can ask for it, and what is read is
/// dropped from the caches first. Reserved memory is never cached.
class DmaBuffer {
 public:
  /// Throws BoardError naming file and attribute.
  explicit DmaBuffer(const BoardRequest& board);

  std::uint64_t address() const { return address_; }  // For the core.
  std::uint64_t bytes() const { return mapping_.bytes(); }
  bool synchronized() const { return synchronized_; }
  /// "u-dma-buf 'trine-buffer'", for messages.
  const std::string& name() const { return name_; }

  // Offsets from the begin of the buffer, within it.
  void read(std::uint64_t offset, std::span<std::byte> to) const;
  void write(std::uint64_t offset, std::span<const std::byte> from);
  void zero(std::uint64_t offset, std::uint64_t bytes);

 private:
  /// What a range of a cached buffer goes through before the other side looks at it.
  enum class Side : std::uint8_t { Cpu, Device };
  void synchronize(std::uint64_t offset, std::uint64_t bytes, Side side) const;

  std::string name_;
  std::filesystem::path attributes_;  // Of a u-dma-buf.
  std::uint64_t address_ = 0;
  bool synchronized_ = false;
  Mapping mapping_;
};

}  // namespace trine::uio
