// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "golden/checkpoint/config.h"
#include "golden/checkpoint/safetensors.h"
#include "golden/format/trit_matrix.h"

namespace trine::golden {

/// Throws Error unless `directory`, or what it is a link to, is absent, empty or a packed model
/// without other people's files: what PackedModelWriter would refuse to replace, known before long
/// work.
void check_replaceable(const std::filesystem::path& directory);

/// Writes a packed model, one tensor in memory at a time: first every matrix in the order of
/// `matrix_tensors`, then every other tensor in the order of `plain_tensors`, then `finish`. All
/// have the shapes of the model with padded heads (golden/families/padding.h).
///
/// The directory is built under a temporary name, next to `directory`, and renamed by `finish`, so
/// it is absent or complete. An existing packed model is replaced; any other directory that is
/// not empty is refused.
class PackedModelWriter {
 public:
  /// `depths` holds the depth of every matrix by its name; `config_json` is config.json's text;
  /// `temporary` is where to build when it is not empty, and replaced when it exists.
  PackedModelWriter(const std::filesystem::path& directory, const std::string& config_json,
                    const std::map<std::string, unsigned>& depths,
                    const std::filesystem::path& temporary = {});
  ~PackedModelWriter();
  PackedModelWriter(const PackedModelWriter&) = delete;
  PackedModelWriter& operator=(const PackedModelWriter&) = delete;

  /// Packs and appends the next matrix, which must have this name.
  void append_matrix(const std::string& name, const TritMatrix& matrix);
  /// Appends the next matrix as its canonical stream, whose codes are taken unread. Throws Error
  /// when the stream has another length than the declared shape asks for.
  void append_stream(const std::string& name, const Codebook& codebook,
                     std::span<const std::byte> stream);
  /// Converts to FP16 (round to nearest even) and appends the next other tensor. Throws Error
  /// for a value that is not finite in FP16.
  void append_plain(const Tensor& tensor);
  /// Appends the next other tensor as FP16 codes; `fill` writes those from element `first` on and
  /// is called in order, for a piece at a time. Throws Error for a code that is not finite.
  using FillF16 = std::function<void(std::size_t first, std::span<std::uint16_t> codes)>;
  void append_f16(const std::string& name, const FillF16& fill);
  /// Appends every tensor that is left as a hole in the file. The model then opens and has all
  /// shapes and addresses, but no weights and wrong checksums: for whoever asks only what a model
  /// of this size would cost.
  void append_outline();
  /// Copies tokenizer.json, tokenizer_config.json and generation_config.json, those that exist.
  void copy_files(const std::filesystem::path& checkpoint_directory);
  /// Writes the header and puts the directory into place.
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trine::golden
