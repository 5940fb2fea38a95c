// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>
#include <string>

#include "golden/families/tensors.h"

namespace trine::golden {

/// Parses the text of a config.json by the description of the family that it names; `where` names
/// the file in errors. Throws Error naming key and value for a family that is not described, a
/// value that the family does not have here, sizes that do not divide, and keys that contradict
/// each other.
ModelConfig parse_config(const std::string& json_text, const std::string& where);
ModelConfig read_config(const std::filesystem::path& config_json);

}  // namespace trine::golden
