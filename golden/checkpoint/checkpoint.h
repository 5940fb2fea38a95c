// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "golden/checkpoint/config.h"
#include "golden/checkpoint/generation_config.h"
#include "golden/checkpoint/safetensors.h"

namespace trine::golden {

/// A Hugging Face directory with a model of a family that is described: config.json and
/// model.safetensors, or model.safetensors.index.json with its shards. Opening checks that every
/// tensor that the configuration asks for is there, once, with its shape and a floating type.
class Checkpoint {
 public:
  explicit Checkpoint(const std::filesystem::path& directory);

  const ModelConfig& config() const { return config_; }
  const GenerationConfig& generation() const { return generation_; }
  const std::filesystem::path& directory() const { return directory_; }
  std::vector<std::filesystem::path> files() const;  // Of tensors.
  const Tensor& at(std::string_view name) const;     // Throws Error naming the directory, tensor.
  const Tensor* find(std::string_view name) const;   // nullptr when absent.

 private:
  std::filesystem::path directory_;
  ModelConfig config_;  // Its end tokens are those of both files.
  GenerationConfig generation_;
  std::vector<Safetensors> shards_;
};

}  // namespace trine::golden
