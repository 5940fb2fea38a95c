// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace trine::golden {

/// Parses strict JSON whose objects have no duplicate key; Error names `where`.
nlohmann::json parse_json(std::string_view text, const std::string& where);

/// The whole text of a file; Error names it.
std::string read_text(const std::filesystem::path& path);

}  // namespace trine::golden
