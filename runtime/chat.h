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

/// The tokens of a conversation.
class Chat {
 public:
  /// `system` comes before the first turn, in place of the format's, unless it is empty. Format and
  /// tokenizer must outlive this. Throws Error for a system turn in the plain format.
  Chat(const ChatFormat& format, const golden::Tokenizer& tokenizer,
       const std::optional<std::string>& system);

  /// Adds what a person says, special tokens in it being text, and asks for the answer.
  void ask(std::string_view text);
  /// Adds an answer, without the token that ended it.
  void answer(std::span<const std::int32_t> tokens);
  /// Forgets everything from token `size` on.
  void cut(std::size_t size);

  const std::vector<std::int32_t>& tokens() const { return tokens_; }
  /// What ends an answer beside the model's own end tokens.
  std::span<const std::int64_t> end_tokens() const { return format_.end_tokens; }

 private:
  void ask_plain(std::string_view text);
  void write(const ChatPieces& pieces);
  void flush();
  std::string said(std::string_view text) const;

  const ChatFormat& format_;
  const golden::Tokenizer& tokenizer_;
  std::string system_;
  std::string text_;  // Since the last token: it is encoded as a whole.
  std::vector<std::int32_t> tokens_;
};

}  // namespace trine
