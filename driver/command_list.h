// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "driver/command_check.h"

namespace trine {

/// Builds a command list.  A command that the machine would refuse is refused here already, with
/// an Error that says which one and why.  Labels stay on the host, for messages.
class CommandList {
 public:
  /// For this machine; `window` bounds the addresses that commands may name.
  explicit CommandList(const MachineParams& machine,
                       const MemoryWindow& window = {0, std::uint64_t{1} << kAddressBits})
      : machine_(machine), window_(window) {}

  /// Elements in memory: FP32 or FP16.
  enum class Element : std::uint8_t { F32, F16 };

  /// vector[dst..] = memory[address..], `count` elements.
  void load(std::uint32_t dst, std::uint64_t address, std::uint64_t count, Element element,
            std::string_view label);
  /// memory[address..] = vector[src..], `count` elements.
  void store(std::uint32_t src, std::uint64_t address, std::uint64_t count, Element element,
             std::string_view label);

  /// A matrix in memory and the vectors that it maps to each other.
  struct Matvec {
    std::uint64_t rows = 0, cols = 0;
    std::uint64_t address = 0;       // Of the stream.
    std::uint32_t src = 0, dst = 0;  // Words of vector memory.
    bool raw = false;                // Accumulators instead of FP32.
  };
  /// vector[dst..] = W * vector[src..] from a trit stream; the codebook block is at `codebook`.
  void trit_matvec(const Matvec& matvec, unsigned depth, std::uint64_t codebook,
                   std::string_view label);
  /// The same from an FP16 matrix whose rows are `half_stride` elements apart.
  void f16_matvec(const Matvec& matvec, std::string_view label);

  void fence();
  /// The last command.  Nothing may follow it, and only a finished list runs.
  void end();

  /// Any command; for tests of what the machine refuses, unchecked.
  void append_unchecked(const Command& command, std::string_view label);

  bool finished() const { return finished_; }
  std::span<const Command> commands() const { return commands_; }
  std::span<const std::byte> bytes() const { return std::as_bytes(commands()); }
  /// "command 3 (TRIT_MATVEC rows=... of model.layers.0...)"; any index, also past the end.
  std::string describe_at(std::uint32_t index) const;

 private:
  void append(const Command& command, std::string_view label);

  MachineParams machine_;
  MemoryWindow window_;
  std::vector<Command> commands_;
  std::vector<std::string> labels_;
  bool finished_ = false;
};

}  // namespace trine
