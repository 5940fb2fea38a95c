// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "driver/memory.h"

namespace trine {

/// The data bus as the machine sees it: whole reads and writes of a command, in the order in which
/// the hardware asks for them. How they travel (pointers into a memory map, bursts over a socket)
/// is the port's business.
class MemoryPort {
 public:
  virtual ~MemoryPort() = default;

  /// Rows of bytes in memory: row r begins at data + r * stride.
  struct Rows {
    const std::byte* data = nullptr;  // Null: the bus answered with an error.
    std::uint64_t stride = 0;
  };

  /// Reads `rows` rows of `row_bytes` bytes, `stride` bytes from one to the next, which is at least
  /// `row_bytes`. The bytes stay until the next read or write.
  virtual Rows read_rows(std::uint64_t address, std::uint64_t row_bytes, std::uint64_t rows,
                         std::uint64_t stride) = 0;

  /// One row; nullptr when the bus answered with an error.
  const std::byte* read(std::uint64_t address, std::uint64_t bytes) {
    return read_rows(address, bytes, 1, bytes).data;
  }

  /// Writes exactly these bytes; false when the bus answered with an error.
  [[nodiscard]] virtual bool write(std::uint64_t address, std::span<const std::byte> bytes) = 0;
};

/// The port to a memory map, without a copy. A range counts as unmapped unless one region of the
/// map holds all of it.
class MapPort final : public MemoryPort {
 public:
  explicit MapPort(MemoryMap& memory) : memory_(memory) {}

  Rows read_rows(std::uint64_t address, std::uint64_t row_bytes, std::uint64_t rows,
                 std::uint64_t stride) override {
    return {memory_.find(address, (rows - 1) * stride + row_bytes), stride};
  }

  bool write(std::uint64_t address, std::span<const std::byte> bytes) override {
    std::byte* to = memory_.find_writable(address, bytes.size());
    if (to == nullptr) return false;
    std::memcpy(to, bytes.data(), bytes.size());
    return true;
  }

 private:
  MemoryMap& memory_;
};

}  // namespace trine
