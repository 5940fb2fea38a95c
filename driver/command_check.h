// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "driver/machine_params.h"
#include "isa/commands.h"

namespace trine {

/// The addresses that a core may touch: MEM_BASE..MEM_LIMIT.
struct MemoryWindow {
  std::uint64_t base = 0, limit = 0;

  /// True when [address, address + bytes) lies inside, and on the bus at all.
  constexpr bool holds(std::uint64_t address, std::uint64_t bytes) const {
    constexpr std::uint64_t kBusEnd = std::uint64_t{1} << kAddressBits;
    return address <= kBusEnd && bytes <= kBusEnd - address && address >= base &&
           address + bytes <= limit;
  }
};

/// Where the machine is in its sequences: registers POSITION, AHEAD_* and TOKEN_*.
struct SequenceState {
  std::uint32_t position = 0;
  /// Bank b is at position + ahead[b]: successive tokens of one sequence unless said otherwise.
  std::array<std::uint32_t, kMaxVectors> ahead{0, 1, 2, 3, 4, 5, 6, 7};
  std::array<std::uint32_t, kMaxVectors> token{};

  constexpr std::uint64_t position_of(unsigned bank) const {
    return std::uint64_t{position} + ahead[bank];
  }
};

/// True when a core has what the opcode needs.
constexpr bool supports(const MachineParams& machine, const OpcodeInfo& opcode) {
  switch (opcode.capability) {
    case Capability::NONE:
      return true;
    case Capability::F16_ENGINE:
      return machine.f16_engine;
    case Capability::VECTOR_UNIT:
      return machine.vector_unit;
    case Capability::ATTENTION:
      return machine.attention_heads != 0;
  }
  return false;
}

/// Bytes of memory that a command reads or writes at ADDR; of a matrix, its stream; 0 for a command
/// that has no opcode or does not touch the memory. It must have passed the checks before
/// ADDRESS_RANGE.
std::uint64_t memory_bytes(const Command& command, const MachineParams& machine);

/// Bytes from ADDR on that must lie in the window: `memory_bytes`, and the gaps between rows.
std::uint64_t reach_bytes(const Command& command, const MachineParams& machine);

/// Elements from row to row of an FP16 matrix: whole blocks of 16 and whole beats.
std::uint64_t f16_stride(std::uint64_t cols, const MachineParams& machine);

/// Words at SRC, SRC2 and DST that a command reads or writes, rounded up as its opcode's reach
/// says; none for a command that has no opcode.
struct VectorReach {
  std::uint64_t src = 0, src2 = 0, dst = 0;
};
VectorReach vector_reach(const Command& command);

/// A command that passed all checks, as the machine runs it: ROWS or COLS replaced as SPAN says,
/// ADDR moved as INDEX says. All other fields are as given.
struct ResolvedCommand : Command {
  const OpcodeInfo* opcode = nullptr;  // Null only in one that was default-constructed.
  /// The token or position that INDEX named; of WRITE_COLUMN and READ_CACHE, always the position.
  /// Otherwise 0. LIMIT of READ_CACHE has become the number of positions, this one included.
  std::uint32_t index = 0;

  /// Where the elements of WRITE_COLUMN begin.
  constexpr std::uint64_t column_address() const { return address() + 2ull * index; }
};

/// What the checks say of a command; `command` is meaningful when `code` is NONE.
struct CheckedCommand {
  ErrorCode code = ErrorCode::NONE;
  ResolvedCommand command;
};

/// What the machine says of a command before it touches anything: steps 1 to 6 of the order that
/// isa/commands.h states.
[[nodiscard]] CheckedCommand check_command(const Command& command, const MachineParams& machine,
                                           const MemoryWindow& window, const SequenceState& state);

/// The same for whatever sequence state the limits of the command allow.
[[nodiscard]] ErrorCode check_command(const Command& command, const MachineParams& machine,
                                      const MemoryWindow& window);

/// A command as text: its name and the fields that it uses, e.g. "LOAD rows=256 dst=0 addr=0x40".
std::string describe(const Command& command);

/// An error code as text: its name and what it means.
std::string describe(ErrorCode code);

}  // namespace trine
