// SPDX-License-Identifier: Apache-2.0

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "Vtrine_stream_sum.h"
#include "golden/format/crc32c.h"
#include "sim/dut.h"
#include "tests/rtl/stalls.h"

using namespace trine;
using namespace trine::test;

TEST_CASE("trine_stream_sum: the CRC-32C of any beats, whenever they come") {
  sim::Dut<Vtrine_stream_sum> dut("stream_sum", 1'000'000);
  Random random(1);
  constexpr std::size_t kBeat = 4 * TRINE_Groups;
  for (unsigned run = 0; run < 200; ++run) {
    CAPTURE(run);
    const std::size_t beats = run < 40 ? run / 4 : random.below(100);
    Coin offer(run % 3 == 0 ? 1.0 : 0.5, run);
    dut->valid_i = 0;
    dut->start_i = 1;
    dut.step();
    dut->start_i = 0;
    std::vector<std::uint32_t> words;
    for (std::size_t sent = 0; sent < beats; dut.step()) {
      std::array<std::uint32_t, TRINE_Groups> beat{};
      for (unsigned i = 0; i < TRINE_Groups; ++i) {
        // Few bits in some runs: each has its share in the sum.
        beat[i] = run % 4 != 1                      ? random.word()
                  : random.below(TRINE_Groups) == 0 ? 1u << random.below(32)
                                                    : 0;
      }
      set_words(dut->data_i, beat.data());
      dut->valid_i = offer();
      if (!dut->valid_i) continue;
      words.insert(words.end(), beat.begin(), beat.begin() + TRINE_Groups);
      ++sent;
    }
    dut->valid_i = 0;
    dut.step();
    dut.step(run % 2);  // It stays.
    dut->eval();
    REQUIRE_EQ(words.size(), beats * kBeat / 4);
    CHECK_EQ(dut->sum_o, golden::crc32c(std::as_bytes(std::span(words))));
  }
}
