// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "runtime/decoder.h"
#include "runtime/generate.h"
#include "runtime/lockstep.h"
#include "golden/checkpoint/checkpoint.h"
#include "golden/format/packed_model.h"
#include "golden/reference/backbone.h"
#include "golden/reference/linear_backend.h"
#include "golden/reference/reference_model.h"
#include "golden/tokenizer/tokenizer.h"
#include "tools/core.h"

namespace trine::tools {

/// A model directory: a packed model, all of whose checksums and codes were checked, or a
/// Hugging Face checkpoint.
class ModelFile {
 public:
  /// Throws Error naming the file and what is wrong with it.
  explicit ModelFile(const std::filesystem::path& directory);

  const golden::ModelConfig& config() const {
    return packed_ ? packed_->config() : checkpoint_->config();
  }
  const std::filesystem::path& directory() const { return directory_; }
  const golden::PackedModel* packed() const { return packed_ ? &*packed_ : nullptr; }
  const golden::Checkpoint* checkpoint() const { return checkpoint_ ? &*checkpoint_ : nullptr; }
  /// A synthetic model has none.
  bool has_tokenizer() const;
  /// Throws Error when there is none.
  golden::Tokenizer tokenizer() const;

 private:
  std::filesystem::path directory_;
  std::optional<golden::PackedModel> packed_;
  std::optional<golden::Checkpoint> checkpoint_;
};

/// Positions that a run has: those of the model for the reference, those of the cache for a core.
std::size_t context_of(const DeviceOptions& options, const golden::ModelConfig& config);
/// What to add to a message about a context that is too small; empty when the model has no more.
std::string context_hint(std::size_t context, const golden::ModelConfig& config);

/// A model on a device, or the FP32 reference.
class Session {
 public:
  /// File and progress must outlive it. Throws Error when the device takes no such model.
  Session(const ModelFile& file, const DeviceOptions& options, Progress& progress);

  golden::LanguageModel& model() { return *model_; }
  /// Announces what will go through the model: a prompt, for these logits, and then single tokens.
  void expect_tokens(std::size_t prompt, golden::Logits logits, std::size_t decode = 0);
  /// Of the core; zeros for the reference.
  Counters counters() { return core_ ? core_->device().counters() : Counters{}; }
  double khz() const { return core_ ? core_->khz() : 0; }
  /// True for a simulation, which tells its progress itself.
  bool simulated() const { return simulated_; }

  /// Adds what the run was: device, counters since the start; with --check equal and compared.
  void report(Json& json);

 private:
  void make_reference(const ModelFile& file, unsigned threads);
  void make_decoder(const ModelFile& file, const DeviceOptions& options, Progress& progress);

  std::string device_name_;
  bool simulated_;
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

/// Runs `work`. When the devices differ, --json prints that (equal, command, layer, tensor, row and
/// the message); the Mismatch goes on to end the command.
template <class Work>
auto in_lockstep(const CommonOptions& options, const std::string& model, Work work) {
  try {
    return work();
  } catch (const Mismatch& mismatch) {
    if (options.json)
      print_json({{"model", model},
                  {"equal", false},
                  {"command", mismatch.place().command},
                  {"layer", mismatch.place().layer ? Json(*mismatch.place().layer) : Json(nullptr)},
                  {"tensor", mismatch.place().tensor},
                  {"row", mismatch.place().row},
                  {"difference", mismatch.what()}});
    throw;
  }
}

}  // namespace trine::tools
