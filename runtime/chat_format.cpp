// SPDX-License-Identifier: Apache-2.0

#include "runtime/chat_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "golden/checkpoint/json.h"
#include "golden/error.h"

namespace trine {
namespace {

using nlohmann::json;
using Words = std::vector<std::string_view>;  // Each the text of an added token, or plain text.

/// A way to write turns, as the families' published templates have it.
struct Style {
  std::string_view name;
  Words marks;   // Tokens that the template writes; no other style has all of them.
  Words others;  // Tokens that it writes through a variable.
  Words system_before, system_after;
  Words user_before, user_after;
  Words answer_before, answer_after;
  bool system_in_user = false, trims = false;
  bool marks_may_be_text = false;  // With a tokenizer that has no such tokens.
  bool begin_in_front_of_user =
      false;  // The token that begins a text, in front of every user turn.
};

/// The first one that fits is taken.
const std::vector<Style>& styles() {
  static const std::vector<Style> kStyles = {
      {.name = "chatml",
       .marks = {"<|im_start|>", "<|im_end|>"},
       .others = {},
       .system_before = {"<|im_start|>", "system\n"},
       .system_after = {"<|im_end|>", "\n"},
       .user_before = {"<|im_start|>", "user\n"},
       .user_after = {"<|im_end|>", "\n"},
       .answer_before = {"<|im_start|>", "assistant\n"},
       .answer_after = {"<|im_end|>", "\n"}},
      {.name = "llama3",
       .marks = {"<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"},
       .others = {},
       .system_before = {"<|start_header_id|>", "system", "<|end_header_id|>", "\n\n"},
       .system_after = {"<|eot_id|>"},
       .user_before = {"<|start_header_id|>", "user", "<|end_header_id|>", "\n\n"},
       .user_after = {"<|eot_id|>"},
       .answer_before = {"<|start_header_id|>", "assistant", "<|end_header_id|>", "\n\n"},
       .answer_after = {"<|eot_id|>"},
       .trims = true},
      {.name = "mistral",
       .marks = {"[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "[INST]", "[/INST]"},
       .others = {"</s>"},
       .system_before = {"[SYSTEM_PROMPT]"},
       .system_after = {"[/SYSTEM_PROMPT]"},
       .user_before = {"[INST]"},
       .user_after = {"[/INST]"},
       .answer_before = {},
       .answer_after = {"</s>"}},
      {.name = "llama2",
       .marks = {"[INST]", "[/INST]", "<<SYS>>", "<</SYS>>"},
       .others = {"</s>"},
       .system_before = {"<<SYS>>\n"},
       .system_after = {"\n<</SYS>>\n\n"},
       .user_before = {"[INST]"},
       .user_after = {"[/INST]"},
       .answer_before = {},
       .answer_after = {" ", "</s>"},
       .system_in_user = true,
       .trims = true,
       .marks_may_be_text = true,
       .begin_in_front_of_user = true},
      {.name = "mistral",
       .marks = {"[INST]", "[/INST]"},
       .others = {"</s>"},
       .system_before = {},
       .system_after = {"\n\n"},
       .user_before = {"[INST]"},
       .user_after = {"[/INST]"},
       .answer_before = {},
       .answer_after = {"</s>"},
       .system_in_user = true,
       .marks_may_be_text = true}};
  return kStyles;
}

json tokenizer_config(const std::filesystem::path& directory) {
  const auto file = directory / "tokenizer_config.json";
  if (!std::filesystem::exists(file)) return json::object();
  json config = golden::parse_json(golden::read_text(file), file.string());
  if (!config.is_object()) throw Error(file.string() + ": must be a JSON object");
  return config;
}

/// The template's text; empty when the model has none.
std::string chat_template(const std::filesystem::path& directory, const json& config) {
  const auto file = directory / "chat_template.jinja";
  if (std::filesystem::exists(file)) return golden::read_text(file);
  const auto found = config.find("chat_template");
  if (found == config.end() || found->is_null()) return "";
  if (found->is_string()) return found->get<std::string>();
  const auto refuse = [&] {
    throw Error((directory / "tokenizer_config.json").string() +
                ": 'chat_template' must be a text, or a list of objects with name and template");
  };
  if (!found->is_array()) refuse();
  // Several templates by name, of which "default" is for chats.
  std::string text;
  for (const json& one : *found) {
    const auto has = [&](const char* key) { return one.contains(key) && one[key].is_string(); };
    if (!one.is_object() || !has("name") || !has("template")) refuse();
    if (one["name"] == "default") text = one["template"].get<std::string>();
  }
  return text;
}

/// The text of a token in tokenizer_config.json: a string, or an object with its content.
std::string token_text(const json& config, const char* key) {
  const auto found = config.find(key);
  if (found == config.end()) return "";
  const json& text =
      found->is_object() && found->contains("content") ? (*found)["content"] : *found;
  return text.is_string() ? text.get<std::string>() : "";
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// The literal system turn of a ChatML template, as Qwen2.5 has it:
/// <|im_start|>system\nTEXT<|im_end|> inside one string of the template.
std::string literal_system(std::string_view text) {
  constexpr std::string_view kBegin = "<|im_start|>system\\n", kEnd = "<|im_end|>";
  for (std::size_t at = text.find(kBegin); at != text.npos; at = text.find(kBegin, at + 1)) {
    const std::size_t first = at + kBegin.size(), end = text.find(kEnd, first);
    if (end == text.npos) break;
    std::string turn(text.substr(first, end - first));
    const bool literal = turn.find_first_of("'\"{}\\") == std::string::npos;
    if (!turn.empty() && literal) return turn;
  }
  return "";
}

/// What the templates of Llama 3.1 and later put before any system turn: what the model knows and,
/// as long as no date is given, the one that stands in the template.
std::string dated_system(std::string_view text) {
  constexpr std::string_view kKnown = "Cutting Knowledge Date: December 2023";
  constexpr std::string_view kDate = "date_string = \"";
  const std::size_t at = text.find(kDate);
  if (!contains(text, kKnown) || at == text.npos) return "";
  const std::size_t first = at + kDate.size();
  return fmt::format("{}\nToday Date: {}\n\n", kKnown,
                     text.substr(first, text.find('"', first) - first));
}

ChatPieces pieces(const Words& words, const golden::Tokenizer& tokenizer) {
  ChatPieces all;
  for (const std::string_view word : words)
    all.push_back({tokenizer.find_added(word), std::string(word)});
  return all;
}

ChatTurn turn(const Words& before, const Words& after, const golden::Tokenizer& tokenizer) {
  return {pieces(before, tokenizer), pieces(after, tokenizer)};
}

ChatFormat written(const Style& style, std::string_view text, const golden::Tokenizer& tokenizer) {
  ChatFormat format{.name = std::string(style.name),
                    .why = "",
                    .begin = {},
                    .system = turn(style.system_before, style.system_after, tokenizer),
                    .user = turn(style.user_before, style.user_after, tokenizer),
                    .answer = turn(style.answer_before, style.answer_after, tokenizer),
                    .system_in_user = style.system_in_user,
                    .system_in_last = style.system_in_user && contains(text, "loop.last"),
                    .trims = style.trims,
                    .default_system = literal_system(text),
                    .fixed_system = dated_system(text),
                    .end_tokens = {}};
  for (const ChatPiece& piece : format.answer.after)
    if (piece.token) format.end_tokens.push_back(*piece.token);
  // Some templates of Mistral have blanks beside the marks.
  const auto has = [&](const std::string& quoted) {
    return contains(text, '"' + quoted) || contains(text, "'" + quoted);
  };
  const auto ends = [&](const std::string& quoted) {
    return contains(text, quoted + '"') || contains(text, quoted + "'");
  };
  const auto blank = [](ChatPieces& pieces, ChatPieces::iterator at) {
    pieces.insert(at, {{}, " "});
  };
  if (has(" [INST]")) blank(format.user.before, format.user.before.begin());
  if (ends("[INST] ")) blank(format.user.before, format.user.before.end());
  if (has(" [/INST]")) blank(format.user.after, format.user.after.begin());
  return format;
}

}  // namespace

ChatFormat chat_format_of(std::string_view text, std::string_view begin_token,
                          const golden::Tokenizer& tokenizer) {
  ChatFormat none;
  none.why = text.empty()
                 ? "has no chat template"
                 : "has a chat template that is none of ChatML, Llama 2, Llama 3 and Mistral";
  for (const Style& style : styles()) {
    if (!std::ranges::all_of(style.marks, [&](auto mark) { return contains(text, mark); }))
      continue;
    Words needed = style.marks_may_be_text ? Words{} : style.marks;
    needed.insert(needed.end(), style.others.begin(), style.others.end());
    const auto missing = std::ranges::find_if_not(
        needed, [&](auto mark) { return tokenizer.find_added(mark).has_value(); });
    if (missing != needed.end()) {
      none.why =
          fmt::format("has a chat template of the form {}, but no token {}", style.name, *missing);
      return none;
    }
    ChatFormat format = written(style, text, tokenizer);
    if (contains(text, "bos_token"))
      if (const auto token = tokenizer.find_added(begin_token)) {
        ChatPieces& begin = style.begin_in_front_of_user ? format.user.before : format.begin;
        begin.insert(begin.begin(), {token, ""});
      }
    return format;
  }
  return none;
}

ChatFormat chat_format(const std::filesystem::path& directory, const golden::Tokenizer& tokenizer) {
  const json config = tokenizer_config(directory);
  return chat_format_of(chat_template(directory, config), token_text(config, "bos_token"),
                        tokenizer);
}

}  // namespace trine
