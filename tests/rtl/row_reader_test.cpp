// SPDX-License-Identifier: Apache-2.0

#include <doctest/doctest.h>

#include <vector>

#include "Vtrine_row_reader.h"
#include "sim/dut.h"
#include "tests/rtl/stalls.h"

using namespace trine;
using namespace trine::test;

TEST_CASE("trine_row_reader: one job a row, in order, none lost between jobs") {
  for (const double odds : {1.0, 0.4}) {
    sim::Dut<Vtrine_row_reader> dut("row_reader", 1'000'000);
    Random random(3);
    Coin go(odds, 5);
    struct Piece {
      std::uint64_t addr;
      std::uint32_t beats;
      bool operator==(const Piece&) const = default;
    };
    std::vector<Piece> expected, seen;
    std::uint64_t cycles = 0;
    for (unsigned n = 0; n < 200; ++n) {
      const std::uint64_t addr = std::uint64_t{random.word()} * 64;
      const std::uint32_t rows = n % 4 == 0 ? 1 : 1 + random.below(40);
      const std::uint32_t beats = 1 + random.below(1000), stride = 64 * random.below(100000);
      for (std::uint64_t r = 0; r < rows; ++r) expected.push_back({addr + r * stride, beats});
      dut->valid_i = 1;
      set_port(dut->addr_i, addr);
      dut->beats_i = beats;
      dut->rows_i = rows;
      dut->stride_i = stride;
      for (bool taken = false; !taken || seen.size() < expected.size();) {
        dut->job_ready_i = go();
        dut->eval();
        if (dut->job_valid_o && dut->job_ready_i)
          seen.push_back({dut->job_addr_o, dut->job_beats_o});
        const bool takes = dut->valid_i && dut->ready_o;
        dut.step();
        ++cycles;
        if (takes) {
          taken = true;
          dut->valid_i = 0;
          dut->beats_i = dut->stride_i = 0xFFFF;  // What is not valid must not matter.
        }
        // The next job may come at once.
        if (taken && n % 3 == 0 && odds < 1.0) break;
      }
      while (seen.size() < expected.size()) {
        dut->job_ready_i = go();
        dut->eval();
        if (dut->job_valid_o && dut->job_ready_i)
          seen.push_back({dut->job_addr_o, dut->job_beats_o});
        dut.step();
      }
    }
    CHECK(seen == expected);
    if (odds == 1.0) CHECK_EQ(cycles, expected.size());
  }
}
