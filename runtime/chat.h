// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "golden/tokenizer/tokenizer.h"

namespace trine {

/// How the turns of a conversation are written for a model.
struct ChatFormat {
  bool chatml = false;  // As ChatML, <|im_start|>role ... <|im_end|>; else one behind the other.
  std::string system;   // What the model's template says to it in front of the first turn.
  std::string why;      // Without ChatML: what the model has instead.
};

/// What chat_template.jinja or tokenizer_config.json of a model's directory asks for. Of a template
/// only that it is ChatML, and its own system turn, are taken; it is not run.
ChatFormat chat_format(const std::filesystem::path& directory, const golden::Tokenizer& tokenizer);

/// The tokens of a conversation.
class Chat {
 public:
  /// `system` comes before the first turn, in place of the format's, unless it is empty. The
  /// tokenizer must outlive this. Throws Error for a system turn without ChatML.
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
  std::span<const std::int64_t> end_tokens() const { return end_tokens_; }

 private:
  void add(std::string_view text);
  void open(std::string_view role);
  void close();

  const golden::Tokenizer& tokenizer_;
  bool chatml_;
  std::string system_;
  std::int32_t start_ = 0, end_ = 0;  // The tokens of ChatML.
  std::vector<std::int64_t> end_tokens_;
  std::vector<std::int32_t> tokens_;
};

}  // namespace trine
