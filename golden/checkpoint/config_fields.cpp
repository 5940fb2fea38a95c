// SPDX-License-Identifier: Apache-2.0

#include "golden/checkpoint/config_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "golden/error.h"

namespace trine::golden {
namespace {

using nlohmann::json;

constexpr std::uint64_t kMaxSize = 1u << 24;

}  // namespace

ConfigFields::ConfigFields(const json& object, std::string where, std::string inside)
    : object_(&object), where_(std::move(where)), inside_(std::move(inside)) {}

const json* ConfigFields::find(const std::string& key) const {
  const auto it = object_->find(key);
  return it == object_->end() || it->is_null() ? nullptr : &*it;
}

const json& ConfigFields::at(const std::string& key) const {
  const json* value = find(key);
  if (value == nullptr) throw Error(fmt::format("{}: '{}{}' is missing", where_, inside_, key));
  return *value;
}

ConfigFields ConfigFields::object(const std::string& key) const {
  const json& value = at(key);
  if (!value.is_object()) refuse(key, "must be an object");
  return {value, where_, inside_ + key + "."};
}

std::size_t ConfigFields::size(const std::string& key) const {
  const json& value = at(key);
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() == 0 ||
      value.get<std::uint64_t>() > kMaxSize) {
    refuse(key, fmt::format("must be a whole number from 1 to {}", kMaxSize));
  }
  return value.get<std::size_t>();
}

double ConfigFields::positive(const std::string& key) const {
  const json& value = at(key);
  if (!value.is_number() || !std::isfinite(value.get<double>()) || value.get<double>() <= 0) {
    refuse(key, "must be a positive number");
  }
  return value.get<double>();
}

double ConfigFields::positive(const std::string& key, double absent) const {
  return find(key) == nullptr ? absent : positive(key);
}

bool ConfigFields::flag(const std::string& key, bool absent) const {
  const json* value = find(key);
  if (value == nullptr) return absent;
  if (!value->is_boolean()) refuse(key, "must be true or false");
  return value->get<bool>();
}

std::string ConfigFields::text(const std::string& key) const {
  const json& value = at(key);
  if (!value.is_string()) refuse(key, "must be a text");
  return value.get<std::string>();
}

std::vector<std::int64_t> ConfigFields::tokens(const std::string& key, std::size_t vocab) const {
  const json* value = find(key);
  if (value == nullptr) return {};
  const json list = value->is_array() ? *value : json::array({*value});
  std::vector<std::int64_t> tokens;
  for (const json& token : list) {
    if (!token.is_number_unsigned() || token.get<std::uint64_t>() >= vocab) {
      refuse(key, "must be a token or a list of tokens of the vocabulary");
    }
    tokens.push_back(token.get<std::int64_t>());
  }
  return tokens;
}

void ConfigFields::only(std::initializer_list<const char*> keys, const std::string& why) const {
  for (const auto& [key, value] : object_->items()) {
    if (!value.is_null() && std::ranges::find(keys, key) == keys.end()) refuse(key, why);
  }
}

void ConfigFields::refuse(const std::string& key, const std::string& why) const {
  const json* value = find(key);
  throw Error(fmt::format("{}: '{}{}' {}{}", where_, inside_, key, why,
                          value == nullptr ? "" : ", it is " + value->dump().substr(0, 80)));
}

}  // namespace trine::golden
