// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <algorithm>
#include <cstdint>

namespace trine::sim {

inline constexpr std::uint64_t kBusPage = 4096;
/// Read ports that a core has at most.
inline constexpr unsigned kMaxPorts = 4;
/// Beats that the read FIFO holds (`ReadFifoBeats` of `trine_top`).
inline constexpr std::uint64_t kReadFifoBeats = 512;
/// Write bursts that may wait for their answer at a time (`MaxOutstanding` of `trine_write_dma`).
inline constexpr std::size_t kWriteBursts = 8;

/// The data bus of a core. With several read ports each moves a part of a beat at a time, and
/// memory belongs to them in turns of 16 transfers (`trine_read_chunks`); writes go over port 0.
struct BusShape {
  std::uint32_t beat_bytes = 64;
  unsigned ports = 1;
  /// Beats of the longest burst: of a read over a single port (`ReadBurst`), of a write.
  unsigned read_burst = 256, write_burst = 64;

  /// Bytes that a port moves in a cycle.
  constexpr std::uint32_t transfer_bytes() const { return beat_bytes / ports; }
  /// The port that reads from this address.
  constexpr unsigned read_port(std::uint64_t address) const {
    return static_cast<unsigned>(address / (kChunkTransfers * transfer_bytes()) % ports);
  }

  static constexpr std::uint64_t kChunkTransfers = 16;
};

/// Bytes of the longest burst of a DMA: whole beats that a page holds and AXI allows. Of a read no
/// more than a quarter of the FIFO (`trine_read_dma`), or than the turn of a port.
constexpr std::uint64_t longest_burst(const BusShape& bus, bool write) {
  if (write)
    return std::min<std::uint64_t>(kBusPage, std::uint64_t{bus.write_burst} * bus.transfer_bytes());
  if (bus.ports > 1) return BusShape::kChunkTransfers * bus.transfer_bytes();
  return std::min<std::uint64_t>(
      kBusPage, std::min<std::uint64_t>(bus.read_burst, kReadFifoBeats / 4) * bus.beat_bytes);
}

/// Calls f(address, bytes) for each burst in which the core moves [address, address + bytes), in
/// order: whole beats of a read or transfers of a write, up to the next multiple of the longest
/// burst, so that none crosses 4 KiB.
template <class F>
void for_each_burst(std::uint64_t address, std::uint64_t bytes, const BusShape& bus, bool write,
                    F&& f) {
  const std::uint64_t longest = longest_burst(bus, write);
  const std::uint64_t unit = write ? bus.transfer_bytes() : bus.beat_bytes;
  const std::uint64_t end = (address + bytes + unit - 1) / unit * unit;
  for (std::uint64_t at = address / unit * unit; at < end;) {
    const std::uint64_t next = std::min(end, (at / longest + 1) * longest);
    f(at, next - at);
    at = next;
  }
}

}  // namespace trine::sim
