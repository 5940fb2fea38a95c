// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "golden/checkpoint/safetensors.h"

namespace trine::golden {

/// Writes a Hugging Face directory: the tensors in the order they are declared, in
/// model.safetensors, or in shards of at most `shard_bytes` each (a larger tensor has one of its
/// own) with model.safetensors.index.json when they do not fit into one.
///
/// The directory is built under a temporary name next to `directory` and renamed by `finish`, so it
/// is absent or complete. Only a directory that is absent or empty is taken.
class CheckpointWriter {
 public:
  CheckpointWriter(const std::filesystem::path& directory,
                   std::vector<SafetensorsWriter::Entry> entries, std::uint64_t shard_bytes);
  ~CheckpointWriter();
  CheckpointWriter(const CheckpointWriter&) = delete;
  CheckpointWriter& operator=(const CheckpointWriter&) = delete;

  /// Appends bytes of the next tensor that is not complete, never across its end.
  void append(std::span<const std::byte> bytes);
  /// Writes a further file with this text.
  void write_file(const std::string& name, const std::string& text);
  /// Copies a file, if it is there.
  void copy_file(const std::filesystem::path& from);
  /// Files of tensors.
  std::size_t shards() const;
  /// Throws Error when tensors are missing; then puts the directory into place.
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trine::golden
