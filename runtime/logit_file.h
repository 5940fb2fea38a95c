// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "golden/checkpoint/safetensors.h"

namespace trine {

/// Logits (positions, vocabulary) from a file: safetensors with the tensor `logits` (F16, BF16, F32
/// or F64) and perhaps `tokens`, or NumPy's .npy (float16, float32 or float64, C order).
class LogitFile {
 public:
  /// Throws Error naming the file and what is wrong with it.
  explicit LogitFile(const std::string& path);

  std::size_t positions() const { return logits_.shape[0]; }
  std::size_t vocab() const { return logits_.shape[1]; }
  /// The tokens that the logits are for; empty when the file does not say.
  const std::vector<std::int32_t>& tokens() const { return tokens_; }
  /// Logits of one position, as FP32.
  void read(std::size_t position, std::span<float> to) const;

 private:
  void open_npy(const std::string& path);

  std::optional<golden::Safetensors> file_;
  std::vector<std::byte> bytes_;  // Of an .npy file.
  golden::Tensor logits_;
  std::vector<std::int32_t> tokens_;
};

}  // namespace trine
