// SPDX-License-Identifier: Apache-2.0

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "Vtrine_dispatch.h"
#include "sim/dut.h"
#include "tests/rtl/control_ports.h"
#include "tests/rtl/stalls.h"

using namespace trine;
using namespace trine::test;

namespace {

constexpr unsigned kBookBeats = 32 / TRINE_Groups;

// Values of unit_e.
constexpr std::uint64_t kControl = 1, kLoad = 2, kStore = 3, kColumn = 4, kMatrix = 5, kVector = 6;

struct Job {
  std::uint64_t unit = kVector;
  bool book = false;
  std::uint64_t error = 0;
  std::uint32_t id = 0;  // In its address and word 0.

  bool reads() const { return (unit == kLoad || unit == kMatrix) && error == 0; }
  bool may_run_beside_reads() const { return unit == kLoad || unit == kMatrix || unit == kVector; }
};

Job random_job(Random& random, std::uint32_t id) {
  Job job;
  job.unit = 1 + random.below(6);
  job.book = job.unit == kMatrix && random.below(2) != 0;
  job.error = random.below(10) == 0 ? 1 + random.below(8) : 0;
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

  void run(const std::vector<Job>& jobs) {
    jobs_ = jobs;
    taken_ = asked_ = over = 0;
    while (over < jobs.size()) cycle();
  }

  sim::Dut<Vtrine_dispatch> dut;
  std::size_t over = 0;
  unsigned early = 0;  // Jobs whose reads went out before their turn.

 private:
  void offer() {
    // Once offered, a job stays.
    if (dut->job_valid_i || taken_ == jobs_.size() || !go_()) return;
    const Job& job = jobs_[taken_];
    dut->job_valid_i = 1;
    clear_port(dut->job_i);
    set_field(dut->job_i, start::kUnit, job.unit);
    set_field(dut->job_i, start::kAddress, 0x1000 + 64ull * job.id);
    set_field(dut->job_i, start::kStride, 640 + job.id);
    set_field(dut->job_i, start::kRows, job.id);
    set_field(dut->job_i, job::kBookAddress, 0x800000 + 64ull * job.id);
    set_field(dut->job_i, job::kWord0, 7 * job.id);
    set_field(dut->job_i, job::kBytes, 1000 + job.id);
    set_field(dut->job_i, job::kPieceBeats, 20 + job.id);
    set_field(dut->job_i, job::kPieces, 3);
    set_field(dut->job_i, job::kBeats, 3 * (20 + job.id));
    set_field(dut->job_i, job::kReads, job.unit == kLoad || job.unit == kMatrix ? 1 : 0);
    set_field(dut->job_i, job::kBook, job.book ? 1 : 0);
    set_field(dut->job_i, job::kHere, job.id % 3 != 0 ? 1 : 0);
    set_field(dut->job_i, job::kError, job.error);
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
      CHECK_EQ(get_field(dut->unit_start_o, start::kUnit), job.unit);
      CHECK_EQ(get_field(dut->unit_start_o, start::kRows), job.id);
      CHECK(write_taken_);
      CHECK(!started_);
      started_ = true;
      run_left_ = random_.below(30);
      if (job.unit == kStore || job.unit == kColumn) writes_left_ = 40;
    } else if (dut->running_o && run_left_ > 0) {
      --run_left_;
    }
    if (dut->write_valid_o) {
      const Job& job = jobs_[taken_ - 1];
      CHECK_EQ(job.unit, kStore);
      CHECK_EQ(get_field(dut->write_job_o, write_job::kAddress), 0x1000 + 64ull * job.id);
      CHECK_EQ(get_field(dut->write_job_o, write_job::kBytes), 1000 + job.id);
      CHECK(!write_taken_);
      if (dut->write_ready_i) write_taken_ = true;
    }
    if (dut->read_valid_o) read();
    if (dut->over_o) end();
    if (writes_left_ > 0) --writes_left_;
    if (pause_ > 0) --pause_;
    const bool begins = dut->begin_o;
    dut.step();
    if (begins) {
      const Job& job = jobs_[taken_++];
      dut->job_valid_i = 0;
      started_ = false;
      write_taken_ = job.unit != kStore;
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
    CHECK_EQ(get_field(port, read_job::kAddress), (book ? 0x800000 : 0x1000) + 64ull * job.id);
    CHECK_EQ(get_field(port, read_job::kPieces), book ? 1u : 3u);
    CHECK_EQ(get_field(port, read_job::kPieceBeats), book ? kBookBeats : 20 + job.id);
    CHECK_EQ(get_field(port, read_job::kBeats), book ? kBookBeats : 3 * (20 + job.id));
    if (!book) CHECK_EQ(get_field(port, read_job::kStride), 640 + job.id);
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
    CHECK_EQ(dut->word0_o, 7 * job.id);
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
  }
}
