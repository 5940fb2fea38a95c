// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace trine::golden {

/// Builds a JSON value from the events of nlohmann's parser, and refuses a duplicate key and what
/// is nested deeper than kDeepest: copying, comparing and printing a value call themselves for each
/// level, and a file must not decide how much stack that takes. Who
/// derives from it may keep what is large from becoming part of the value: an override that does
/// not call the one here takes the event.
class JsonBuilder : public nlohmann::json_sax<nlohmann::json> {
 public:
  using json = nlohmann::json;
  static constexpr std::size_t kDeepest = 100;

  /// `where` names the text in errors.
  explicit JsonBuilder(std::string where) : where_(std::move(where)) {}

  /// Parses a whole text; Error says what is wrong with it.
  json parse(std::string_view text);

  bool null() override { return value(nullptr); }
  bool boolean(bool content) override { return value(content); }
  bool number_integer(std::int64_t content) override { return value(content); }
  bool number_unsigned(std::uint64_t content) override { return value(content); }
  bool number_float(double content, const std::string&) override { return value(content); }
  bool string(std::string& content) override { return value(std::move(content)); }
  bool binary(json::binary_t& content) override { return value(std::move(content)); }
  bool start_object(std::size_t) override;
  bool key(std::string& name) override;
  bool end_object() override;
  bool start_array(std::size_t) override;
  bool end_array() override;
  bool parse_error(std::size_t, const std::string&, const json::exception& error) override;

 protected:
  /// A value that is neither object nor array, or that takes the place of one.
  virtual bool value(json content);
  /// How many objects and arrays are open, and the name of a member of the one at this depth that
  /// came last; empty in an array.
  std::size_t depth() const { return open_.size(); }
  const std::string& member(std::size_t depth) const { return open_[depth].key; }
  [[noreturn]] void fail_duplicate(const std::string& name) const;

 private:
  struct Open {
    json* value;
    std::string key;
  };
  json* place(json content);
  void open(json content);

  std::string where_;
  json root_;
  std::vector<Open> open_;
};

}  // namespace trine::golden
