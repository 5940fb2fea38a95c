// SPDX-License-Identifier: Apache-2.0

#include "machine/golden_transport.h"

#include <fmt/format.h>

#include "golden/error.h"

namespace trine {

GoldenTransport::GoldenTransport(const MachineParams& params, std::uint64_t memory_bytes,
                                 std::uint64_t memory_base)
    : memory_base_(memory_base), memory_bytes_(memory_bytes), core_(params, port_, clock_) {
  memory_.allocate(memory_base, memory_bytes);
}

void GoldenTransport::read_memory(std::uint64_t address, std::span<std::byte> to) {
  memory_.read(address, to);
}

void GoldenTransport::write_memory(std::uint64_t address, std::span<const std::byte> from) {
  memory_.write(address, from);
}

void GoldenTransport::map_memory(std::uint64_t address, std::span<const std::byte> bytes) {
  if (address < memory_base_ + memory_bytes_)
    throw Error(fmt::format("map_memory: {:#x} is inside the writable memory", address));
  memory_.map(address, bytes);
}

}  // namespace trine
