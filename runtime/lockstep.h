// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "runtime/executor.h"

namespace trine {

/// Two devices gave different results; the message names command, layer, row and both values.
class Mismatch : public Error {
 public:
  /// Where the first difference is.
  struct Place {
    std::uint32_t command = 0;  // Index in the list.
    std::string tensor;         // Label of the command.
    std::optional<std::size_t> layer;
    unsigned bank = 0;
    std::size_t row = 0;  // Element of the result.
  };
  Mismatch(Place place, const std::string& message) : Error(message), place_(std::move(place)) {}
  const Place& place() const { return place_; }

 private:
  Place place_;
};

/// Two devices that run the same lists, one command at a time, and must agree in every bit: in
/// vector memory after each command, in memory at the next FENCE or END, and in how a list stops.
/// Results are the first one's.
class LockstepExecutor final : public Executor {
 public:
  struct Side {
    std::string name;  // "rtl", "golden": for messages.
    Device& device;
  };
  /// The program must be loaded into both devices, which must outlive this. Throws Error naming
  /// the side that cannot step or does not show its vector memory.
  LockstepExecutor(const Side& first, const Side& second);

  /// Throws Mismatch at the first difference, DeviceError when both were stopped alike.
  void run(const TokenList& list, const SequenceState& state) override;
  void write(const TokenList& list) override;
  void read(std::uint64_t address, std::span<float> to) override {
    sides_[0].device.read(address, to);
  }
  void write(std::uint64_t address, std::span<const float> from) override;

  /// Values compared so far, all equal.
  std::uint64_t compared() const { return compared_; }
  /// From now on only values of commands with indexes [from, to) count; all are compared.
  void count(std::pair<std::size_t, std::size_t> from_to) { counted_ = from_to; }

 private:
  /// How one side came out of a step.
  struct Step {
    bool more = false;
    std::optional<DeviceError> error;
  };
  /// A store whose result is not compared yet: the command with its address and sizes put in.
  struct Pending {
    std::uint32_t index = 0;
    ResolvedCommand command;
  };

  std::array<Step, 2> step(const TokenList& list, std::uint32_t index);
  void compare_ends(const TokenList& list, std::uint32_t index, const std::array<Step, 2>& steps);
  void compare_vector(const TokenList& list, std::uint32_t index, const Command& command);
  void compare_memory(const TokenList& list);
  void compare_memory(const TokenList& list, const Pending& store);
  void compare(const TokenList& list, std::uint32_t index, unsigned bank, std::size_t row,
               std::uint32_t first, std::uint32_t second);

  std::array<Side, 2> sides_;
  std::array<VectorView*, 2> views_{};
  std::vector<Pending> pending_;
  std::uint64_t compared_ = 0;
  std::pair<std::size_t, std::size_t> counted_{0, ~std::size_t{0}};
};

}  // namespace trine
