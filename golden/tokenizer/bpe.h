// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace trine::golden {

/// Byte-pair encoding of one word, given as bytes.
class Bpe {
 public:
  /// Two neighbours that become one token; the lowest rank goes first.
  struct Merge {
    std::int32_t rank = 0;
    std::int32_t token = 0;
  };

  /// `byte_tokens[b]` is the token of the single byte b.
  explicit Bpe(const std::array<std::int32_t, 256>& byte_tokens) : byte_tokens_(byte_tokens) {}

  /// Room for so many merges.
  void reserve(std::size_t merges) { merges_.reserve(merges); }
  void add_merge(std::int32_t left, std::int32_t right, Merge merge) {
    merges_.insert_or_assign(key(left, right), merge);
  }

  /// Appends the word's tokens: of all pairs with a merge, the one of lowest rank, leftmost first,
  /// until none is left. n log n in the length of the word.
  void encode(std::string_view word, std::vector<std::int32_t>& tokens) const;

 private:
  static std::uint64_t key(std::int32_t left, std::int32_t right) {
    return std::uint64_t{static_cast<std::uint32_t>(left)} << 32 |
           static_cast<std::uint32_t>(right);
  }

  std::array<std::int32_t, 256> byte_tokens_;
  std::unordered_map<std::uint64_t, Merge> merges_;
};

}  // namespace trine::golden
