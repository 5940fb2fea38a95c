// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "golden/checkpoint/config.h"
#include "golden/checkpoint/generation_config.h"
#include "golden/checkpoint/safetensors.h"

namespace trine::golden {

/// A Hugging Face directory with a model of a family that is described: config.json and
/// model.safetensors, or model.safetensors.index.json with its shards; with both, as the
/// Transformers library has it, the single file. Opening checks that every tensor that the
/// configuration asks for is there, once, with its shape and a floating type. Names may lack the
/// prefix "model.", as those of a base model do; they have it here.
class Checkpoint {
 public:
  explicit Checkpoint(const std::filesystem::path& directory);

  const ModelConfig& config() const { return config_; }
  const GenerationConfig& generation() const { return generation_; }
  const std::filesystem::path& directory() const { return directory_; }
  std::vector<std::filesystem::path> files() const;  // Of tensors.
  void check_whole() const;                          // Safetensors::check_whole of all of them.
  const Tensor& at(std::string_view name) const;     // Throws Error naming the directory, tensor.
  const Tensor* find(std::string_view name) const;   // nullptr when absent.
  /// What lies in the directory and was ignored, or is not as it says; a line each.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  std::filesystem::path directory_;
  ModelConfig config_;  // Its end tokens are those of both files.
  GenerationConfig generation_;
  std::vector<Safetensors> shards_;
  /// All tensors under the names of the whole model, where the file has those of the base model.
  std::map<std::string, Tensor, std::less<>> prefixed_;
  std::vector<std::string> warnings_;

  void add_prefix();
  std::string looked_in() const;
  std::string similar(std::string_view name) const;
};

}  // namespace trine::golden
