// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace trine::golden {

/// Tokens that are found in the text as they are written, before it is cut into words.
class AddedTokens {
 public:
  /// `content` must not be empty.
  void add(std::string content, std::int32_t token) {
    auto& bucket = by_first_byte_[static_cast<std::uint8_t>(content.front())];
    bucket.push_back({std::move(content), token});
    std::stable_sort(bucket.begin(), bucket.end(), [](const Entry& a, const Entry& b) {
      return a.content.size() > b.content.size();
    });
  }

  /// Calls text(part) for the stretches between added tokens and found(token) for these, in
  /// order. The leftmost match counts, the longest of those.
  template <typename Text, typename Found>
  void split(std::string_view all, const Text& text, const Found& found) const {
    std::size_t done = 0;
    for (std::size_t at = 0; at < all.size();) {
      const Entry* entry = match(all.substr(at));
      if (entry == nullptr) {
        ++at;
        continue;
      }
      if (at > done) text(all.substr(done, at - done));
      found(entry->token);
      done = at += entry->content.size();
    }
    if (done < all.size()) text(all.substr(done));
  }

 private:
  struct Entry {
    std::string content;
    std::int32_t token = 0;
  };

  const Entry* match(std::string_view rest) const {
    for (const Entry& entry : by_first_byte_[static_cast<std::uint8_t>(rest.front())]) {
      if (rest.starts_with(entry.content)) return &entry;
    }
    return nullptr;
  }

  std::array<std::vector<Entry>, 256> by_first_byte_;  // Longest first.
};

}  // namespace trine::golden
