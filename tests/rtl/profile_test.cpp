// SPDX-License-Identifier: Apache-2.0

#include <doctest/doctest.h>

#include <array>
#include <vector>

#include "Vtrine_profile.h"
#include "sim/dut.h"
#include "tests/rtl/stalls.h"

using namespace trine;
using namespace trine::test;

TEST_CASE("trine_profile: a record holds what happened between begin and end") {
  sim::Dut<Vtrine_profile> dut("profile", 1'000'000);
  Random random(9);
  Coin go(0.6, 2);
  dut->clear_i = dut->begin_i = dut->end_i = dut->start_i = dut->busy_i = dut->beat_ready_i = 0;
  dut->enable_i = 1;
  set_port(dut->events_i, 0);
  std::uint64_t cycle = 0;
  for (unsigned n = 0; n < 100; ++n) {
    std::array<std::uint32_t, 16> expected{};
    expected[0] = dut->index_i = random.word();
    expected[1] = dut->word0_i = random.word();
    if (n == 50) {
      dut->clear_i = 1;
      dut->busy_i = 0;
      dut.step();
      dut->clear_i = 0;
      cycle = 0;
    }
    const unsigned length = 1 + random.below(n % 10 == 0 ? 3000 : 200);
    for (unsigned c = 0; c <= length; ++c) {
      dut->busy_i = 1;
      dut->begin_i = c == 0;
      dut->end_i = c == length;
      const unsigned events = c == 0 ? 0 : random.below(128);
      set_port(dut->events_i, events);
      for (unsigned i = 0; i < 7; ++i) expected[6 + i] += events >> i & 1;
      if (c == 0) expected[2] = static_cast<std::uint32_t>(cycle);
      if (c == length) expected[4] = static_cast<std::uint32_t>(cycle);
      dut.step();
      ++cycle;
    }
    dut->begin_i = dut->end_i = 0;
    set_port(dut->events_i, 0);
    // What comes between the end and the record changes neither.
    for (unsigned wait = random.below(4); wait > 0; --wait, ++cycle) dut.step();
    dut->start_i = 1;
    dut.step();
    dut->start_i = 0;
    ++cycle;
    std::vector<std::uint32_t> record;
    while (!dut->done_o) {
      dut->beat_ready_i = go();
      dut->eval();
      if (dut->beat_valid_o && dut->beat_ready_i) {
        const auto words = get_words(dut->beat_data_o);
        record.insert(record.end(), words.begin(), words.end());
      }
      dut.step();
      ++cycle;
    }
    dut->beat_ready_i = 0;
    REQUIRE_EQ(record.size(), 16u);
    for (unsigned i = 0; i < 16; ++i) {
      CAPTURE(i);
      CHECK_EQ(record[i], expected[i]);
    }
  }
}

TEST_CASE(
    "trine_profile: a command of many cycles in a run of many, and one after the run is over") {
  sim::Dut<Vtrine_profile> dut("profile_long", 1'000'000);
  dut->clear_i = dut->begin_i = dut->end_i = dut->start_i = dut->busy_i = dut->beat_ready_i = 0;
  dut->enable_i = 1;
  set_port(dut->events_i, 0);
  dut->index_i = dut->word0_i = 0;
  // A command of `length` cycles, all of which every event counts; its record.
  const auto command = [&](std::uint32_t length) {
    dut->busy_i = 1;
    set_port(dut->events_i, 127);
    dut->begin_i = 1;
    dut.step();
    dut->begin_i = 0;
    dut.step(length - 1);
    dut->end_i = 1;
    dut.step();
    dut->end_i = dut->busy_i = 0;
    set_port(dut->events_i, 0);
    dut.step();
    dut->start_i = dut->beat_ready_i = 1;
    dut.step();
    dut->start_i = 0;
    std::vector<std::uint32_t> record;
    for (; !dut->done_o; dut.step())
      if (dut->beat_valid_o) {
        const auto words = get_words(dut->beat_data_o);
        record.insert(record.end(), words.begin(), words.end());
      }
    dut.step();
    return record;
  };
  const auto expected = [](std::uint32_t first, std::uint32_t length) {
    std::vector<std::uint32_t> record{0, 0, first, 0, first + length, 0};
    record.insert(record.end(), 7, length);
    record.insert(record.end(), 3, 0);
    return record;
  };
  // A command has a cycle more than its length; each bit is set in one of the times.
  constexpr std::uint32_t kLong = 0x15554;
  CHECK(command(kLong) == expected(0, kLong));
  CHECK(command(kLong) == expected(0x15555, kLong));
  CHECK(command(0x15557) == expected(0x2AAAA, 0x15557));
  // Nothing counts unless it is enabled.
  dut->enable_i = 0;
  dut->busy_i = 1;
  set_port(dut->events_i, 127);
  dut.step(50);
  dut->enable_i = 1;
  dut->clear_i = 1;
  dut.step();
  dut->clear_i = 0;
  // The cycle of the clear is the first that counts.
  CHECK(command(3) == expected(1, 3));
}
