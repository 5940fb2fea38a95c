// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>

#include "driver/command_check.h"

namespace trine {

/// What a command took, in clock cycles.
struct CommandCycles {
  std::uint64_t cycles = 0;       // From the beginning of its fetch to its end.
  std::uint64_t unit_cycles = 0;  // In which its unit ran.
  std::uint64_t stall_memory = 0, stall_table = 0, stall_rows = 0;
};

/// Says how long the steps of a command list take. It is asked in the order of the list, each time
/// behind the step, so that it may count what happened on the bus meanwhile.
class CommandClock {
 public:
  virtual ~CommandClock() = default;

  /// A command has run to its end.
  virtual CommandCycles ran(const ResolvedCommand& command) = 0;
  /// Cycles between a command's end and the end of its profile record.
  virtual std::uint64_t recorded() = 0;
  /// Cycles of a command that was fetched and refused, or that could not be fetched.
  virtual std::uint64_t refused() = 0;
};

/// The clock of a machine without time.
class NoClock final : public CommandClock {
 public:
  CommandCycles ran(const ResolvedCommand&) override { return {}; }
  std::uint64_t recorded() override { return 0; }
  std::uint64_t refused() override { return 0; }
};

}  // namespace trine
