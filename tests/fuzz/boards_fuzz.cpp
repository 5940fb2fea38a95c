// SPDX-License-Identifier: Apache-2.0
//
// A description of a board, and the memory that it names; memories that are files aside.

#include "tests/fuzz/fuzz.h"
#include "tools/board.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const trine::fuzz::Folder kFolder;
  const auto file = kFolder.write("fuzz.json", trine::fuzz::text_of(data, size));
  trine::fuzz::accept_or_refuse([&] {
    const trine::tools::Board board = trine::tools::read_board(file.string());
    if (board.memory.find('/') == board.memory.npos && board.memory.find('.') == board.memory.npos)
      trine::tools::board_memory(board);
  });
  return 0;
}
