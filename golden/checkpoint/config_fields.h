// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace trine::golden {

/// Typed access to the fields of an object of config.json. Every refusal is an Error that names
/// file, key and value; the key of an object inside another one has the other's in front.
class ConfigFields {
 public:
  /// `object` must outlive it; `where` names the file, `inside` is the path of the object.
  ConfigFields(const nlohmann::json& object, std::string where, std::string inside = "");

  /// The field, or nullptr when it is absent or null.
  const nlohmann::json* find(const std::string& key) const;
  const nlohmann::json& at(const std::string& key) const;
  /// The object in a field that `find` finds.
  ConfigFields object(const std::string& key) const;

  /// A whole number from 1 to 2^24, so that every product of two sizes is far from 2^64.
  std::size_t size(const std::string& key) const;
  double positive(const std::string& key) const;
  double positive(const std::string& key, double absent) const;
  bool flag(const std::string& key, bool absent) const;
  std::string text(const std::string& key) const;
  /// One token or a list of tokens below `vocab`; none when the field is absent.
  std::vector<std::int64_t> tokens(const std::string& key, std::size_t vocab) const;

  /// Throws Error for a key that is none of these, and whose value is not null.
  void only(std::initializer_list<const char*> keys, const std::string& why) const;
  /// "file: 'key' why, it is VALUE".
  [[noreturn]] void refuse(const std::string& key, const std::string& why) const;

 private:
  const nlohmann::json* object_;
  std::string where_, inside_;
};

}  // namespace trine::golden
