// SPDX-License-Identifier: Apache-2.0
//
// trine_ice40, the design that checks the trit engine on an iCE40: with golden's sums it passes at
// every depth, and with any damage to its ROMs it fails.

#include <Vtrine_ice40.h>
#include <doctest/doctest.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "sim/dut.h"

namespace {

constexpr unsigned kBitCycles = 4;

/// What the design says: the byte that it sends and its lamps.
struct Verdict {
  char sent = 0;
  bool pass = false, fail = false;
  bool operator==(const Verdict&) const = default;
};
constexpr Verdict kPass{'P', true, false}, kFail{'F', false, true};

/// Runs the design with the ROMs that make_ice40_rom writes.
Verdict run(unsigned depth, unsigned seed, const std::string& fault) {
  namespace fs = std::filesystem;
  std::string pattern = (fs::temp_directory_path() / "trine_ice40_XXXXXX").string();
  REQUIRE(mkdtemp(pattern.data()) != nullptr);
  const fs::path before = fs::current_path();
  std::string command = TRINE_MAKE_ROM;
  for (const std::string& word : {pattern, std::to_string(depth), std::to_string(TRINE_ActWidth),
                                  std::to_string(seed), fault})
    command.append(1, ' ').append(word);
  REQUIRE_EQ(std::system(command.c_str()), 0);
  fs::current_path(pattern);  // The ROMs are read at the start, from the current folder.
  Verdict verdict;
  {
    trine::sim::Dut<Vtrine_ice40> dut("ice40", 100'000);
    dut.step(2);  // The design resets itself; until then its line may be anything.
    while (dut->tx_o) dut.step();
    dut.step(kBitCycles / 2);
    for (unsigned bit = 0; bit < 8; ++bit) {
      dut.step(kBitCycles);
      verdict.sent = static_cast<char>(verdict.sent | (dut->tx_o ? 1 << bit : 0));
    }
    dut.step(kBitCycles);
    CHECK(dut->tx_o);
    verdict.pass = dut->pass_o;
    verdict.fail = dut->fail_o;
  }
  fs::current_path(before);
  fs::remove_all(pattern);
  return verdict;
}

}  // namespace

TEST_CASE("trine_ice40: passes with golden's sums at every depth") {
  for (unsigned depth = 1; depth <= 4; ++depth) {
    for (unsigned seed = 1; seed <= 5; ++seed) {
      CAPTURE(depth);
      CAPTURE(seed);
      CHECK(run(depth, seed, "") == kPass);
    }
  }
}

TEST_CASE("trine_ice40: fails when a word of its ROMs is damaged") {
  for (const char* fault : {"weight", "code", "mantissa", "low", "high"}) {
    for (unsigned depth = 1; depth <= 4; ++depth) {
      CAPTURE(fault);
      CAPTURE(depth);
      CHECK(run(depth, 1, fault) == kFail);
    }
  }
}
