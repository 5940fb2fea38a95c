// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <utility>
#include <vector>

#include "tests/system/pair.h"
#include "tests/system/random_commands.h"

namespace trine::test {

/// A device beside golden with data in memory and vector memory for lists of any command.
class CommandBench : public RandomCommands {
  auto putter() {
    return [this](std::uint64_t address, const auto& values) { pair.put(address, values); };
  }

 public:
  CommandBench(const Setup& setup, unsigned seed) : CommandBench(setup.pair(), seed) {}

  /// Known contents of every bank, and of the area that is written.
  void refill() { REQUIRE(pair.run(refill_data(putter())).done()); }

  /// Another sequence state, of both sides.
  void new_state() {
    draw_state();
    for (Transport* side : pair.sides()) put_state(*side);
  }

  /// Every word that a list may have written, in all banks.
  void check_vector_memory() {
    std::vector<std::uint32_t> got(kRegion), want(kRegion);
    for (unsigned bank = 0; bank < pair.params().vectors; ++bank) {
      CAPTURE(bank);
      pair.device().vector_view()->read_vector(bank, 0, got);
      pair.golden().vector_view()->read_vector(bank, 0, want);
      const auto at = std::mismatch(got.begin(), got.end(), want.begin()).first - got.begin();
      CAPTURE(at);
      if (at < static_cast<std::ptrdiff_t>(kRegion))
        REQUIRE_EQ(got[static_cast<std::size_t>(at)], want[static_cast<std::size_t>(at)]);
    }
  }

  Pair pair;

 private:
  CommandBench(Pair both, unsigned seed)
      : RandomCommands(both.params(), seed), pair(std::move(both)) {
    fill_operands(putter());
    refill();
  }
};

}  // namespace trine::test
