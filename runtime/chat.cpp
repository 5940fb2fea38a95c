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
    : format_(&format), tokenizer_(&tokenizer) {
  const std::string given = system.value_or(format.default_system);
  if (format.plain() && !given.empty())
    throw Error("a system turn needs a chat template that is recognized; the model " + format.why);
  // A system turn inside a user's is cut to size with it.
  system_ = format.fixed_system + (format.system_in_user ? given : said(given));
}

std::string Chat::said(std::string_view text) const {
  return std::string(format_->trims ? trimmed(text) : text);
}

void Chat::write(const ChatPieces& pieces) {
  for (const ChatPiece& piece : pieces) {
    if (!piece.token) {
      text_ += piece.text;
      continue;
    }
    flush();
    tokens_.push_back(*piece.token);
    after_mark_ = true;
  }
}

void Chat::flush() {
  if (text_.empty()) return;
  using golden::Place;
  const Place place = tokens_.empty() ? Place::Begin
                      : after_mark_   ? Place::AfterToken
                                      : Place::Inside;
  const auto tokens = tokenizer_->encode(text_, golden::SpecialTokens::AsText, place);
  tokens_.insert(tokens_.end(), tokens.begin(), tokens.end());
  text_.clear();
  after_mark_ = false;
}

void Chat::ask_plain(std::string_view text) {
  // Text goes on where the answer ended; in front is what the tokenizer puts before any text.
  if (tokens_.empty()) {
    tokens_ = tokenizer_->encode_prompt(text, golden::SpecialTokens::AsText);
    return;
  }
  text_ = fmt::format("\n{}", text);
  flush();
}

std::string Chat::user_text(std::string_view text, bool with_system) const {
  std::string all;
  const auto add = [&](const ChatPieces& pieces) {
    for (const ChatPiece& piece : pieces) all += piece.text;
  };
  if (with_system && !system_.empty()) {
    add(format_->system.before);
    all += system_;
    add(format_->system.after);
  }
  return said(all.append(text));
}

void Chat::write_user(std::string_view text, bool with_system) {
  const bool first = tokens_.empty();
  const std::size_t begin = tokens_.size();
  write(first ? format_->begin : format_->answer.after);
  if (!format_->system_in_user && first && !system_.empty()) {
    write(format_->system.before);
    text_ += system_;
    write(format_->system.after);
  }
  write(format_->user.before);
  text_ += user_text(text, format_->system_in_user && with_system);
  write(format_->user.after);
  write(format_->answer.before);
  flush();
  latest_ = {begin, tokens_.size(), std::string(text)};
}

std::size_t Chat::ask(std::string_view text) {
  std::size_t same = tokens_.size();
  if (format_->plain()) {
    ask_plain(text);
    return same;
  }
  const bool first = tokens_.empty();
  if (!first && latest_ && format_->system_in_last && !system_.empty()) {
    // The system turn moves from the turn before to this one.
    const std::vector<std::int32_t> said_then(
        tokens_.begin() + static_cast<std::ptrdiff_t>(latest_->answer), tokens_.end());
    const std::string asked_then = latest_->text;
    same = latest_->begin;
    tokens_.resize(same);
    after_mark_ = false;
    write_user(asked_then, false);
    answer(said_then);
  }
  write_user(text, first || format_->system_in_last);
  return same;
}

void Chat::answer(std::span<const std::int32_t> tokens) {
  tokens_.insert(tokens_.end(), tokens.begin(), tokens.end());
  after_mark_ = after_mark_ && tokens.empty();
}

void Chat::clear() {
  tokens_.clear();
  latest_.reset();
  after_mark_ = false;
}

}  // namespace trine
