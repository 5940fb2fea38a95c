// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <span>

#include "driver/device.h"
#include "driver/token_list.h"

namespace trine {

/// Who runs the lists of a program: one device, or two that must agree.
class Executor {
 public:
  virtual ~Executor() = default;

  /// Runs a list that lies in device memory. Throws DeviceError when the core stops it.
  virtual void run(const TokenList& list, const SequenceState& state) = 0;
  /// Puts a list into device memory, at its address.
  virtual void write(const TokenList& list) = 0;
  /// Device memory.
  virtual void read(std::uint64_t address, std::span<float> to) = 0;
  virtual void write(std::uint64_t address, std::span<const float> from) = 0;
};

/// One device; the program must be loaded into it, and it must outlive this.
class DeviceExecutor final : public Executor {
 public:
  explicit DeviceExecutor(Device& device) : device_(device) {}
  DeviceExecutor(Device& device, const WaitBudget& budget) : device_(device), budget_(budget) {}

  void run(const TokenList& list, const SequenceState& state) override {
    device_.set_sequence(state);
    device_.run(list.commands, list.address, budget_);
  }
  void write(const TokenList& list) override {
    device_.transport().write_memory(list.address, list.commands.bytes());
  }
  void read(std::uint64_t address, std::span<float> to) override { device_.read(address, to); }
  void write(std::uint64_t address, std::span<const float> from) override {
    device_.write(address, from);
  }

 private:
  Device& device_;
  WaitBudget budget_;
};

}  // namespace trine
