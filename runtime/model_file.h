// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "golden/checkpoint/checkpoint.h"
#include "golden/format/packed_model.h"
#include "golden/tokenizer/tokenizer.h"

namespace trine {

/// A model directory: a packed model, all of whose checksums and codes were checked, now or by an
/// earlier command (runtime/checked_models.h), or a Hugging Face checkpoint.
class ModelFile {
 public:
  enum class Check : std::uint8_t { Now, Later };
  /// Throws Error naming the file and what is wrong with it. Checked later: all but the content of
  /// a packed model's tensors, which nobody may use before check().
  explicit ModelFile(const std::filesystem::path& directory, Check check = Check::Now);
  /// Checks the first `layers` layers of a packed model, and what belongs to no layer.
  void check(std::size_t layers);

  const golden::ModelConfig& config() const {
    return packed_ ? packed_->config() : checkpoint_->config();
  }
  const golden::GenerationConfig& generation() const {
    return packed_ ? packed_->generation() : checkpoint_->generation();
  }
  const std::filesystem::path& directory() const { return directory_; }
  const golden::PackedModel* packed() const { return packed_ ? &*packed_ : nullptr; }
  const golden::Checkpoint* checkpoint() const { return checkpoint_ ? &*checkpoint_ : nullptr; }
  /// True when it was checked by an earlier command and the file is still the same.
  bool remembered() const { return remembered_; }
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
  bool remembered_ = false;
  std::optional<golden::PackedModel> packed_;
  std::optional<golden::Checkpoint> checkpoint_;
};

}  // namespace trine
