// SPDX-License-Identifier: Apache-2.0

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <vector>

#include "Vtrine_fetch.h"
#include "sim/dut.h"
#include "tests/rtl/control_ports.h"
#include "tests/rtl/stalls.h"

using namespace trine;
using namespace trine::test;

namespace {

constexpr unsigned kGroups = TRINE_Groups, kAhead = TRINE_Ahead;
constexpr unsigned kBeatBytes = 4 * kGroups, kBeats = 16 / kGroups;
constexpr std::uint64_t kTop = std::uint64_t{1} << 40;

struct List {
  std::uint64_t addr = 0x10000;
  std::uint32_t count = 100;
  std::uint64_t base = 0, limit = kTop;
  std::uint64_t bad_beat = ~std::uint64_t{0};  // Address of a beat with a bus error.
};

std::uint32_t word_at(std::uint64_t addr) {
  // One in three words is zero, so that the map of those that are not is tested.
  return scramble(addr) % 3 == 0 ? 0 : scramble(addr + 1);
}

/// What left the module: a command of the list, or the error in place of one.
struct Fetched {
  std::uint64_t error = 0;
  bool here = false;
};

class Bench {
 public:
  Bench(Stalls stalls, unsigned latency, unsigned seed)
      : dut("fetch_" + std::to_string(seed), 5'000'000),
        latency_(latency),
        ready_(stalls.source, seed),
        offer_(stalls.source, seed + 1),
        take_(stalls.sink, seed + 2) {
    dut->start_i = dut->stop_i = dut->read_ready_i = dut->beat_valid_i = 0;
    dut->fetched_ready_i = dut->beat_error_i = 0;
  }

  void start(const List& list) {
    list_ = list;
    next_ = 0;
    asked_ = list.addr;
    beats_.clear();
    blocks = 0;
    set_field(dut->settings_i, settings::kListAddr, list.addr);
    set_field(dut->settings_i, settings::kListCount, list.count);
    set_field(dut->settings_i, settings::kMemBase, list.base);
    set_field(dut->settings_i, settings::kMemLimit, list.limit);
    dut->start_i = 1;
    dut.step();
    dut->start_i = 0;
  }

  /// Takes up to `count` items, or waits for `cycles`; all that left.
  std::vector<Fetched> run(std::size_t count, unsigned cycles = 20000) {
    std::vector<Fetched> out;
    for (; out.size() < count && cycles > 0; --cycles) cycle(out);
    return out;
  }

  /// Drops everything, as long as beats are under way.
  void stop() {
    dut->stop_i = 1;
    dut->read_ready_i = dut->fetched_ready_i = 0;
    dut->beat_valid_i = !beats_.empty();
    dut.step(3);
    dut->stop_i = dut->beat_valid_i = 0;
    CHECK_EQ(dut->read_valid_o, 0);
    CHECK_EQ(dut->fetched_valid_o, 0);
    dut.step(3);
    CHECK_EQ(dut->read_valid_o, 0);
    CHECK_EQ(dut->fetched_valid_o, 0);
  }

  sim::Dut<Vtrine_fetch> dut;
  unsigned blocks = 0;

 private:
  struct Beat {
    std::uint64_t addr, ready_at;
  };

  void cycle(std::vector<Fetched>& out) {
    dut->read_ready_i = ready_();
    dut->fetched_ready_i = take_();
    dut->beat_valid_i = !beats_.empty() && beats_.front().ready_at <= dut.cycle() && offer_();
    if (dut->beat_valid_i) {
      std::uint32_t words[kGroups];
      for (unsigned i = 0; i < kGroups; ++i) words[i] = word_at(beats_.front().addr + 4 * i);
      set_words(dut->beat_data_i, words);
      dut->beat_error_i = beats_.front().addr == list_.bad_beat;
    }
    dut->eval();
    if (dut->read_valid_o && dut->read_ready_i) asked();
    if (dut->fetched_valid_o && dut->fetched_ready_i) out.push_back(taken());
    const bool beat = dut->beat_valid_i;
    dut.step();
    if (beat) beats_.pop_front();
  }

  void asked() {
    const auto& job = dut->read_job_o;
    const std::uint64_t addr = get_field(job, read_job::kAddress);
    const std::uint64_t beats = get_field(job, read_job::kBeats);
    REQUIRE_EQ(get_field(job, read_job::kReader), read_job::kList);
    REQUIRE_EQ(get_field(job, read_job::kPieces), 1u);
    REQUIRE_EQ(get_field(job, read_job::kPieceBeats), beats);
    REQUIRE_EQ(addr, asked_);
    REQUIRE(beats > 0);
    REQUIRE_EQ(beats % kBeats, 0u);
    const std::uint64_t bytes = beats * kBeatBytes, block = 64 * (kAhead / 2);
    REQUIRE_EQ(addr / block, (addr + bytes - 1) / block);
    // Nothing outside the list or the window, and no more than there is room for.
    REQUIRE(addr + bytes <= list_.addr + 64ull * list_.count);
    REQUIRE(addr >= list_.base);
    REQUIRE(addr + bytes <= std::min(list_.limit, kTop));
    asked_ = addr + bytes;
    REQUIRE(asked_ - list_.addr - 64ull * next_ <= 64 * kAhead);
    for (std::uint64_t i = 0; i < beats; ++i)
      beats_.push_back({addr + i * kBeatBytes, dut.cycle() + latency_});
    ++blocks;
  }

  Fetched taken() {
    const Fetched item{get_field(dut->fetched_o, fetched::kError),
                       get_field(dut->fetched_o, fetched::kHere) != 0};
    if (!item.here) return item;
    const std::uint64_t addr = list_.addr + 64ull * next_++;
    Command c;
    std::uint32_t nonzero = 0;
    for (unsigned i = 0; i < 16; ++i) {
      c.words[i] = word_at(addr + 4 * i);
      nonzero |= (c.words[i] != 0 ? 1u : 0u) << i;
    }
    CHECK_EQ(get_field(dut->fetched_o, fetched::kWord0), c.words[0]);
    CHECK_EQ(get_field(dut->fetched_o, fetched::kNonzero), nonzero);
    for (const CommandField& field : kCommandFields) {
      CAPTURE(field.name);
      REQUIRE_EQ(get_field(dut->command_o, command_field(field)), c.get(field));
    }
    const bool bad = list_.bad_beat >= addr && list_.bad_beat < addr + 64;
    CHECK_EQ(item.error, bad ? static_cast<std::uint64_t>(ErrorCode::AXI_READ) : 0u);
    return item;
  }

  unsigned latency_;
  Coin ready_, offer_, take_;
  List list_;
  std::deque<Beat> beats_;
  std::uint32_t next_ = 0;
  std::uint64_t asked_ = 0;
};

}  // namespace

TEST_CASE("trine_fetch: gives the commands of a list in order, then LIST_OVERRUN") {
  unsigned seed = 0;
  for (const Stalls& stalls : kStallMatrix) {
    for (const unsigned latency : {1u, 60u}) {
      ++seed;
      CAPTURE(seed);
      Bench bench(stalls, latency, 10 * seed);
      Random random(seed);
      for (unsigned n = 0; n < 20; ++n) {
        List list;
        list.addr = (std::uint64_t{random.word()} << 32 | random.word()) %
                    (kTop - 64 * 4 * kAhead) / 64 * 64;
        list.count = n == 0 ? 0 : random.below(4 * kAhead);
        if (random.below(3) == 0 && list.count > 0)
          list.bad_beat = list.addr + kBeatBytes * random.below(list.count * kBeats);
        bench.start(list);
        const std::vector<Fetched> out = bench.run(list.count + 1);
        REQUIRE_EQ(out.size(), list.count + 1);
        for (std::uint32_t i = 0; i < list.count; ++i) CHECK(out[i].here);
        CHECK(!out.back().here);
        CHECK_EQ(out.back().error, static_cast<std::uint64_t>(ErrorCode::LIST_OVERRUN));
        CHECK(bench.run(1, 50).empty());  // And no more.
        bench.stop();
      }
    }
  }
}

TEST_CASE("trine_fetch: counts the commands of a list of any length") {
  // 2^16 and more where a command is a beat.
  constexpr std::uint32_t kLong = kBeats == 1 ? 66'000 : 3'000;
  Bench bench({1.0, 1.0}, 20, 9);
  for (const std::uint32_t count : {kLong, 1u}) {
    bench.start({.count = count});
    const std::vector<Fetched> out = bench.run(count + 1, 40 * kLong);
    REQUIRE_EQ(out.size(), count + 1);
    CHECK(out[count - 1].here);
    CHECK_EQ(out[count].error, static_cast<std::uint64_t>(ErrorCode::LIST_OVERRUN));
    bench.stop();
  }
}

TEST_CASE("trine_fetch: stops before what the list or the window forbids") {
  Bench bench({0.8, 0.8}, 5, 7);
  const auto run = [&](List list) {
    bench.start(list);
    const std::vector<Fetched> out = bench.run(std::size_t{list.count} + 1, 800 + 100 * kAhead);
    bench.stop();
    REQUIRE(!out.empty());
    REQUIRE(!out.back().here);
    return std::pair(static_cast<ErrorCode>(out.back().error), out.size() - 1);
  };
  const auto is = [](ErrorCode code, std::size_t commands) { return std::pair(code, commands); };
  CHECK(run({.addr = 0x1000, .count = 0}) == is(ErrorCode::LIST_OVERRUN, 0));
  CHECK(run({.addr = 0x1001, .count = 0, .limit = 0}) == is(ErrorCode::LIST_OVERRUN, 0));
  for (unsigned bit = 0; bit < 6; ++bit)
    CHECK(run({.addr = 0x1000 + (1u << bit), .count = 3, .limit = 0}) ==
          is(ErrorCode::ALIGNMENT, 0));
  CHECK(run({.addr = 0x1000, .count = 8, .base = 0x1001}) == is(ErrorCode::ADDRESS_RANGE, 0));
  CHECK(run({.addr = 0x1000, .count = 8, .base = 0x1040}) == is(ErrorCode::ADDRESS_RANGE, 0));
  CHECK(run({.addr = 0x1000, .count = 8, .limit = 0xFFF}) == is(ErrorCode::ADDRESS_RANGE, 0));
  // Every end of the window, to the byte.
  for (unsigned bytes = 0; bytes < 64 * 2 * kAhead; bytes += 21)
    CHECK(run({.addr = 0x1000, .count = 3 * kAhead, .base = 0x1000, .limit = 0x1000 + bytes}) ==
          is(ErrorCode::ADDRESS_RANGE, bytes / 64));
  CHECK(run({.addr = 0x1000, .count = 8, .limit = 0x1000 + 8 * 64}) ==
        is(ErrorCode::LIST_OVERRUN, 8));
  constexpr std::uint64_t kOpen = ~std::uint64_t{0};
  CHECK(run({.addr = kTop - 128, .count = 8, .limit = kOpen}) == is(ErrorCode::ADDRESS_RANGE, 2));
  CHECK(run({.addr = kTop, .count = 8, .limit = kOpen}) == is(ErrorCode::ADDRESS_RANGE, 0));
  CHECK(run({.addr = ~std::uint64_t{63}, .count = 8, .limit = kOpen}) ==
        is(ErrorCode::ADDRESS_RANGE, 0));
  // Every bit of an address, of the window and of a length.
  for (unsigned bit = 6; bit < 64; ++bit) {
    CAPTURE(bit);
    const std::uint64_t one = std::uint64_t{1} << bit;
    const std::size_t commands = bit < 40 ? 2 : 0;
    CHECK(run({.addr = one, .count = 8, .base = one, .limit = one + 128}) ==
          is(ErrorCode::ADDRESS_RANGE, commands));
    CHECK(run({.addr = one, .count = 8, .base = one + 64, .limit = kOpen}) ==
          is(ErrorCode::ADDRESS_RANGE, 0));
    CHECK(run({.addr = 0, .count = 2, .limit = one}).first ==
          (bit == 6 ? ErrorCode::ADDRESS_RANGE : ErrorCode::LIST_OVERRUN));
    CHECK(run({.addr = 0, .count = 8, .base = one, .limit = kOpen}) ==
          is(ErrorCode::ADDRESS_RANGE, 0));
  }
  for (unsigned bit = 4; bit < 32; ++bit)
    CHECK(run({.addr = 0, .count = 1u << bit, .limit = 256}) == is(ErrorCode::ADDRESS_RANGE, 4));
}

TEST_CASE("trine_fetch: asks for whole blocks as soon as there is room, and not sooner") {
  Bench bench({1.0, 0.0}, 3, 9);
  // Nobody takes a command: the FIFO fills, and no more is asked for.
  bench.start({.addr = 0x8000, .count = 10 * kAhead});
  bench.run(1, 200 + 2 * kAhead * kBeats);
  CHECK_EQ(bench.blocks, 2u);
  bench.stop();
  // A list that begins inside a block asks for the rest of it first.
  bench.start({.addr = 0x8000 + 64 * (kAhead / 2 - 1), .count = 10 * kAhead});
  bench.run(1, 200 + 2 * kAhead * kBeats);
  CHECK_EQ(bench.blocks, 2u);
  bench.stop();
}

TEST_CASE("trine_fetch: a stop at any time leaves nothing behind") {
  Bench bench({0.7, 0.7}, 9, 11);
  for (unsigned cycles = 0; cycles < 150; ++cycles) {
    CAPTURE(cycles);
    bench.start({.addr = 0x4000, .count = 2 * kAhead});
    bench.run(1000, cycles);
    bench.stop();
    bench.start({.addr = 0x9000, .count = 2});
    const std::vector<Fetched> out = bench.run(3);
    REQUIRE_EQ(out.size(), 3u);
    CHECK_EQ(out[2].error, static_cast<std::uint64_t>(ErrorCode::LIST_OVERRUN));
    bench.stop();
  }
}
