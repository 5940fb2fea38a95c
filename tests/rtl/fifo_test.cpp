// SPDX-License-Identifier: Apache-2.0

#include <doctest/doctest.h>

#include <string>

#include "Vtrine_fifo.h"
#include "sim/dut.h"
#include "tests/rtl/stalls.h"

using namespace trine::test;
using trine::sim::Dut;

namespace {

constexpr std::uint32_t kDepth = TRINE_Depth;

void check_stream(unsigned seed, Stalls stalls, std::uint32_t beats) {
  CAPTURE(seed);
  Dut<Vtrine_fifo> dut("fifo_" + std::to_string(seed));
  Coin offer(stalls.source, seed), accept(stalls.sink, seed + 1000);

  std::uint32_t sent = 0, received = 0;
  bool offering = false;
  while (received < beats) {
    offering = offering || (sent < beats && offer());
    dut->valid_i = offering;
    dut->data_i = scramble(sent);
    dut->ready_i = accept();
    dut->eval();
    if (dut->valid_o) REQUIRE_EQ(dut->data_o, scramble(received));
    if (dut->valid_o && dut->ready_i) ++received;
    if (offering && dut->ready_o) {
      ++sent;
      offering = false;
    }
    REQUIRE(sent - received <= kDepth + 1);
    dut.step();
  }
  dut->valid_i = 0;
  dut.step(3);
  CHECK_EQ(dut->valid_o, 0);
}

}  // namespace

TEST_CASE("trine_fifo: keeps every beat in order under any stalls") {
  unsigned seed = 0;
  for (const Stalls& stalls : kStallMatrix)
    for (int i = 0; i < 5; ++i) check_stream(++seed, stalls, 500);
}

TEST_CASE("trine_fifo: a beat appears two cycles after it entered, not one") {
  Dut<Vtrine_fifo> dut("fifo_latency");
  dut->ready_i = 0;
  dut->valid_i = 1;
  dut->data_i = 7;
  dut.step();
  dut->valid_i = 0;
  CHECK_EQ(dut->valid_o, 0);
  dut.step();
  CHECK_EQ(dut->valid_o, 1);
  CHECK_EQ(dut->data_o, 7);
}

TEST_CASE("trine_fifo: holds Depth + 1 beats and not one more") {
  Dut<Vtrine_fifo> dut("fifo_depth");
  dut->ready_i = 0;
  dut->valid_i = 1;
  std::uint32_t taken = 0;
  for (std::uint32_t i = 0; i < 3 * kDepth; ++i) {
    dut->data_i = i;
    dut->eval();
    taken += dut->ready_o;
    dut.step();
  }
  CHECK_EQ(taken, kDepth + 1);
}

TEST_CASE("trine_fifo: passes one beat per cycle, empty or nearly full") {
  for (const std::uint32_t fill : {0u, kDepth - 1}) {
    CAPTURE(fill);
    Dut<Vtrine_fifo> dut("fifo_rate");
    dut->valid_i = 1;
    dut->ready_i = 0;
    std::uint32_t sent = 0;
    for (; sent < fill + 2; ++sent) {
      dut->data_i = sent;
      dut.step();
    }
    dut->ready_i = 1;
    for (std::uint32_t i = 0; i < 4 * kDepth; ++i) {
      dut->data_i = sent;
      dut->eval();
      CHECK_EQ(dut->valid_o, 1);
      CHECK_EQ(dut->data_o, i);
      sent += dut->ready_o;
      dut.step();
    }
  }
}
