// SPDX-License-Identifier: Apache-2.0

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "Vtrine_write_dma.h"
#include "sim/dut.h"
#include "tests/rtl/stalls.h"

using namespace trine::test;
using trine::sim::Dut;

namespace {

constexpr unsigned kBeatBytes = 4 * TRINE_Groups;
constexpr unsigned kMaxBurst = std::min(4096u / kBeatBytes, 64u);
constexpr unsigned kMaxOutstanding = 8;

struct Job {
  std::uint64_t addr;
  std::uint32_t bytes;
};

std::uint8_t byte_at(std::uint64_t addr) {
  return static_cast<std::uint8_t>(scramble(addr));
}

/// A source of beats and a memory behind the DMA: runs jobs and checks every byte that arrives.
class Bench {
 public:
  Bench(std::string name, Stalls stalls, unsigned latency, unsigned seed)
      : dut(std::move(name), 2'000'000),
        latency_(latency),
        offer_(stalls.source, seed),
        accept_aw_(stalls.sink, seed + 1),
        accept_w_(stalls.sink, seed + 2) {
    dut->clear_i = dut->job_valid_i = dut->beat_valid_i = dut->b_valid_i = dut->flush_i = 0;
  }

  /// Runs the jobs; the answer to burst `bad_burst` (from 0) is an error.
  void run(const std::vector<Job>& jobs, unsigned bad_burst = ~0u) {
    bad_burst_ = bad_burst;
    for (const Job& job : jobs) {
      dut->job_valid_i = 1;
      dut->job_addr_i = job.addr;
      dut->job_bytes_i = job.bytes;
      const std::uint64_t first = job.addr / kBeatBytes * kBeatBytes;
      for (std::uint64_t beat = first; beat < job.addr + job.bytes; beat += kBeatBytes)
        source_.push_back(beat);
      while (!(dut->eval(), dut->job_ready_o)) cycle();
      cycle();
      dut->job_valid_i = 0;
      while (!source_.empty() || dut->w_valid_o || !beats_.empty() || !bursts_.empty()) cycle();
      for (std::uint32_t i = 0; i < job.bytes; ++i) {
        REQUIRE_EQ(memory_.count(job.addr + i), 1u);
        memory_.erase(job.addr + i);
      }
      REQUIRE(memory_.empty());
    }
    while (!(dut->eval(), dut->idle_o)) cycle();
    CHECK(answers_.empty());
    CHECK(bursts_.empty());
  }

  /// Begins a job and forgets it `cycles` after it was taken. Bytes that came are those of the job.
  void abandon(const Job& job, unsigned cycles, unsigned bad_burst = ~0u) {
    bad_burst_ = bad_burst;
    dut->job_valid_i = 1;
    dut->job_addr_i = job.addr;
    dut->job_bytes_i = job.bytes;
    while (!(dut->eval(), dut->job_ready_o)) cycle();
    cycle();
    dut->job_valid_i = 0;
    for (std::uint64_t beat = job.addr; beat < job.addr + job.bytes && source_.size() < cycles;
         beat += kBeatBytes)
      source_.push_back(beat);
    for (unsigned i = 0; i < cycles; ++i) cycle();
    dut->flush_i = 1;
    cycle();
    dut->flush_i = 0;
    dut->beat_valid_i = 0;
    source_.clear();
  }
  /// Until memory has answered everything.
  void settle_all() {
    while (!(dut->eval(), dut->idle_o)) cycle();
    CHECK(answers_.empty());
    memory_.clear();
  }

  unsigned answered() const { return answered_; }
  /// The response to a burst that failed.
  void set_bad_response(std::uint8_t response) { bad_response_ = response; }

  Dut<Vtrine_write_dma> dut;
  std::uint64_t first_beat = 0, last_beat = 0;  // Cycles.
  unsigned bursts = 0, most_outstanding = 0;

 private:
  struct Burst {
    std::uint64_t addr;
    unsigned beats;
    std::uint64_t first = addr;  // `addr` moves on with the beats.
  };

  void cycle() {
    if (!dut->beat_valid_i && !source_.empty() && offer_()) {
      dut->beat_valid_i = 1;
      std::vector<std::uint32_t> words(TRINE_Groups);
      for (unsigned i = 0; i < kBeatBytes; ++i)
        words[i / 4] |= std::uint32_t{byte_at(source_.front() + i)} << 8 * (i % 4);
      set_words(dut->beat_data_i, words.data());
    }
    dut->aw_ready_i = accept_aw_();
    dut->w_ready_i = accept_w_();
    dut->b_valid_i = !answers_.empty() && answers_.front() <= dut.cycle();
    dut->b_resp_i = dut->b_valid_i && answered_ == bad_burst_ ? bad_response_ : 0;
    dut->eval();

    REQUIRE_EQ(dut->b_ready_o, 1);
    const unsigned bus = dut->bus_o;  // AW waits, W waits, B waits, B is stray.
    REQUIRE_EQ(bus >> 3, dut->aw_valid_o && !dut->aw_ready_i);
    REQUIRE_EQ(bus >> 2 & 1, dut->w_valid_o && !dut->w_ready_i && !bursts_.empty());
    if (!answers_.empty()) REQUIRE_EQ(bus >> 1 & 1, !dut->b_valid_i);
    REQUIRE_EQ(bus & 1, 0);
    // The burst that the one that waits belongs to.
    if ((bus >> 2 & 1) != 0) REQUIRE_EQ(dut->w_addr_o, bursts_.front().first);
    if ((bus >> 1 & 1) != 0 && !answers_.empty()) REQUIRE_EQ(dut->b_addr_o, written_.front());
    if (dut->b_valid_i) {
      REQUIRE_EQ(dut->idle_o, 0);
      answers_.pop_front();
      written_.pop_front();
      ++answered_;
    }
    check_aw();
    check_w();
    const bool taken = dut->beat_valid_i && dut->beat_ready_o;
    dut.step();
    dut->b_valid_i = 0;
    if (taken) {
      source_.pop_front();
      dut->beat_valid_i = 0;
    }
  }

  void check_aw() {
    if (aw_waits_) {
      REQUIRE(dut->aw_valid_o);
      REQUIRE_EQ(dut->aw_addr_o, held_.addr);
      REQUIRE_EQ(dut->aw_len_o + 1u, held_.beats);
    }
    if (!dut->aw_valid_o) return;
    held_ = {dut->aw_addr_o, dut->aw_len_o + 1u};
    REQUIRE_EQ(held_.addr % kBeatBytes, 0u);
    REQUIRE(held_.beats <= kMaxBurst);
    REQUIRE_EQ(held_.addr / 4096, (held_.addr + held_.beats * kBeatBytes - 1) / 4096);
    aw_waits_ = !dut->aw_ready_i;
    if (aw_waits_) return;
    ++bursts;
    bursts_.push_back(held_);
    settle();
  }

  void check_w() {
    const bool stalled = w_waits_;
    if (stalled) REQUIRE(dut->w_valid_o);
    w_waits_ = dut->w_valid_o && !dut->w_ready_i;
    if (!dut->w_valid_o) return;
    std::vector<std::uint32_t> words = get_words(dut->w_data_o);
    if (stalled) REQUIRE(words == held_words_);
    held_words_ = words;
    if (w_waits_) return;
    if (first_beat == 0) first_beat = dut.cycle();
    last_beat = dut.cycle();
    beats_.push_back({std::move(words), dut->w_strb_o, dut->w_last_o != 0});
    settle();
  }

  /// Data may come before its address: pairs what is there.
  void settle() {
    while (!bursts_.empty() && !beats_.empty()) {
      Burst& burst = bursts_.front();
      const Beat& beat = beats_.front();
      for (unsigned i = 0; i < kBeatBytes; ++i) {
        if ((beat.strobe >> i & 1) == 0) continue;
        const std::uint64_t addr = burst.addr + i;
        REQUIRE_EQ(beat.words[i / 4] >> 8 * (i % 4) & 0xFF, byte_at(addr));
        REQUIRE(memory_.emplace(addr, 1).second);
      }
      burst.addr += kBeatBytes;
      const bool last = --burst.beats == 0;
      REQUIRE_EQ(beat.last, last);
      if (last) {
        written_.push_back(burst.first);
        bursts_.pop_front();
        answers_.push_back(dut.cycle() + latency_);
        most_outstanding = std::max(most_outstanding, static_cast<unsigned>(answers_.size()));
        REQUIRE(answers_.size() <= kMaxOutstanding);
      }
      beats_.pop_front();
    }
  }

  struct Beat {
    std::vector<std::uint32_t> words;
    std::uint64_t strobe;
    bool last;
  };

  unsigned latency_;
  Coin offer_, accept_aw_, accept_w_;
  unsigned bad_burst_ = ~0u, answered_ = 0;
  std::uint8_t bad_response_ = 2;
  std::deque<std::uint64_t> source_, answers_;
  std::deque<std::uint64_t> written_;  // Addresses of the bursts whose answers are due.
  std::deque<Burst> bursts_;
  std::deque<Beat> beats_;
  std::map<std::uint64_t, int> memory_;
  bool aw_waits_ = false, w_waits_ = false;
  Burst held_{};
  std::vector<std::uint32_t> held_words_;
};

}  // namespace

TEST_CASE("trine_write_dma: writes exactly the bytes of random jobs under any stalls") {
  unsigned seed = 0;
  for (const Stalls& stalls : kStallMatrix) {
    for (const unsigned latency : {1u, 60u}) {
      ++seed;
      CAPTURE(seed);
      Bench bench("write_dma_" + std::to_string(seed), stalls, latency, 10 * seed);
      Random random(seed);
      std::vector<Job> jobs;
      for (int i = 0; i < 12; ++i)
        jobs.push_back({(std::uint64_t{random.word()} << 32 | random.word()) %
                            (std::uint64_t{1} << 39) / kBeatBytes * kBeatBytes,
                        1 + random.below(i % 3 != 0 ? 300 : 6000)});
      bench.run(jobs);
      CHECK_EQ(bench.dut->error_o, 0);
    }
  }
}

TEST_CASE("trine_write_dma: masks the last beat to every possible length") {
  Bench bench("write_dma_tail", {1.0, 1.0}, 1, 1);
  for (std::uint32_t bytes = 1; bytes <= 2 * kBeatBytes + 1; ++bytes)
    bench.run({{0x1000 - kBeatBytes, bytes}});
}

TEST_CASE("trine_write_dma: a job within one beat begins and ends anywhere in it") {
  Bench bench("write_dma_inside", {1.0, 0.6}, 1, 1);
  for (std::uint32_t first = 0; first < kBeatBytes; ++first)
    for (std::uint32_t bytes = 1; first + bytes <= kBeatBytes; bytes += 1 + bytes / 4)
      bench.run({{0x1000 + first, bytes}, {0x2000, kBeatBytes + 1}});
}

TEST_CASE("trine_write_dma: splits at 4 KiB and at the end of the address space") {
  Bench bench("write_dma_pages", {1.0, 1.0}, 1, 1);
  const std::uint64_t top = std::uint64_t{1} << 40;
  bench.run({{0x10000 - kBeatBytes, 2 * kBeatBytes}});
  CHECK_EQ(bench.bursts, 2u);
  bench.bursts = 0;
  bench.run({{0x10000, kMaxBurst * kBeatBytes}});
  CHECK_EQ(bench.bursts, 1u);
  bench.bursts = 0;
  bench.run({{0x10000, kMaxBurst * kBeatBytes + 1}});
  CHECK_EQ(bench.bursts, 2u);
  bench.run({{top - 3 * kBeatBytes, 3 * kBeatBytes}, {0, kBeatBytes}});
  for (unsigned offset = 1; offset < 4; ++offset)
    bench.run({{0x20000 - offset * kBeatBytes, 4096 + 5 * kBeatBytes}});
}

TEST_CASE("trine_write_dma: sustains one beat per cycle across bursts") {
  constexpr std::uint32_t kBeats = 1000;
  Bench bench("write_dma_rate", {1.0, 1.0}, 20, 1);
  bench.run({{0x40000, kBeats * kBeatBytes}});
  CHECK_EQ(bench.last_beat - bench.first_beat, kBeats - 1);
}

TEST_CASE("trine_write_dma: waits for answers when too many are due") {
  Bench bench("write_dma_outstanding", {1.0, 1.0}, 3000, 1);
  std::vector<Job> jobs;
  for (unsigned i = 0; i < 12; ++i) jobs.push_back({0x1000 * i, kBeatBytes});
  bench.run(jobs);
  CHECK_EQ(bench.most_outstanding, kMaxOutstanding);
}

TEST_CASE("trine_write_dma: an error response is sticky, and the beats flow on") {
  Bench bench("write_dma_error", {0.7, 0.7}, 3, 5);
  for (const std::uint8_t response : {std::uint8_t{2}, std::uint8_t{3}}) {  // SLVERR, DECERR.
    bench.set_bad_response(response);
    bench.run({{0x3000, 4096}}, bench.answered());
    CHECK_EQ(bench.dut->error_o, 1);
    bench.run({{0x8000, 50}});
    CHECK_EQ(bench.dut->error_o, 1);
    bench.dut->clear_i = 1;
    bench.dut.step();
    bench.dut->clear_i = 0;
    CHECK_EQ(bench.dut->error_o, 0);
    bench.run({{0x8000, 50}});
    CHECK_EQ(bench.dut->error_o, 0);
  }
}

TEST_CASE("trine_write_dma: a flush keeps what AXI was promised and forgets the rest") {
  unsigned seed = 0;
  for (const double odds : {1.0, 0.4}) {
    for (unsigned cycles = 0; cycles < 80; cycles += 1 + cycles / 20) {
      CAPTURE(cycles);
      Bench bench("write_dma_flush", {odds, odds}, 5, ++seed);
      bench.abandon({0x1000, 80 * kBeatBytes}, cycles);
      if (seed % 2 == 0) bench.abandon({0x8000, 3 * kBeatBytes}, cycles / 4);
      bench.settle_all();
      CHECK_EQ(bench.dut->aw_valid_o, 0);
      CHECK_EQ(bench.dut->w_valid_o, 0);
      // The next answer is no old one any more: its error counts.
      bench.run({{0x4000, 9 * kBeatBytes + 1}, {0x1000, 3}}, bench.answered());
      CHECK_EQ(bench.dut->error_o, 1);
    }
  }
}

TEST_CASE("trine_write_dma: a flush forgets as many bursts as can wait for an answer") {
  constexpr unsigned kBeats = (kMaxOutstanding + 1) * kMaxBurst;
  Bench bench("write_dma_flush_most", {1.0, 1.0}, 2 * kBeats, 1);
  bench.abandon({0x10000, kBeats * kBeatBytes}, kBeats);
  bench.settle_all();
  bench.run({{0x4000, 9 * kBeatBytes + 1}});
  CHECK_EQ(bench.dut->error_o, 0);
}

TEST_CASE("trine_write_dma: jobs of any length, anywhere, are forgotten by a flush") {
  Bench bench("write_dma_long", {0.9, 0.8}, 6, 1);
  Random random(3);
  for (unsigned i = 0; i < 64; ++i) {
    CAPTURE(i);
    const std::uint64_t page = (std::uint64_t{random.word()} << 12) % (std::uint64_t{1} << 40);
    bench.abandon({page, random.word() | 1u << 31 >> i % 32}, random.below(150));
    bench.settle_all();
  }
  bench.run({{0x4000, 9 * kBeatBytes + 1}, {0x1000, 3}});
  CHECK_EQ(bench.dut->error_o, 0);
}

TEST_CASE("trine_write_dma: an error that answers a burst from before a flush is nobody's") {
  Bench bench("write_dma_flush_error", {1.0, 1.0}, 30, 1);
  bench.abandon({0x1000, 2 * kBeatBytes}, 6, 0);
  bench.settle_all();
  CHECK_EQ(bench.dut->error_o, 0);
}

TEST_CASE("trine_write_dma: an answer that nobody is owed is told and changes nothing") {
  Bench bench("write_dma_stray", {1.0, 1.0}, 1, 1);
  bench.dut->b_valid_i = 1;
  bench.dut->b_resp_i = 2;
  bench.dut->eval();
  CHECK_EQ(bench.dut->bus_o & 1, 1);
  bench.dut.step(3);
  bench.dut->b_valid_i = 0;
  CHECK_EQ(bench.dut->error_o, 0);
  CHECK_EQ(bench.dut->idle_o, 1);
  bench.run({{0x1000, 3 * kBeatBytes}});
}
