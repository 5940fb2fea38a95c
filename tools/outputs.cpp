// SPDX-License-Identifier: Apache-2.0

#include "tools/outputs.h"

#include <filesystem>

#include "golden/error.h"

namespace trine::tools {
namespace {

namespace fs = std::filesystem;

bool same_file(const fs::path& a, const fs::path& b) {
  std::error_code ignored;
  return fs::equivalent(a, b, ignored);
}

/// A name without links and dots, whether or not the file is there.
fs::path plain_name(const fs::path& file) {
  std::error_code ignored;
  return fs::weakly_canonical(fs::absolute(file), ignored);
}

}  // namespace

void check_apart(const std::string& output, const std::vector<std::string>& inputs) {
  if (output.empty() || !fs::is_regular_file(output)) return;
  for (const std::string& input : inputs) {
    if (input.empty()) continue;
    const bool inside =
        fs::is_directory(input) && same_file(plain_name(output).parent_path(), input);
    if (inside || same_file(output, input))
      throw Error(output + ": is read by this command, so it is not overwritten");
  }
}

void check_distinct(const std::vector<std::string>& outputs) {
  for (std::size_t i = 0; i < outputs.size(); ++i)
    for (std::size_t k = 0; k < i; ++k)
      if (!outputs[i].empty() && !outputs[k].empty() &&
          plain_name(outputs[i]) == plain_name(outputs[k]) &&
          (!fs::exists(outputs[i]) || fs::is_regular_file(outputs[i])))
        throw Error(outputs[i] + ": two outputs have this name, of which one would be lost");
}

}  // namespace trine::tools
