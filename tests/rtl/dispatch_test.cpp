// SPDX-License-Identifier: Apache-2.0

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

#include "Vtrine_dispatch.h"
#include "sim/dut.h"
#include "tests/rtl/control_ports.h"
#include "tests/rtl/stalls.h"

using namespace trine;
using namespace trine::test;

namespace {

constexpr unsigned kJobBits = job::kError.lsb + job::kError.width;
constexpr unsigned kBookBeats = 32 / TRINE_Groups;

// Values of unit_e.
constexpr std::uint64_t kControl = 1, kLoad = 2, kStore = 3, kColumn = 4, kMatrix = 5, kVector = 6,
                        kAttention = 7;
// Values of memory_e.
constexpr std::uint64_t kWriteBlocks = 6, kReadCache = 7;

struct Job {
  std::uint64_t unit = kVector;
  bool book = false;
  std::uint64_t error = 0;
  std::uint64_t memory = 0;
  std::uint32_t id = 0;  // All other bits follow from it.

  bool asks() const { return unit == kLoad || unit == kMatrix || memory == kReadCache; }
  bool reads() const { return asks() && error == 0; }
  bool writes() const { return unit == kStore || memory == kWriteBlocks; }
  bool may_run_beside_reads() const {
    return unit == kLoad || unit == kMatrix || unit == kVector || memory == kReadCache;
  }
  std::uint32_t word(unsigned i) const { return scramble(64 * std::uint64_t{id} + i); }
};

Job random_job(Random& random, std::uint32_t id) {
  Job job;
  job.unit = 1 + random.below(7);
  job.memory = job.unit == kAttention ? kWriteBlocks + random.below(2) : random.below(kWriteBlocks);
  job.book = job.unit == kMatrix && random.below(2) != 0;
  job.error = random.below(10) == 0 ? 1 + random.below(255) : 0;
  job.id = id;
  return job;
}

/// Dispatch with everything around it; every rule of its contract is checked in each cycle.
class Bench {
 public:
  Bench(double odds, unsigned seed)
      : dut("dispatch_" + std::to_string(seed), 5'000'000), go_(odds, seed), random_(seed) {
    dut->stop_i = dut->go_i = dut->job_valid_i = dut->read_ready_i = dut->write_ready_i = 0;
    dut->done_i = 0;
    dut->write_idle_i = 1;
  }

  void run(const std::vector<Job>& jobs) { run_first(jobs, jobs.size()); }
  /// Until so many of the jobs are over; the one behind them may wait, and its reads be asked for.
  void run_first(const std::vector<Job>& jobs, std::size_t count) {
    jobs_ = jobs;
    taken_ = asked_ = over = 0;
    while (over < count) cycle();
  }

  /// The list stops: nothing of it goes out any more.
  void stop() {
    dut->stop_i = 1;
    dut->job_valid_i = dut->done_i = 0;
    dut->go_i = dut->read_ready_i = dut->write_idle_i = 1;
    for (unsigned cycles = 0; cycles < 4; ++cycles) {
      dut->eval();
      CHECK_EQ(dut->read_valid_o, 0);
      CHECK_EQ(dut->begin_o, 0);
      dut.step();
      dut->stop_i = cycles < 2 ? 1 : 0;
    }
    book_asked_ = offered_ = false;
    writes_left_ = pause_ = 0;
  }

  sim::Dut<Vtrine_dispatch> dut;
  std::size_t over = 0;
  unsigned rested = 0;
  unsigned early = 0;  // Jobs whose reads went out before their turn.

 private:
  std::array<unsigned, 6> seen() {
    return {dut->start_o,       dut->running_o,    dut->over_o,
            dut->write_valid_o, dut->read_valid_o, dut->turn_o};
  }

  void offer() {
    // Once offered, a job stays.
    if (dut->job_valid_i || taken_ == jobs_.size() || !go_()) return;
    const Job& job = jobs_[taken_];
    dut->job_valid_i = 1;
    set_port_of(job);
  }

  /// Every bit of the job: what decides about its course as the job says, the rest from its number.
  void set_port_of(const Job& job) {
    std::vector<std::uint32_t> words(sizeof(dut->job_i) / 4);
    for (unsigned i = 0; i < words.size(); ++i) words[i] = job.word(i);
    words.back() &= (1u << kJobBits % 32) - 1;
    set_words(dut->job_i, words.data());
    set_field(dut->job_i, start::kUnit, job.unit);
    set_field(dut->job_i, start::kMemory, job.memory);
    set_field(dut->job_i, job::kReads, job.asks() ? 1 : 0);
    set_field(dut->job_i, job::kBook, job.book ? 1 : 0);
    set_field(dut->job_i, job::kHere, job.id % 3 != 0 ? 1 : 0);
    set_field(dut->job_i, job::kError, job.error);
  }

  /// A field of the job as it was offered.
  std::uint64_t offered(const Job& job, PortField field) {
    const auto port = dut->job_i;
    set_port_of(job);
    const std::uint64_t value = get_field(dut->job_i, field);
    dut->job_i = port;
    return value;
  }

  void cycle() {
    offer();
    dut->go_i = over == taken_ && pause_ == 0 && go_();
    dut->read_ready_i = go_();
    dut->write_ready_i = go_();
    dut->write_idle_i = writes_left_ == 0;
    // A unit ends when its reads went out and its time is over.
    const bool all_asked = taken_ > 0 && (!jobs_[taken_ - 1].reads() || asked_ >= taken_);
    dut->done_i = dut->running_o && run_left_ == 0 && all_asked && write_taken_;
    dut->eval();

    if (dut->begin_o) {
      REQUIRE_EQ(dut->go_i, 1);
      REQUIRE_EQ(dut->job_valid_i, 1);
      REQUIRE_EQ(dut->job_ready_o, 1);
      CHECK_EQ(dut->here_o, jobs_[taken_].id % 3 != 0 ? 1 : 0);
    } else {
      REQUIRE_EQ(dut->job_ready_o, 0);
    }
    if (dut->start_o) {
      const Job& job = jobs_[taken_ - 1];
      REQUIRE_EQ(over, taken_ - 1);
      CHECK_EQ(job.error, 0u);
      CHECK(job.unit != kControl);
      for (unsigned bit = 0; bit < start::kUnit.lsb + start::kUnit.width; bit += 11) {
        CAPTURE(bit);
        REQUIRE_EQ(get_field(dut->unit_start_o, {bit, 11}), offered(job, {bit, 11}));
      }
      CHECK(write_taken_);
      CHECK(!started_);
      started_ = true;
      run_left_ = random_.below(30);
      if (job.writes() || job.unit == kColumn) writes_left_ = 1 + random_.below(40);
    } else if (dut->running_o && run_left_ > 0) {
      --run_left_;
    }
    if (dut->write_valid_o) {
      const Job& job = jobs_[taken_ - 1];
      CHECK(job.writes());
      CHECK_EQ(get_field(dut->write_job_o, write_job::kAddress), offered(job, start::kAddress));
      CHECK_EQ(get_field(dut->write_job_o, write_job::kBytes), offered(job, job::kBytes));
      CHECK(!write_taken_);
      if (dut->write_ready_i) write_taken_ = true;
    }
    if (dut->read_valid_o) read();
    if (dut->over_o) end();
    if (writes_left_ > 0) --writes_left_;
    if (pause_ > 0) --pause_;
    const bool begins = dut->begin_o;
    // At rest nothing changes but by the end of the unit or a read that is taken.
    const bool rests = dut->rests_o && !dut->done_i && !(dut->read_valid_o && dut->read_ready_i);
    const auto before = seen();
    dut.step();
    if (rests) {
      ++rested;
      CHECK(!begins);
      CHECK(seen() == before);
    }
    if (begins) {
      const Job& job = jobs_[taken_++];
      dut->job_valid_i = 0;
      started_ = false;
      write_taken_ = !job.writes();
      turn_ ^= 1;
    }
    REQUIRE_EQ(dut->turn_o, turn_);
  }

  /// A read that is offered: of the job whose turn it is, or of the next one.
  void read() {
    while (asked_ < jobs_.size() && !jobs_[asked_].reads()) ++asked_;
    REQUIRE(asked_ < jobs_.size());
    const Job& job = jobs_[asked_];
    const bool next = asked_ == taken_;
    REQUIRE((next || asked_ + 1 == taken_));
    if (next) {
      REQUIRE_EQ(dut->job_valid_i, 1);
      REQUIRE(jobs_[taken_ - 1].may_run_beside_reads());
      if (!offered_) {
        CHECK_EQ(writes_left_, 0u);
        ++early;
      }
    }
    offered_ = true;
    const auto& port = dut->read_job_o;
    const bool book = job.book && !book_asked_;
    CHECK_EQ(get_field(port, read_job::kTurn), turn_ ^ (next ? 1u : 0u));
    CHECK_EQ(get_field(port, read_job::kReader), book                ? read_job::kBook
                                                 : job.unit == kLoad ? read_job::kLoad
                                                                     : read_job::kWeights);
    CHECK_EQ(get_field(port, read_job::kAddress),
             offered(job, book ? job::kBookAddress : start::kAddress));
    CHECK_EQ(get_field(port, read_job::kPieces), book ? 1u : offered(job, job::kPieces));
    CHECK_EQ(get_field(port, read_job::kPieceBeats),
             book ? kBookBeats : offered(job, job::kPieceBeats));
    CHECK_EQ(get_field(port, read_job::kBeats), book ? kBookBeats : offered(job, job::kBeats));
    if (!book) CHECK_EQ(get_field(port, read_job::kStride), offered(job, start::kStride));
    if (!dut->read_ready_i) return;
    if (book) {
      book_asked_ = true;
      return;
    }
    book_asked_ = offered_ = false;
    ++asked_;
  }

  void end() {
    const Job& job = jobs_[over];
    REQUIRE_EQ(over + 1, taken_);
    CHECK_EQ(dut->error_o, job.error);
    CHECK_EQ(dut->word0_o, offered(job, job::kWord0));
    if (job.error != 0 || job.unit == kControl)
      CHECK(!started_);
    else
      CHECK(started_);
    if (job.error == 0 && job.unit == kControl) CHECK_EQ(writes_left_, 0u);
    ++over;
    pause_ = 1 + random_.below(5);
  }

  Coin go_;
  Random random_;
  std::vector<Job> jobs_;
  std::size_t taken_ = 0, asked_ = 0;
  bool started_ = false, write_taken_ = true, book_asked_ = false, offered_ = false;
  unsigned run_left_ = 0, writes_left_ = 0, pause_ = 0;
  unsigned turn_ = 0;
};

}  // namespace

TEST_CASE(
    "trine_dispatch: a stop forgets what the next job asked for, and the next list asks anew") {
  unsigned early = 0;
  for (unsigned seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    Bench bench(0.3 + 0.01 * seed, seed);
    Random random(seed);
    for (unsigned list = 0; list < 4; ++list) {
      std::vector<Job> jobs;
      for (std::uint32_t id = 0; id < 12; ++id) jobs.push_back(random_job(random, 20 * list + id));
      bench.run_first(jobs, 1 + random.below(11));
      bench.stop();
    }
    early += bench.early;
    bench.run({{.unit = kMatrix, .book = true, .id = 3}, {.unit = kLoad, .id = 4}});
  }
  CHECK(early >= 100);
}

TEST_CASE("trine_dispatch: runs jobs in order, each with its reads, its write and its unit") {
  unsigned seed = 0;
  for (const double odds : {1.0, 0.7, 0.3}) {
    ++seed;
    CAPTURE(seed);
    Bench bench(odds, seed);
    Random random(seed);
    std::vector<Job> jobs;
    for (std::uint32_t id = 0; id < 600; ++id) jobs.push_back(random_job(random, id));
    bench.run(jobs);
    CHECK_EQ(bench.over, jobs.size());
    CHECK(bench.early >= 40);
    CHECK(bench.rested >= 400);
  }
}
