// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "golden/checkpoint/config.h"
#include "golden/checkpoint/generation_config.h"
#include "golden/checkpoint/safetensors.h"
#include "golden/format/trit_matrix.h"

namespace trine::golden {

inline constexpr std::string_view kFormatName = "trine-packed-trits";
inline constexpr int kFormatVersion = 1;
inline constexpr std::string_view kPackedFile = "model.trine.safetensors";

/// One matrix of a packed model, in the canonical geometry.
struct PackedMatrix {
  std::string name;  // Hugging Face name of the weight.
  MatrixShape shape;
  Codebook codebook{};
  const Tensor* stream = nullptr;  // U8, stream_bytes(kCanonical); file_offset is a multiple of 64.
};

/// A packed model: directory with `kPackedFile`, config.json, tokenizer.json and
/// generation_config.json.
/// Trit streams come first in the file, from an offset that is a multiple of 4096, so that the
/// mapped file serves as device memory. FP16 tensors (embedding, head, norms, biases) follow.
class PackedModel {
 public:
  explicit PackedModel(const std::filesystem::path& directory);

  const ModelConfig& config() const { return config_; }
  const GenerationConfig& generation() const { return generation_; }
  const std::filesystem::path& directory() const { return directory_; }
  const Safetensors& file() const { return file_; }
  const std::vector<PackedMatrix>& matrices() const { return matrices_; }
  const PackedMatrix& matrix(std::string_view name) const;
  const Tensor& at(std::string_view name) const { return file_.at(name); }

  /// Checks every checksum and every code; throws Error naming tensor and offset.
  void validate() const { validate(config_.layers); }
  /// The same of the first `layers` layers, and of what belongs to no layer.
  void validate(std::size_t layers) const;

 private:
  std::filesystem::path directory_;
  ModelConfig config_;  // Heads as they are stored; the end tokens are those of both files.
  GenerationConfig generation_;
  Safetensors file_;
  std::vector<PackedMatrix> matrices_;
};

/// True when `directory` holds a packed model (not a Hugging Face checkpoint).
bool is_packed_model(const std::filesystem::path& directory);

}  // namespace trine::golden
