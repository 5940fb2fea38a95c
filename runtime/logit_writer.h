// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace trine {

/// Writes logits, FP32 (positions, vocabulary), as they come: NumPy's .npy for a name that ends so,
/// else safetensors with the tensors `logits` and `tokens`. Absent or complete; `LogitFile` reads
/// both.
class LogitWriter {
 public:
  /// For one position a token. Throws Error for a place that cannot be written, and for the name of
  /// a format that is neither (.npz, .csv, .txt, .json, .pt, .bin).
  LogitWriter(const std::filesystem::path& path, std::span<const std::int32_t> tokens,
              std::size_t vocab, const std::string& device);
  ~LogitWriter();
  LogitWriter(const LogitWriter&) = delete;
  LogitWriter& operator=(const LogitWriter&) = delete;

  /// Logits of the next positions.
  void append(std::span<const float> logits);
  /// Throws Error when some are missing or the disk refuses; then puts the file into place.
  void finish();

 private:
  class Format;
  class Npy;
  class SafetensorsFormat;
  std::unique_ptr<Format> format_;
};

}  // namespace trine
