// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <filesystem>
#include <istream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace trine::golden {

/// Parses strict JSON whose objects have no duplicate key; Error names `where`.
nlohmann::json parse_json(std::string_view text, const std::string& where);

/// The longest text that is read.
inline constexpr std::size_t kMostText = std::size_t{1} << 30;

/// The whole text of a regular file; Error names it. A pipe in its place could keep a program
/// waiting for good.
std::string read_text(const std::filesystem::path& path);
/// The same of whatever can be read: pipes and devices, too.
std::string read_input_text(const std::filesystem::path& path);
/// All that is left of a stream; `where` names it in errors.
std::string read_all(std::istream& in, const std::string& where);

}  // namespace trine::golden
