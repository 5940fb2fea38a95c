// SPDX-License-Identifier: Apache-2.0

#include "driver/uio/dma_buffer.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "driver/machine_params.h"
#include "driver/memory.h"

namespace trine::uio {
namespace {

namespace fs = std::filesystem;

/// The largest line of a cache that an ARM or x86 host has: what is synchronized is in whole lines.
constexpr std::uint64_t kLine = 128;
/// What u-dma-buf's attributes say in one number: an offset in bits 63:32, a size in multiples of
/// 16 in bits 31:4, the direction in bits 3:2 and in bit 0 that it is meant.
constexpr std::uint64_t kSyncLimit = std::uint64_t{1} << 32;
constexpr std::uint64_t kSyncMost = std::uint64_t{1} << 30;

/// Copies in aligned words, single bytes at the ends: memory that is mapped as a device takes no
/// other accesses, while memcpy may use any.
void copy_in(std::byte* to, std::span<const std::byte> from) {
  std::size_t i = 0;
  for (; i < from.size() && reinterpret_cast<std::uintptr_t>(to + i) % 8 != 0; ++i)
    *reinterpret_cast<volatile std::byte*>(to + i) = from[i];
  for (; i + 8 <= from.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, &from[i], 8);
    *reinterpret_cast<volatile std::uint64_t*>(to + i) = word;
  }
  for (; i < from.size(); ++i) *reinterpret_cast<volatile std::byte*>(to + i) = from[i];
}

void copy_out(std::span<std::byte> to, const std::byte* from) {
  std::size_t i = 0;
  for (; i < to.size() && reinterpret_cast<std::uintptr_t>(from + i) % 8 != 0; ++i)
    to[i] = *reinterpret_cast<const volatile std::byte*>(from + i);
  for (; i + 8 <= to.size(); i += 8) {
    const std::uint64_t word = *reinterpret_cast<const volatile std::uint64_t*>(from + i);
    std::memcpy(&to[i], &word, 8);
  }
  for (; i < to.size(); ++i) to[i] = *reinterpret_cast<const volatile std::byte*>(from + i);
}

}  // namespace

DmaBuffer::DmaBuffer(const BoardRequest& board) {
  std::uint64_t bytes = board.reserved_bytes;
  if (bytes != 0) {
    address_ = board.reserved;
    name_ = "reserved memory";
    const fs::path path = board.dev / "mem";
    const File file(path, O_RDWR | O_SYNC);
    mapping_ = Mapping(file, path, address_, bytes);
  } else {
    name_ = fmt::format("u-dma-buf '{}'", board.buffer);
    attributes_ = board.sys / "u-dma-buf" / board.buffer;
    if (!fs::exists(attributes_))
      throw BoardError(
          fmt::format("there is no u-dma-buf '{}' in {}: is the module u-dma-buf loaded, "
                      "and the buffer in the device tree?",
                      board.buffer, attributes_.parent_path().string()));
    address_ = read_number(attributes_ / "phys_addr");
    bytes = read_number(attributes_ / "size");
    const bool coherent =
        fs::exists(attributes_ / "dma_coherent") && read_number(attributes_ / "dma_coherent") != 0;
    synchronized_ = !coherent && !board.uncached;
    const fs::path path = board.dev / board.buffer;
    const File file(path, O_RDWR | (board.uncached ? O_SYNC : 0));
    mapping_ = Mapping(file, path, 0, bytes);
  }
  if (address_ % kPageBytes != 0 || bytes < 8 * kPageBytes)
    throw BoardError(
        fmt::format("{}: {} bytes at {:#x} are not some whole pages", name_, bytes, address_));
  if (address_ >= std::uint64_t{1} << kAddressBits ||
      bytes > (std::uint64_t{1} << kAddressBits) - address_)
    throw BoardError(fmt::format("{}: {} bytes at {:#x} pass the {} address bits of the core",
                                 name_, bytes, address_, kAddressBits));
  if (synchronized_ && bytes > kSyncLimit)
    throw BoardError(
        fmt::format("{}: of a cached buffer of {} bytes only 4 GiB can be synchronized; "
                    "take it --uncached",
                    name_, bytes));
}

void DmaBuffer::synchronize(std::uint64_t offset, std::uint64_t bytes, Side side) const {
  if (!synchronized_ || bytes == 0) return;
  const std::uint64_t end =
      std::min((offset + bytes + kLine - 1) / kLine * kLine, mapping_.bytes());
  const char* const attribute = side == Side::Device ? "sync_for_device" : "sync_for_cpu";
  const std::uint64_t direction = side == Side::Device ? 1 : 2;  // To the device, from it.
  for (std::uint64_t at = offset / kLine * kLine; at < end; at += kSyncMost)
    write_attribute(
        attributes_ / attribute,
        fmt::format("{:#x}\n", at << 32 | std::min(kSyncMost, end - at) | direction << 2 | 1));
}

void DmaBuffer::read(std::uint64_t offset, std::span<std::byte> to) const {
  synchronize(offset, to.size(), Side::Cpu);
  copy_out(to, mapping_.data() + offset);
}

void DmaBuffer::write(std::uint64_t offset, std::span<const std::byte> from) {
  copy_in(mapping_.data() + offset, from);
  synchronize(offset, from.size(), Side::Device);
}

void DmaBuffer::zero(std::uint64_t offset, std::uint64_t bytes) {
  static constexpr std::byte kZeros[kPageBytes]{};
  for (std::uint64_t at = 0; at < bytes; at += kPageBytes)
    copy_in(mapping_.data() + offset + at,
            std::span(kZeros).first(std::min(kPageBytes, bytes - at)));
  synchronize(offset, bytes, Side::Device);
}

}  // namespace trine::uio
