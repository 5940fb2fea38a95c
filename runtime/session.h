// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "golden/exact/workers.h"
#include "golden/reference/backbone.h"
#include "golden/reference/linear_backend.h"
#include "golden/reference/reference_model.h"
#include "runtime/core.h"
#include "runtime/decoder.h"
#include "runtime/lockstep.h"
#include "runtime/model_file.h"
#include "runtime/progress.h"
#include "runtime/report.h"

namespace trine {

/// The FP32 reference, which is no core: the name of a device beside the registered ones.
inline constexpr const char* kReference = "reference";

/// Which device a model runs on, and what the device is asked to be.
struct SessionOptions {
  std::string name = kGoldenDevice;  // Of the device, or kReference.
  bool check = false;                // Compare every result of the core.
  std::size_t context = 0;           // Positions of the cache; 0: the default.
  unsigned jobs = 1;                 // Parts of a simulation that run side by side.
  unsigned sequences = 1;            // Caches of a core, for texts that go on together.
  DeviceRequest request{.threads = golden::hardware_threads()};

  bool reference() const { return name == kReference; }
  /// True when the device tells the progress of its simulation itself.
  bool simulated() const;
};

/// Refuses what means nothing for the device, and combinations that no device has; `given` are the
/// names of the device's options that the user gave. Throws OptionError, and Error for a device
/// that there is not.
void check_session_options(const SessionOptions& options, std::span<const std::string> given);

/// Positions that a run has: those of the model for the reference, those of the cache for a core.
std::size_t context_of(const SessionOptions& options, const golden::ModelConfig& config);
/// What to add to a message about a context that is too small; empty when the model has no more.
std::string context_hint(std::size_t context, const golden::ModelConfig& config);

/// A model on a device, or the FP32 reference.
class Session {
 public:
  /// File and progress must outlive it. Throws Error when the device takes no such model.
  Session(const ModelFile& file, const SessionOptions& options, Progress& progress);

  golden::LanguageModel& model() { return *model_; }
  /// Of a core; the reference has neither.
  const Program& program() const { return *program_; }
  Executor& executor() { return *executor_; }
  /// Announces what will go through the model: a prompt, for these logits, and then single tokens.
  void expect_tokens(std::size_t prompt, golden::Logits logits, std::size_t decode = 0);
  /// Weight beats of what was announced; cycles are more.
  std::uint64_t expected_beats() const { return expected_beats_; }
  /// Of the core; zeros for the reference.
  Counters counters() { return core_ ? core_->device().counters() : Counters{}; }
  double khz() const { return core_ ? core_->khz() : 0; }
  /// True for a simulation, which tells its progress itself.
  bool simulated() const { return simulated_; }
  /// Tokens to give to the model at a time where many wait: so few on a core, which gains nothing
  /// from more, that progress is told and logits are fetched often.
  std::size_t piece() const { return decoder_ != nullptr ? decoder_->batch() : kReferencePiece; }

  /// What ran since the start.
  RunReport report();

 private:
  static constexpr std::size_t kReferencePiece = 32;

  void make_reference(const ModelFile& file, unsigned threads);
  void make_decoder(const ModelFile& file, const SessionOptions& options, Progress& progress);

  std::string device_name_;
  bool simulated_;
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
  const Decoder* decoder_ = nullptr;  // The model, when a core runs it.
};

}  // namespace trine
