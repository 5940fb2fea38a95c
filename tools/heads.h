// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>
#include <string>

#include "golden/families/model_config.h"
#include "tools/common.h"

namespace trine::tools {

/// The configuration that a packed model of this checkpoint has, with its heads as they will be
/// stored. Prints the checkpoint's warnings. Throws Error for heads that no core takes.
golden::ModelConfig stored_config(const std::filesystem::path& checkpoint,
                                  const CommonOptions& common);

/// "heads of 80 are stored as 128, with zeros"; empty when they are stored as they are.
std::string padding_text(const golden::ModelConfig& stored);

}  // namespace trine::tools
