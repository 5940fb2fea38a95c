// SPDX-License-Identifier: Apache-2.0
//
// trine_result_writer against golden's rounding: TRINE_Groups and TRINE_VecAddrWidth are its
// parameters.

#include <doctest/doctest.h>

#include <bit>
#include <string>
#include <vector>

#include "Vtrine_result_writer.h"
#include "golden/exact/fp32_round.h"
#include "sim/dut.h"
#include "tests/rtl/stalls.h"

using namespace trine::test;
using trine::sim::Dut;

namespace {

constexpr std::size_t kGroups = TRINE_Groups;
constexpr std::uint32_t kUntouched = 0x7fc12345;

struct Job {
  bool raw = false;
  std::size_t rows = 1, total = 16, dst_beat = 0;
  int exponent = 0;
};

/// Accumulators of all sizes and signs, zeros among them.
std::vector<std::int64_t> random_accumulators(Random& random, std::size_t count) {
  std::vector<std::int64_t> values(count);
  for (std::int64_t& value : values) {
    const std::uint64_t bits = std::uint64_t{random.word()} << 32 | random.word();
    value = random.below(10) == 0 ? 0 : static_cast<std::int64_t>(bits) >> random.below(64);
  }
  return values;
}

/// Runs a job and checks every word of the memory behind the writer.
void run(Dut<Vtrine_result_writer>& dut, const Job& job, double odds, unsigned seed) {
  CAPTURE(job.raw);
  CAPTURE(job.rows);
  CAPTURE(job.total);
  CAPTURE(odds);
  Random random(seed);
  Coin offer(odds, seed);
  const std::vector<std::int64_t> values = random_accumulators(random, job.total);
  std::vector<std::uint32_t> memory(kGroups << TRINE_VecAddrWidth, kUntouched), want = memory;
  for (std::size_t r = 0; r < job.total; ++r) {
    const std::int64_t value = r < job.rows ? values[r] : 0;
    const std::size_t at = job.dst_beat * kGroups + (job.raw ? 2 * r : r);
    if (job.raw) {
      want[at] = static_cast<std::uint32_t>(value);
      want[at + 1] = static_cast<std::uint32_t>(value >> 32);
    } else {
      want[at] = std::bit_cast<std::uint32_t>(trine::golden::fp32_rne(value, job.exponent));
    }
  }

  dut->raw_i = job.raw;
  dut->rows_i = static_cast<std::uint32_t>(job.rows);
  dut->total_i = static_cast<std::uint32_t>(job.total);
  dut->dst_beat_i = static_cast<std::uint8_t>(job.dst_beat);
  dut->exponent_i = static_cast<std::uint16_t>(job.exponent & 0xFFF);
  dut->valid_i = 0;
  dut->start_i = 1;
  dut.step();
  dut->start_i = 0;
  std::size_t sent = 0, beats = 0;
  bool done = false, moved = false;
  for (unsigned idle = 0; idle < 20; ++idle) {
    dut->valid_i = sent < job.total && !(job.raw && moved) && offer();
    moved = dut->valid_i;
    if (moved) dut->acc_i = static_cast<std::uint64_t>(values[sent++]);
    if (sent < job.total) idle = 0;
    dut->eval();
    if (dut->vec_write_valid_o) {
      REQUIRE_FALSE(done);
      REQUIRE_FALSE(dut->done_o);
      ++beats;
      const std::vector<std::uint32_t> data = get_words(dut->vec_write_data_o);
      const std::size_t at = dut->vec_write_beat_o * kGroups;
      for (std::size_t i = 0; i < kGroups; ++i) memory[at + i] = data[i];
    }
    if (dut->done_o) {
      REQUIRE_FALSE(done);
      done = true;
    }
    dut.step();
  }
  CHECK(done);
  CHECK_EQ(beats, job.total * (job.raw ? 2 : 1) / kGroups);
  CHECK(memory == want);
}

}  // namespace

TEST_CASE("trine_result_writer: FP32 and raw results, stalled or not, zeros behind the rows") {
  Dut<Vtrine_result_writer> dut("result_writer");
  Random random(1);
  unsigned seed = 0;
  for (const bool raw : {false, true}) {
    for (const double odds : {1.0, 0.4}) {
      for (const std::size_t rows : {1u, 15u, 16u, 17u, 40u}) {
        const std::size_t total = (rows + 15) / 16 * 16;
        run(dut, {raw, rows, total, random.below(9), static_cast<int>(random.below(80)) - 60}, odds,
            ++seed);
      }
      run(dut, {raw, 16, 48, 1, -30}, odds, ++seed);
    }
  }
}

TEST_CASE("trine_result_writer: subnormal results, zero and Inf at the ends of the exponent") {
  Dut<Vtrine_result_writer> dut("result_writer_ends");
  unsigned seed = 100;
  for (const int exponent : {-2047, -200, -180, -150, -140, 60, 100, 2047})
    run(dut, {false, 48, 48, 2, exponent}, 1.0, ++seed);
}
