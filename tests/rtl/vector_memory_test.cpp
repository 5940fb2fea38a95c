// SPDX-License-Identifier: Apache-2.0

#include <doctest/doctest.h>

#include <vector>

#include "Vtrine_vector_memory.h"
#include "sim/dut.h"
#include "tests/rtl/stalls.h"

using namespace trine::test;
using trine::sim::Dut;

namespace {

constexpr unsigned kBeats = TRINE_VectorWords / TRINE_Groups;
using Memory = Dut<Vtrine_vector_memory>;

void idle(Memory& dut) {
  dut->load_write_valid_i = dut->matvec_write_valid_i = 0;
  dut->store_read_valid_i = dut->matvec_read_valid_i = 0;
  // What is not valid must not matter.
  dut->load_write_beat_i = dut->matvec_write_beat_i = kBeats - 1;
  dut->store_read_beat_i = dut->matvec_read_beat_i = kBeats - 1;
  dut->load_write_data_i = dut->matvec_write_data_i = 0xBAD;
}

}  // namespace

TEST_CASE("trine_vector_memory: both writers and both readers see one memory") {
  Memory dut("vector_memory");
  Random random(1);
  std::vector<std::uint64_t> model(kBeats);
  std::vector<bool> written(kBeats);
  std::uint64_t expected = 0;
  bool check = false;
  for (int n = 0; n < 5000; ++n) {
    idle(dut);
    const unsigned write_beat = random.below(kBeats), read_beat = random.below(kBeats);
    const std::uint64_t data = random.word() | std::uint64_t{random.word()} << 32;
    const unsigned writer = random.below(3), reader = random.below(3);
    if (writer == 1) {
      dut->load_write_valid_i = 1;
      dut->load_write_beat_i = static_cast<std::uint8_t>(write_beat);
      dut->load_write_data_i = data;
    } else if (writer == 2) {
      dut->matvec_write_valid_i = 1;
      dut->matvec_write_beat_i = static_cast<std::uint8_t>(write_beat);
      dut->matvec_write_data_i = data;
    }
    // Reading the beat that is written is left open.
    const bool reads = reader != 0 && !(writer != 0 && read_beat == write_beat);
    if (reads && reader == 1) {
      dut->store_read_valid_i = 1;
      dut->store_read_beat_i = static_cast<std::uint8_t>(read_beat);
    } else if (reads) {
      dut->matvec_read_valid_i = 1;
      dut->matvec_read_beat_i = static_cast<std::uint8_t>(read_beat);
    }
    dut.step();
    if (reads) {
      check = written[read_beat];
      expected = model[read_beat];
    }
    // Data holds until the next read.
    if (check) REQUIRE_EQ(dut->read_data_o, expected);
    if (writer != 0) {
      model[write_beat] = data;
      written[write_beat] = true;
    }
  }
}
