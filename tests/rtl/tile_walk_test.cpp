// SPDX-License-Identifier: Apache-2.0
//
// trine_tile_walk and trine_gray_walk against plain loops. TRINE_TilePanels is the parameter of the
// first.

#include <doctest/doctest.h>

#include <array>
#include <set>
#include <string>

#include "Vtrine_gray_walk.h"
#include "Vtrine_tile_walk.h"
#include "sim/dut.h"
#include "tests/rtl/stalls.h"

using namespace trine::test;
using trine::sim::Dut;

namespace {

constexpr unsigned kTilePanels = TRINE_TilePanels;

/// Walks a matrix of `panels` by `blocks`, with cycles without a step in between.
void walk(Dut<Vtrine_tile_walk>& dut, unsigned panels, unsigned blocks, double odds) {
  CAPTURE(panels);
  CAPTURE(blocks);
  Coin coin(odds, panels * 8 + blocks);
  dut->panels_i = panels;
  dut->blocks_i = static_cast<std::uint8_t>(blocks);
  dut->start_i = 1;
  dut->step_i = 0;
  dut.step();
  dut->start_i = 0;
  bool buffer = false;
  for (unsigned tile = 0; tile < panels; tile += kTilePanels) {
    const unsigned size = std::min(kTilePanels, panels - tile);
    for (unsigned block = 0; block < blocks; ++block, buffer = !buffer) {
      for (unsigned panel = 0; panel < size; ++panel) {
        do {
          dut->step_i = coin();
          dut->eval();
          REQUIRE_EQ(dut->active_o, 1);
          REQUIRE_EQ(dut->panel_o, panel);
          REQUIRE_EQ(dut->block_o, block);
          REQUIRE_EQ(dut->buffer_o, buffer);
          REQUIRE_EQ(dut->first_block_o, block == 0);
          REQUIRE_EQ(dut->last_block_o, block == blocks - 1);
          REQUIRE_EQ(dut->block_end_o, panel == size - 1);
          REQUIRE_EQ(dut->job_end_o,
                     panel == size - 1 && block == blocks - 1 && tile + size == panels);
          dut.step();
        } while (!dut->step_i);
      }
    }
  }
  dut->step_i = 0;
  CHECK_EQ(dut->active_o, 0);
}

}  // namespace

TEST_CASE("trine_tile_walk: every panel of a tile, then the next block, then the next tile") {
  Dut<Vtrine_tile_walk> dut("tile_walk");
  for (const double odds : {1.0, 0.4})
    for (unsigned panels = 1; panels <= 3 * kTilePanels + 1; ++panels)
      for (const unsigned blocks : {1u, 2u, 5u, 7u}) walk(dut, panels, blocks, odds);
}

TEST_CASE("trine_tile_walk: a start amid a matrix begins anew") {
  Dut<Vtrine_tile_walk> dut("tile_walk_restart");
  dut->panels_i = 2 * kTilePanels;
  dut->blocks_i = 3;
  dut->start_i = 1;
  dut->step_i = 0;
  dut.step();
  dut->start_i = 0;
  dut->step_i = 1;
  dut.step(kTilePanels + 2);
  walk(dut, kTilePanels + 1, 2, 1.0);
}

TEST_CASE("trine_gray_walk: every set byte once, one digit by one at a time") {
  Dut<Vtrine_gray_walk> dut("gray_walk");
  static constexpr std::array<int, 5> kPowers{1, 3, 9, 27, 81};
  for (const double odds : {1.0, 0.3}) {
    Coin coin(odds, 1);
    dut->start_i = 1;
    dut->step_i = 0;
    dut.step();
    dut->start_i = 0;
    std::set<int> seen{0};
    int byte = 0;
    for (int steps = 0; steps < 242;) {
      dut->step_i = coin();
      dut->eval();
      REQUIRE_LT(dut->digit_o, kPowers.size());
      const int power = kPowers[dut->digit_o];
      const int next = byte + (dut->down_o ? -power : power);
      REQUIRE_EQ(dut->byte_o, next);
      // The digit itself moves, without a carry into the next one.
      const int digit = byte / power % 3 + (dut->down_o ? -1 : 1);
      REQUIRE((digit >= 0 && digit <= 2));
      CHECK_EQ(dut->last_o, steps == 241);
      const bool step = dut->step_i;
      dut.step();
      if (!step) continue;
      byte = next;
      ++steps;
      REQUIRE(seen.insert(byte).second);
    }
    CHECK_EQ(seen.size(), 243u);
  }
}
