// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace trine::tools {

/// Name and text of a file of fpga/counts.
struct CountsFile {
  const char *name, *text;
};

/// All of them; CMake writes their definition.
extern const CountsFile kCountsFiles[];
extern const std::size_t kCountsCount;

}  // namespace trine::tools
