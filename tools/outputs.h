// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <vector>

namespace trine::tools {

/// Throws Error when an output would replace one of `inputs`, or a file in a directory among them:
/// what a command reads must be there afterwards. Empty names are none.
void check_apart(const std::string& output, const std::vector<std::string>& inputs);
/// Throws Error when two outputs are the same file, of which one would be lost.
void check_distinct(const std::vector<std::string>& outputs);

}  // namespace trine::tools
