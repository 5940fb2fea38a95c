// SPDX-License-Identifier: Apache-2.0

#include "sim/core_library.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <link.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <set>

#include "golden/error.h"
#include "sim/core_abi.h"
#include "sim/core_builder.h"

namespace trine::sim {
namespace {

namespace fs = std::filesystem;

constexpr KnownCore kKnownCores[] = {
#include "sim/known_cores.inc"
};

std::string target_of(const std::string& name, bool checking) {
  return "trine_core_" + name + (checking ? "_check" : "");
}

/// The program or shared object that this function was linked into.
fs::path own_file() {
  Dl_info info{};
  link_map* map = nullptr;
  const auto* here = reinterpret_cast<const void*>(&own_file);
  if (::dladdr1(here, &info, reinterpret_cast<void**>(&map), RTLD_DL_LINKMAP) != 0 &&
      map->l_name[0] != '\0')
    return fs::canonical(map->l_name);
  return fs::read_symlink("/proc/self/exe");
}

/// A module, or nullptr and why not. It stays loaded: objects of its classes may live as long as
/// the process.
const CoreModule* open(const std::string& file, std::string& why) {
  void* const library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    why = ::dlerror();
    return nullptr;
  }
  const auto entry = reinterpret_cast<CoreModuleEntry>(::dlsym(library, kCoreModuleEntry));
  if (entry == nullptr) {
    why = file + " is no core module";
    return nullptr;
  }
  const CoreModule* const module = entry();
  if (std::strcmp(module->abi, kCoreAbi) == 0) return module;
  why = fmt::format("{} was built from other sources than this program ({}, here {})", file,
                    module->abi, kCoreAbi);
  return nullptr;
}

/// A search for one build of the core.
class Search {
 public:
  Search(const CoreShape& shape, bool checking) : shape_(shape), checking_(checking) {
    if (rtl_choices().hold(shape)) target_ = target_of(core_name(shape), checking);
  }

  /// Throws Error when there is none.
  const CoreModule& find() {
    const std::vector<fs::path> folders = core_folders();
    if (!target_.empty()) {
      for (const fs::path& folder : folders) {
        if (in_build_tree(folder)) build_core(folder, target_, shape_);
        const fs::path file = folder / (target_ + ".so");
        if (fs::exists(file)) return checked(file.string());
      }
      // A bare name is looked for in the library search path, the program's own included.
      std::string why;
      if (const CoreModule* module = open(target_ + ".so", why)) return *module;
    }
    for (const fs::path& folder : folders)
      if (const CoreModule* module = scan(folder)) return *module;
    throw Error(missing(folders));
  }

 private:
  bool fits(const CoreModule& module) const {
    return module.shape == shape_ && module.checking == checking_;
  }

  const CoreModule& checked(const std::string& file) const {
    std::string why;
    const CoreModule* const module = open(file, why);
    if (module == nullptr) throw Error(why);
    if (!fits(*module))
      throw Error(fmt::format("{} is a core with {}, not with {}", file, describe(module->shape),
                              describe(shape_)));
    return *module;
  }

  /// Modules that are in no list of this program are told apart by what they say of themselves.
  const CoreModule* scan(const fs::path& folder) {
    std::error_code error;
    std::set<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder, error))
      if (entry.path().filename().string().starts_with("trine_core_") &&
          entry.path().extension() == ".so")
        files.insert(entry.path());
    for (const fs::path& file : files) {
      std::string why;
      const CoreModule* const module = open(file.string(), why);
      if (module != nullptr && fits(*module)) return module;
      if (module == nullptr) unusable_ += "; " + why;
    }
    return nullptr;
  }

  std::string missing(const std::vector<fs::path>& folders) const {
    std::string text = fmt::format("no {}simulator with {}: no module in ",
                                   checking_ ? "checking " : "", describe(shape_));
    for (const fs::path& folder : folders) text += folder.string() + ", ";
    text += "the library search path";
    if (target_.empty()) {
      text += "; the RTL has no such core";
    } else {
      text += fmt::format(
          "; `cmake --build BUILD --target {}` in the sources makes {}.so, whose "
          "folder then goes into TRINE_CORE_PATH",
          target_, target_);
      for (const fs::path& folder : folders)
        if (const std::string why = why_no_builds(folder); !why.empty()) text += "; " + why;
    }
    return text + unusable_;
  }

  CoreShape shape_;
  bool checking_;
  std::string target_;    // Empty: the RTL cannot be such a core.
  std::string unusable_;  // Modules that could not be opened.
};

}  // namespace

std::span<const KnownCore> known_cores() {
  return kKnownCores;
}

std::vector<fs::path> core_folders() {
  std::vector<fs::path> folders;
  if (const char* path = std::getenv("TRINE_CORE_PATH")) {
    const std::string_view text(path);
    for (std::size_t from = 0; from <= text.size();) {
      const std::size_t to = std::min(text.find(':', from), text.size());
      if (to > from) folders.emplace_back(text.substr(from, to - from));
      from = to + 1;
    }
  }
  // Beside a program in bin/, and beside the Python package in the build's python/trine/ or in
  // lib/python*/site-packages/trine/.
  const fs::path own = own_file().parent_path();
  for (const char* way : {"../lib/trine", "../../lib/trine", "../../../trine"}) {
    const fs::path folder = (own / way).lexically_normal();
    std::error_code error;
    if (fs::is_directory(folder, error)) folders.push_back(folder);
  }
  return folders;
}

std::unique_ptr<RtlCore> make_core(MemoryMap& memory, const SimOptions& options) {
  const bool checking = options.checking || !options.trace_file.empty();
  return Search(options.shape(), checking).find().make(memory, options);
}

}  // namespace trine::sim
