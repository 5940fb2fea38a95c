// SPDX-License-Identifier: Apache-2.0

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

#include "Vtrine_beat_router.h"
#include "sim/dut.h"
#include "tests/rtl/control_ports.h"
#include "tests/rtl/stalls.h"

using namespace trine::test;

namespace {

struct Job {
  std::uint64_t reader;
  unsigned turn, beats;
};

// Bits of read_gate_t; the router has no use for kClear.
constexpr unsigned kDrop = 1, kClear = 2, kTurn = 4, kRunning = 8;

std::vector<Job> random_jobs(Random& random, unsigned count) {
  std::vector<Job> jobs;
  for (unsigned i = 0; i < count; ++i)
    jobs.push_back({random.below(4), random.below(2), 1 + random.below(9)});
  return jobs;
}

}  // namespace

TEST_CASE("trine_beat_router: each beat goes to the one who asked, in his turn") {
  unsigned seed = 0;
  for (const Stalls& stalls : kStallMatrix) {
    ++seed;
    CAPTURE(seed);
    trine::sim::Dut<Vtrine_beat_router> dut("beat_router_" + std::to_string(seed), 1'000'000);
    Random random(seed);
    Coin offer(stalls.source, seed), take(stalls.sink, seed + 1), run(0.7, seed + 2);
    const std::vector<Job> jobs = random_jobs(random, 400);
    dut->job_valid_i = dut->beat_valid_i = 0;
    dut->gate_i = 0;
    dut->eval();
    CHECK_EQ(dut->idle_o, 1);
    std::size_t given = 0;
    std::deque<Job> open;  // Their beats are still to come.
    unsigned turn = 0;
    while (given < jobs.size() || !open.empty()) {
      // Beats come only for jobs that were taken, at the earliest two cycles later, as from the
      // DMA.
      const bool beats = open.size() > (given < jobs.size() ? 1u : 0u) || given == jobs.size();
      dut->job_valid_i = given < jobs.size() && offer();
      if (dut->job_valid_i) {
        // Whatever else the job says is nothing to the router.
        std::vector<std::uint32_t> words(sizeof(dut->job_i) / 4);
        for (std::uint32_t& word : words) word = random.word();
        words.back() &= (1u << (read_job::kReader.lsb + read_job::kReader.width) % 32) - 1;
        set_words(dut->job_i, words.data());
        set_field(dut->job_i, read_job::kReader, jobs[given].reader);
        set_field(dut->job_i, read_job::kTurn, jobs[given].turn);
        set_field(dut->job_i, read_job::kBeats, jobs[given].beats);
      }
      dut->beat_valid_i = beats && !open.empty() && offer();
      if (random.below(5) == 0) turn ^= 1;
      const bool running = run();
      dut->gate_i = static_cast<std::uint8_t>((turn != 0 ? kTurn : 0) | (running ? kRunning : 0) |
                                              (given % 2 != 0 ? kClear : 0));
      const bool ready[] = {true, take(), take(), take()};
      dut->book_ready_i = ready[read_job::kBook];
      dut->load_ready_i = ready[read_job::kLoad];
      dut->weight_ready_i = ready[read_job::kWeights];
      dut->eval();
      CHECK_EQ(dut->idle_o, open.empty() ? 1 : 0);
      const unsigned valid[] = {dut->list_valid_o, dut->book_valid_o, dut->load_valid_o,
                                dut->weight_valid_o};
      bool moves = false;
      if (dut->beat_valid_i) {
        const Job& job = open.front();
        const bool list = job.reader == read_job::kList;
        const bool mine = list || (running && job.turn == turn);
        for (std::uint64_t r = 0; r < 4; ++r) {
          // A job needs a cycle or two to come to the front.
          if (r != job.reader || !mine) REQUIRE_EQ(valid[r], 0u);
        }
        if (dut->beat_ready_o) REQUIRE((mine && ready[job.reader]));
        moves = dut->beat_ready_o;
        CHECK_EQ(dut->used_o, moves && !list ? 1 : 0);
        if (moves) CHECK_EQ(valid[job.reader], 1u);
      } else {
        for (const unsigned v : valid) REQUIRE_EQ(v, 0u);
        CHECK_EQ(dut->used_o, 0);
      }
      const bool taken = dut->job_valid_i && dut->job_ready_o;
      dut.step();
      if (moves && --open.front().beats == 0) open.pop_front();
      if (taken) open.push_back(jobs[given++]);
      REQUIRE(open.size() <= 5);
    }
  }
}

TEST_CASE("trine_beat_router: holds as many jobs as it says, a beat a cycle without a gap") {
  trine::sim::Dut<Vtrine_beat_router> dut("beat_router_rate", 10000);
  dut->beat_valid_i = 0;
  dut->gate_i = kRunning;
  dut->book_ready_i = dut->load_ready_i = dut->weight_ready_i = 1;
  dut->job_valid_i = 1;
  set_field(dut->job_i, read_job::kReader, read_job::kWeights);
  set_field(dut->job_i, read_job::kTurn, 0);
  set_field(dut->job_i, read_job::kBeats, 3);
  unsigned jobs = 0;
  for (unsigned i = 0; i < 20; ++i) {
    dut->eval();
    jobs += dut->job_ready_o;
    dut.step();
  }
  CHECK_EQ(jobs, 5u);  // One at the front, four behind it.
  dut->job_valid_i = 0;
  dut->beat_valid_i = 1;
  for (unsigned i = 0; i < 15; ++i) {
    dut->eval();
    CHECK_EQ(dut->weight_valid_o, 1);
    CHECK_EQ(dut->beat_ready_o, 1);
    dut.step();
  }
  dut->beat_valid_i = 0;
  dut->eval();
  CHECK_EQ(dut->idle_o, 1);
}

TEST_CASE("trine_beat_router: every beat of long jobs, and no more") {
  trine::sim::Dut<Vtrine_beat_router> dut("beat_router_long", 10'000'000);
  dut->beat_valid_i = 0;
  dut->gate_i = kRunning;
  dut->book_ready_i = dut->load_ready_i = dut->weight_ready_i = 1;
  set_field(dut->job_i, read_job::kTurn, 0);
  // A reader after the other, so that each end shows.
  const unsigned beats[] = {0x40002, 0x6AAAA, 0x55555, 0x40001, 0x40003};
  dut->job_valid_i = 1;
  for (unsigned n = 0; n < 5;) {
    set_field(dut->job_i, read_job::kReader, n % 2 == 0 ? read_job::kWeights : read_job::kLoad);
    set_field(dut->job_i, read_job::kBeats, beats[n]);
    dut->eval();
    if (dut->job_ready_o) ++n;
    dut.step();
  }
  dut->job_valid_i = 0;
  dut->beat_valid_i = 1;
  for (unsigned n = 0; n < 5; ++n) {
    unsigned seen = 0;
    for (; seen < beats[n]; ++seen) {
      dut->eval();
      if ((n % 2 == 0 ? dut->weight_valid_o : dut->load_valid_o) == 0) break;
      dut.step();
    }
    CHECK_EQ(seen, beats[n]);
  }
  dut->beat_valid_i = 0;
  dut->eval();
  CHECK_EQ(dut->idle_o, 1);
}

TEST_CASE("trine_beat_router: a drop lets all beats pass and forgets the jobs") {
  trine::sim::Dut<Vtrine_beat_router> dut("beat_router_drop", 10000);
  dut->book_ready_i = dut->load_ready_i = dut->weight_ready_i = 0;
  dut->gate_i = kRunning;
  dut->beat_valid_i = 0;
  for (std::uint64_t reader = 0; reader < 4; ++reader) {
    dut->job_valid_i = 1;
    set_field(dut->job_i, read_job::kReader, reader);
    set_field(dut->job_i, read_job::kTurn, 0);
    set_field(dut->job_i, read_job::kBeats, 50);
    dut.step(3);
    dut->job_valid_i = 0;
    dut->gate_i = kDrop;
    for (unsigned i = 0; i < 10; ++i) {
      dut->beat_valid_i = 1;
      dut->eval();
      CHECK_EQ(dut->beat_ready_o, 1);
      CHECK_EQ(dut->used_o, 0);
      CHECK_EQ(dut->list_valid_o + dut->book_valid_o + dut->load_valid_o + dut->weight_valid_o, 0);
      dut.step();
    }
    dut->beat_valid_i = 0;
    dut->gate_i = kRunning;
    dut->eval();
    CHECK_EQ(dut->idle_o, 1);
  }
}

TEST_CASE("trine_beat_router: every bit of a length matters, wherever the job waits") {
  trine::sim::Dut<Vtrine_beat_router> dut("beat_router_bits", 10000);
  dut->beat_valid_i = dut->job_valid_i = 0;
  for (unsigned bit = 0; bit < 32; ++bit) {
    for (unsigned waiting = 0; waiting < 4; ++waiting) {
      CAPTURE(bit);
      CAPTURE(waiting);
      dut->gate_i = kDrop;  // The rest of the job before.
      dut.step();
      dut->gate_i = 0;
      dut->eval();
      REQUIRE_EQ(dut->idle_o, 1);
      const std::uint32_t beats = (1u << bit) + 1;
      // Short jobs in front, then the long one.
      dut->job_valid_i = 1;
      for (unsigned n = 0; n <= waiting; ++n) {
        set_field(dut->job_i, read_job::kReader, read_job::kList);
        set_field(dut->job_i, read_job::kTurn, 0);
        set_field(dut->job_i, read_job::kBeats, n < waiting ? 1 : beats);
        dut->eval();
        REQUIRE_EQ(dut->job_ready_o, 1);
        dut.step();
      }
      dut->job_valid_i = 0;
      dut.step(2);
      dut->beat_valid_i = 1;
      for (unsigned n = 0; n < waiting + std::min(beats, 4u); ++n) {
        dut->eval();
        CHECK_EQ(dut->list_valid_o, 1);
        dut.step();
      }
      dut->beat_valid_i = 0;
      dut->eval();
      CHECK_EQ(dut->idle_o, beats <= 4 ? 1 : 0);
    }
  }
}
