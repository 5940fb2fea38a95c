// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace trine::tools {

/// Name and text of a file of fpga/boards.
struct BoardFile {
  const char *name, *text;
};

/// All of them; CMake writes their definition.
extern const BoardFile kBoardFiles[];
extern const std::size_t kBoardCount;

}  // namespace trine::tools
