// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace trine::golden {

/// What a tokenizer.json says, checked: nothing in it is ignored that would change a token.
struct TokenizerFile {
  struct Added {
    std::string content;
    std::int32_t token = 0;
    bool special = false;
    bool normalized = false;  // Found in the normalized text rather than in the text as it is.
  };
  struct Split {
    std::string expression;
    std::string where;  // Names it in errors.
  };

  /// How SentencePiece writes text: in characters with U+2581 for a blank, and bytes that are no
  /// token as <0x00> to <0xFF>. Otherwise text is bytes, written in the byte alphabet.
  struct Sentence {
    bool prepends = false;  // U+2581 in front of every text between two added tokens,
    bool replaces = false;  // and in place of blanks, both before added tokens are looked for.
    /// The same by a Metaspace pre-tokenizer, afterwards: where it puts one in front of a text that
    /// has none there, and whether words end in front of each.
    enum class Front : std::uint8_t { Never, First, Each };
    bool metaspace = false;
    Front front = Front::Never;
    bool splits = false;
    bool strips = false;  // Decoding takes a blank away in front of a text.
  };

  std::optional<Sentence> sentence;  // None: byte-level.
  bool nfc = false;
  std::vector<Split> splits;  // Applied one after the other.
  std::vector<Added> added;
  std::unordered_map<std::string, std::int32_t> vocabulary;  // As it is written.
  std::vector<std::pair<std::string, std::string>> merges;   // In order of rank.
  bool ignore_merges = false;                // A word that is a token becomes it without merging.
  std::vector<std::int32_t> prefix, suffix;  // Around a prompt, as the post-processor asks.
};

/// Throws Error naming `where` and the member of the file that is wrong or not supported.
TokenizerFile parse_tokenizer(std::string_view json_text, const std::string& where);

}  // namespace trine::golden
