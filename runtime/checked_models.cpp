// SPDX-License-Identifier: Apache-2.0

#include "runtime/checked_models.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>

#include "golden/format/crc32c.h"

namespace trine {
namespace {

namespace fs = std::filesystem;

fs::path absolute_directory(const char* variable) {
  const char* const value = std::getenv(variable);
  // A relative one counts as unset, as the XDG base directories are defined.
  if (value == nullptr || value[0] != '/') return {};
  return value;
}

fs::path directory_of_environment() {
  const char* const use = std::getenv("TRINE_MODEL_CACHE");
  if (use != nullptr && std::string_view(use) == "off") return {};
  fs::path cache = absolute_directory("XDG_CACHE_HOME");
  if (cache.empty()) {
    const fs::path home = absolute_directory("HOME");
    if (home.empty()) return {};
    cache = home / ".cache";
  }
  return cache / "trine" / "checked";
}

/// All that must be the same, as the text of the file that remembers it.
std::string facts(const golden::PackedModel& model) {
  const golden::Safetensors& file = model.file();
  const golden::FileIdentity& id = file.identity();
  const auto header = file.file_bytes().first(file.tensors().front().file_offset);
  return fmt::format(
      "checked by trine {}\npath {}\ndevice {} inode {} bytes {}\nmodified {} changed {}\n"
      "header {:08x}\n",
      TRINE_VERSION, fs::canonical(file.path()).string(), id.device, id.inode, id.bytes,
      id.modified, id.changed, golden::crc32c(header));
}

/// The name of the file for a model: its path in another guise.
fs::path name_for(const golden::PackedModel& model) {
  const std::string path = fs::canonical(model.file().path()).string();
  return fmt::format("{:016x}", std::hash<std::string>()(path));
}

}  // namespace

CheckedModels::CheckedModels() : directory_(directory_of_environment()) {}

bool CheckedModels::knows(const golden::PackedModel& model) const {
  if (directory_.empty() || model.file().identity().bytes < small_) return false;
  std::ifstream file(directory_ / name_for(model), std::ios::binary);
  if (!file) return false;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str() == facts(model);
}

void CheckedModels::remember(const golden::PackedModel& model, std::int64_t started) const {
  const golden::FileIdentity& id = model.file().identity();
  if (directory_.empty() || id.bytes < small_) return;
  if (std::max(id.modified, id.changed) > started - kSettled) return;
  if (golden::file_identity(model.file().path()) != id) return;
  // Nothing is lost where this fails: the next command checks again.
  std::error_code error;
  fs::create_directories(directory_, error);
  if (error) return;
  const fs::path file = directory_ / name_for(model);
  const fs::path temporary = fmt::format("{}.{}", file.string(), ::getpid());
  {
    std::ofstream out(temporary, std::ios::binary);
    out << facts(model);
    if (!out.flush()) {
      fs::remove(temporary, error);
      return;
    }
  }
  fs::rename(temporary, file, error);
  if (error) fs::remove(temporary, error);
}

}  // namespace trine
