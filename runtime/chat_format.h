// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "golden/tokenizer/tokenizer.h"

namespace trine {

/// A piece of what is written around a turn: a token, or else text.
struct ChatPiece {
  std::optional<std::int32_t> token;
  std::string text;
};
using ChatPieces = std::vector<ChatPiece>;

/// What stands in front of and behind what somebody says.
struct ChatTurn {
  ChatPieces before, after;
};

/// How the turns of a conversation are written for a model.
struct ChatFormat {
  /// "chatml", "llama2", "llama3" or "mistral"; "plain" when turns are put one behind the other.
  std::string name = "plain";
  std::string why;  // Of "plain": what the model has instead.

  ChatPieces begin;  // In front of everything.
  ChatTurn system, user, answer;
  bool system_in_user = false;  // The system turn is the first part of a user's: of the first,
  bool system_in_last = false;  // or of the latest, for which the one before is written anew.
  bool trims = false;           // White space around what is said is taken away.
  std::string default_system;   // What the model's template says in front of the first turn,
  std::string fixed_system;     // and what it puts before any system turn.
  std::vector<std::int64_t> end_tokens;  // Of an answer, beside the model's own.

  bool plain() const { return name == "plain"; }
};

/// The format that chat_template.jinja or tokenizer_config.json of a model's directory asks for. A
/// template is recognized by the tokens that it writes, which must be tokens of the tokenizer, too;
/// it is not run.
ChatFormat chat_format(const std::filesystem::path& directory, const golden::Tokenizer& tokenizer);

/// The same for a template's text and, where the template writes it, the token that begins a text.
ChatFormat chat_format_of(std::string_view chat_template, std::string_view begin_token,
                          const golden::Tokenizer& tokenizer);

}  // namespace trine
