// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "isa/commands.h"

namespace trine::fault {

/// What a fault of the bus did, over all places where it was put.
struct BusRow {
  std::string fault;
  std::uint64_t injected = 0;
  std::map<std::string, std::uint64_t> told;  // By error code.
  std::uint64_t harmless = 0;                 // The list ended with golden's results.
  std::uint64_t wrong = 0;                    // It ended as if good, with other results.
};

/// Every fault at transfers of a list of each of the opcodes on the core g4: at every transfer of
/// LOAD, STORE and short lists, else at the first and last `step` and at every `step`-th. Behind
/// each the core must run the list again with golden's results; throws soak::Finding when it does
/// not, or hangs.
std::vector<BusRow> run_bus(std::span<const Opcode> opcodes, unsigned step,
                            const std::function<void(const std::string&)>& tell);

}  // namespace trine::fault
