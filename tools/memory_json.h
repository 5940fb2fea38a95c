// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "driver/memory_report.h"
#include "tools/common.h"

namespace trine::tools {

/// What a DRAM did, as --json prints it.
Json memory_json(const MemoryReport& report);
/// Back from it; throws Error for a member that is missing, of another type or out of range, as a
/// count is beyond this.
inline constexpr std::uint64_t kMostMemoryCount = std::uint64_t{1} << 48;
MemoryReport memory_of(const Json& json);

/// Two lines for people: rows; and where the clocks of the data pins went.
std::string memory_text(const MemoryReport& report);

}  // namespace trine::tools
