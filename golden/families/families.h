// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <string_view>

#include "golden/families/family.h"

namespace trine::golden {

// One file each.
extern const Family kQwen2;
extern const Family kQwen3;
extern const Family kLlama;
extern const Family kMistral;

/// All families that are described; the only place that lists them.
std::span<const Family* const> families();
/// nullptr when there is none.
const Family* family_of_type(std::string_view model_type);
const Family* family_of_architecture(std::string_view architecture);
/// For messages: their model types, or architectures, as `"qwen2", "qwen3"`.
std::string known_model_types();
std::string known_architectures();

}  // namespace trine::golden
