// SPDX-License-Identifier: Apache-2.0

#include "golden/checkpoint/json.h"

#include <fmt/format.h>

#include <array>
#include <fstream>

#include "golden/checkpoint/json_builder.h"
#include "golden/error.h"

namespace trine::golden {

nlohmann::json JsonBuilder::parse(std::string_view text) {
  json::sax_parse(text.begin(), text.end(), this);
  return std::move(root_);
}

nlohmann::json* JsonBuilder::place(json content) {
  if (open_.empty()) return &(root_ = std::move(content));
  json& parent = *open_.back().value;
  json& target = parent.is_array() ? parent.emplace_back() : parent[open_.back().key];
  target = std::move(content);
  return &target;
}

bool JsonBuilder::value(json content) {
  place(std::move(content));
  return true;
}

void JsonBuilder::open(json content) {
  if (open_.size() == kDeepest)
    throw Error(fmt::format("{}: is nested deeper than {} levels", where_, kDeepest));
  open_.push_back({place(std::move(content)), {}});
}

bool JsonBuilder::start_object(std::size_t) {
  open(json::object());
  return true;
}

bool JsonBuilder::key(std::string& name) {
  open_.back().key = std::move(name);
  if (open_.back().value->contains(open_.back().key)) fail_duplicate(open_.back().key);
  return true;
}

bool JsonBuilder::end_object() {
  open_.pop_back();
  return true;
}

bool JsonBuilder::start_array(std::size_t) {
  open(json::array());
  return true;
}

bool JsonBuilder::end_array() {
  open_.pop_back();
  return true;
}

bool JsonBuilder::parse_error(std::size_t, const std::string&, const json::exception& error) {
  throw Error(fmt::format("{}: not valid JSON: {}", where_, error.what()));
}

void JsonBuilder::fail_duplicate(const std::string& name) const {
  throw Error(fmt::format("{}: duplicate name '{}'", where_, name));
}

nlohmann::json parse_json(std::string_view text, const std::string& where) {
  return JsonBuilder(where).parse(text);
}

std::string read_all(std::istream& in, const std::string& where) {
  // In pieces: a pipe has no size, and an iterator over characters takes ten times as long.
  std::string text;
  std::array<char, 1 << 16> piece;
  while (in.read(piece.data(), piece.size()) || in.gcount() > 0) {
    text.append(piece.data(), static_cast<std::size_t>(in.gcount()));
    if (text.size() > kMostText) throw Error(where + ": is longer than 1 GiB, which no text is");
  }
  if (in.bad()) throw Error(where + ": cannot be read");
  return text;
}

std::string read_input_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(fmt::format("{}: cannot open", path.string()));
  return read_all(file, path.string());
}

std::string read_text(const std::filesystem::path& path) {
  if (std::filesystem::exists(path) && !std::filesystem::is_regular_file(path))
    throw Error(fmt::format("{}: is not a regular file", path.string()));
  return read_input_text(path);
}

}  // namespace trine::golden
