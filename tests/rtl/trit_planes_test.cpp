// SPDX-License-Identifier: Apache-2.0
//
// trine_trit_planes against sums written out: TRINE_Groups and TRINE_ActWidth are its parameters.

#include <doctest/doctest.h>

#include <array>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "Vtrine_trit_planes.h"
#include "golden/format/trit_matrix.h"
#include "sim/dut.h"
#include "tests/rtl/bundles.h"
#include "tests/rtl/stalls.h"

using namespace trine::test;
using trine::golden::outer_level;
using trine::sim::Dut;

namespace {

constexpr std::size_t kGroups = TRINE_Groups;
constexpr unsigned kActWidth = TRINE_ActWidth;
constexpr int kOffset = 1 << (kActWidth + 2);  // Of a table entry.
constexpr int kMaxSum = 5 * ((1 << (kActWidth - 1)) - 1);
constexpr unsigned kSumWidth = kActWidth + 10;

using Sums = std::vector<int>;  // (groups)

/// One body beat: what its four bytes of every group looked up, as signed sums, and its place.
struct Beat {
  std::array<Sums, 4> looks;
  unsigned set = 0, sub = 0;
};

/// Rows that become complete with a beat, in the order of the back, with their lanes in the entry.
struct Expected {
  unsigned lane;
  Sums sums;
};

/// What a row of a last column block sees in bad_byte_o; other rows and cycles see 0.
unsigned bad_byte(Dut<Vtrine_trit_planes>& dut) {
  const auto look = [&](bool valid, bool last_block) {
    Row row;
    row.valid = valid;
    row.last_block = last_block;
    dut->row_i = row.bits();
    dut->eval();
    return static_cast<unsigned>(dut->bad_byte_o);
  };
  CHECK_EQ(look(true, false), 0);
  const unsigned seen = look(true, true);
  CHECK_EQ(look(false, true), 0);
  dut->row_i = 0;
  dut->eval();
  return seen;
}

/// The module behind the controls of trine_trit_front, with random gaps between beats and a reader
/// of the hold entries.
class Bench {
 public:
  Bench(unsigned depth, bool extreme, double odds, unsigned seed)
      : dut("planes_" + std::to_string(seed), 1'000'000),
        depth_(depth),
        extreme_(extreme),
        random_(seed),
        send_(odds, seed + 1),
        read_(odds, seed + 2) {
    dut->used_i = 1;
    dut->depth_i = static_cast<std::uint8_t>(depth);
    dut->offset_i =
        static_cast<std::uint32_t>(-3 * outer_level(depth) * kOffset) & ((1u << kSumWidth) - 1);
    dut->beat_i = 0;
    dut->row_i = Row{}.bits();
    dut->bad_clear_i = 1;
    dut.step();
    dut->bad_clear_i = 0;
  }

  /// Sends `units` units (the beats whose rows interleave) and checks every row.
  void run(unsigned units) {
    const unsigned subs = depth_ == 3 ? 3 : 1;
    for (unsigned unit = 0; unit < units; ++unit) {
      rows_.assign(depth_ == 1 ? 4 : depth_ == 2 ? 2 : depth_ == 3 ? 4 : 1, Sums(kGroups));
      for (unsigned set = 0; set < 3; ++set) {
        for (unsigned sub = 0; sub < subs; ++sub) {
          // The front promises no more entries than there are.
          while (!send_() || entries_.size() + busy_ >= 4) cycle(std::nullopt);
          cycle(random_beat(set, sub));
        }
      }
    }
    while (!entries_.empty() || busy_ > 0) cycle(std::nullopt);
    CHECK_EQ(bad_byte(dut), 0);
  }

  Dut<Vtrine_trit_planes> dut;

 private:
  Beat random_beat(unsigned set, unsigned sub) {
    Beat beat{{}, set, sub};
    for (Sums& looks : beat.looks)
      for (std::size_t g = 0; g < kGroups; ++g)
        looks.push_back(extreme_ ? (g % 2 != 0 ? kMaxSum : -kMaxSum)
                                 : static_cast<int>(random_.below(2 * kMaxSum + 1)) - kMaxSum);
    return beat;
  }

  /// Adds a beat to the rows of its unit: what the planes mean (docs/format.md).
  void account(const Beat& beat) {
    static constexpr int kPlane[4] = {1, 3, 9, 27};
    for (unsigned n = 0; n < 4; ++n) {
      for (std::size_t g = 0; g < kGroups; ++g) {
        const int look = beat.looks[n][g];
        if (depth_ == 1)
          rows_[n][g] += look;
        else if (depth_ == 2)
          rows_[n / 2][g] += kPlane[n % 2] * look;
        else if (depth_ == 4)
          rows_[0][g] += kPlane[n] * look;
        else if (n < 3)
          rows_[beat.sub][g] += kPlane[n] * look;
        else
          rows_[3][g] += kPlane[beat.sub] * look;
      }
    }
    if (beat.set != 2) return;
    std::deque<Expected> entry;
    if (depth_ == 1)
      entry = {{0, rows_[0]}, {2, rows_[1]}, {1, rows_[2]}, {3, rows_[3]}};
    else if (depth_ == 2)
      entry = {{0, rows_[0]}, {1, rows_[1]}};
    else if (depth_ == 4)
      entry = {{0, rows_[0]}};
    else
      entry = {{0, rows_[beat.sub]}};
    if (depth_ == 3 && beat.sub == 2) entry.push_back({3, rows_[3]});
    coming_.push_back(entry);
    ++busy_;
  }

  /// One cycle: `beat` is weighted, the beats before it are added and kept, and a row may be read.
  void cycle(std::optional<Beat> beat) {
    BodyBeat control;
    control.weigh = beat.has_value();
    if (beat) {
      account(*beat);
      control.weight = depth_ == 3 ? beat->sub : depth_ == 1 ? 0 : 1;
      drive(dut->look0_i, beat->looks[0]);
      drive(dut->look1_i, beat->looks[1]);
      drive(dut->look2_i, beat->looks[2]);
      drive(dut->look3_i, beat->looks[3]);
    }
    control.add = weighed_.has_value();
    control.first = weighed_ && weighed_->set == 0;
    control.first_fourth = control.first && weighed_->sub == 0;
    control.keep = added_ && added_->set == 2;
    control.entry = write_;
    dut->beat_i = static_cast<std::uint16_t>(control.bits());

    Row row;
    std::optional<Expected> expected;
    if (!entries_.empty() && read_()) {
      expected = entries_.front().front();
      row.valid = true;
      row.entry = read_at_;
      row.lane = expected->lane;
      entries_.front().pop_front();
      if (entries_.front().empty()) {
        entries_.pop_front();
        read_at_ = (read_at_ + 1) % 4;
      }
    }
    dut->row_i = row.bits();
    dut.step();
    if (expected) {
      const std::vector<std::uint32_t> base = get_words(dut->base_o);
      for (std::size_t g = 0; g < kGroups; ++g) {
        const int sum = static_cast<std::int32_t>(base[g] << (32 - kSumWidth)) >> (32 - kSumWidth);
        REQUIRE_EQ(sum, expected->sums[g]);
      }
    }
    if (control.keep) {
      entries_.push_back(coming_.front());
      coming_.pop_front();
      --busy_;
      write_ = (write_ + 1) % 4;
    }
    added_ = weighed_;
    weighed_ = std::move(beat);
  }

  template <class Port>
  static void drive(Port& port, const Sums& looks) {
    std::vector<std::uint32_t> words;
    for (const int look : looks) words.push_back(static_cast<std::uint32_t>(look + kOffset));
    set_words(port, words.data());
  }

  unsigned depth_;
  bool extreme_;
  Random random_;
  Coin send_, read_;
  std::vector<Sums> rows_;                    // Of the unit that is being sent.
  std::optional<Beat> weighed_, added_;       // In the cycle before, two cycles before.
  std::deque<std::deque<Expected>> coming_;   // Entries whose last beat is on its way,
  std::deque<std::deque<Expected>> entries_;  // that are written and not yet read.
  std::size_t busy_ = 0;
  unsigned write_ = 0, read_at_ = 0;
};

}  // namespace

TEST_CASE("trine_trit_planes: the rows of every depth, with gaps or without") {
  unsigned seed = 0;
  for (unsigned depth = 1; depth <= 4; ++depth) {
    for (const bool extreme : {false, true}) {
      for (const double odds : {1.0, 0.4}) {
        CAPTURE(depth);
        CAPTURE(odds);
        seed += 3;
        Bench(depth, extreme, odds, seed).run(60);
      }
    }
  }
}

TEST_CASE("trine_trit_planes: a vector that rests keeps sums, entries and its flag") {
  Bench bench(4, false, 1.0, 9);
  bench.run(5);
  auto& dut = bench.dut;
  const auto read = [&] {
    Row row;
    row.valid = true;
    dut->row_i = row.bits();
    dut.step();
    dut->row_i = 0;
    return get_words(dut->base_o);
  };
  const std::vector<std::uint32_t> before = read();
  dut->used_i = 0;
  const std::vector<std::uint32_t> bad(kGroups, 1u << (kActWidth + 3) | 5);
  set_words(dut->look0_i, bad.data());
  BodyBeat beat;
  beat.weigh = beat.add = beat.first = beat.keep = true;
  dut->beat_i = static_cast<std::uint16_t>(beat.bits());
  dut.step(4);
  dut->beat_i = 0;
  CHECK_EQ(bad_byte(dut), 0);
  dut->used_i = 1;
  CHECK(read() == before);
}

TEST_CASE("trine_trit_planes: a marked entry in any group and byte is kept in mind") {
  Bench bench(4, false, 1.0, 7);
  auto& dut = bench.dut;
  const std::vector<std::uint32_t> good(kGroups, kOffset);
  const auto weigh = [&](unsigned byte, std::size_t group) {
    std::vector<std::uint32_t> bad = good;
    bad[group] |= 1u << (kActWidth + 3);
    set_words(dut->look0_i, (byte == 0 ? bad : good).data());
    set_words(dut->look1_i, (byte == 1 ? bad : good).data());
    set_words(dut->look2_i, (byte == 2 ? bad : good).data());
    set_words(dut->look3_i, (byte == 3 ? bad : good).data());
    BodyBeat beat;
    beat.weigh = true;
    dut->beat_i = static_cast<std::uint16_t>(beat.bits());
    dut.step();
  };
  for (unsigned byte = 0; byte < 4; ++byte) {
    for (std::size_t g = 0; g < kGroups; ++g) {
      weigh(4, 0);
      REQUIRE_EQ(bad_byte(dut), 0);
      weigh(byte, g);
      REQUIRE_EQ(bad_byte(dut), 1);
      weigh(4, 0);
      REQUIRE_EQ(bad_byte(dut), 1);
      dut->beat_i = 0;
      dut->bad_clear_i = 1;
      dut.step();
      dut->bad_clear_i = 0;
      REQUIRE_EQ(bad_byte(dut), 0);
    }
  }
}
