// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>
#include <string>

namespace trine::sim {

/// True when `folder` holds the core modules of a build tree, which can make what is missing.
bool in_build_tree(const std::filesystem::path& folder);

/// Makes `target` in the build tree of `folder` unless its module is there and not older than any
/// source; the build's progress goes to the standard error. Processes that need the same tree wait
/// for each other. Throws Error when the build fails.
void build_core(const std::filesystem::path& folder, const std::string& target);

}  // namespace trine::sim
