// SPDX-License-Identifier: Apache-2.0

#include "tools/report_fields.h"

#include <fmt/format.h>

#include "golden/error.h"

namespace trine::tools::report {
namespace {

/// A value in an error: the begin of a long one.
std::string shown(const Json& value) {
  constexpr std::size_t kMost = 60;
  const std::string all = value.dump(-1, ' ', true);
  return all.size() <= kMost ? all : all.substr(0, kMost) + "...";
}

[[noreturn]] void refuse(const char* key, const std::string& what, const Json& value) {
  throw Error(fmt::format("'{}' must be {}, it is {}", key, what, shown(value)));
}

}  // namespace

const Json& member(const Json& object, const char* key) {
  if (!object.is_object())
    throw Error(fmt::format("'{}' must be in an object, there is {}", key, shown(object)));
  const auto found = object.find(key);
  if (found == object.end()) throw Error(fmt::format("'{}' is missing", key));
  return *found;
}

std::uint64_t whole(const Json& object, const char* key, std::uint64_t most) {
  const Json& value = member(object, key);
  if (!value.is_number_unsigned()) refuse(key, "a whole number", value);
  const auto found = value.get<std::uint64_t>();
  if (found > most) refuse(key, fmt::format("a whole number up to {}", most), value);
  return found;
}

double number(const Json& object, const char* key) {
  constexpr double kMost = 1e15;
  const Json& value = member(object, key);
  if (!value.is_number()) refuse(key, "a number", value);
  const auto found = value.get<double>();
  if (!(found >= 0 && found <= kMost)) refuse(key, fmt::format("in [0 .. {}]", kMost), value);
  return found;
}

std::string string(const Json& object, const char* key) {
  const Json& value = member(object, key);
  if (!value.is_string()) refuse(key, "a text", value);
  return value.get<std::string>();
}

bool has(const Json& object, const char* key) {
  return object.is_object() && object.contains(key) && !object.at(key).is_null();
}

}  // namespace trine::tools::report
