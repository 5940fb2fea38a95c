// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>
#include <optional>
#include <string>

#include "golden/reference/backbone.h"
#include "golden/reference/linear_backend.h"
#include "golden/reference/reference_model.h"
#include "runtime/core.h"
#include "runtime/decoder.h"
#include "runtime/lockstep.h"
#include "runtime/model_file.h"
#include "runtime/parallel_decoder.h"
#include "runtime/progress.h"
#include "runtime/report.h"
#include "runtime/session_options.h"

namespace trine {

/// A model on a device, or the FP32 reference.
class Session {
 public:
  /// File and progress must outlive it. Throws Error when the device takes no such model.
  Session(const ModelFile& file, const SessionOptions& options, Progress& progress);

  golden::LanguageModel& model() { return *model_; }
  /// Of a core; the reference has neither.
  const Program& program() const { return *program_; }
  Executor& executor() { return *executor_; }
  /// With SessionOptions::jobs: waits until every list was simulated and compared, and throws what
  /// the first one that failed threw. Until then nobody knows whether the logits are right.
  void finish() {
    if (parallel_ != nullptr) parallel_->finish();
  }
  /// Announces what will go through the model: a prompt, for these logits, and then single tokens.
  void expect_tokens(std::size_t prompt, golden::Logits logits, std::size_t decode = 0);
  /// Weight beats of what was announced; cycles are more.
  std::uint64_t expected_beats() const { return expected_beats_; }
  /// Of the core; zeros for the reference. Of several cores what their finished lists took.
  Counters counters();
  /// The same of tokens [first, end) of all that went through the model; only with several cores.
  Counters counters(std::size_t first, std::size_t end) const {
    return parallel_->counters(first, end);
  }
  /// True when lists are simulated side by side.
  bool parallel() const { return parallel_ != nullptr; }
  double khz() const;
  /// True for a simulation, which tells its progress itself.
  bool simulated() const { return simulated_; }
  /// Tokens to give to the model at a time where many wait: so few on a core, which gains nothing
  /// from more, that progress is told and logits are fetched often.
  std::size_t piece() const { return core_model() ? model_->batch() : kReferencePiece; }

  /// What ran since the start.
  RunReport report();

 private:
  static constexpr std::size_t kReferencePiece = 32;

  bool core_model() const { return decoder_ != nullptr || parallel_ != nullptr; }
  void make_reference(const ModelFile& file, unsigned threads);
  void make_parallel(const ModelFile& file, const SessionOptions& options, Progress& progress);
  void make_decoder(const ModelFile& file, const SessionOptions& options, Progress& progress);

  std::string device_name_;
  bool simulated_;
  bool checked_ = false;  // With several cores: --check was given.
  std::uint64_t expected_beats_ = 0;
  // The reference, or
  std::optional<golden::Backbone> backbone_;
  std::unique_ptr<golden::LinearBackend> linears_;
  // a core, with another one for --check.
  std::unique_ptr<Core> core_, other_;
  std::optional<Program> program_;
  std::unique_ptr<Executor> executor_;
  const LockstepExecutor* lockstep_ = nullptr;  // Of --check.
  std::unique_ptr<golden::LanguageModel> model_;
  const Decoder* decoder_ = nullptr;     // The model, when a core runs it,
  ParallelDecoder* parallel_ = nullptr;  // or when several do.
};

}  // namespace trine
