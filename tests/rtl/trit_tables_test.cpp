// SPDX-License-Identifier: Apache-2.0
//
// trine_table_builder and trine_trit_tables together: every entry of every table of every block is
// looked up and compared with the sum that it stands for. TRINE_Groups, TRINE_QuantLanes,
// TRINE_BlockWidth, TRINE_TilePanels and TRINE_ActWidth are their parameters.

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cstring>
#include <string>
#include <vector>

#include "Vtrine_table_builder.h"
#include "Vtrine_trit_tables.h"
#include "golden/format/trit_matrix.h"
#include "sim/dut.h"
#include "tests/rtl/bundles.h"
#include "tests/rtl/stalls.h"

using namespace trine::test;
using trine::golden::outer_level;
using trine::sim::Dut;

namespace {

constexpr std::size_t kGroups = TRINE_Groups;
constexpr unsigned kLanes = TRINE_QuantLanes;
constexpr unsigned kActWidth = TRINE_ActWidth;
constexpr unsigned kBlocks = 1u << TRINE_BlockWidth;
constexpr unsigned kTilePanels = TRINE_TilePanels;
constexpr unsigned kWords = 16 / kLanes;       // Of a group.
constexpr int kOffset = 1 << (kActWidth + 2);  // Of an entry.
constexpr std::uint32_t kMark = 1u << (kActWidth + 3);

using Mantissas = std::array<int, 16>;

class Bench {
 public:
  explicit Bench(unsigned seed)
      : builder("table_builder_" + std::to_string(seed), 1'000'000),
        tables("trit_tables_" + std::to_string(seed), 1'000'000),
        random_(seed),
        mantissas_(kBlocks, std::vector<Mantissas>(kGroups)) {
    builder->start_i = 0;
    builder->release_i = 0;
    builder->quantized_i = 0;
    tables->used_i = 1;
    tables->place_i = 0;
    tables->beat_i = 0;
    tables->row_i = 0;
  }

  void start(const TritJob& job) {
    job_ = job;
    for (auto& block : mantissas_)
      for (Mantissas& group : block)
        for (int& mantissa : group) mantissa = random_mantissa();
    quantized_ = 0;
    builder->quantized_i = 0;
    builder->job_i = job.bits();
    builder->start_i = 1;
    step();
    builder->start_i = 0;
  }

  /// Writes the mantissas of the next group, as the quantizer does.
  void quantize() {
    const std::size_t block = quantized_ / kGroups, group = quantized_ % kGroups;
    for (unsigned word = 0; word < kWords; ++word) {
      std::vector<std::uint32_t> bits(sizeof(Vtrine_trit_tables::mants_i) / 4 + 1);
      for (unsigned lane = 0; lane < kLanes; ++lane) {
        const auto mantissa =
            static_cast<std::uint32_t>(mantissas_[block][group][word * kLanes + lane]);
        for (unsigned b = 0; b < kActWidth; ++b)
          bits[(lane * kActWidth + b) / 32] |= (mantissa >> b & 1) << ((lane * kActWidth + b) % 32);
      }
      set_words(tables->mants_i, bits.data());
      tables->place_i =
          Place{true, word == kWords - 1, 1u << group, static_cast<unsigned>(block) * kWords + word}
              .bits();
      step();
    }
    tables->place_i = 0;
    builder->quantized_i = static_cast<std::uint8_t>(++quantized_);
  }

  /// Looks up every entry of a buffer that holds the tables of `block`.
  void check(unsigned buffer, unsigned block) {
    CAPTURE(block);
    for (unsigned set = 0; set < 3; ++set) {
      for (unsigned byte = 0; byte < 256; ++byte) {
        // The four lookups of a beat go their own ways: neighbours of the byte.
        std::array<unsigned, 4> bytes{byte, byte ^ 1, byte ^ 2, 255 - byte};
        std::vector<std::uint32_t> words(kGroups);
        for (std::size_t g = 0; g < kGroups; ++g)
          for (unsigned n = 0; n < 4; ++n) words[g] |= (bytes[(n + g) % 4] & 255) << (8 * n);
        set_words(tables->bytes_i, words.data());
        BodyBeat beat;
        beat.look = true;
        beat.page = buffer * 4 + set;
        tables->beat_i = static_cast<std::uint16_t>(beat.bits());
        step();
        tables->beat_i = 0;
        step();
        const std::array<std::vector<std::uint32_t>, 4> looks{
            get_words(tables->look0_o), get_words(tables->look1_o), get_words(tables->look2_o),
            get_words(tables->look3_o)};
        for (std::size_t g = 0; g < kGroups; ++g)
          for (unsigned n = 0; n < 4; ++n)
            check_entry(looks[n][g], block, g, set, bytes[(n + g) % 4]);
      }
    }
    const int outer = outer_level(job_.depth);
    for (int level = -outer; level <= outer; ++level) {
      std::vector<std::uint32_t> scales(kGroups, static_cast<std::uint32_t>(level + outer) << 22);
      for (std::uint32_t& scale : scales) scale |= random_.word() & 0xE03FFFFF;
      set_words(tables->scales_i, scales.data());
      Row row;
      row.valid = true;
      row.buffer = buffer;
      tables->row_i = row.bits();
      step();
      tables->row_i = 0;
      const std::vector<std::uint32_t> tails = get_words(tables->tail_o);
      for (std::size_t g = 0; g < kGroups; ++g)
        REQUIRE_EQ(static_cast<std::int32_t>(tails[g]), level * mantissas_[block][g][15]);
    }
  }

  /// One cycle: what the builder says goes to the tables.
  void step() {
    builder->eval();
    tables->build_i = builder->build_o;
    tables->eval();
    builder.step();
    tables.step();
    builder->eval();
  }

  /// Waits until a buffer is full; returns the cycles that took.
  unsigned wait(unsigned buffer, unsigned limit = 4000) {
    unsigned cycles = 0;
    for (; (builder->full_o >> buffer & 1) == 0; ++cycles) {
      REQUIRE_LT(cycles, limit);
      step();
    }
    return cycles;
  }

  void release(unsigned buffer) {
    builder->release_i = static_cast<std::uint8_t>(1u << buffer);
    step();
    builder->release_i = 0;
  }

  Dut<Vtrine_table_builder> builder;
  Dut<Vtrine_trit_tables> tables;

 private:
  int random_mantissa() {
    constexpr int kLargest = (1 << (kActWidth - 1)) - 1;
    const std::uint32_t kind = random_.below(8);
    if (kind == 0) return kLargest;
    if (kind == 1) return -kLargest;
    return static_cast<int>(random_.below(2 * kLargest + 1)) - kLargest;
  }

  void check_entry(std::uint32_t entry, unsigned block, std::size_t group, unsigned set,
                   unsigned byte) const {
    CAPTURE(set);
    CAPTURE(byte);
    REQUIRE_EQ((entry & kMark) != 0, byte > 242);
    if (byte > 242) return;
    int sum = kOffset;
    for (unsigned i = 0, rest = byte; i < 5; ++i, rest /= 3)
      sum += (static_cast<int>(rest % 3) - 1) * mantissas_[block][group][5 * set + i];
    REQUIRE_EQ(entry, static_cast<std::uint32_t>(sum));
  }

  Random random_;
  std::vector<std::vector<Mantissas>> mantissas_;  // (blocks, groups)
  TritJob job_;
  std::size_t quantized_ = 0;
};

}  // namespace

TEST_CASE("tables: every entry of every block, from the first job after reset on") {
  Bench bench(1);
  for (unsigned depth = 4; depth >= 1; --depth) {
    CAPTURE(depth);
    // Three tiles, the last one of one panel; the blocks come again with every tile.
    constexpr unsigned kTiles = 3;
    bench.start({depth, false, 2 * kTilePanels + 1, kBlocks});
    unsigned next = 0;
    for (unsigned build = 0; build < kTiles * kBlocks; ++build) {
      if (build < kBlocks)
        for (std::size_t g = 0; g < kGroups; ++g) bench.quantize();
      bench.wait(build % 2);
      if (build % 2 == 0 && build + 1 < kTiles * kBlocks) continue;
      // Both buffers are full, or it is the end: the builder rests, nothing is overwritten.
      for (int i = 0; i < 50; ++i) bench.step();
      for (; next <= build; ++next) {
        bench.check(next % 2, next % kBlocks);
        bench.release(next % 2);
      }
    }
    for (int i = 0; i < 2000; ++i) bench.step();
    CHECK_EQ(bench.builder->full_o, 0);
  }
}

TEST_CASE("tables: a block is built while the other buffer serves, and not before its mantissas") {
  Bench bench(2);
  bench.start({3, false, 1, 2});
  for (int i = 0; i < 3000; ++i) bench.step();
  CHECK_EQ(bench.builder->full_o, 0);
  for (std::size_t g = 0; g < kGroups; ++g) {
    for (int i = 0; i < 1000; ++i) bench.step();
    CHECK_EQ(bench.builder->full_o, 0);
    bench.quantize();
  }
  bench.wait(0);
  for (std::size_t g = 0; g < kGroups; ++g) bench.quantize();
  bench.step();
  bench.check(0, 0);  // Takes as long as a build: lookups and the walk share the tables.
  bench.wait(1);
  bench.check(0, 0);
  bench.check(1, 1);
}

TEST_CASE("tables: a vector that rests takes no mantissas and no entries, but the marks") {
  Bench bench(3);
  bench.start({2, false, 1, 2});
  for (std::size_t g = 0; g < 2 * kGroups; ++g) bench.quantize();
  bench.wait(1);
  bench.check(0, 0);
  // The tables see another job that they take no part in, and keep the entries of this one.
  bench.tables->used_i = 0;
  Bench other(4);
  other.start({2, false, 1, 1});
  for (std::size_t g = 0; g < kGroups; ++g) {
    bench.tables->place_i = Place{true, true, 1u << g, 0}.bits();
    bench.tables.step();
    other.quantize();
  }
  bench.tables->place_i = 0;
  while ((other.builder->full_o & 1) == 0) {
    bench.tables->build_i = other.builder->build_o;
    bench.tables.step();
    other.step();
  }
  bench.tables->used_i = 1;
  bench.check(0, 0);
}

TEST_CASE("tables: cycles of a build") {
  for (unsigned depth = 1; depth <= 4; ++depth) {
    CAPTURE(depth);
    Bench bench(10 + depth);
    bench.start({depth, false, 1, kBlocks});
    for (std::size_t g = 0; g < kBlocks * kGroups; ++g) bench.quantize();
    bench.wait(0);
    // Two cycles until the last entries are written, one to take the next block.
    const unsigned build = 3 * 248 + 2 * (static_cast<unsigned>(outer_level(depth)) + 1);
    CHECK_EQ(bench.wait(1), build + 4);
  }
}
