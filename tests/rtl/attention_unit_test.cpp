// SPDX-License-Identifier: Apache-2.0
//
// trine_attention_unit against the golden model: TRINE_Groups, TRINE_Heads, TRINE_Width,
// TRINE_Positions and TRINE_VectorWords are its parameters, TRINE_MOST the most positions tried.

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "Vtrine_attention_unit.h"
#include "golden/exact/attention.h"
#include "sim/dut.h"
#include "tests/machine/attention_cases.h"
#include "tests/rtl/stalls.h"

using namespace trine::golden;
using namespace trine::test;
using Words = std::vector<std::uint32_t>;

namespace {

constexpr std::size_t kGroups = TRINE_Groups;
constexpr std::size_t kBeatBytes = 4 * kGroups;
constexpr std::size_t kHeads = TRINE_Heads;
constexpr int kWidth = TRINE_Width;
constexpr std::size_t kWords = TRINE_VectorWords;
constexpr std::size_t kQueries = TRINE_Positions;
constexpr std::size_t kBanks = kQueries + (kQueries < 8 ? 1 : 0);
constexpr std::size_t kMost = TRINE_MOST;
constexpr std::size_t kBetween = 16;  // Words between queries and results.
static_assert(2 * 512 * kHeads + kBetween <= kWords);
constexpr std::uint32_t kGarbage = 0x7fc12345U;  // A NaN that is used shows.

struct Outcome {
  Words words;  // Results, or bytes that were stored.
  bool nonfinite = false, overflow = false;
  std::uint64_t cycles = 0;  // From the start to done.
};

/// The unit with a vector memory, a source of keys and values and a sink of blocks.
class Unit {
 public:
  explicit Unit(double source = 1.0, double sink = 1.0, unsigned seed = 1)
      : dut_("attention_unit", 200'000'000),
        memory_(kBanks * kWords),
        source_(source, seed),
        sink_(sink, seed + 1) {
    dut_->start_i = dut_->beat_valid_i = dut_->block_ready_i = 0;
  }

  Outcome attention(const AttentionCase& c) {
    const std::size_t src = start_attention(c);
    Outcome out = run();
    CHECK_EQ(taken_, stream_.size());
    const std::size_t rows = c.query.size() / c.queries, dst = src + rows + kBetween;
    for (std::size_t i = 0; i < memory_.size(); ++i) {
      const std::size_t word = i % kWords;
      const bool used = i / kWords >= kBanks - c.queries;
      if (used && word >= dst && word < dst + rows)
        out.words.push_back(memory_[i]);
      else if (!(used && word >= src && word < src + rows) && memory_[i] != kGarbage)
        FAIL("word " << word << " of bank " << i / kWords << " was written");
    }
    return out;
  }

  Outcome store(const std::vector<float>& x) {
    start_store(x);
    Outcome out = run();
    REQUIRE_GE(stored_.size() * 4, x.size() * 2);
    stored_.resize(x.size() / 2);  // What is behind is masked.
    out.words = stored_;
    return out;
  }

  /// With a reset some cycles after the start: what was written is anything.
  void interrupt(const AttentionCase& c, std::uint64_t cycles) {
    start_attention(c);
    interrupt(cycles);
  }
  void interrupt(const std::vector<float>& x, std::uint64_t cycles) {
    start_store(x);
    interrupt(cycles);
  }

 private:
  /// The first word of the queries; kBetween words that nobody writes and the results come behind
  /// them.
  std::size_t start_attention(const AttentionCase& c) {
    const std::size_t rows = c.query.size() / c.queries;
    const std::size_t src = place(2 * rows + kBetween);
    const std::size_t first = kBanks - c.queries;  // Bank of the first query.
    std::ranges::fill(memory_, kGarbage);
    for (std::size_t q = 0; q < c.queries; ++q)
      std::memcpy(&memory_[(first + q) * kWords + src], &c.query[q * rows], rows * 4);
    dut_->bank_i = static_cast<std::uint8_t>(first);
    dut_->more_i = static_cast<std::uint8_t>(c.queries - 1);
    dut_->store_i = 0;
    dut_->rows_i = static_cast<std::uint32_t>(rows);
    dut_->head_dim_i = static_cast<std::uint16_t>(c.head_dim);
    dut_->positions_i = static_cast<std::uint32_t>(c.attention().positions());
    dut_->factor_i = c.factor;
    set_port(dut_->src_beat_i, src / kGroups);
    set_port(dut_->dst_beat_i, (src + rows + kBetween) / kGroups);
    stream_ = std::as_bytes(std::span(c.cache));
    taken_ = 0;
    start();
    return src;
  }

  void start_store(const std::vector<float>& x) {
    const std::size_t src = place(x.size());
    std::ranges::fill(memory_, kGarbage);
    std::memcpy(&memory_[(kBanks - 1) * kWords + src], x.data(), x.size() * 4);
    dut_->bank_i = kBanks - 1;
    dut_->more_i = 0;
    dut_->store_i = 1;
    dut_->rows_i = static_cast<std::uint32_t>(x.size());
    set_port(dut_->src_beat_i, src / kGroups);
    stream_ = {};
    stored_.clear();
    start();
  }

  void interrupt(std::uint64_t cycles) {
    for (; cycles > 0; --cycles) step();
    dut_->rst_ni = 0;
    dut_->beat_valid_i = 0;
    stream_ = {};
    step();
    dut_->rst_ni = 1;
    step();
  }

  /// Where so many words begin: anywhere in a bank.
  std::size_t place(std::size_t words) {
    REQUIRE_LE(words, kWords);
    return 16 * (places_() % ((kWords - words) / 16 + 1));
  }

  void start() {
    dut_->start_i = 1;
    step();
    dut_->start_i = 0;
  }

  Outcome run() {
    Outcome out;
    while (!dut_->done_o) {
      step();
      ++out.cycles;
    }
    out.nonfinite = dut_->nonfinite_o;
    out.overflow = dut_->overflow_o;
    for (auto idle = 2 + places_() % 3; idle > 0; --idle) {
      step();
      CHECK_FALSE(dut_->done_o);
      CHECK_FALSE(dut_->vec_write_valid_o);
      CHECK_FALSE(dut_->block_valid_o);
    }
    CHECK_EQ(dut_->nonfinite_o, out.nonfinite);
    CHECK_EQ(dut_->overflow_o, out.overflow);
    return out;
  }

  /// One cycle with everything around the unit.
  void step() {
    if (!dut_->beat_valid_i && taken_ < stream_.size() && source_()) {
      dut_->beat_valid_i = 1;
      std::memcpy(&dut_->beat_data_i, stream_.data() + taken_, kBeatBytes);
    }
    dut_->block_ready_i = sink_();
    dut_->eval();
    const bool moves = dut_->beat_valid_i && dut_->beat_ready_o;
    if (dut_->block_valid_o && dut_->block_ready_i) {
      stored_.resize(stored_.size() + kGroups);
      std::memcpy(&stored_[stored_.size() - kGroups], &dut_->block_data_o, kBeatBytes);
    }
    const bool read = dut_->vec_read_valid_o;
    const std::size_t bank = dut_->vec_bank_o * kWords;
    if (read || dut_->vec_write_valid_o) REQUIRE_LT(bank, memory_.size());
    const std::size_t read_at = dut_->vec_read_beat_o * kGroups;
    if (dut_->vec_write_valid_o) {
      const std::size_t at = dut_->vec_write_beat_o * kGroups;
      REQUIRE_LE(at + kGroups, kWords);
      std::memcpy(&memory_[bank + at], &dut_->vec_write_data_o, kBeatBytes);
    }
    dut_.step();
    if (read) {
      REQUIRE_LE(read_at + kGroups, kWords);
      std::memcpy(&dut_->vec_read_data_i, &memory_[bank + read_at], kBeatBytes);
    }
    if (moves) {
      taken_ += kBeatBytes;
      dut_->beat_valid_i = 0;
      if (taken_ < stream_.size() && source_()) {
        dut_->beat_valid_i = 1;
        std::memcpy(&dut_->beat_data_i, stream_.data() + taken_, kBeatBytes);
      }
    }
  }

  trine::sim::Dut<Vtrine_attention_unit> dut_;
  Words memory_, stored_;
  Coin source_, sink_;
  std::mt19937 places_;
  std::span<const std::byte> stream_;
  std::size_t taken_ = 0;
};

void check(Unit& unit, const AttentionCase& c) {
  const AttentionResult want = attention_definition(c.attention());
  const Outcome got = unit.attention(c);
  for (std::size_t i = 0; i < want.y.size(); ++i) {
    CAPTURE(i);
    REQUIRE_EQ(got.words[i], std::bit_cast<std::uint32_t>(want.y[i]));
  }
  CHECK_EQ(got.nonfinite, want.nonfinite);
  CHECK_EQ(got.overflow, want.overflow);
}

/// Positions together are what they are one by one.
void check_one_by_one(const AttentionCase& c) {
  const std::size_t rows = c.query.size() / c.queries;
  const AttentionResult together = attention_definition(c.attention());
  bool nonfinite = false, overflow = false;
  for (std::size_t q = 0; q < c.queries; ++q) {
    AttentionCase one = c;
    one.queries = 1;
    one.query.assign(c.query.begin() + static_cast<std::ptrdiff_t>(q * rows),
                     c.query.begin() + static_cast<std::ptrdiff_t>((q + 1) * rows));
    one.cache.resize(c.cache.size() - 2 * c.head_dim * (c.queries - 1 - q));
    const AttentionResult want = attention_definition(one.attention());
    for (std::size_t i = 0; i < rows; ++i)
      REQUIRE_EQ(std::bit_cast<std::uint32_t>(together.y[q * rows + i]),
                 std::bit_cast<std::uint32_t>(want.y[i]));
    nonfinite |= want.nonfinite;
    overflow |= want.overflow;
  }
  CHECK_EQ(together.nonfinite, nonfinite);
  CHECK_EQ(together.overflow, overflow);
}

AttentionCase make_case(std::size_t width, std::size_t heads, std::size_t positions,
                        unsigned seed) {
  return attention_case(width, heads, positions, seed, kWidth);
}

}  // namespace

TEST_CASE("trine_attention_unit: every head size, around the ends of chunks") {
  Unit unit;
  for (const std::size_t width : {512u, 256u, 128u, 64u, 32u}) {
    const std::size_t chunk = kChunkElements / width;
    for (const std::size_t positions : {std::size_t{1}, std::size_t{2}, std::size_t{5}, chunk - 1,
                                        chunk, chunk + 1, 2 * chunk, 2 * chunk + 3}) {
      if (positions > kMost) continue;
      for (const std::size_t heads : {std::size_t{1}, kHeads}) {
        CAPTURE(width);
        CAPTURE(positions);
        CAPTURE(heads);
        check(unit, make_case(width, heads, positions, static_cast<unsigned>(positions)));
      }
    }
  }
}

TEST_CASE("trine_attention_unit: several positions in a pass, the last ones around a chunk's end") {
  if (kQueries == 1) return;
  Unit unit;
  std::mt19937 random(11);
  for (const std::size_t width : {512u, 128u, 64u, 32u}) {
    const std::size_t chunk = kChunkElements / width;
    for (std::size_t queries = 2; queries <= std::min(kQueries, kHeads); ++queries) {
      const std::size_t heads = kHeads / queries;
      for (const std::size_t positions :
           {queries, queries + 1, chunk, chunk + 1, chunk + queries - 1, 2 * chunk + queries / 2}) {
        if (positions > kMost) continue;
        CAPTURE(width);
        CAPTURE(queries);
        CAPTURE(positions);
        AttentionCase c = make_case(width, queries * (1 + random() % heads), positions,
                                    static_cast<unsigned>(positions));
        c.queries = queries;
        // The last positions are the largest, so that who sees them is another.
        std::normal_distribution<float> normal;
        std::vector<float> row(width);
        for (std::size_t p = positions - queries; p < positions; ++p) {
          const int up = static_cast<int>(3 * (p + queries - positions));
          for (float& v : row) v = std::ldexp(normal(random), up);
          c.put(p, 1, row);
          for (float& v : row) v = normal(random) * 3;
          c.put(p, 0, row);
        }
        check(unit, c);
        if (positions <= 2 * queries) check_one_by_one(c);
      }
    }
  }
}

TEST_CASE("trine_attention_unit: what a position does not see raises nothing for it") {
  if (kQueries == 1) return;
  Unit unit;
  AttentionCase c = make_case(64, 2, 40, 5);
  c.queries = 2;
  // The last key is beyond the sums for queries that large, and the first query does not see it.
  std::fill(c.query.begin(), c.query.begin() + 64, 1000.0F);
  std::fill(c.query.begin() + 64, c.query.end(), 0.0F);
  c.put(39, 0, std::vector<float>(64, 30.0F));
  CHECK_FALSE(attention_definition(c.attention()).overflow);
  check(unit, c);
  std::fill(c.query.begin() + 64, c.query.end(), 1000.0F);
  CHECK(attention_definition(c.attention()).overflow);
  check(unit, c);
  c = make_case(64, 2, 40, 6);
  c.queries = 2;
  c.query[70] = std::numeric_limits<float>::infinity();
  check(unit, c);
  c.query[70] = 1.0F;
  c.query[7] = std::numeric_limits<float>::quiet_NaN();
  check(unit, c);
  for (unsigned seed = 0; seed < 12; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    c = make_case(32u << seed % 5, 2 * (1 + random() % std::max<std::size_t>(kHeads / 2, 1)),
                  2 + random() % std::min<std::size_t>(600, kMost - 2), seed);
    c.queries = 2;
    for (std::uint16_t& element : c.cache) element = static_cast<std::uint16_t>(random());
    for (float& q : c.query) q = std::ldexp(q, static_cast<int>(random() % 40) - 30);
    check(unit, c);
  }
}

TEST_CASE("trine_attention_unit: keys and values that stall") {
  for (const double odds : {0.9, 0.5, 0.1}) {
    Unit unit(odds, 1.0, 7);
    for (unsigned seed = 0; seed < 6; ++seed) {
      CAPTURE(odds);
      CAPTURE(seed);
      const std::size_t width = 32u << seed % 5;
      check(unit, make_case(width, 1 + seed % kHeads,
                            std::min<std::size_t>(kChunkElements / width + 9 * seed, kMost), seed));
    }
  }
}

TEST_CASE("trine_attention_unit: any bits in the cache, large and small queries") {
  Unit unit;
  std::mt19937 random(4);
  for (unsigned seed = 0; seed < 20; ++seed) {
    CAPTURE(seed);
    AttentionCase c = make_case(32u << seed % 5, 1 + random() % kHeads,
                                1 + random() % std::min<std::size_t>(600, kMost), seed);
    for (std::uint16_t& element : c.cache) element = static_cast<std::uint16_t>(random());
    for (float& q : c.query) q = std::ldexp(q, static_cast<int>(random() % 40) - 30);
    if (seed % 4 == 3) c.factor = static_cast<std::uint32_t>(random() >> (32 - kFactorBits));
    check(unit, c);
  }
}

TEST_CASE("trine_attention_unit: scores that rise and values that grow are realigned") {
  Unit unit;
  std::normal_distribution<float> normal;
  for (const float slope : {0.01F, 0.5F, 20.0F, -3.0F}) {
    CAPTURE(slope);
    std::mt19937 random(3);
    const std::size_t positions = std::min<std::size_t>(900, kMost), width = 128;
    AttentionCase c = make_case(width, kHeads, positions, 7);
    std::vector<float> row(width);
    for (std::size_t p = 0; p < positions; ++p) {
      for (float& v : row) v = slope * static_cast<float>(p) / 64;
      c.put(p, 0, row);
      for (float& v : row) v = std::ldexp(normal(random), static_cast<int>(p / 40));
      c.put(p, 1, row);
    }
    check(unit, c);
  }
}

TEST_CASE("trine_attention_unit: blocks of values grow each by itself, in every head size") {
  Unit unit;
  std::mt19937 random(8);
  std::normal_distribution<float> normal;
  for (unsigned seed = 0; seed < 15; ++seed) {
    CAPTURE(seed);
    const std::size_t width = 32u << seed % 5;
    const std::size_t positions =
        std::min<std::size_t>(2 * kChunkElements / width + 1 + random() % 8, kMost);
    AttentionCase c = make_case(width, 1 + random() % kHeads, positions, seed);
    std::vector<float> row(width);
    for (std::size_t p = 0; p < positions; ++p) {
      for (std::size_t i = 0; i < width; i += 16) {
        const int up = static_cast<int>(random() % 8 + 8 * p / positions) - 6;
        for (std::size_t k = i; k < i + 16; ++k) row[k] = std::ldexp(normal(random), up);
      }
      c.put(p, 1, row);
    }
    check(unit, c);
  }
}

TEST_CASE("trine_attention_unit: zeros, Inf, NaN and scores beyond the sums; errors do not stay") {
  Unit unit;
  const std::size_t positions = 40;
  const AttentionCase good = make_case(64, kHeads, positions, 1);
  AttentionCase c = good;
  std::ranges::fill(c.cache, 0);
  check(unit, c);
  c = good;
  c.query[64 * kHeads - 3] = std::numeric_limits<float>::infinity();
  check(unit, c);
  check(unit, good);
  c = good;
  c.query[5] = std::numeric_limits<float>::quiet_NaN();
  check(unit, c);
  c = good;
  for (float& q : c.query) q = std::ldexp(q, 26);
  c.put(20, 0, std::vector<float>(64, 3e30F));
  check(unit, c);
  check(unit, good);
  c = good;
  std::fill(c.query.begin(), c.query.end(), 1000.0F);
  c.put(20, 0, std::vector<float>(64, 30.0F));
  check(unit, c);
  c = good;  // A head that takes no part does not speak.
  c.query.resize(64);
  check(unit, c);
}

TEST_CASE("trine_attention_unit: stores blocks, under stalls") {
  std::mt19937 random(9);
  std::normal_distribution<float> normal;
  for (const double odds : {1.0, 0.4}) {
    Unit unit(1.0, odds, 5);
    for (std::size_t rows = 16; rows <= 256; rows += 16) {
      CAPTURE(rows);
      std::vector<float> x(rows);
      for (float& v : x) v = std::ldexp(normal(random), static_cast<int>(random() % 20) - 10);
      if (rows == 48) std::fill(x.begin() + 16, x.begin() + 32, 0.0F);
      if (rows == 96) x[3] = -std::numeric_limits<float>::infinity();
      if (rows == 112) x[111] = std::numeric_limits<float>::quiet_NaN();
      std::vector<std::uint16_t> want(rows);
      const bool nonfinite = store_blocks(x, kWidth, want);
      const Outcome got = unit.store(x);
      Words words(rows / 2);
      std::memcpy(words.data(), want.data(), rows * 2);
      CHECK_EQ(got.words, words);
      CHECK_EQ(got.nonfinite, nonfinite);
      CHECK_FALSE(got.overflow);
    }
  }
}

TEST_CASE("trine_attention_unit: queries halfway between two mantissas") {
  Unit unit;
  std::mt19937 random(12);
  const int most = 1 << (kWidth - 1);
  for (unsigned seed = 0; seed < 8; ++seed) {
    AttentionCase c = make_case(32u << seed % 3, 1, 9, seed);
    for (float& q : c.query) {
      const int whole = static_cast<int>(random() % static_cast<unsigned>(2 * most)) - most;
      q = std::ldexp(static_cast<float>(whole) + 0.5F, 1 - kWidth);
    }
    check(unit, c);
  }
}

TEST_CASE("trine_attention_unit: sums of weights of many sizes") {
  Unit unit;
  for (unsigned seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    check(unit, make_case(32, kHeads, 1 + seed % 7, seed));
  }
}

TEST_CASE("trine_attention_unit: a reset in any cycle leaves nothing behind") {
  Unit unit;
  std::mt19937 random(13);
  for (unsigned seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    if (random() % 3 == 0)
      unit.interrupt(std::vector<float>(64, 1.0F), random() % 120);
    else
      unit.interrupt(make_case(32u << seed % 3, kHeads, 1 + seed % 40, seed), random() % 2000);
    check(unit, make_case(32u << random() % 3, kHeads, 1 + random() % 5, seed));
  }
}

TEST_CASE("trine_attention_unit: a beat a cycle but between chunks") {
  Unit unit;
  const std::size_t width = 128, chunk = kChunkElements / width;
  // Equal keys and values, so that nothing is realigned.
  const auto cycles = [&](std::size_t chunks) {
    AttentionCase c = make_case(width, kHeads, chunks * chunk, 3);
    std::ranges::fill(c.cache, 0x1002);
    return unit.attention(c).cycles;
  };
  if (2 * chunk > kMost) return;
  const std::uint64_t one = cycles(1), two = cycles(2);
  const std::uint64_t beats = chunk * 2 * width * 2 / kBeatBytes;
  const std::uint64_t between = two - one - beats;
  MESSAGE("a chunk of " << beats << " beats: " << between << " cycles more, one alone " << one);
  CHECK_LE(between, 26 + 2 * width / (2 * kGroups));
}
