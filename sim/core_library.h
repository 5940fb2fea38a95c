// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "sim/core_module.h"

namespace trine::sim {

/// A build of the core; each exists fast and checking.
struct KnownCore {
  const char* name;
  CoreShape shape;
};

/// Those that stand for all in the tests, from the list in sim/CMakeLists.txt.
std::span<const KnownCore> known_cores();

/// The Verilated core that `options` ask for: its module is found, built first when the program
/// runs from its build tree and the module is missing or older than its sources, and loaded for
/// the rest of the process. A build tree makes any core that the RTL can be. Modules are looked for
/// in the folders of $TRINE_CORE_PATH (separated by colons), beside the program and in its library
/// search path, in this order.
///
/// Throws Error when there is no such module, naming the folders and how to get one; when a module
/// belongs to another version of this program; and when building it fails.
std::unique_ptr<RtlCore> make_core(MemoryMap& memory, const SimOptions& options);

/// The folders that hold, or may hold, core modules, without those of the library search path.
std::vector<std::filesystem::path> core_folders();

}  // namespace trine::sim
