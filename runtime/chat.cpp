// SPDX-License-Identifier: Apache-2.0

#include "runtime/chat.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "golden/checkpoint/json.h"
#include "golden/error.h"

namespace trine {
namespace {

constexpr std::string_view kStart = "<|im_start|>", kEnd = "<|im_end|>";

/// The template's text; empty when the model has none.
std::string chat_template(const std::filesystem::path& directory) {
  const auto file = directory / "chat_template.jinja";
  if (std::filesystem::exists(file)) return golden::read_text(file);
  const auto config_file = directory / "tokenizer_config.json";
  if (!std::filesystem::exists(config_file)) return "";
  const nlohmann::json config =
      golden::parse_json(golden::read_text(config_file), config_file.string());
  if (!config.is_object()) return "";
  const auto found = config.find("chat_template");
  if (found == config.end()) return "";
  if (found->is_string()) return found->get<std::string>();
  // Several templates by name, of which "default" is for chats.
  if (found->is_array())
    for (const auto& one : *found)
      if (one.is_object() && one.value("name", "") == "default" && one.contains("template") &&
          one["template"].is_string())
        return one["template"].get<std::string>();
  return "";
}

/// The literal system turn of a ChatML template, as Qwen2.5 has it:
/// <|im_start|>system\nTEXT<|im_end|> inside one string of the template.
std::string system_turn(const std::string& text) {
  const std::string begin = std::string(kStart) + "system\\n";
  for (std::size_t at = text.find(begin); at != std::string::npos; at = text.find(begin, at + 1)) {
    const std::size_t first = at + begin.size(), end = text.find(kEnd, first);
    if (end == std::string::npos) break;
    std::string turn = text.substr(first, end - first);
    const bool literal = turn.find_first_of("'\"{}\\") == std::string::npos;
    if (!turn.empty() && literal) return turn;
  }
  return "";
}

}  // namespace

ChatFormat chat_format(const std::filesystem::path& directory, const golden::Tokenizer& tokenizer) {
  const std::string text = chat_template(directory);
  const bool asked = text.find(kStart) != std::string::npos && text.find(kEnd) != std::string::npos;
  ChatFormat format;
  if (text.empty())
    format.why = "has no chat template";
  else if (!asked)
    format.why = "has a chat template that is not ChatML";
  else if (!tokenizer.find_added(kStart) || !tokenizer.find_added(kEnd))
    format.why = fmt::format("has a ChatML template, but no tokens {} and {}", kStart, kEnd);
  else
    format = {.chatml = true, .system = system_turn(text), .why = ""};
  return format;
}

Chat::Chat(const ChatFormat& format, const golden::Tokenizer& tokenizer,
           const std::optional<std::string>& system)
    : tokenizer_(tokenizer), chatml_(format.chatml), system_(system.value_or(format.system)) {
  if (!chatml_) {
    if (!system_.empty()) throw Error("a system turn needs ChatML; the model " + format.why);
    return;
  }
  start_ = tokenizer_.find_added(kStart).value();
  end_ = tokenizer_.find_added(kEnd).value();
  end_tokens_ = {end_};
}

void Chat::add(std::string_view text) {
  const auto tokens = tokenizer_.encode(text, golden::SpecialTokens::AsText);
  tokens_.insert(tokens_.end(), tokens.begin(), tokens.end());
}

void Chat::open(std::string_view role) {
  tokens_.push_back(start_);
  add(role);
}

void Chat::close() {
  tokens_.push_back(end_);
  add("\n");
}

void Chat::ask(std::string_view text) {
  if (!chatml_) {
    // Text goes on where the answer ended; in front is what the tokenizer puts before any text.
    if (tokens_.empty())
      tokens_ = tokenizer_.encode_prompt(text, golden::SpecialTokens::AsText);
    else
      add(fmt::format("\n{}", text));
    return;
  }
  if (!tokens_.empty()) {
    close();  // The answer.
  } else if (!system_.empty()) {
    open("system\n" + system_);
    close();
  }
  open(fmt::format("user\n{}", text));
  close();
  open("assistant\n");
}

void Chat::answer(std::span<const std::int32_t> tokens) {
  tokens_.insert(tokens_.end(), tokens.begin(), tokens.end());
}

void Chat::cut(std::size_t size) {
  if (size < tokens_.size()) tokens_.resize(size);
}

}  // namespace trine
