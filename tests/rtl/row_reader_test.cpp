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
    const auto takes_job = [&] {
      dut->job_ready_i = go();
      dut->eval();
      if (dut->job_valid_o && dut->job_ready_i) seen.push_back({dut->job_addr_o, dut->job_beats_o});
      const bool takes = dut->valid_i && dut->ready_o;
      dut.step();
      ++cycles;
      return takes;
    };
    for (unsigned n = 0; n < 200; ++n) {
      const std::uint64_t addr =
          (std::uint64_t{random.word()} << 32 | random.word()) % (std::uint64_t{1} << 40);
      const std::uint32_t rows = n % 4 == 0 ? 1 : 1 + random.below(40);
      const std::uint32_t beats = random.word(), stride = random.word() >> random.below(32);
      for (std::uint64_t r = 0; r < rows; ++r)
        expected.push_back({(addr + r * stride) % (std::uint64_t{1} << 40), beats});
      dut->valid_i = 1;
      set_port(dut->addr_i, addr);
      dut->beats_i = beats;
      dut->rows_i = rows;
      dut->stride_i = stride;
      while (!takes_job()) {
      }
      dut->valid_i = 0;
      dut->beats_i = dut->stride_i = 0xFFFF;  // What is not valid must not matter.
      // The next job comes at once, while rows of this one are left, or after them.
      if (n % 3 != 0)
        while (seen.size() < expected.size()) takes_job();
    }
    while (seen.size() < expected.size()) takes_job();
    CHECK(seen == expected);
    if (odds == 1.0) CHECK_EQ(cycles, expected.size());
  }
}

TEST_CASE("trine_row_reader: every bit of a job matters") {
  Random random(7);
  sim::Dut<Vtrine_row_reader> dut("row_reader");
  for (unsigned bit = 0; bit < 32; ++bit) {
    CAPTURE(bit);
    const std::uint32_t one = 1u << bit;
    constexpr std::uint64_t kAddresses = (std::uint64_t{1} << 40) - 1;
    const std::uint64_t addr = (std::uint64_t{random.word()} << 32 | random.word()) & kAddresses;
    dut->valid_i = dut->job_ready_i = 1;
    set_port(dut->addr_i, addr);
    dut->beats_i = one;
    dut->rows_i = one + 1;
    dut->stride_i = one;
    for (std::uint64_t row = 0; row < 3 && row < std::uint64_t{one} + 1; ++row) {
      CAPTURE(row);
      dut->eval();
      CHECK_EQ(dut->job_valid_o, 1);
      CHECK_EQ(dut->job_addr_o, ((addr + row * one) & kAddresses));
      CHECK_EQ(dut->job_beats_o, one);
      dut.step();
      dut->valid_i = 0;
    }
    dut->eval();
    CHECK_EQ(dut->job_valid_o, one > 2);
    // A reset forgets the rows that are left.
    dut->rst_ni = 0;
    dut.step();
    dut->rst_ni = 1;
    dut->eval();
    CHECK_EQ(dut->job_valid_o, 0);
  }
}

TEST_CASE("trine_row_reader: all rows of a long job") {
  sim::Dut<Vtrine_row_reader> dut("row_reader_long", 2'000'000);
  constexpr std::uint32_t kRows = 0x8A801, kStride = 192;
  dut->valid_i = dut->job_ready_i = 1;
  set_port(dut->addr_i, 0x40);
  dut->beats_i = 7;
  dut->rows_i = kRows;
  dut->stride_i = kStride;
  std::uint32_t rows = 0;
  bool in_place = true;
  for (; dut->eval(), dut->job_valid_o; ++rows) {
    in_place = in_place && dut->job_addr_o == 0x40 + std::uint64_t{rows} * kStride;
    dut.step();
    dut->valid_i = 0;
  }
  CHECK_EQ(rows, kRows);
  CHECK(in_place);
}
