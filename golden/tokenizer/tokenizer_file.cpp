// SPDX-License-Identifier: Apache-2.0

#include "golden/tokenizer/tokenizer_file.h"

#include <nlohmann/json.hpp>

#include "golden/checkpoint/json_builder.h"
#include "golden/error.h"

namespace trine::golden {
namespace {

using nlohmann::json;

constexpr std::int64_t kMostTokens = 1 << 24;

/// The split that ByteLevel does by itself when use_regex is set.
constexpr const char* kByteLevelSplit =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

[[noreturn]] void fail_at(const std::string& where, const std::string& what) {
  throw Error(where + ": " + what);
}

std::int32_t token_number(const json& value, const std::string& where, const std::string& what) {
  if (!value.is_number_integer() || value < 0 || value >= kMostTokens)
    fail_at(where, what + ": token number " + value.dump() + " is not in 0.." +
                       std::to_string(kMostTokens - 1));
  return value.get<std::int32_t>();
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

class Parser {
 public:
  explicit Parser(const std::string& where) : where_(where) {}

  TokenizerFile parse(std::string_view text) {
    root_ = Events(where_, file_).parse(text);
    need_object(root_, "the file");
    // What a caller of the tokenizers library last asked for may stand in "truncation" and
    // "padding"; the Transformers library sets both anew with every call, so they change no token
    // here.
    for (const char* name : {"truncation", "padding"})
      if (!absent(root_, name)) need_object(root_[name], name);
    normalizer(root_.value("normalizer", json()));
    pre_tokenizer(root_.value("pre_tokenizer", json()));
    post_processor(root_.value("post_processor", json()));
    refuse_unless(type_of(root_.value("decoder", json()), "decoder") == "ByteLevel", "decoder");
    model(root_.contains("model") ? root_["model"] : json());
    for (const json& token : root_.value("added_tokens", json::array())) added(token);
    return std::move(file_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { fail_at(where_, what); }
  void refuse_unless(bool supported, const std::string& what) const {
    if (!supported) fail(what + " asks for what is not supported");
  }
  void need_object(const json& value, const std::string& name) const {
    if (!value.is_object()) fail(name + " is not an object");
  }
  /// Absent, null, false, zero or an empty string: asks for nothing.
  static bool absent(const json& object, const char* name) {
    const json value = object.value(name, json());
    return value.is_null() || value == false ||
           (value.is_string() && value.get_ref<const std::string&>().empty()) ||
           (value.is_number() && value == 0);
  }
  std::string type_of(const json& value, const std::string& name) const {
    need_object(value, name);
    if (!value.contains("type")) fail(name + " has no type");
    return value["type"].get<std::string>();
  }

  void normalizer(const json& value) {
    if (value.is_null()) return;
    json parts = json::array({value});
    if (type_of(value, "normalizer") == "Sequence") parts = value.at("normalizers");
    for (const json& part : parts) {
      const std::string type = type_of(part, "normalizer");
      refuse_unless(type == "NFC", "normalizer " + type);
      file_.nfc = true;
    }
  }

  void pre_tokenizer(const json& value) {
    json parts = json::array({value});
    if (type_of(value, "pre_tokenizer") == "Sequence") parts = value.at("pretokenizers");
    bool byte_level = false;
    for (const json& part : parts) {
      refuse_unless(!byte_level, "pre_tokenizer after ByteLevel");
      const std::string type = type_of(part, "pre_tokenizer");
      if (type == "ByteLevel") {
        refuse_unless(absent(part, "add_prefix_space"), "pre_tokenizer add_prefix_space");
        if (part.value("use_regex", true)) file_.splits.push_back({kByteLevelSplit, where_});
        byte_level = true;
      } else {
        refuse_unless(type == "Split", "pre_tokenizer " + type);
        split(part);
      }
    }
    refuse_unless(byte_level, "pre_tokenizer without ByteLevel");
  }

  void split(const json& value) {
    refuse_unless(value.at("behavior") == "Isolated", "pre_tokenizer Split behavior");
    refuse_unless(absent(value, "invert"), "pre_tokenizer Split invert");
    const json& pattern = value.at("pattern");
    refuse_unless(pattern.is_object() && pattern.contains("Regex"), "pre_tokenizer Split pattern");
    file_.splits.push_back({pattern["Regex"].get<std::string>(), where_ + ": pre_tokenizer Split"});
  }

  /// ByteLevel trims offsets only; a template puts special tokens around a prompt.
  void post_processor(const json& value) {
    if (value.is_null()) return;
    json parts = json::array({value});
    if (type_of(value, "post_processor") == "Sequence") parts = value.at("processors");
    for (const json& part : parts) {
      const std::string type = type_of(part, "post_processor");
      if (type == "ByteLevel") continue;
      refuse_unless(type == "TemplateProcessing", "post_processor " + type);
      refuse_unless(file_.prefix.empty() && file_.suffix.empty(), "second template post_processor");
      prompt_template(part);
    }
  }

  void prompt_template(const json& value) {
    const std::string name = "post_processor single";
    bool text_seen = false;
    for (const json& piece : value.at("single")) {
      need_object(piece, name);
      if (piece.contains("Sequence")) {
        refuse_unless(!text_seen && piece["Sequence"].at("id") == "A", name);
        text_seen = true;
        continue;
      }
      const auto id = piece.at("SpecialToken").at("id").get<std::string>();
      const json& tokens = value.at("special_tokens");
      if (!tokens.contains(id)) fail(name + ": '" + id + "' is not in special_tokens");
      for (const json& number : tokens[id].at("ids"))
        (text_seen ? file_.suffix : file_.prefix).push_back(token(number, name + " '" + id + "'"));
    }
    refuse_unless(text_seen, name + " without a sequence");
  }

  std::int32_t token(const json& value, const std::string& what) const {
    return token_number(value, where_, what);
  }

  void model(const json& value) {
    refuse_unless(type_of(value, "model") == "BPE", "model type");
    for (const char* name :
         {"dropout", "continuing_subword_prefix", "end_of_word_suffix", "byte_fallback"}) {
      refuse_unless(absent(value, name), std::string("model ") + name);
    }
    file_.ignore_merges = value.value("ignore_merges", false);
    need_object(value.at("vocab"), "model vocab");
    if (!value.at("merges").is_array()) fail("model merges is not an array");
  }

  void added(const json& value) {
    need_object(value, "added token");
    TokenizerFile::Added result;
    result.content = value.at("content").get<std::string>();
    const std::string name = "added token '" + result.content + "'";
    if (result.content.empty()) fail("added token without content");
    for (const char* option : {"single_word", "lstrip", "rstrip"}) {
      refuse_unless(absent(value, option), name + " " + option);
    }
    result.token = token(value.at("id"), name);
    result.special = value.value("special", false);
    result.normalized = value.value("normalized", !result.special);
    file_.added.push_back(std::move(result));
  }

  json root_;
  std::string where_;
  TokenizerFile file_;
};

}  // namespace

TokenizerFile parse_tokenizer(std::string_view json_text, const std::string& where) {
  try {
    return Parser(where).parse(json_text);
  } catch (const json::exception& error) {
    throw Error(where + ": " + error.what());
  }
}

}  // namespace trine::golden
