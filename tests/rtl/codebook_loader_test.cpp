// SPDX-License-Identifier: Apache-2.0

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "Vtrine_codebook_loader.h"
#include "Vtrine_words.h"
#include "sim/dut.h"
#include "tests/rtl/stalls.h"

using namespace trine::test;
using trine::sim::Dut;

namespace {

using Block = std::array<std::uint32_t, 32>;
using Loader = Dut<Vtrine_codebook_loader>;

/// A block that is as it should be: mantissas with their top bit, shifts, the exponent, zeros.
Block valid_block(Random& random) {
  Block block{};
  for (std::size_t i = 0; i < 27; ++i) block[i] = 0x8000 | (random.word() & 0x3F7FFF);
  block[27] = random.word();
  return block;
}

/// Sends a block and checks that words 0..27 come out; returns whether the loader complained.
bool run(Loader& dut, const Block& block, double odds, unsigned seed) {
  Coin offer(odds, seed);
  dut->word_valid_i = 0;
  dut->start_i = 1;
  dut.step();
  dut->start_i = 0;
  CHECK_EQ(dut->bad_o, 0);
  std::size_t sent = 0, passed = 0;
  while (dut->busy_o || dut->book_valid_o) {
    dut->word_valid_i = offer();
    dut->word_data_i = dut->word_valid_i ? block.at(std::min<std::size_t>(sent, 31)) : ~0u;
    dut->eval();
    if (dut->book_valid_o) {
      REQUIRE_EQ(dut->book_index_o, passed);
      REQUIRE_EQ(dut->book_data_o, block[passed]);
      ++passed;
    }
    const bool moves = dut->word_valid_i && dut->word_ready_o;
    dut.step();
    if (moves) ++sent;
  }
  CHECK_EQ(sent, 32u);
  CHECK_EQ(passed, 28u);
  dut->word_valid_i = 1;  // Not its word any more.
  dut->word_data_i = ~0u;
  dut.step();  // The last word is looked at a cycle after it came.
  const bool bad = dut->bad_o;
  dut.step(2);
  CHECK_EQ(dut->book_valid_o, 0);
  CHECK_EQ(dut->bad_o, bad);
  return bad;
}

}  // namespace

TEST_CASE("trine_codebook_loader: passes a good block and complains about each bad bit") {
  Loader dut("codebook_loader", 1'000'000);
  Random random(1);
  for (unsigned seed = 0; seed < 20; ++seed)
    CHECK_FALSE(run(dut, valid_block(random), seed % 2 != 0 ? 1.0 : 0.4, seed));
  const Block good = valid_block(random);
  for (std::size_t word = 0; word < 32; ++word) {
    for (unsigned bit = 0; bit < 32; ++bit) {
      CAPTURE(word);
      CAPTURE(bit);
      Block block = good;
      block[word] ^= 1u << bit;
      const bool expected = word < 27 ? bit == 15 || bit > 21 : word > 27;
      CHECK_EQ(run(dut, block, 1.0, 1), expected);
    }
  }
}

TEST_CASE("trine_words: cuts beats into words, lowest first, under any stalls") {
  unsigned seed = 0;
  for (const Stalls& stalls : kStallMatrix) {
    ++seed;
    CAPTURE(seed);
    Dut<Vtrine_words> dut("words_" + std::to_string(seed));
    Coin offer(stalls.source, seed), accept(stalls.sink, seed + 100);
    std::uint32_t beats = 0, words = 0;
    dut->valid_i = 0;
    while (words < 400) {
      if (!dut->valid_i && offer()) {
        dut->valid_i = 1;
        std::array<std::uint32_t, TRINE_Groups> data;
        for (std::uint32_t i = 0; i < TRINE_Groups; ++i)
          data[i] = scramble(beats * TRINE_Groups + i);
        set_words(dut->data_i, data.data());
      }
      dut->ready_i = accept();
      dut->eval();
      REQUIRE_EQ(dut->valid_o, dut->valid_i);
      if (dut->valid_o) REQUIRE_EQ(dut->data_o, scramble(words));
      if (dut->valid_o && dut->ready_i) ++words;
      const bool taken = dut->valid_i && dut->ready_o;
      if (taken) REQUIRE_EQ(words, (beats + 1) * TRINE_Groups);
      dut.step();
      if (taken) {
        ++beats;
        dut->valid_i = 0;
      }
    }
    CHECK_EQ(beats, 400u / TRINE_Groups);
  }
}
