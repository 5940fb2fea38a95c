// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "golden/checkpoint/checkpoint.h"
#include "golden/format/packed_model.h"
#include "golden/tokenizer/tokenizer.h"

namespace trine {

/// A model directory: a packed model, all of whose checksums and codes were checked, or a
/// Hugging Face checkpoint.
class ModelFile {
 public:
  /// Throws Error naming the file and what is wrong with it.
  explicit ModelFile(const std::filesystem::path& directory);

  const golden::ModelConfig& config() const {
    return packed_ ? packed_->config() : checkpoint_->config();
  }
  const golden::GenerationConfig& generation() const {
    return packed_ ? packed_->generation() : checkpoint_->generation();
  }
  const std::filesystem::path& directory() const { return directory_; }
  const golden::PackedModel* packed() const { return packed_ ? &*packed_ : nullptr; }
  const golden::Checkpoint* checkpoint() const { return checkpoint_ ? &*checkpoint_ : nullptr; }
  /// What lies in the directory and was ignored; a line each.
  std::vector<std::string> warnings() const {
    return checkpoint_ ? checkpoint_->warnings() : std::vector<std::string>{};
  }
  /// Throws Error when a file of tensors has become shorter since it was opened.
  void check_whole() const;
  /// A synthetic model has none.
  bool has_tokenizer() const;
  /// Throws Error when there is none.
  golden::Tokenizer tokenizer() const;

 private:
  std::filesystem::path directory_;
  std::optional<golden::PackedModel> packed_;
  std::optional<golden::Checkpoint> checkpoint_;
};

}  // namespace trine
