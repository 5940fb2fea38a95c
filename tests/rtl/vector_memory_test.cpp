// SPDX-License-Identifier: Apache-2.0

#include <doctest/doctest.h>

#include <array>
#include <optional>
#include <vector>

#include "Vtrine_vector_memory.h"
#include "sim/dut.h"
#include "tests/rtl/stalls.h"

using namespace trine::test;
using trine::sim::Dut;

namespace {

constexpr unsigned kBeats = TRINE_VectorWords / TRINE_Groups;
constexpr unsigned kBeatBits = 6, kBanks = TRINE_Vectors;
static_assert(kBeats == 1u << kBeatBits && kBanks == 2 && TRINE_Groups == 2);
using Memory = Dut<Vtrine_vector_memory>;

/// What is not valid must not matter.
void idle(Memory& dut, Random& random) {
  dut->load_write_valid_i = dut->unit_write_valid_i = dut->matvec_write_valid_i = 0;
  dut->read_valid_i = dut->matvec_read_valid_i = 0;
  set_port(dut->bank_i, random.below(kBanks));
  set_port(dut->load_write_beat_i, random.below(kBeats));
  set_port(dut->unit_write_beat_i, random.below(kBeats));
  set_port(dut->read_beat_i, random.below(kBeats));
  set_port(dut->matvec_write_beat_i, random.below(kBeats * kBeats));
  set_port(dut->matvec_read_beat_i, random.below(kBeats * kBeats));
  dut->load_write_data_i = dut->unit_write_data_i = 0xBAD;
  for (unsigned i = 0; i < 4; ++i) dut->matvec_write_data_i[i] = 0xBAD;
}

std::uint64_t bank_data(const Memory& dut, unsigned bank) {
  auto& model = const_cast<Memory&>(dut);
  return model->matvec_read_data_o[2 * bank] |
         std::uint64_t{model->matvec_read_data_o[2 * bank + 1]} << 32;
}

}  // namespace

TEST_CASE("trine_vector_memory: all writers and readers of a bank see one memory") {
  Memory dut("vector_memory");
  Random random(1);
  struct Bank {
    std::array<std::optional<std::uint64_t>, kBeats> words{};
    std::optional<std::uint64_t> expected;
    unsigned recent = kBeats;  // The beat that was written in the cycle before.
  };
  std::array<Bank, kBanks> banks;
  for (int n = 0; n < 20000; ++n) {
    idle(dut, random);
    // The shared ports go to one bank, the matrix-vector ports to any.
    const unsigned shared = random.below(kBanks);
    set_port(dut->bank_i, shared);
    std::uint64_t matvec_beats = dut->matvec_write_beat_i, matvec_reads = dut->matvec_read_beat_i;
    std::array<unsigned, kBanks> written;
    for (unsigned b = 0; b < kBanks; ++b) {
      const unsigned write_beat = random.below(kBeats), read_beat = random.below(kBeats);
      const std::uint64_t data = random.word() | std::uint64_t{random.word()} << 32;
      const unsigned writer = b == shared ? random.below(4) : 2 * random.below(2);
      const unsigned reader = b == shared ? random.below(3) : 2 * random.below(2);
      written[b] = writer != 0 ? write_beat : kBeats;
      if (writer == 1) {
        dut->load_write_valid_i = 1;
        set_port(dut->load_write_beat_i, write_beat);
        dut->load_write_data_i = data;
      } else if (writer == 3) {
        dut->unit_write_valid_i = 1;
        set_port(dut->unit_write_beat_i, write_beat);
        dut->unit_write_data_i = data;
      } else if (writer == 2) {
        set_port(dut->matvec_write_valid_i, dut->matvec_write_valid_i | 1u << b);
        matvec_beats &= ~(std::uint64_t{kBeats - 1} << (kBeatBits * b));
        matvec_beats |= std::uint64_t{write_beat} << (kBeatBits * b);
        dut->matvec_write_data_i[2 * b] = static_cast<std::uint32_t>(data);
        dut->matvec_write_data_i[2 * b + 1] = static_cast<std::uint32_t>(data >> 32);
      }
      // Reading a beat in the cycle of its write or the next is left open.
      if (reader != 0 && read_beat != written[b] && read_beat != banks[b].recent) {
        if (reader == 1) {
          dut->read_valid_i = 1;
          set_port(dut->read_beat_i, read_beat);
        } else {
          set_port(dut->matvec_read_valid_i, dut->matvec_read_valid_i | 1u << b);
          matvec_reads &= ~(std::uint64_t{kBeats - 1} << (kBeatBits * b));
          matvec_reads |= std::uint64_t{read_beat} << (kBeatBits * b);
        }
        banks[b].expected = banks[b].words[read_beat];
      }
      if (writer != 0) banks[b].words[write_beat] = data;
    }
    set_port(dut->matvec_write_beat_i, matvec_beats);
    set_port(dut->matvec_read_beat_i, matvec_reads);
    dut.step();
    // Data holds until the next read.
    for (unsigned b = 0; b < kBanks; ++b) {
      if (banks[b].expected) {
        REQUIRE_EQ(bank_data(dut, b), *banks[b].expected);
        if (b == shared) REQUIRE_EQ(dut->read_data_o, *banks[b].expected);
      }
      banks[b].recent = written[b];
    }
  }
}
