// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "driver/memory_report.h"
#include "tools/common.h"

namespace trine::tools {

/// What a DRAM did, as --json prints it, and back.
Json memory_json(const MemoryReport& report);
MemoryReport memory_of(const Json& json);

/// Two lines for people: rows; and where the clocks of the data pins went.
std::string memory_text(const MemoryReport& report);

}  // namespace trine::tools
