// SPDX-License-Identifier: Apache-2.0

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

#include "Vtrine_read_dma.h"
#include "sim/dut.h"
#include "tests/rtl/stalls.h"

using namespace trine::test;
using trine::sim::Dut;

namespace {

constexpr unsigned kGroups = TRINE_Groups;
constexpr unsigned kFifoBeats = TRINE_FifoBeats;
constexpr unsigned kBeatBytes = 4 * kGroups;
constexpr unsigned kMaxBurst = std::min({4096u / kBeatBytes, 256u, kFifoBeats / 4});

struct Job {
  std::uint64_t addr;
  std::uint32_t beats;
};

/// The words of the beat at `addr`.
std::vector<std::uint32_t> beat_at(std::uint64_t addr) {
  std::vector<std::uint32_t> words(kGroups);
  for (unsigned i = 0; i < kGroups; ++i) words[i] = scramble(addr + 4 * i);
  return words;
}

/// A memory behind the DMA, and a consumer: runs jobs and checks what comes and how.
class Bench {
 public:
  Bench(std::string name, Stalls stalls, unsigned latency, unsigned seed)
      : dut(std::move(name), 2'000'000),
        latency_(latency),
        accept_ar_(stalls.source, seed),
        offer_r_(stalls.source, seed + 1),
        accept_(stalls.sink, seed + 2) {}

  void run(const std::vector<Job>& jobs, std::uint64_t bad_beat = ~std::uint64_t{0}) {
    std::deque<std::uint64_t> expected;
    for (const Job& job : jobs)
      for (std::uint32_t i = 0; i < job.beats; ++i)
        expected.push_back(job.addr + std::uint64_t{i} * kBeatBytes);
    std::size_t next_job = 0;
    while (next_job < jobs.size() || !expected.empty()) cycle(jobs, next_job, expected, bad_beat);
    dut->job_valid_i = 0;
    dut->beat_ready_i = 1;
    dut->r_valid_i = 0;
    dut.step(2);
    CHECK_EQ(dut->idle_o, 1);
    CHECK_EQ(dut->beat_valid_o, 0);
    CHECK_EQ(dut->job_ready_o, 1);
  }

  /// Begins a job and forgets it after `cycles`; what memory owes then still comes.
  void abandon(const Job& job, unsigned cycles) {
    std::deque<std::uint64_t> expected;
    for (std::uint32_t i = 0; i < std::min(job.beats, 2 * cycles); ++i)
      expected.push_back(job.addr + std::uint64_t{i} * kBeatBytes);
    std::size_t next_job = 0;
    for (unsigned i = 0; i <= cycles; ++i) {
      dut->flush_i = i == cycles;
      cycle({job}, next_job, expected, ~std::uint64_t{0});
    }
    dut->flush_i = 0;
    dut->job_valid_i = 0;
    dut->eval();
    CHECK_EQ(dut->idle_o, 1);
    CHECK_EQ(dut->beat_valid_o, 0);
  }
  std::size_t owed() const { return bursts_.size(); }
  /// The response of a beat that failed.
  void set_bad_response(std::uint8_t response) { bad_response_ = response; }

  Dut<Vtrine_read_dma> dut;
  std::uint64_t first_beat = 0, last_beat = 0;  // Cycles.
  unsigned bursts = 0, most_outstanding = 0;

 private:
  struct Burst {
    std::uint64_t addr, ready_at;
    unsigned beats;
    std::uint64_t first;
  };

  void cycle(const std::vector<Job>& jobs, std::size_t& next_job,
             std::deque<std::uint64_t>& expected, std::uint64_t bad_beat) {
    // Drive.
    dut->job_valid_i = next_job < jobs.size();
    if (dut->job_valid_i) {
      dut->job_addr_i = jobs[next_job].addr;
      dut->job_beats_i = jobs[next_job].beats;
    }
    dut->ar_ready_i = accept_ar_();
    dut->beat_ready_i = accept_();
    if (!dut->r_valid_i && !bursts_.empty() && bursts_.front().ready_at <= dut.cycle() &&
        offer_r_()) {
      dut->r_valid_i = 1;
      set_words(dut->r_data_i, beat_at(bursts_.front().addr).data());
      dut->r_resp_i = bursts_.front().addr == bad_beat ? bad_response_ : 0;
      dut->r_last_i = bursts_.front().beats == 1;
    }
    dut->eval();

    // Observe.
    REQUIRE_EQ(dut->r_ready_o, 1);
    REQUIRE_EQ(dut->r_bad_last_o, 0);
    REQUIRE_EQ(dut->r_stray_o, 0);
    REQUIRE_EQ(dut->ar_waits_o, dut->ar_valid_o && !dut->ar_ready_i);
    REQUIRE_EQ(dut->r_waits_o, !bursts_.empty() && !dut->r_valid_i);
    if (!bursts_.empty()) REQUIRE(dut->r_addr_o == bursts_.front().first);
    if (dut->ar_valid_o) {
      const std::uint64_t addr = dut->ar_addr_o;
      const unsigned beats = dut->ar_len_o + 1u;
      if (ar_waits_) {
        REQUIRE_EQ(addr, held_addr_);
        REQUIRE_EQ(beats, held_beats_);
      }
      REQUIRE_EQ(addr % kBeatBytes, 0u);
      REQUIRE(beats <= kMaxBurst);
      REQUIRE_EQ(addr / 4096, (addr + beats * kBeatBytes - 1) / 4096);
      if (dut->ar_ready_i) {
        bursts_.push_back({addr, dut.cycle() + latency_, beats, addr});
        ++bursts;
        most_outstanding = std::max(most_outstanding, static_cast<unsigned>(bursts_.size()));
      }
      held_addr_ = addr;
      held_beats_ = beats;
    } else {
      REQUIRE(!ar_waits_);
    }
    ar_waits_ = dut->ar_valid_o && !dut->ar_ready_i;
    if (dut->beat_valid_o) {
      REQUIRE(!expected.empty());
      REQUIRE(get_words(dut->beat_data_o) == beat_at(expected.front()));
      REQUIRE_EQ(dut->beat_error_o != 0, expected.front() == bad_beat);
      if (dut->beat_ready_i) {
        if (first_beat == 0) first_beat = dut.cycle();
        last_beat = dut.cycle();
        expected.pop_front();
      }
    }
    const bool job_taken = dut->job_valid_i && dut->job_ready_o;
    const bool r_taken = dut->r_valid_i;
    dut.step();
    if (job_taken) ++next_job;
    if (r_taken) {
      dut->r_valid_i = 0;
      bursts_.front().addr += kBeatBytes;
      if (--bursts_.front().beats == 0) bursts_.pop_front();
    }
  }

  unsigned latency_;
  Coin accept_ar_, offer_r_, accept_;
  std::deque<Burst> bursts_;
  bool ar_waits_ = false;
  std::uint64_t held_addr_ = 0;
  unsigned held_beats_ = 0;
  std::uint8_t bad_response_ = 2;
};

void reset_inputs(Bench& bench) {
  bench.dut->drop_i = bench.dut->flush_i = 0;
  bench.dut->r_valid_i = bench.dut->r_last_i = 0;
  bench.dut->job_valid_i = 0;
}

}  // namespace

TEST_CASE("trine_read_dma: delivers random jobs in order under any stalls") {
  unsigned seed = 0;
  for (const Stalls& stalls : kStallMatrix) {
    for (const unsigned latency : {1u, 40u}) {
      ++seed;
      CAPTURE(seed);
      Bench bench("read_dma_" + std::to_string(seed), stalls, latency, 10 * seed);
      reset_inputs(bench);
      Random random(seed);
      std::vector<Job> jobs;
      for (int i = 0; i < 12; ++i)
        jobs.push_back({std::uint64_t{random.below(0x4000000)} * kBeatBytes,
                        1 + random.below(i % 3 != 0 ? 20 : 300)});
      bench.run(jobs);
    }
  }
}

TEST_CASE("trine_read_dma: splits at 4 KiB and at the end of the address space") {
  Bench bench("read_dma_pages", {1.0, 1.0}, 1, 1);
  reset_inputs(bench);
  const std::uint64_t top = std::uint64_t{1} << 40;
  bench.run({{0x10000 - kBeatBytes, 2}});
  CHECK_EQ(bench.bursts, 2u);
  bench.bursts = 0;
  bench.run({{0x10000, kMaxBurst}});
  CHECK_EQ(bench.bursts, 1u);
  bench.bursts = 0;
  bench.run({{0x10000, kMaxBurst + 1}});
  CHECK_EQ(bench.bursts, 2u);
  bench.run({{top - 3 * kBeatBytes, 3}, {0, 1}});
  for (unsigned offset = 1; offset < 4; ++offset)
    bench.run({{0x20000 - offset * kBeatBytes, 4096 / kBeatBytes + 5}});
}

TEST_CASE("trine_read_dma: sustains one beat per cycle across bursts and latency") {
  constexpr std::uint32_t kBeats = 2000;
  // The FIFO covers the latency, a burst and four cycles: to the cycle.
  constexpr unsigned kLatency = kFifoBeats - kMaxBurst - 4;
  for (const unsigned latency : {1u, kLatency, kLatency + 1}) {
    CAPTURE(latency);
    Bench bench("read_dma_rate", {1.0, 1.0}, latency, 1);
    reset_inputs(bench);
    bench.run({{0x40000, kBeats}});
    CHECK_EQ(bench.last_beat - bench.first_beat == kBeats - 1, latency <= kLatency);
    CHECK(bench.most_outstanding >= 2);
  }
}

TEST_CASE("trine_read_dma: never asks for more than the FIFO can take") {
  Bench bench("read_dma_full", {1.0, 0.0}, 1, 1);
  reset_inputs(bench);
  bench.dut->job_valid_i = 1;
  bench.dut->job_addr_i = 0x1000;
  bench.dut->job_beats_i = 100 * kFifoBeats;
  bench.dut->ar_ready_i = 1;
  bench.dut->beat_ready_i = 0;
  std::uint32_t asked = 0;
  for (unsigned i = 0; i < 50; ++i) {
    bench.dut->eval();
    if (bench.dut->ar_valid_o) asked += bench.dut->ar_len_o + 1u;
    bench.dut.step();
    bench.dut->job_valid_i = 0;
  }
  CHECK_EQ(asked, kFifoBeats);
  CHECK_EQ(bench.dut->idle_o, 0);
}

TEST_CASE("trine_read_dma: an error response stays with its beat, and the beats flow on") {
  Bench bench("read_dma_error", {0.7, 0.7}, 3, 5);
  reset_inputs(bench);
  for (const std::uint8_t response : {std::uint8_t{2}, std::uint8_t{3}}) {  // SLVERR, DECERR.
    bench.set_bad_response(response);
    for (const unsigned beat : {0u, 7u, 49u}) bench.run({{0x3000, 50}}, 0x3000 + beat * kBeatBytes);
  }
}

TEST_CASE(
    "trine_read_dma: asks for as many short jobs as FIFO and bursts under way have room for") {
  constexpr unsigned kJobs = 100;
  Bench bench("read_dma_bursts", {1.0, 1.0}, 400, 1);
  reset_inputs(bench);
  std::vector<Job> jobs;
  for (unsigned i = 0; i < kJobs; ++i) jobs.push_back({0x10000 + 0x1000 * i, 1});
  bench.run(jobs);
  CHECK_EQ(bench.bursts, kJobs);
  CHECK_EQ(bench.most_outstanding, std::min(64u, kFifoBeats - kMaxBurst + 1));
}

TEST_CASE("trine_read_dma: a drop ends the job after the bursts that went out") {
  Bench bench("read_dma_drop", {1.0, 1.0}, 1, 1);
  reset_inputs(bench);
  for (unsigned cycles = 1; cycles < 40; ++cycles) {
    CAPTURE(cycles);
    auto& dut = bench.dut;
    dut->job_valid_i = 1;
    dut->job_addr_i = 0x1000;
    dut->job_beats_i = 100 * kFifoBeats;
    dut->ar_ready_i = 0;
    dut->beat_ready_i = 1;
    dut.step();
    dut->job_valid_i = 0;
    // Some bursts go out; memory answers only after the drop.
    std::uint32_t asked = 0;
    for (unsigned i = 0; i < 80; ++i) {
      dut->drop_i = i >= cycles;
      dut->ar_ready_i = i % 3 == 0;
      dut->eval();
      if (dut->ar_valid_o && dut->ar_ready_i) asked += dut->ar_len_o + 1u;
      dut.step();
    }
    CHECK_EQ(dut->idle_o, asked == 0 ? 1 : 0);
    std::uint32_t came = 0;
    for (unsigned i = 0; i < asked + 10; ++i) {
      dut->r_valid_i = i < asked;
      dut->eval();
      came += dut->beat_valid_o;
      dut.step();
    }
    CHECK_EQ(came, asked);
    CHECK_EQ(dut->idle_o, 1);
    dut->drop_i = 0;
    CHECK_EQ(dut->job_ready_o, 1);
  }
  bench.run({{0x8000, 50}});
}

TEST_CASE("trine_read_dma: what is owed after a flush is dropped, and the next job comes whole") {
  std::size_t owed = 0;
  for (const double odds : {1.0, 0.4}) {
    for (unsigned cycles = 1; cycles < 60; ++cycles) {
      CAPTURE(cycles);
      Bench bench("read_dma_flush", {odds, odds}, 20, cycles);
      reset_inputs(bench);
      bench.abandon({0x1000, 100 * kFifoBeats}, cycles);
      owed += bench.owed();
      if (cycles % 3 == 0) bench.abandon({0x40000, 2}, cycles / 3);
      bench.run({{0x8000, 70}, {0x3000, 3}});
    }
  }
  CHECK(owed > 0);
}

TEST_CASE("trine_read_dma: jobs of any length, anywhere, are forgotten by a flush") {
  Bench bench("read_dma_long", {0.8, 0.9}, 6, 1);
  reset_inputs(bench);
  Random random(3);
  for (unsigned i = 0; i < 64; ++i) {
    CAPTURE(i);
    const std::uint64_t page = (std::uint64_t{random.word()} << 12) % (std::uint64_t{1} << 40);
    bench.abandon({page, random.word() | 1u << 31 >> i % 32}, 1 + random.below(60));
  }
  bench.run({{0x8000, 70}, {0x3000, 3}});
}

TEST_CASE("trine_read_dma: RLAST at the wrong beat and beats that nobody asked for are told") {
  for (const unsigned last : {0u, 2u, 3u, 9u}) {  // Where it is; of 4 beats.
    CAPTURE(last);
    Bench bench("read_dma_last", {1.0, 1.0}, 1, 1);
    reset_inputs(bench);
    auto& dut = bench.dut;
    dut->ar_ready_i = dut->beat_ready_i = 1;
    dut->job_valid_i = 1;
    dut->job_addr_i = 0x1000;
    dut->job_beats_i = 4;
    dut.step();
    dut->job_valid_i = 0;
    dut.step(3);
    bool over = false;
    for (unsigned beat = 0; beat < 6; ++beat) {
      CAPTURE(beat);
      dut->r_valid_i = 1;
      dut->r_last_i = beat == last;
      dut->eval();
      CHECK_EQ(dut->r_stray_o, over ? 1 : 0);
      const bool ends = !over && (beat == 3 || beat == last);
      CHECK_EQ(dut->r_bad_last_o, ends && last != 3 ? 1 : 0);
      if (!over) CHECK_EQ(dut->r_addr_o, 0x1000u);
      over |= ends;
      dut.step();
    }
  }
}
