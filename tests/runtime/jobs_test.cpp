// SPDX-License-Identifier: Apache-2.0

#include "runtime/jobs.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "golden/error.h"

using namespace trine;

namespace {

/// Notes what it is told, and from which thread; may end the work.
class Notes final : public Progress {
 public:
  void step(std::size_t, std::size_t, std::string_view) override {}
  void simulation(const DeviceProgress& progress) override {
    if (std::this_thread::get_id() != thread_) elsewhere = true;
    last = progress;
    ++told;
    if (ends) throw Error("interrupted");
  }

  DeviceProgress last;
  unsigned told = 0;
  bool ends = false, elsewhere = false;

 private:
  std::thread::id thread_ = std::this_thread::get_id();
};

/// Tells progress until it is ended, or `go` is set.
void work_until(Progress& progress, const std::atomic<bool>& go, double fraction) {
  while (!go) {
    progress.simulation({.cycles = 100, .khz = 2, .fraction = fraction, .seconds_left = fraction});
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace

TEST_CASE("jobs: all run at the same time, and their progress is one") {
  Notes notes;
  Jobs jobs(notes, 4);
  std::atomic<unsigned> arrived = 0;
  jobs.run(3, [&](std::size_t job) {
    ++arrived;
    while (arrived < 3) std::this_thread::yield();  // Needs all of them.
    for (unsigned i = 0; i < 400; ++i) {
      jobs.progress(job).simulation(
          {.cycles = 100, .khz = 2, .fraction = 0.25 * static_cast<double>(1 + job)});
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  CHECK_EQ(arrived, 3);
  CHECK_GT(notes.told, 0);
  CHECK(!notes.elsewhere);
  CHECK_EQ(notes.last.cycles, 300);
  CHECK_EQ(notes.last.khz, 6);
  CHECK_EQ(notes.last.jobs, std::vector<double>{0.25, 0.5, 0.75});
  CHECK_EQ(notes.last.fraction, doctest::Approx(0.5));
}

TEST_CASE("jobs: the first failure counts, whichever comes first") {
  Notes notes;
  Jobs jobs(notes, 3);
  std::atomic<bool> later = false, never = false;
  try {
    jobs.run(3, [&](std::size_t job) {
      if (job == 2) work_until(jobs.progress(job), never, 0);  // Ended by a failure before it.
      if (job == 1) {
        later = true;
        throw Error("second");
      }
      while (!later) std::this_thread::yield();
      jobs.progress(job).simulation({});  // Still wanted, though one behind it has failed.
      throw Error("first");
    });
    FAIL_CHECK("nothing was thrown");
  } catch (const Error& error) {
    CHECK_EQ(std::string(error.what()), "first");
  }
}

TEST_CASE("jobs: who is told of the progress may end all") {
  Notes notes;
  notes.ends = true;
  Jobs jobs(notes, 2);
  const std::atomic<bool> never = false;
  try {
    jobs.run(2, [&](std::size_t job) { work_until(jobs.progress(job), never, 0.5); });
    FAIL_CHECK("nothing was thrown");
  } catch (const Error& error) {
    CHECK_EQ(std::string(error.what()), "interrupted");
  }
  CHECK_EQ(notes.told, 1);
}

TEST_CASE("jobs: a single one runs in the caller's thread") {
  Notes notes;
  Jobs jobs(notes, 1);
  const auto here = std::this_thread::get_id();
  jobs.run(1, [&](std::size_t job) {
    CHECK_EQ(job, 0);
    CHECK(std::this_thread::get_id() == here);
    CHECK_EQ(&jobs.progress(0), &notes);
  });
}
