// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "golden/checkpoint/config.h"

namespace trine::golden {

/// Depths (1 to 4) of matrices by name; a name may have `*` for any text.
using DepthRules = std::map<std::string, unsigned>;

/// Rules of a file: a JSON object such as {"model.layers.*.mlp.down_proj.weight": 3}.
DepthRules read_depth_rules(const std::filesystem::path& file);

/// The rule of each matrix that has one, as its name and depth: the one that is its name, else the
/// pattern that matches. Throws Error for a depth that is not 1 to 4, a rule that no matrix
/// matches, and two patterns that disagree about a matrix.
std::map<std::string, unsigned> apply_depth_rules(const DepthRules& rules,
                                                  const std::vector<TensorSpec>& matrices);

}  // namespace trine::golden
