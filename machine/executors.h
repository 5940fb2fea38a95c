// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <span>

#include "machine/machine_state.h"

namespace trine {

/// Runs a command to its end; returns the lowest data error.
using Executor = ErrorCode (*)(MachineState& state, const ResolvedCommand& command);

/// Which function runs an opcode.
struct ExecutorEntry {
  Opcode opcode;
  Executor run;
};

/// True when `entries` name one executor for every opcode of a unit and for nothing else. Each file
/// that has executors asserts it of its units, so that an opcode without one does not compile.
constexpr bool covers(Unit unit, std::span<const ExecutorEntry> entries) {
  for (const OpcodeInfo& opcode : kOpcodes) {
    unsigned count = 0;
    for (const ExecutorEntry& entry : entries)
      if (entry.opcode == opcode.opcode && entry.run != nullptr) ++count;
    if (count != (opcode.unit == unit ? 1 : 0)) return false;
  }
  return true;
}

// The executors of each unit, in the file that is named after what they do.
std::span<const ExecutorEntry> control_executors();  // executors.cpp
std::span<const ExecutorEntry> load_executors();     // execute_memory.cpp
std::span<const ExecutorEntry> store_executors();
std::span<const ExecutorEntry> column_executors();
std::span<const ExecutorEntry> matrix_executors();     // execute_matrix.cpp
std::span<const ExecutorEntry> vector_executors();     // execute_vector.cpp
std::span<const ExecutorEntry> attention_executors();  // execute_attention.cpp

/// The executor of any of the 256 codes; null for one that is no opcode.
Executor executor_of(std::uint32_t code);

}  // namespace trine
