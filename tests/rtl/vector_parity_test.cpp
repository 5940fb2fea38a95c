// SPDX-License-Identifier: Apache-2.0
//
// trine_vector_memory with parity: whoever reads a word with a bit turned over, it is told three
// cycles later; nothing else is.

#include <doctest/doctest.h>

#include <string>

#include "Vtrine_vector_memory.h"
#include "Vtrine_vector_memory___024root.h"
#include "sim/dut.h"
#include "tests/rtl/stalls.h"

using namespace trine::test;
using trine::sim::Dut;

namespace {

constexpr unsigned kGroups = TRINE_Groups, kBanks = TRINE_Vectors;
constexpr unsigned kBeats = TRINE_VectorWords / kGroups, kBeatBits = 6;
static_assert(kBeats == 1u << kBeatBits && kBanks == 2 && kGroups == 2);
enum class Reader { kShared, kMatvec, kMatvecUnused };

// A memory as Verilator calls it: of the source or of the netlist.
#define TRINE_SOURCE(bank, rest) \
  trine_vector_memory__DOT__gen_bank__BRA__##bank##__KET____DOT__##rest##u_ram__DOT__mem
#define TRINE_NETLIST(bank, rest) \
  trine_vector_memory__DOT__gen_bank__05b##bank##__05d__02e##rest##u_ram__02emem
#define TRINE_FLIP(bank)                                                    \
  if constexpr (requires { root.TRINE_SOURCE(bank, ); }) {                  \
    if (bit < 64)                                                           \
      root.TRINE_SOURCE(bank, )[beat] ^= std::uint64_t{1} << bit;           \
    else                                                                    \
      root.TRINE_SOURCE(bank, gen_parity__DOT__)[beat] ^= 1u << (bit - 64); \
  } else {                                                                  \
    if (bit < 64)                                                           \
      root.TRINE_NETLIST(bank, )[beat] ^= std::uint64_t{1} << bit;          \
    else                                                                    \
      root.TRINE_NETLIST(bank, gen_parity__02e)[beat] ^= 1u << (bit - 64);  \
  }

/// Turns over a bit of a beat: 0..63 of its words, 64 and 65 of their parity.
template <class Root>
void flip(Root& root, unsigned bank, unsigned beat, unsigned bit) {
  if (bank == 0) {
    TRINE_FLIP(0)
  } else {
    TRINE_FLIP(1)
  }
}

class Bench {
 public:
  Bench() : dut_("vector_parity", 1'000'000) { idle(); }

  void idle() {
    dut_->load_write_valid_i = dut_->unit_write_valid_i = dut_->matvec_write_valid_i = 0;
    dut_->read_valid_i = dut_->matvec_read_valid_i = dut_->matvec_uses_i = dut_->clear_i = 0;
  }

  /// Every beat of every bank, each by one of the writers in turn.
  void fill(Random& random) {
    for (unsigned n = 0; n < kBanks * kBeats; ++n) {
      const unsigned bank = n % kBanks, beat = n / kBanks;
      const std::uint64_t data = random.word() | std::uint64_t{random.word()} << 32;
      dut_->bank_i = static_cast<std::uint8_t>(bank);
      if (beat % 3 == 0) {
        dut_->load_write_valid_i = 1;
        dut_->load_write_beat_i = static_cast<std::uint8_t>(beat);
        dut_->load_write_data_i = data;
      } else if (beat % 3 == 1) {
        dut_->unit_write_valid_i = 1;
        dut_->unit_write_beat_i = static_cast<std::uint8_t>(beat);
        dut_->unit_write_data_i = data;
      } else {
        dut_->matvec_write_valid_i = static_cast<std::uint8_t>(1u << bank);
        dut_->matvec_write_beat_i = static_cast<std::uint16_t>(beat << (kBeatBits * bank));
        dut_->matvec_write_data_i[2 * bank] = static_cast<std::uint32_t>(data);
        dut_->matvec_write_data_i[2 * bank + 1] = static_cast<std::uint32_t>(data >> 32);
      }
      dut_.step();
      idle();
    }
    dut_.step();
  }

  /// Reads a beat; in which cycle after the request `bad_parity_o` rises, 0: in none of five.
  unsigned read(Reader reader, unsigned bank, unsigned beat) {
    dut_->clear_i = 1;
    dut_.step();
    idle();
    CHECK_EQ(dut_->bad_parity_o, 0);
    dut_->bank_i = static_cast<std::uint8_t>(bank);
    if (reader == Reader::kShared) {
      dut_->read_valid_i = 1;
      dut_->read_beat_i = static_cast<std::uint8_t>(beat);
    } else {
      dut_->matvec_read_valid_i = static_cast<std::uint8_t>(1u << bank);
      dut_->matvec_read_beat_i = static_cast<std::uint16_t>(beat << (kBeatBits * bank));
      if (reader == Reader::kMatvec) dut_->matvec_uses_i = dut_->matvec_read_valid_i;
    }
    unsigned when = 0;
    for (unsigned cycle = 1; cycle <= 5; ++cycle) {
      dut_.step();
      idle();
      if (when == 0 && dut_->bad_parity_o != 0) when = cycle;
      CHECK_EQ(dut_->bad_parity_o, when != 0);  // It stays.
    }
    return when;
  }

  void flip_bit(unsigned bank, unsigned beat, unsigned bit) { flip(*dut_->rootp, bank, beat, bit); }

 private:
  Dut<Vtrine_vector_memory> dut_;
};

}  // namespace

TEST_CASE("trine_vector_memory: good words have good parity, whoever wrote and reads them") {
  Bench bench;
  Random random(1);
  for (unsigned n = 0; n < 16; ++n) {  // Whatever the parity of the words that were there.
    bench.fill(random);
    for (unsigned bank = 0; bank < kBanks; ++bank)
      for (unsigned beat = 0; beat < kBeats; ++beat)
        for (const Reader reader : {Reader::kShared, Reader::kMatvec})
          REQUIRE_EQ(bench.read(reader, bank, beat), 0u);
  }
}

TEST_CASE("trine_vector_memory: a bit that turned over is told to those who use it") {
  Bench bench;
  Random random(2);
  bench.fill(random);
  for (unsigned bit = 0; bit < 66; ++bit) {
    CAPTURE(bit);
    const unsigned bank = random.below(kBanks), beat = random.below(kBeats);
    bench.flip_bit(bank, beat, bit);
    REQUIRE_EQ(bench.read(Reader::kShared, bank, beat), 3u);
    REQUIRE_EQ(bench.read(Reader::kMatvec, bank, beat), 3u);
    REQUIRE_EQ(bench.read(Reader::kMatvecUnused, bank, beat), 0u);
    REQUIRE_EQ(bench.read(Reader::kShared, bank, (beat + 1) % kBeats), 0u);
    REQUIRE_EQ(bench.read(Reader::kShared, 1 - bank, beat), 0u);
    bench.flip_bit(bank, beat, bit);
  }
}
