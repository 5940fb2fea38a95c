// SPDX-License-Identifier: Apache-2.0

#include "runtime/chat.h"

#include <fmt/format.h>

#include "golden/error.h"

namespace trine {
std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\n\v\f\r";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) + 1 - first);
}

Chat::Chat(const ChatFormat& format, const golden::Tokenizer& tokenizer,
           const std::optional<std::string>& system)
    : format_(format), tokenizer_(tokenizer) {
  const std::string given = system.value_or(format.default_system);
  if (format.plain() && !given.empty())
    throw Error("a system turn needs a chat template that is recognized; the model " + format.why);
  system_ = format.fixed_system + said(given);
}

std::string Chat::said(std::string_view text) const {
  return std::string(format_.trims ? trimmed(text) : text);
}

void Chat::write(const ChatPieces& pieces) {
  for (const ChatPiece& piece : pieces) {
    if (!piece.token) {
      text_ += piece.text;
      continue;
    }
    flush();
    tokens_.push_back(*piece.token);
  }
}

void Chat::flush() {
  const auto tokens = tokenizer_.encode(text_, golden::SpecialTokens::AsText);
  tokens_.insert(tokens_.end(), tokens.begin(), tokens.end());
  text_.clear();
}

void Chat::ask_plain(std::string_view text) {
  // Text goes on where the answer ended; in front is what the tokenizer puts before any text.
  if (tokens_.empty()) {
    tokens_ = tokenizer_.encode_prompt(text, golden::SpecialTokens::AsText);
    return;
  }
  text_ = fmt::format("\n{}", text);
  flush();
}

void Chat::ask(std::string_view text) {
  if (format_.plain()) return ask_plain(text);
  const bool first = tokens_.empty();
  const auto write_system = [&] {
    if (!first || system_.empty()) return;
    write(format_.system.before);
    text_ += system_;
    write(format_.system.after);
  };
  write(first ? format_.begin : format_.answer.after);
  if (!format_.system_in_user) write_system();
  write(format_.user.before);
  if (format_.system_in_user) write_system();
  text_ += said(text);
  write(format_.user.after);
  write(format_.answer.before);
  flush();
}

void Chat::answer(std::span<const std::int32_t> tokens) {
  tokens_.insert(tokens_.end(), tokens.begin(), tokens.end());
}

void Chat::cut(std::size_t size) {
  if (size < tokens_.size()) tokens_.resize(size);
}

}  // namespace trine
