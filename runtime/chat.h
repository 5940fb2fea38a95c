// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/chat_format.h"

namespace trine {

/// Without white space at both ends.
std::string_view trimmed(std::string_view text);

/// The tokens of a conversation; a copy is another one with the same past.
class Chat {
 public:
  /// `system` comes before the first turn, in place of the format's, unless it is empty. Format and
  /// tokenizer must outlive this. Throws Error for a system turn in the plain format.
  Chat(const ChatFormat& format, const golden::Tokenizer& tokenizer,
       const std::optional<std::string>& system);

  /// Adds what a person says, special tokens in it being text, and asks for the answer. Returns how
  /// many tokens are still those of before: a format may write the turn before anew.
  std::size_t ask(std::string_view text);
  /// Adds an answer, without the token that ended it.
  void answer(std::span<const std::int32_t> tokens);
  /// Begins anew.
  void clear();

  const std::vector<std::int32_t>& tokens() const { return tokens_; }
  /// What ends an answer beside the model's own end tokens.
  std::span<const std::int64_t> end_tokens() const { return format_->end_tokens; }

 private:
  void ask_plain(std::string_view text);
  void write_user(std::string_view text, bool with_system);
  void write(const ChatPieces& pieces);
  void flush();
  std::string said(std::string_view text) const;
  std::string user_text(std::string_view text, bool with_system) const;

  const ChatFormat* format_;
  const golden::Tokenizer* tokenizer_;
  std::string system_;
  std::string text_;  // Since the last token: it is encoded as a whole.
  struct Latest {  // The latest turn: where it begins, what was said, and where the answer begins.
    std::size_t begin = 0, answer = 0;
    std::string text;
  };
  std::optional<Latest> latest_;
  bool after_mark_ = false;  // The last token is one that the format writes.
  std::vector<std::int32_t> tokens_;
};

}  // namespace trine
