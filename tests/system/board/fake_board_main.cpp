// SPDX-License-Identifier: Apache-2.0
//
// fake_board DIR [--device golden|rtl] [--groups N] [--vectors N] [--bytes N] [--clock MHZ]
//            [--mem 1] [--fault NAME]
// Serves a fake board (fake_board.h) in a directory until its standard input ends.

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <string>
#include <thread>

#include "tests/system/board/fake_board.h"

using namespace trine::test;

namespace {

FakeBoardOptions parse(int argc, char** argv) {
  FakeBoardOptions options;
  if (argc < 2) throw trine::Error("usage: fake_board DIR [--OPTION VALUE]...");
  options.directory = argv[1];
  for (int i = 2; i + 1 < argc; i += 2) {
    const std::string name = argv[i], value = argv[i + 1];
    if (name == "--device")
      options.device = value;
    else if (name == "--groups")
      options.groups = static_cast<unsigned>(std::stoul(value));
    else if (name == "--vectors")
      options.vectors = static_cast<unsigned>(std::stoul(value));
    else if (name == "--bytes")
      options.buffer_bytes = std::stoull(value);
    else if (name == "--mem")
      options.mem = value == "1";
    else if (name == "--clock")
      options.clock_mhz = std::stod(value);
    else if (name == "--fault")
      options.fault = board_fault(value);
    else
      throw trine::Error("there is no option " + name);
  }
  return options;
}

/// True when nobody holds the other end of the standard input any more.
bool left_alone() {
  pollfd in{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  if (::poll(&in, 1, 0) <= 0) return false;
  char byte;
  return ::read(STDIN_FILENO, &byte, 1) <= 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    FakeBoard board(parse(argc, argv));
    for (unsigned turn = 0;; ++turn) {
      const bool worked = board.serve();
      if (turn % 256 == 0 && left_alone()) return 0;
      // A look costs little; a core that rests leaves the processor to others.
      if (!worked) std::this_thread::sleep_for(std::chrono::microseconds(20));
    }
  } catch (const std::exception& error) {
    fmt::print(stderr, "fake_board: {}\n", error.what());
    return 1;
  }
}
