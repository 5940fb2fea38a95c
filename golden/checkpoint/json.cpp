// SPDX-License-Identifier: Apache-2.0

#include "golden/checkpoint/json.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <set>
#include <vector>

#include "golden/error.h"

namespace trine::golden {

nlohmann::json parse_json(std::string_view text, const std::string& where) {
  using Event = nlohmann::json::parse_event_t;
  std::vector<std::set<std::string>> keys;  // Of the objects that are open.
  const auto watch = [&](int, Event event, nlohmann::json& value) {
    if (event == Event::object_start) keys.emplace_back();
    if (event == Event::object_end) keys.pop_back();
    if (event == Event::key && !keys.back().insert(value.get<std::string>()).second) {
      throw Error(fmt::format("{}: duplicate name '{}'", where, value.get<std::string>()));
    }
    return true;
  };
  try {
    return nlohmann::json::parse(text.begin(), text.end(), watch);
  } catch (const nlohmann::json::exception& error) {
    throw Error(fmt::format("{}: not valid JSON: {}", where, error.what()));
  }
}

std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(fmt::format("{}: cannot open", path.string()));
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (file.bad()) throw Error(fmt::format("{}: cannot read", path.string()));
  return text;
}

}  // namespace trine::golden
