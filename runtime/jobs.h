// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "runtime/progress.h"

namespace trine {

/// Work that is done side by side, a thread for each job. All progress is told together, in the
/// thread that asked for the work. A single job runs in that thread.
class Jobs {
 public:
  /// At most `count` jobs; `progress` is told of them while they run.
  Jobs(Progress& progress, std::size_t count);
  ~Jobs();
  Jobs(const Jobs&) = delete;
  Jobs& operator=(const Jobs&) = delete;

  /// What job number `job` tells its progress to, from any thread. Such a call throws when the work
  /// of the job is no longer wanted.
  Progress& progress(std::size_t job);

  /// Calls work(job) for the first `count` jobs and returns when all have returned. Of exceptions
  /// the one of the first job is thrown, as if they had run one after the other: a job that fails
  /// ends only those behind it. What `progress` throws ends all.
  void run(std::size_t count, const std::function<void(std::size_t job)>& work);

 private:
  class Sink;
  struct Ended {};  // Thrown through a job that is no longer wanted.

  DeviceProgress together();

  Progress& progress_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::unique_ptr<Sink>> sinks_;
  std::vector<std::exception_ptr> failures_;
  std::size_t wanted_;  // Jobs from here on are not wanted.
  std::size_t running_ = 0;
};

}  // namespace trine
