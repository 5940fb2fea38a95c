// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "golden/tokenizer/tokenizer_file.h"

namespace trine::golden {

/// The JSON of a tokenizer.json but for the entries of model.vocab and model.merges, which go to
/// `file`: hundreds of thousands that need not become part of a value. Throws Error naming `where`.
nlohmann::json read_tokenizer_json(std::string_view text, const std::string& where,
                                   TokenizerFile& file);

/// A token's number; Error naming `where` and `what` for anything else.
std::int32_t token_number(const nlohmann::json& value, const std::string& where,
                          const std::string& what);

}  // namespace trine::golden
