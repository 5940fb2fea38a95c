// SPDX-License-Identifier: Apache-2.0

#include "golden/tokenizer/vocabulary_reader.h"

#include <vector>

#include "golden/checkpoint/json_builder.h"
#include "golden/error.h"

namespace trine::golden {
namespace {

using nlohmann::json;

constexpr std::int64_t kMostTokens = 1 << 24;

[[noreturn]] void fail_at(const std::string& where, const std::string& what) {
  throw Error(where + ": " + what);
}

/// Reads model.vocab and model.merges, hundreds of thousands of entries, past the JSON value, which
/// has everything else.
class Events final : public JsonBuilder {
 public:
  Events(const std::string& where, TokenizerFile& file)
      : JsonBuilder(where), where_(where), file_(file) {}

  bool start_object(std::size_t size) override {
    if (inside_ != Inside::Nothing) return value(json::object());
    if (!at("vocab")) return JsonBuilder::start_object(size);
    inside_ = Inside::Vocabulary;
    return JsonBuilder::value(json::object());
  }
  bool key(std::string& name) override {
    if (inside_ != Inside::Vocabulary) return JsonBuilder::key(name);
    key_ = std::move(name);
    return true;
  }
  bool end_object() override {
    if (inside_ != Inside::Vocabulary) return JsonBuilder::end_object();
    inside_ = Inside::Nothing;
    return true;
  }
  bool start_array(std::size_t size) override {
    if (inside_ == Inside::Merges) {
      inside_ = Inside::Pair;
      return true;
    }
    if (inside_ != Inside::Nothing) return value(json::array());
    if (!at("merges")) return JsonBuilder::start_array(size);
    inside_ = Inside::Merges;
    return JsonBuilder::value(json::array());
  }
  bool end_array() override {
    if (inside_ == Inside::Nothing) return JsonBuilder::end_array();
    if (inside_ == Inside::Pair) {
      if (pair_.size() != 2) fail_merge();
      file_.merges.emplace_back(std::move(pair_[0]), std::move(pair_[1]));
      pair_.clear();
    }
    inside_ = inside_ == Inside::Pair ? Inside::Merges : Inside::Nothing;
    return true;
  }
  bool string(std::string& content) override {
    if (inside_ == Inside::Merges) return merge(content);
    if (inside_ != Inside::Pair) return value(std::move(content));
    pair_.push_back(std::move(content));
    return true;
  }

 protected:
  bool value(json content) override {
    switch (inside_) {
      case Inside::Nothing:
        return JsonBuilder::value(std::move(content));
      case Inside::Vocabulary:
        return number(content);
      case Inside::Merges:
      case Inside::Pair:
        break;
    }
    fail_merge();
  }

 private:
  /// What is not part of the value: entries of the vocabulary, merges, the parts of one merge.
  enum class Inside { Nothing, Vocabulary, Merges, Pair };

  bool at(const char* name) const {
    return depth() == 2 && member(0) == "model" && member(1) == name;
  }
  [[noreturn]] void fail_merge() const {
    fail_at(where_, "merge " + std::to_string(file_.merges.size()) + " is neither text nor a pair");
  }

  bool number(const json& content) {
    const std::int32_t id = token_number(content, where_, "vocab '" + key_ + "'");
    const auto index = static_cast<std::size_t>(id);
    if (used_.size() <= index) used_.resize(2 * index + 1);
    if (used_[index]) fail_at(where_, "vocab '" + key_ + "': token number used twice");
    used_[index] = true;
    const auto [entry, is_new] = file_.vocabulary.emplace(std::move(key_), id);
    if (!is_new) fail_duplicate(entry->first);
    return true;
  }

  /// A merge is written "left right" or ["left", "right"].
  bool merge(const std::string& text) {
    const std::size_t space = text.find(' ');
    if (space == std::string::npos || text.find(' ', space + 1) != std::string::npos)
      fail_at(where_,
              "merge " + std::to_string(file_.merges.size()) + " '" + text + "' is not two parts");
    file_.merges.emplace_back(text.substr(0, space), text.substr(space + 1));
    return true;
  }

  std::string where_;
  TokenizerFile& file_;
  Inside inside_ = Inside::Nothing;
  std::string key_;
  std::vector<std::string> pair_;
  std::vector<bool> used_;  // By token number.
};

}  // namespace

nlohmann::json read_tokenizer_json(std::string_view text, const std::string& where,
                                   TokenizerFile& file) {
  return Events(where, file).parse(text);
}

std::int32_t token_number(const nlohmann::json& value, const std::string& where,
                          const std::string& what) {
  if (!value.is_number_integer() || value < 0 || value >= kMostTokens)
    fail_at(where, what + ": token number " + value.dump() + " is not in 0.." +
                       std::to_string(kMostTokens - 1));
  return value.get<std::int32_t>();
}

}  // namespace trine::golden
