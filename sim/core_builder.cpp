// SPDX-License-Identifier: Apache-2.0

#include "sim/core_builder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "golden/error.h"
#include "sim/core_library.h"

extern char** environ;

namespace trine::sim {
namespace {

namespace fs = std::filesystem;

/// What every module is made from, one file a line: written by CMake when it configures, and when
/// it builds.
constexpr const char *kSources = "sources.txt", *kHeaders = "headers.txt";
/// Cores that the tree is to know, a line each: name and parameters. CMake reads it when it
/// configures, which it does again when the file has changed.
constexpr const char* kCores = "cores.txt";
/// In place of the sources, where there is no Verilator.
constexpr const char* kNoBuilds = "no_builds.txt";

/// Held while this process looks at the modules of a folder and builds one.
class FolderLock {
 public:
  explicit FolderLock(const fs::path& folder)
      : file_(::open((folder / "lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0666)) {
    while (file_ >= 0 && ::flock(file_, LOCK_EX) != 0)
      if (errno != EINTR) break;
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock() {
    if (file_ >= 0) ::close(file_);
  }

 private:
  int file_;  // Negative where the folder cannot be written; then nothing can be built either.
};

bool is_current(const fs::path& folder, const std::string& target) {
  std::error_code error;
  const auto built = fs::last_write_time(folder / (target + ".so"), error);
  if (error) return false;
  for (const char* list : {kSources, kHeaders}) {
    std::ifstream files(folder / list);
    if (!files) return false;
    for (std::string line; std::getline(files, line);) {
      const auto changed = fs::last_write_time(line, error);
      if (error || changed > built) return false;
    }
  }
  return true;
}

/// Has the build tree know a core that is not in the list of sim/CMakeLists.txt.
void announce(const fs::path& folder, const CoreShape& shape) {
  if (std::ranges::find(known_cores(), shape, &KnownCore::shape) != known_cores().end()) return;
  std::string line = core_name(shape);
  for (const CoreParameter& parameter : kCoreParameters)
    line += fmt::format(" {}={}", parameter.generic, shape.*parameter.value);
  std::ifstream known(folder / kCores);
  for (std::string one; std::getline(known, one);)
    if (one == line) return;
  std::ofstream file(folder / kCores, std::ios::app);
  if (!(file << line << '\n' << std::flush))
    throw Error(fmt::format("cannot write {}", (folder / kCores).string()));
}

/// Runs the program with its standard output on the standard error; its exit status, or -1 when it
/// did not run to its end.
int run(const std::vector<std::string>& words) {
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
  pid_t child = 0;
  const int failed =
      ::posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return -1;
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

bool in_build_tree(const fs::path& folder) {
  return fs::exists(folder / kSources);
}

std::string why_no_builds(const fs::path& folder) {
  std::ifstream file(folder / kNoBuilds);
  std::string why;
  std::getline(file, why);
  return why;
}

void build_core(const fs::path& folder, const std::string& target, const CoreShape& shape) {
  const FolderLock lock(folder);
  if (is_current(folder, target)) return;
  announce(folder, shape);
  const std::string tree = fs::weakly_canonical(folder / "../..").string();
  const std::vector<std::string> command{"cmake", "--build", tree, "--target", target};
  const std::string text = fmt::format("{}", fmt::join(command, " "));
  fmt::print(stderr, "building the simulated core, once for all runs: {}\n", text);
  std::fflush(stderr);
  if (const int status = run(command); status != 0)
    throw Error(status < 0 ? fmt::format("cannot run `{}`", text)
                           : fmt::format("`{}` failed with exit status {}", text, status));
}

}  // namespace trine::sim
