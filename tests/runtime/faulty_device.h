// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstring>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "driver/memory.h"
#include "driver/transport.h"
#include "machine/golden_core.h"

namespace trine::test {

/// What is wrong with a device: each is called where it says, and most are empty.
struct Faults {
  /// What a register reads instead of `value`.
  std::function<std::uint32_t(Reg reg, std::uint32_t value)> read{};
  /// What is written instead; the register may change.
  std::function<void(Reg& reg, std::uint32_t& value)> write{};
  /// Addresses as the host's bus, and as the core's, has them.
  std::function<std::uint64_t(std::uint64_t address)> host_address{}, core_address{};
  /// Bytes of a write of the host as they arrive, and those of a read of the core, for a command.
  std::function<void(std::uint64_t address, std::span<std::byte> bytes)> host_write{};
  std::function<void(const Command& command, std::span<std::byte> bytes)> core_read{};
  /// Of a write of the core, of so many bytes: whether byte `byte` arrives.
  std::function<bool(const Command& command, std::uint64_t byte, std::uint64_t bytes)> keeps{};
  /// The vector memory of a bank behind a command.
  using Words = std::span<std::uint32_t>;
  std::function<void(const Command& command, unsigned bank, Words words)> after{};
};

/// The golden machine with faults around it: what a board with that fault shows.
class FaultyDevice final : public Transport {
 public:
  FaultyDevice(const MachineParams& params, std::uint64_t memory_bytes, Faults faults)
      : faults_(std::move(faults)),
        bytes_(memory_bytes),
        port_(memory_, faults_, command_),
        core_(params, port_, clock_) {
    memory_.allocate(0, memory_bytes);
  }

  std::uint32_t read(Reg reg) override {
    const std::uint32_t value = core_.read(reg);
    return faults_.read ? faults_.read(reg, value) : value;
  }
  void write(Reg reg, std::uint32_t value) override {
    if (faults_.write) faults_.write(reg, value);
    core_.write(reg, value);
  }
  void read_memory(std::uint64_t address, std::span<std::byte> to) override {
    if (!faults_.host_address) return memory_.read(address, to);
    for (std::size_t i = 0; i < to.size(); ++i)
      memory_.read(faults_.host_address(address + i), to.subspan(i, 1));
  }
  void write_memory(std::uint64_t address, std::span<const std::byte> from) override {
    std::vector<std::byte> bytes(from.begin(), from.end());
    if (faults_.host_write) faults_.host_write(address, bytes);
    if (!faults_.host_address) return memory_.write(address, bytes);
    for (std::size_t i = 0; i < bytes.size(); ++i)
      memory_.write(faults_.host_address(address + i), std::span(bytes).subspan(i, 1));
  }
  std::uint64_t memory_size() const override { return bytes_; }
  void map_memory(std::uint64_t address, std::span<const std::byte> bytes) override {
    memory_.map(address, bytes);
  }
  void wait() override {
    // The command that runs, for faults of one unit alone.
    const std::uint64_t at =
        (core_.read(Reg::LIST_LO) | std::uint64_t{core_.read(Reg::LIST_HI)} << 32) +
        64ull * core_.index();
    if (const std::byte* bytes = memory_.find(at, sizeof command_))
      std::memcpy(&command_, bytes, sizeof command_);
    core_.step();
    if (!faults_.after) return;
    for (unsigned bank = 0; bank < core_.machine().params().vectors; ++bank) {
      // The machine's own words, which it shows to readers only.
      const auto words = core_.machine().vector_memory(bank);
      faults_.after(command_, bank, {const_cast<std::uint32_t*>(words.data()), words.size()});
    }
  }

 private:
  /// The core's bus.
  class Port final : public MemoryPort {
   public:
    Port(MemoryMap& memory, const Faults& faults, const Command& command)
        : memory_(memory), faults_(faults), command_(command) {}
    Rows read_rows(std::uint64_t address, std::uint64_t row_bytes, std::uint64_t rows,
                   std::uint64_t stride) override {
      const std::uint64_t bytes = (rows - 1) * stride + row_bytes;
      if (faults_.core_address) address = faults_.core_address(address);
      const std::byte* const found = memory_.find(address, bytes);
      if (found == nullptr || !faults_.core_read) return {found, stride};
      copy_.assign(found, found + bytes);
      faults_.core_read(command_, copy_);
      return {copy_.data(), stride};
    }
    bool write(std::uint64_t address, std::span<const std::byte> bytes) override {
      if (faults_.core_address) address = faults_.core_address(address);
      std::byte* const to = memory_.find_writable(address, bytes.size());
      if (to == nullptr) return false;
      for (std::size_t i = 0; i < bytes.size(); ++i)
        if (!faults_.keeps || faults_.keeps(command_, i, bytes.size())) to[i] = bytes[i];
      return true;
    }

   private:
    MemoryMap& memory_;
    const Faults& faults_;
    const Command& command_;
    std::vector<std::byte> copy_;
  };

  Faults faults_;
  std::uint64_t bytes_;
  MemoryMap memory_;
  Command command_;
  Port port_;
  NoClock clock_;
  GoldenCore core_;
};

}  // namespace trine::test
