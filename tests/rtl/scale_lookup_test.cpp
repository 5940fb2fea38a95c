// SPDX-License-Identifier: Apache-2.0
//
// trine_scale_lookup against the definition of a tail code (docs/format.md): every code of every
// depth. TRINE_Groups is its parameter.

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

#include "Vtrine_scale_lookup.h"
#include "golden/format/trit_matrix.h"
#include "sim/dut.h"
#include "tests/rtl/bundles.h"
#include "tests/rtl/stalls.h"

using namespace trine::test;
using trine::golden::outer_level;
using trine::golden::tail_bits;
using trine::sim::Dut;

namespace {

constexpr std::size_t kGroups = TRINE_Groups;
constexpr unsigned kEntries = 27;

using Codebook = std::array<std::uint32_t, kEntries>;

/// Writes a random codebook and the exponent behind it, which must change no entry.
Codebook write_book(Dut<Vtrine_scale_lookup>& dut, Random& random) {
  Codebook book{};
  for (unsigned i = 0; i <= kEntries; ++i) {
    const std::uint32_t word = random.word();
    if (i < kEntries) book[i] = word & 0x3FFFFF;
    dut->book_i = Book{true, i, word}.bits();
    dut.step();
  }
  dut->book_i = Book{false, 3, random.word()}.bits();
  return book;
}

/// The codes of a row, group g in bits g * tail_bits and up.
std::vector<std::uint32_t> pack(const std::vector<unsigned>& codes, unsigned bits) {
  std::vector<std::uint32_t> words(sizeof(Vtrine_scale_lookup::codes_i) / 4);
  for (std::size_t g = 0; g < codes.size(); ++g)
    for (unsigned b = 0; b < bits; ++b)
      words[(g * bits + b) / 32] |= (codes[g] >> b & 1) << ((g * bits + b) % 32);
  return words;
}

}  // namespace

TEST_CASE("trine_scale_lookup: every tail code of every depth, good or bad") {
  Dut<Vtrine_scale_lookup> dut("scale_lookup", 1'000'000);
  dut->decode_i = 0;
  Random random(1);
  for (unsigned depth = 1; depth <= 4; ++depth) {
    CAPTURE(depth);
    dut->depth_i = static_cast<std::uint8_t>(depth);
    const Codebook book = write_book(dut, random);
    const unsigned bits = tail_bits(depth), level_bits = bits - 5;
    const unsigned good = 3u << level_bits;
    for (unsigned code = 0; code < 1u << bits; ++code) {
      // One group has the code; the others have another one that may be bad, or a good one.
      std::vector<unsigned> codes(kGroups, code % 3 == 0 ? random.below(1u << bits) : good);
      codes[code % kGroups] = code;
      bool bad = false;
      for (const unsigned c : codes)
        bad = bad ||
              (c & ((1u << level_bits) - 1)) > 2u * static_cast<unsigned>(outer_level(depth)) ||
              c >> level_bits >= kEntries;
      set_words(dut->codes_i, pack(codes, bits).data());
      dut->decode_i = 1;
      dut.step();
      dut->decode_i = 0;
      REQUIRE_EQ(dut->bad_o, bad);
      const std::vector<std::uint32_t> scales = get_words(dut->scales_o);
      for (std::size_t g = 0; g < kGroups; ++g) {
        CAPTURE(codes[g]);
        const std::uint32_t level = codes[g] & ((1u << level_bits) - 1);
        const std::uint32_t index = codes[g] >> level_bits;
        if (index < kEntries) REQUIRE_EQ(scales[g], level << 22 | book[index]);
      }
    }
  }
}

TEST_CASE("trine_scale_lookup: holds its row until the next one is decoded") {
  Dut<Vtrine_scale_lookup> dut("scale_lookup_hold");
  Random random(2);
  dut->depth_i = 4;
  dut->decode_i = 0;
  write_book(dut, random);
  const std::vector<std::uint32_t> good = pack(std::vector<unsigned>(kGroups, 7u << 7 | 5), 12);
  const std::vector<std::uint32_t> bad = pack(std::vector<unsigned>(kGroups, 0xFFF), 12);
  set_words(dut->codes_i, good.data());
  dut->decode_i = 1;
  dut.step();
  dut->decode_i = 0;
  const std::vector<std::uint32_t> held = get_words(dut->scales_o);
  set_words(dut->codes_i, bad.data());
  dut.step(3);
  CHECK(get_words(dut->scales_o) == held);
  CHECK_EQ(dut->bad_o, 0);
  dut->decode_i = 1;
  dut.step();
  CHECK_EQ(dut->bad_o, 1);
}
