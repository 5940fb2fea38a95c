// SPDX-License-Identifier: Apache-2.0

#include "runtime/jobs.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <thread>

namespace trine {

class Jobs::Sink final : public Progress {
 public:
  Sink(Jobs& jobs, std::size_t job) : jobs_(jobs), job_(job) {}

  void step(std::size_t, std::size_t, std::string_view) override {
    const std::scoped_lock lock(jobs_.mutex_);
    if (job_ >= jobs_.wanted_) throw Ended();
  }
  void simulation(const DeviceProgress& progress) override {
    const std::scoped_lock lock(jobs_.mutex_);
    if (job_ >= jobs_.wanted_) throw Ended();
    now_ = progress;
  }
  const DeviceProgress& now() const { return now_; }

 private:
  Jobs& jobs_;
  std::size_t job_;
  DeviceProgress now_;
};

Jobs::Jobs(Progress& progress, std::size_t count) : progress_(progress), wanted_(count) {
  for (std::size_t job = 0; job < count; ++job)
    sinks_.push_back(std::make_unique<Sink>(*this, job));
}

Jobs::~Jobs() = default;

Progress& Jobs::progress(std::size_t job) {
  return sinks_.size() == 1 ? progress_ : *sinks_.at(job);
}

DeviceProgress Jobs::together() {
  DeviceProgress all{.fraction = 0};
  for (const auto& sink : sinks_) {
    const DeviceProgress& now = sink->now();
    all.cycles += now.cycles;
    all.khz += now.khz;
    all.jobs.push_back(std::max(now.fraction, 0.0));
    all.fraction += all.jobs.back() / static_cast<double>(sinks_.size());
    all.seconds_left = std::max(all.seconds_left, now.seconds_left);
  }
  return all;
}

void Jobs::run(std::size_t count, const std::function<void(std::size_t)>& work) {
  if (sinks_.size() == 1) return work(0);
  sinks_.resize(count);
  failures_.assign(count, nullptr);
  running_ = count;
  std::exception_ptr stopped;
  {
    std::vector<std::jthread> threads;
    for (std::size_t job = 0; job < count; ++job)
      threads.emplace_back([this, &work, job] {
        std::exception_ptr failure;
        try {
          work(job);
        } catch (const Ended&) {
          // Somebody else's failure ended it.
        } catch (...) {
          failure = std::current_exception();
        }
        const std::scoped_lock lock(mutex_);
        failures_[job] = failure;
        if (failure) wanted_ = std::min(wanted_, job);
        --running_;
        changed_.notify_one();
      });
    constexpr std::chrono::milliseconds kPeriod{100};
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, kPeriod, [&] { return running_ == 0; })) {
      if (stopped) continue;
      const DeviceProgress now = together();
      lock.unlock();
      try {
        progress_.simulation(now);
      } catch (...) {
        stopped = std::current_exception();
      }
      lock.lock();
      if (stopped) wanted_ = 0;
    }
  }
  if (stopped) std::rethrow_exception(stopped);
  for (const std::exception_ptr& failure : failures_)
    if (failure) std::rethrow_exception(failure);
}

}  // namespace trine
