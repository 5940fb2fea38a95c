// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/dram/spec.h"

namespace trine::tools {

/// A board: its memory, the clock of the core on it and the core that would be put there. Files
/// beside say where each number is from (fpga/boards/*/board.json).
struct Board {
  std::string name, description;
  std::string memory;                      // As --memory takes it.
  std::optional<double> memory_clock_mhz;  // Where the board runs it slower than its standard.
  double core_mhz = 0;
  std::string clock;  // "assumed" or "achieved".
  unsigned groups = 16, vectors = 1, ports = 1;
  double path_cycles = 1;                       // Between core and memory, and back.
  unsigned read_burst = 256, write_burst = 64;  // Beats of the longest bursts; 16 over AXI3.
};

/// The boards that are compiled in, by name.
std::vector<std::string> board_names();

/// One of them, or a file. Throws Error naming file, key and what is wrong.
Board read_board(const std::string& name);

/// The memory of a board at its clock; nothing for "ideal".
std::optional<dram::MemorySpec> board_memory(const Board& board);

}  // namespace trine::tools
