// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "golden/format/trit_matrix.h"
#include "machine_fixture.h"

namespace trine {

inline constexpr std::uint64_t kBook = 0x3000, kStream = 0x10000;

inline Command load(std::uint64_t address = 0x2000) {
  return Fields{.opcode = Opcode::LOAD, .rows = 16, .address = address};
}
inline Fields trit() {
  return {.opcode = Opcode::TRIT_MATVEC,
          .rows = 32,
          .cols = 256,
          .dst = 256,
          .depth = 1,
          .address = kStream,
          .book = kBook};
}
inline Fields f16() {
  return {.opcode = Opcode::F16_MATVEC, .rows = 4, .cols = 32, .dst = 256, .address = kStream};
}

/// A machine with a good codebook, stream and input for trit() in place.
struct Prepared : Machine {
  golden::MatrixShape shape{32, 256, 1};
  std::vector<std::byte> stream;

  explicit Prepared(const MachineParams& params = {}) : Machine(params) {
    put<std::uint32_t>(kBook, std::vector<std::uint32_t>(27, 0x8000));
    const golden::TritMatrix matrix{
        shape, std::vector<std::int8_t>(32 * 256, 1), std::vector<std::uint8_t>(32 * 16, 0), {}};
    stream = golden::pack(matrix);
    put(kStream, stream);
    put<float>(0x2000, std::vector<float>(256, 1.0f));
  }
  /// Vector memory that is not all zero, so that a change shows.
  void fill_vector() {
    REQUIRE_EQ(run({Fields{.opcode = Opcode::LOAD, .rows = 256, .address = 0x2000}, end_command()}),
               Outcome{ErrorCode::NONE, 1});
  }
};

/// Runs FENCE and then `command`: it is refused as command 1, touches nothing, and the machine
/// works afterwards.
inline void check_refused(Prepared& machine, const Command& command, ErrorCode code) {
  CAPTURE(describe(command));
  machine.fill_vector();
  const auto vector = machine.vector_memory();
  const auto memory = machine.get<std::byte>(0x2000, 0x20000);
  CHECK_EQ(machine.run({Fields{.opcode = Opcode::FENCE}, command, end_command()}),
           Outcome{code, 1});
  CHECK(machine.vector_memory() == vector);
  CHECK(machine.get<std::byte>(0x2000, 0x20000) == memory);
  CHECK_EQ(machine.run({trit(), end_command()}), Outcome{ErrorCode::NONE, 1});
}

/// The command runs to its end and then stops the machine, as command 1.
inline void check_raised(Prepared& machine, const Command& command, ErrorCode code) {
  CAPTURE(describe(command));
  const auto commands = machine.transport.read(Reg::COMMANDS_LO);
  static_cast<void>(machine.transport.read(Reg::COMMANDS_HI));
  CHECK_EQ(machine.run({Fields{.opcode = Opcode::FENCE}, command, end_command()}),
           Outcome{code, 1});
  CHECK_EQ(machine.transport.read(Reg::COMMANDS_LO), commands + 2);
  static_cast<void>(machine.transport.read(Reg::COMMANDS_HI));
}

}  // namespace trine
