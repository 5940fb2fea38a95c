// SPDX-License-Identifier: Apache-2.0

#include <doctest/doctest.h>

#include <string>

#include "Vtrine_skid.h"
#include "sim/dut.h"
#include "tests/rtl/stalls.h"

using namespace trine::test;
using trine::sim::Dut;

namespace {

void check_stream(unsigned seed, Stalls stalls, std::uint32_t beats) {
  CAPTURE(seed);
  Dut<Vtrine_skid> dut("skid_" + std::to_string(seed));
  Coin offer(stalls.source, seed), accept(stalls.sink, seed + 1000);

  std::uint32_t sent = 0, received = 0;
  bool offering = false;
  while (received < beats) {
    offering = offering || (sent < beats && offer());
    dut->valid_i = offering;
    dut->data_i = scramble(sent);
    dut->ready_i = accept();
    dut->eval();
    if (dut->valid_o && dut->ready_i) REQUIRE_EQ(dut->data_o, scramble(received++));
    if (offering && dut->ready_o) {
      ++sent;
      offering = false;
    }
    dut.step();
  }
  CHECK_EQ(sent, beats);
}

}  // namespace

TEST_CASE("trine_skid: keeps every beat in order under any stalls") {
  unsigned seed = 0;
  for (const Stalls& stalls : kStallMatrix)
    for (int i = 0; i < 5; ++i) check_stream(++seed, stalls, 200);
}

TEST_CASE("trine_skid: passes one beat per cycle when nothing stalls, one cycle late") {
  Dut<Vtrine_skid> dut("skid_rate");
  dut->ready_i = 1;
  dut->valid_i = 1;
  dut->data_i = 0;
  CHECK_EQ(dut->valid_o, 0);
  dut.step();
  for (std::uint32_t i = 1; i < 50; ++i) {
    CHECK_EQ(dut->valid_o, 1);
    CHECK_EQ(dut->data_o, i - 1);
    dut->data_i = i;
    dut.step();
  }
}

TEST_CASE("trine_skid: holds two beats and not three") {
  Dut<Vtrine_skid> dut("skid_depth");
  dut->ready_i = 0;
  dut->valid_i = 1;
  dut->data_i = 1;
  dut.step();
  CHECK_EQ(dut->ready_o, 1);
  dut.step();
  CHECK_EQ(dut->ready_o, 0);
}
