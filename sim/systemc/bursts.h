// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <algorithm>
#include <cstdint>

namespace trine::sim {

inline constexpr std::uint64_t kBusPage = 4096;
/// Beats that the read FIFO holds (`ReadFifoBeats` of `trine_top`).
inline constexpr std::uint64_t kReadFifoBeats = 512;
/// Write bursts that may wait for their answer at a time (`MaxOutstanding` of `trine_write_dma`).
inline constexpr std::size_t kWriteBursts = 8;

/// Bytes of the longest burst of a DMA: whole beats that a page holds and AXI allows. Of a read no
/// more than a quarter of the FIFO (`trine_read_dma`), of a write 64 beats (`trine_write_dma`).
constexpr std::uint64_t longest_burst(std::uint64_t beat_bytes, bool write) {
  return std::min(kBusPage,
                  (write ? 64 : std::min<std::uint64_t>(256, kReadFifoBeats / 4)) * beat_bytes);
}

/// Calls f(address, bytes) for each burst in which the core moves [address, address + bytes), in
/// order: whole beats, up to the next multiple of the longest burst, so that none crosses 4 KiB.
template <class F>
void for_each_burst(std::uint64_t address, std::uint64_t bytes, std::uint64_t beat_bytes,
                    bool write, F&& f) {
  const std::uint64_t longest = longest_burst(beat_bytes, write);
  const std::uint64_t end = (address + bytes + beat_bytes - 1) / beat_bytes * beat_bytes;
  for (std::uint64_t at = address / beat_bytes * beat_bytes; at < end;) {
    const std::uint64_t next = std::min(end, (at / longest + 1) * longest);
    f(at, next - at);
    at = next;
  }
}

}  // namespace trine::sim
