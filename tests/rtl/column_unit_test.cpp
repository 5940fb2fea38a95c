// SPDX-License-Identifier: Apache-2.0

#include <doctest/doctest.h>

#include <bit>
#include <vector>

#include "Vtrine_column_unit.h"
#include "golden/checkpoint/float16.h"
#include "sim/dut.h"
#include "tests/rtl/stalls.h"

using namespace trine;
using namespace trine::test;

namespace {

constexpr unsigned kGroups = TRINE_Groups;
constexpr std::uint64_t kAddresses = (std::uint64_t{1} << 40) - 1;

struct Write {
  std::uint64_t addr;
  std::uint16_t half;
  bool operator==(const Write&) const = default;
};

/// Runs one job over a vector memory with `memory`; returns what was written, and the cycles.
std::vector<Write> run(sim::Dut<Vtrine_column_unit>& dut, const std::vector<float>& memory,
                       unsigned rows, unsigned src_beat, std::uint64_t addr, std::uint32_t stride,
                       Coin& go) {
  dut->job_ready_i = dut->beat_ready_i = 0;
  set_port(dut->rows_i, rows);
  set_port(dut->src_beat_i, src_beat);
  set_port(dut->addr_i, addr);
  dut->stride_i = stride;
  dut->start_i = 1;
  dut.step();
  dut->start_i = 0;
  std::vector<Write> writes;
  bool job = false;
  std::uint64_t job_addr = 0;
  while (!dut->done_o) {
    dut->job_ready_i = !job && go();
    dut->beat_ready_i = job && go();
    dut->eval();
    const bool reads = dut->vec_read_valid_o;
    const unsigned beat = dut->vec_read_beat_o;
    if (dut->job_valid_o && dut->job_ready_i) {
      job = true;
      job_addr = dut->job_addr_o;
    }
    if (dut->beat_valid_o && dut->beat_ready_i) {
      const auto words = get_words(dut->beat_data_o);
      for (const std::uint32_t word : words) {
        REQUIRE_EQ(word, words[0]);
        REQUIRE_EQ(word >> 16, word & 0xFFFF);
      }
      writes.push_back({job_addr, static_cast<std::uint16_t>(words[0])});
      job = false;
    }
    dut.step();
    if (reads)
      set_words(dut->vec_read_data_i,
                reinterpret_cast<const std::uint32_t*>(&memory[beat * kGroups]));
  }
  dut.step();
  return writes;
}

}  // namespace

TEST_CASE("trine_column_unit: scatters each element as FP16, whatever the stalls") {
  sim::Dut<Vtrine_column_unit> dut("column_unit", 1'000'000);
  dut->start_i = 0;
  dut.step();
  Random random(7);
  std::vector<float> memory(TRINE_VectorWords);
  // All bits of the mantissa, exponents from what rounds to zero to what is infinite.
  for (float& value : memory)
    value = std::bit_cast<float>((random.word() & 0x807FFFFFu) | (100 + random.below(45)) << 23);
  // And halfway between two FP16 numbers, or one bit beside it.
  for (std::size_t i = 0; i < memory.size(); i += 3)
    memory[i] =
        std::bit_cast<float>((random.word() & 0x807FE000u) | (113 + random.below(30)) << 23 |
                             0x1000u | (i % 2 == 0 ? 1u << random.below(12) : 0u));
  for (unsigned n = 0; n < 60; ++n) {
    CAPTURE(n);
    Coin go(n % 3 == 0 ? 1.0 : 0.5, n);
    const unsigned rows = n < 20        ? n + 1
                          : n == 20     ? TRINE_VectorWords
                          : n % 10 == 0 ? TRINE_VectorWords - random.below(n)
                                        : 1 + random.below(300);
    const unsigned src = random.below((TRINE_VectorWords - rows) / 16 + 1) * 16;
    const std::uint32_t stride = random.word();
    const std::uint64_t addr = (std::uint64_t{random.word()} << 32 | random.word()) & kAddresses;
    std::vector<Write> expected;
    for (unsigned i = 0; i < rows; ++i)
      expected.push_back(
          {(addr + std::uint64_t{i} * stride) & kAddresses, golden::f32_to_f16(memory[src + i])});
    CHECK(run(dut, memory, rows, src / kGroups, addr, stride, go) == expected);
  }
}
