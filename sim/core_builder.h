// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>
#include <string>

#include "driver/core_shape.h"

namespace trine::sim {

/// True when `folder` holds the core modules of a build tree, which can make what is missing.
bool in_build_tree(const std::filesystem::path& folder);

/// Why `folder`, of a build tree, makes no core modules; empty when it does, or is of no build
/// tree.
std::string why_no_builds(const std::filesystem::path& folder);

/// Makes `target`, the module of a core of this shape, in the build tree of `folder` unless it is
/// there and not older than any source; the build's progress goes to the standard error. A core
/// that the tree did not know becomes one that it knows. Processes that need the same tree wait for
/// each other. Throws Error when the build fails.
void build_core(const std::filesystem::path& folder, const std::string& target,
                const CoreShape& shape);

}  // namespace trine::sim
