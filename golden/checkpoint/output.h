// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>

namespace trine::golden {

// What is written lies under a temporary name next to its place and is renamed at the end, so that
// it is absent or complete. Whether a place can be taken is found before any work, by these two;
// both follow symbolic links and return where the output really goes.

/// Throws Error for a directory, for anything else that is not a regular file, and for a folder
/// that is missing or cannot be written to.
std::filesystem::path output_file(const std::filesystem::path& file);
/// Throws Error for a mount point, which nothing can be renamed to, and for a link to nothing. What
/// is in the directory is the caller's affair.
std::filesystem::path output_directory(const std::filesystem::path& directory);

/// A file or directory under a temporary name: removed by the destructor unless it was put into
/// place or given away, and by `abandon_temporaries`.
class Temporary {
 public:
  /// A new name, hidden, next to `place`. Nothing is created yet. Removes what earlier processes of
  /// this machine left there for the same place when they were killed.
  static Temporary next_to(const std::filesystem::path& place);
  explicit Temporary(std::filesystem::path path);
  ~Temporary();
  Temporary(Temporary&& other) noexcept;
  Temporary& operator=(Temporary&& other) noexcept;
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// Renames it. Throws Error naming `place`; it is then still a temporary.
  void put(const std::filesystem::path& place);
  /// Changes places with what is there, a directory too; that is then the temporary.
  void exchange(const std::filesystem::path& place);
  /// From now on it stays.
  void release();

 private:
  std::filesystem::path path_;  // Empty: nothing to remove.
};

/// For a process that is about to end in the middle of its work: removes all temporaries. No thread
/// makes or places another one afterwards; those that try wait until the process has ended.
void abandon_temporaries();

}  // namespace trine::golden
