// SPDX-License-Identifier: Apache-2.0

#include "machine/executors.h"

#include <array>

namespace trine {
namespace {

/// END and FENCE wait for writes, which the machine has done when a command ends.
ErrorCode wait_for_writes(MachineState&, const ResolvedCommand&) {
  return ErrorCode::NONE;
}

constexpr ExecutorEntry kControl[] = {
    {Opcode::END, wait_for_writes},
    {Opcode::FENCE, wait_for_writes},
};
static_assert(covers(Unit::CONTROL, kControl), "an opcode of unit CONTROL has no executor");

std::span<const ExecutorEntry> executors_of(Unit unit) {
  switch (unit) {
    case Unit::NONE:
      return {};
    case Unit::CONTROL:
      return control_executors();
    case Unit::LOAD:
      return load_executors();
    case Unit::STORE:
      return store_executors();
    case Unit::COLUMN:
      return column_executors();
    case Unit::MATRIX:
      return matrix_executors();
    case Unit::VECTOR:
      return vector_executors();
    case Unit::ATTENTION:
      return attention_executors();
  }
  return {};
}

std::array<Executor, 256> make_table() {
  std::array<Executor, 256> table{};
  for (std::size_t unit = 0; unit < std::size(kUnits); ++unit)
    for (const ExecutorEntry& entry : executors_of(static_cast<Unit>(unit)))
      table[static_cast<std::size_t>(entry.opcode)] = entry.run;
  return table;
}

}  // namespace

std::span<const ExecutorEntry> control_executors() {
  return kControl;
}

Executor executor_of(std::uint32_t code) {
  static const std::array<Executor, 256> kTable = make_table();
  return code < kTable.size() ? kTable[code] : nullptr;
}

}  // namespace trine
