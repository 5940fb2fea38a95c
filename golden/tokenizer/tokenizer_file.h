// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
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

  bool nfc = false;
  std::vector<Split> splits;  // Applied one after the other.
  std::vector<Added> added;
  std::unordered_map<std::string, std::int32_t> vocabulary;  // Written in the byte alphabet.
  std::vector<std::pair<std::string, std::string>> merges;   // In order of rank.
  bool ignore_merges = false;                // A word that is a token becomes it without merging.
  std::vector<std::int32_t> prefix, suffix;  // Around a prompt, as the post-processor asks.
};

/// Throws Error naming `where` and the member of the file that is wrong or not supported.
TokenizerFile parse_tokenizer(std::string_view json_text, const std::string& where);

}  // namespace trine::golden
