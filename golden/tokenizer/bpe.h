// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace trine::golden {

/// Byte-pair encoding of one word, given as the tokens of its bytes or characters.
class Bpe {
 public:
  /// Two neighbours that become one token; the lowest rank goes first.
  struct Merge {
    std::int32_t rank = 0;
    std::int32_t token = 0;
  };

  /// Room for so many merges.
  void reserve(std::size_t merges) { merges_.reserve(merges); }
  void add_merge(std::int32_t left, std::int32_t right, Merge merge) {
    merges_.insert_or_assign(key(left, right), merge);
  }

  /// Appends the word's tokens: of all pairs with a merge, the one of lowest rank, leftmost first,
  /// until none is left. n log n in the length of the word.
  void encode(std::span<const std::int32_t> word, std::vector<std::int32_t>& tokens) const;

 private:
  static std::uint64_t key(std::int32_t left, std::int32_t right) {
    return std::uint64_t{static_cast<std::uint32_t>(left)} << 32 |
           static_cast<std::uint32_t>(right);
  }

  std::unordered_map<std::uint64_t, Merge> merges_;
};

}  // namespace trine::golden
