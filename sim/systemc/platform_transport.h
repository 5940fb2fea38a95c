// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <systemc>

#include "driver/memory.h"
#include "driver/transport.h"
#include "sim/systemc/register_master.h"

namespace trine::sim {

/// One core of a virtual platform as the driver sees it: registers go over a bus, memory is
/// accessed behind its back and takes no time. For a program between two runs of the kernel, which
/// it then runs itself, or for an SC_THREAD, which waits.
class PlatformTransport final : public Transport {
 public:
  /// The core's address 0 is `base` of `memory`, where `memory_bytes` of writable memory begin.
  /// `slice` is the time of a wait().
  PlatformTransport(RegisterMaster& master, MemoryMap& memory, std::uint64_t memory_bytes,
                    const sc_core::sc_time& slice, std::uint64_t base = 0)
      : master_(master), memory_(memory), memory_bytes_(memory_bytes), slice_(slice), base_(base) {}

  std::uint32_t read(Reg reg) override { return master_.read(static_cast<std::uint32_t>(reg)); }
  void write(Reg reg, std::uint32_t value) override {
    master_.write(static_cast<std::uint32_t>(reg), value);
  }
  void read_memory(std::uint64_t address, std::span<std::byte> to) override {
    memory_.read(base_ + address, to);
  }
  void write_memory(std::uint64_t address, std::span<const std::byte> from) override {
    memory_.write(base_ + address, from);
  }
  std::uint64_t memory_size() const override { return memory_bytes_; }
  void map_memory(std::uint64_t address, std::span<const std::byte> bytes) override {
    memory_.map(base_ + address, bytes);
  }
  void wait() override {
    if (sc_core::sc_get_current_process_handle().valid())
      sc_core::wait(slice_);
    else
      sc_core::sc_start(slice_);
  }

 private:
  RegisterMaster& master_;
  MemoryMap& memory_;
  std::uint64_t memory_bytes_;
  sc_core::sc_time slice_;
  std::uint64_t base_;
};

}  // namespace trine::sim
