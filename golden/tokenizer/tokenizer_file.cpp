// SPDX-License-Identifier: Apache-2.0

#include "golden/tokenizer/tokenizer_file.h"

#include <nlohmann/json.hpp>

#include "golden/error.h"
#include "golden/tokenizer/vocabulary_reader.h"

namespace trine::golden {
namespace {

using nlohmann::json;

constexpr const char* kBlank = "\u2581";  // As SentencePiece writes it.

/// The split that ByteLevel does by itself when use_regex is set.
constexpr const char* kByteLevelSplit =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

class Parser {
 public:
  explicit Parser(const std::string& where) : where_(where) {}

  TokenizerFile parse(std::string_view text) {
    root_ = read_tokenizer_json(text, where_, file_);
    need_object(root_, "the file");
    // What a caller of the tokenizers library last asked for may stand in "truncation" and
    // "padding"; the Transformers library sets both anew with every call, so they change no token
    // here.
    for (const char* name : {"truncation", "padding"})
      if (!absent(root_, name)) need_object(root_[name], name);
    decoder(root_.value("decoder", json()));  // Says which kind of tokenizer it is.
    normalizer(root_.value("normalizer", json()));
    if (file_.sentence) {
      metaspace(root_.value("pre_tokenizer", json()));
    } else {
      pre_tokenizer(root_.value("pre_tokenizer", json()));
    }
    post_processor(root_.value("post_processor", json()));
    model(root_.contains("model") ? root_["model"] : json());
    for (const json& token : root_.value("added_tokens", json::array())) added(token);
    return std::move(file_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { throw Error(where_ + ": " + what); }
  void refuse_unless(bool supported, const std::string& what) const {
    if (!supported)
      fail(what +
           " asks for what is not supported: BPE of bytes as Qwen2 and Llama 3 have it, or of "
           "SentencePiece as Llama 2 and Mistral do; without this file a model takes --tokens");
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

  /// ByteLevel, or what undoes the writing of SentencePiece.
  void decoder(const json& value) {
    const std::string type = type_of(value, "decoder");
    if (type == "ByteLevel") return;
    refuse_unless(type == "Sequence", "decoder " + type);
    file_.sentence = TokenizerFile::Sentence{};
    const json& parts = value.at("decoders");
    refuse_unless(parts.is_array(), "decoder Sequence");
    std::size_t at = 0;
    const auto next = [&](const char* name) {
      const bool is_next = at < parts.size() && type_of(parts[at], "decoder") == name;
      if (is_next) ++at;
      return is_next;
    };
    refuse_unless(next("Replace") && is_replacement(parts[0], kBlank, " ") &&
                      next("ByteFallback") && next("Fuse"),
                  "decoder Sequence");
    if (next("Strip")) {
      const json& strip = parts[at - 1];
      refuse_unless(strip.at("content") == " " && strip.at("start") == 1 && strip.at("stop") == 0,
                    "decoder Strip");
      file_.sentence->strips = true;
    }
    refuse_unless(at == parts.size(), "decoder Sequence");
  }

  static bool is_replacement(const json& value, const char* pattern, const char* content) {
    const json& from = value.at("pattern");
    return from.is_object() && from.value("String", json()) == pattern &&
           value.at("content") == content;
  }

  void normalizer(const json& value) {
    if (value.is_null()) return;
    json parts = json::array({value});
    if (type_of(value, "normalizer") == "Sequence") parts = value.at("normalizers");
    for (const json& part : parts) {
      const std::string type = type_of(part, "normalizer");
      if (file_.sentence && type == "Prepend") {
        refuse_unless(part.at("prepend") == kBlank, "normalizer Prepend");
        file_.sentence->prepends = true;
      } else if (file_.sentence && type == "Replace") {
        refuse_unless(is_replacement(part, " ", kBlank), "normalizer Replace");
        file_.sentence->replaces = true;
      } else {
        refuse_unless(type == "NFC", "normalizer " + type);
        file_.nfc = true;
      }
    }
  }

  /// The pre-tokenizer of a SentencePiece tokenizer: none, or Metaspace.
  void metaspace(const json& value) {
    TokenizerFile::Sentence& sentence = *file_.sentence;
    if (!value.is_null()) {
      using Front = TokenizerFile::Sentence::Front;
      const std::string type = type_of(value, "pre_tokenizer");
      refuse_unless(type == "Metaspace", "pre_tokenizer " + type);
      refuse_unless(value.at("replacement") == kBlank, "pre_tokenizer Metaspace replacement");
      // Before prepend_scheme there was add_prefix_space, for every text.
      const json scheme = value.value(
          "prepend_scheme", json(value.value("add_prefix_space", true) ? "always" : "never"));
      refuse_unless(scheme == "always" || scheme == "first" || scheme == "never",
                    "pre_tokenizer Metaspace prepend_scheme");
      sentence.metaspace = true;
      sentence.front = scheme == "always"  ? Front::Each
                       : scheme == "first" ? Front::First
                                           : Front::Never;
      sentence.splits = value.value("split", true);
    }
    refuse_unless(sentence.replaces || sentence.metaspace, "pre_tokenizer that leaves blanks");
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
    for (const char* name : {"dropout", "continuing_subword_prefix", "end_of_word_suffix"})
      refuse_unless(absent(value, name), std::string("model ") + name);
    if (file_.sentence) {
      refuse_unless(!absent(value, "byte_fallback"), "model without byte_fallback");
    } else {
      refuse_unless(absent(value, "byte_fallback"), "model byte_fallback");
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
