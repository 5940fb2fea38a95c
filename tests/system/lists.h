// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <span>

#include "driver/command_check.h"
#include "driver/transport.h"
#include "isa/commands.h"

// Lists of commands and how they are started, for any program that runs them on a core.

namespace trine::test {

inline constexpr std::uint64_t kTestMemory = 1 << 20;

/// How a command list ended.
struct Outcome {
  std::uint32_t status = 0, error = 0, index = 0;
  bool operator==(const Outcome&) const = default;
  bool done() const { return status == field::STATUS_DONE.mask(); }
  ErrorCode code() const { return static_cast<ErrorCode>(error); }
};

/// Where a list lies and what the core may touch.
struct ListSetup {
  std::uint64_t address = 0;
  std::uint32_t count = 0;  // 0: all of it.
  MemoryWindow window{0, kTestMemory};
};

inline void start_list(Transport& transport, std::span<const Command> list,
                       const ListSetup& setup = {}) {
  const auto put = [&](Reg low, Reg high, std::uint64_t value) {
    transport.write(low, static_cast<std::uint32_t>(value));
    transport.write(high, static_cast<std::uint32_t>(value >> 32));
  };
  transport.write_memory(setup.address / 64 * 64 % kTestMemory, std::as_bytes(list));
  put(Reg::LIST_LO, Reg::LIST_HI, setup.address);
  put(Reg::MEM_BASE_LO, Reg::MEM_BASE_HI, setup.window.base);
  put(Reg::MEM_LIMIT_LO, Reg::MEM_LIMIT_HI, setup.window.limit);
  transport.write(Reg::LIST_COUNT,
                  setup.count != 0 ? setup.count : static_cast<std::uint32_t>(list.size()));
  transport.write(Reg::STATUS, field::STATUS_DONE.mask() | field::STATUS_ERROR.mask());
  transport.write(Reg::CTRL, field::CTRL_START.put(1));
}

inline Command make(Opcode opcode) {
  return Command{}.set(command::OPCODE, static_cast<std::uint32_t>(opcode));
}

}  // namespace trine::test
