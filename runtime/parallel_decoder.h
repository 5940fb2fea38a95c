// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "driver/memory_report.h"
#include "runtime/core.h"
#include "runtime/decoder.h"
#include "runtime/lockstep.h"
#include "runtime/session_options.h"

namespace trine {

/// A model whose lists are simulated side by side. Golden runs ahead, one list after the other, and
/// gives the logits; each list is also handed to the next free one of several cores, which begins
/// from the cache that golden had in front of it and is compared with a golden core of its own,
/// with SessionOptions::check command by command, else what it leaves. So the logits are those of
/// the device, or there is an exception: the one of the first list that differs, as if they had run
/// one after the other. Lists behind it are ended.
///
/// What forward() returns is known to be right when finish() has returned.
class ParallelDecoder final : public golden::LanguageModel {
 public:
  /// As many cores as SessionOptions::jobs, made when they are needed; golden in front has all
  /// threads of the request, the others share them. `progress` is told of all lists together, in
  /// the thread that calls forward() and finish(), and may throw there. Model and progress must
  /// outlive this.
  ParallelDecoder(const golden::PackedModel& model, const SessionOptions& options,
                  std::size_t context, Progress& progress);
  ~ParallelDecoder() override;

  const golden::ModelConfig& config() const override { return ahead_->config(); }
  std::size_t capacity() const override { return ahead_->capacity(); }
  std::size_t batch() const override { return ahead_->batch(); }
  std::size_t position() const override { return ahead_->position(); }
  void truncate(std::size_t position) override { ahead_->truncate(position); }

  /// Weight beats of all that is to come, for the progress.
  void expect_beats(std::uint64_t beats) { expected_beats_ = beats; }
  std::uint64_t weight_beats(std::size_t tokens, golden::Logits logits) const {
    return ahead_->weight_beats(tokens, logits);
  }

  /// Waits for all lists. Throws what the first of them threw.
  void finish();
  /// True when all lists that were begun have ended without a difference.
  bool finished() const;

  /// What finished lists took: of all, and of those whose first token was number `first` or a later
  /// one, below `end`, of all that went through the model.
  Counters counters() const { return counters(0, ~std::size_t{0}); }
  Counters counters(std::size_t first, std::size_t end) const;
  /// Values that were compared, all equal.
  std::uint64_t compared() const;
  double khz() const;
  std::optional<MemoryReport> dram() const;

 protected:
  std::span<const float> append(std::span<const std::int32_t> tokens,
                                golden::Logits logits) override;

 private:
  struct Ended {};  // Thrown through a list that is no longer wanted.
  class Worker;
  /// One run of a list.
  struct Pass {
    std::size_t token = 0;  // Number of its first token.
    Counters counters;
    std::exception_ptr failure;
    bool running = false;
  };

  /// Golden's logits of a list.
  std::span<const float> run_ahead(std::span<const std::int32_t> tokens, HeadRows head);
  Worker& wait_for_worker();
  /// Waits until ready() or a failure that counts; `lock` is held around both.
  template <class Ready>
  void wait(std::unique_lock<std::mutex>& lock, const Ready& ready);
  DeviceProgress together() const;
  void throw_failure() const;
  bool running() const;

  SessionOptions options_;
  Progress& progress_;
  std::uint64_t memory_bytes_;
  std::vector<std::unique_ptr<Worker>> workers_;  // The first one's core says what all are.
  std::unique_ptr<Core> golden_;
  std::optional<Program> program_;
  std::optional<DeviceExecutor> executor_;
  std::unique_ptr<Decoder> ahead_;
  std::vector<float> logits_;
  std::size_t tokens_ = 0;  // That went through golden.
  std::uint64_t expected_beats_ = 0;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();

  mutable std::mutex mutex_;  // Of all below, and of what workers tell.
  std::condition_variable changed_;
  std::vector<Pass> passes_;
  std::size_t wanted_ = ~std::size_t{0};  // Passes from here on are not wanted.
};

}  // namespace trine
