// SPDX-License-Identifier: Apache-2.0

#include "golden/checkpoint/output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <set>
#include <utility>

#include "golden/error.h"

namespace trine::golden {
namespace {

namespace fs = std::filesystem;

/// All temporaries of the process. Never destroyed: threads may outlive static objects.
struct Registry {
  std::recursive_mutex mutex;
  std::set<fs::path> paths;
};
Registry& registry() {
  static auto* const all = new Registry;
  return *all;
}

/// Absolute, without links as its last part; the links of its folders stay.
fs::path followed(const fs::path& path) {
  constexpr int kMostLinks = 40;  // As the kernel.
  fs::path at = fs::absolute(path).lexically_normal();
  if (!at.has_filename()) at = at.parent_path();
  for (int links = 0; fs::is_symlink(fs::symlink_status(at)); ++links) {
    if (links == kMostLinks) throw Error(fmt::format("{}: too many symbolic links", path.string()));
    at = (at.parent_path() / fs::read_symlink(at)).lexically_normal();
    if (!at.has_filename()) at = at.parent_path();
  }
  return at;
}

/// True for what is mounted over something else, which a rename cannot replace.
bool is_mount_point(const fs::path& path) {
  struct statx status = {};
  return ::statx(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW, 0, &status) == 0 &&
         (status.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) != 0 &&
         (status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

/// The folder must be there and take files.
void check_folder(const fs::path& output, const fs::path& folder) {
  if (!fs::is_directory(folder))
    throw Error(fmt::format("{}: the folder {} does not exist", output.string(), folder.string()));
  if (::access(folder.c_str(), W_OK | X_OK) != 0)
    throw Error(fmt::format("{}: cannot be made in {}: {}", output.string(), folder.string(),
                            std::strerror(errno)));
}

}  // namespace

fs::path output_file(const fs::path& file) {
  const fs::path place = followed(file);
  const fs::file_status status = fs::status(place);
  if (fs::is_directory(status)) throw Error(file.string() + ": is a directory");
  if (fs::exists(status) && !fs::is_regular_file(status))
    throw Error(file.string() + ": is not a regular file, so it cannot be replaced");
  if (is_mount_point(place))
    throw Error(file.string() + ": is a mount point, which cannot be replaced");
  check_folder(file, place.parent_path());
  return place;
}

fs::path output_directory(const fs::path& directory) {
  const fs::path place = followed(directory);
  if (fs::is_symlink(fs::symlink_status(directory)) && !fs::exists(place))
    throw Error(fmt::format("{}: is a symbolic link to {}, which does not exist",
                            directory.string(), place.string()));
  if (is_mount_point(place))
    throw Error(
        fmt::format("{}: is a mount point, which cannot be replaced; name a directory in it",
                    directory.string()));
  return place;
}

Temporary Temporary::next_to(const fs::path& place) {
  static std::atomic<unsigned> counter = 0;
  return Temporary(place.parent_path() /
                   fmt::format(".{}.tmp-{}-{}", place.filename().string(), ::getpid(), counter++));
}

Temporary::Temporary(fs::path path) : path_(std::move(path)) {
  const std::lock_guard lock(registry().mutex);
  registry().paths.insert(path_);
}

Temporary::~Temporary() {
  if (path_.empty()) return;
  const std::lock_guard lock(registry().mutex);
  std::error_code ignored;
  fs::remove_all(path_, ignored);
  registry().paths.erase(path_);
}

Temporary::Temporary(Temporary&& other) noexcept : path_(std::exchange(other.path_, {})) {}

Temporary& Temporary::operator=(Temporary&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}

void Temporary::put(const fs::path& place) {
  const std::lock_guard lock(registry().mutex);
  std::error_code error;
  fs::rename(path_, place, error);
  if (error)
    throw Error(fmt::format("{}: cannot put into place: {}", place.string(), error.message()));
  release();
}

void Temporary::release() {
  const std::lock_guard lock(registry().mutex);
  registry().paths.erase(path_);
  path_.clear();
}

std::unique_lock<std::recursive_mutex> hold_temporaries() {
  return std::unique_lock(registry().mutex);
}

void abandon_temporaries() {
  registry().mutex.lock();  // For good.
  std::error_code ignored;
  for (const fs::path& path : registry().paths) fs::remove_all(path, ignored);
}

}  // namespace trine::golden
