// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <filesystem>
#include <utility>

#include "golden/format/packed_model.h"

namespace trine {

/// Which packed models were checked before, as a small file for each in the user's cache directory
/// (`$XDG_CACHE_HOME/trine/checked`, else `~/.cache/trine/checked`). A model counts as checked
/// while path, device, inode, size, both times of the file, its header's checksum and this
/// program's version are what they were. What is written to the disk behind the file system's back
/// stays unnoticed; `TRINE_MODEL_CACHE=off` in the environment turns all of this off, and so does a
/// missing or unusable cache directory.
class CheckedModels {
 public:
  /// Takes the directory from the environment.
  CheckedModels();
  /// An empty directory: remembers nothing. `small`: bytes below which a model is always checked.
  explicit CheckedModels(std::filesystem::path directory, std::uint64_t small = kSmall)
      : directory_(std::move(directory)), small_(small) {}

  /// True when exactly this file was found without a fault.
  bool knows(const golden::PackedModel& model) const;
  /// Remembers that a check of the model, which began at `started` (nanoseconds since 1970), found
  /// no fault. Not for small models, which are checked in no time, and not when the file was
  /// changed during the check or so shortly before that a later change could have the same time.
  void remember(const golden::PackedModel& model, std::int64_t started) const;

  static constexpr std::uint64_t kSmall = 64 << 20;        // Bytes of a file.
  static constexpr std::int64_t kSettled = 2'000'000'000;  // Nanoseconds.

 private:
  std::filesystem::path directory_;
  std::uint64_t small_ = kSmall;
};

}  // namespace trine
