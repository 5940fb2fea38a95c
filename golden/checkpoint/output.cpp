// SPDX-License-Identifier: Apache-2.0

#include "golden/checkpoint/output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <mutex>
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
  static auto& all = *new Registry;
  return all;
}

/// Absolute, without links as its last part; the links of its folders stay.
fs::path followed(const fs::path& path) {
  if (path.empty()) throw Error("the name of an output is empty");
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

/// Eight digits that tell this machine and its numbering of processes from others: in a folder that
/// several machines or containers share, the number of a process says nothing about theirs.
std::string machine_tag() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  std::error_code ignored;
  const std::string text = host.data() + fs::read_symlink("/proc/self/ns/pid", ignored).string();
  std::uint32_t hash = 2166136261U;  // FNV-1a.
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return fmt::format("{:08x}", hash);
}

std::string temporary_prefix(const fs::path& place) {
  static const std::string kTag = machine_tag();
  return fmt::format(".{}.tmp-{}-", place.filename().string(), kTag);
}

/// The process of a temporary of this output and machine; 0 for any other name.
pid_t owner_of(const std::string& name, const std::string& prefix) {
  if (!name.starts_with(prefix)) return 0;
  pid_t owner = 0;
  const char* const end = name.data() + name.size();
  const auto [rest, error] = std::from_chars(name.data() + prefix.size(), end, owner);
  return error == std::errc{} && rest != end && *rest == '-' && owner > 0 ? owner : 0;
}

/// True when a path of the registry is this, or the beginning of its name as a simulator's own
/// temporary file has it.
bool is_registered(const fs::path& path) {
  for (const fs::path& ours : registry().paths)
    if (path.string().starts_with(ours.string())) return true;
  return false;
}

/// Removes what runs for the same output left behind that were killed: temporaries whose process
/// is gone. The registry must be locked.
void remove_stale(const fs::path& place) {
  const std::string prefix = temporary_prefix(place);
  std::error_code error;
  for (fs::directory_iterator at(place.parent_path(), error), end; !error && at != end;
       at.increment(error)) {
    const pid_t owner = owner_of(at->path().filename().string(), prefix);
    if (owner == 0) continue;
    const bool alive =
        owner == ::getpid() ? is_registered(at->path()) : ::kill(owner, 0) == 0 || errno != ESRCH;
    std::error_code ignored;
    if (!alive) fs::remove_all(at->path(), ignored);
  }
}

}  // namespace

fs::path output_file(const fs::path& file) {
  if (!file.empty() && !file.has_filename())
    throw Error(file.string() + ": is the name of a folder, not of a file");
  fs::path place = followed(file);
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
  fs::path place = followed(directory);
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
  {
    const std::lock_guard lock(registry().mutex);
    remove_stale(place);
  }
  return Temporary(place.parent_path() /
                   fmt::format("{}{}-{}", temporary_prefix(place), ::getpid(), counter++));
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

void Temporary::exchange(const fs::path& place) {
  const std::lock_guard lock(registry().mutex);
  if (::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, place.c_str(), RENAME_EXCHANGE) == 0) return;
  // A file system that cannot: what is there is in neither place for a moment, under a name that no
  // run removes.
  const fs::path old =
      place.parent_path() / fmt::format(".{}.old-{}", place.filename().string(), ::getpid());
  std::error_code error;
  fs::rename(place, old, error);
  if (error)
    throw Error(fmt::format("{}: cannot be replaced: {}", place.string(), error.message()));
  fs::rename(path_, place, error);
  if (error) {
    std::error_code ignored;
    fs::rename(old, place, ignored);
    throw Error(fmt::format("{}: cannot put into place: {}", place.string(), error.message()));
  }
  fs::rename(old, path_, error);
  if (error) throw Error(fmt::format("{}: cannot be removed: {}", old.string(), error.message()));
}

void Temporary::release() {
  const std::lock_guard lock(registry().mutex);
  registry().paths.erase(path_);
  path_.clear();
}

void abandon_temporaries() {
  registry().mutex.lock();  // For good.
  std::error_code ignored;
  for (const fs::path& path : registry().paths) fs::remove_all(path, ignored);
}

}  // namespace trine::golden
