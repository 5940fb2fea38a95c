// SPDX-License-Identifier: Apache-2.0

#include "golden/tokenizer/bpe.h"

#include <functional>
#include <queue>
#include <tuple>

namespace trine::golden {
namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

/// A token of the word so far, linked to its neighbours.
struct Symbol {
  std::int32_t token = 0;
  std::size_t previous = kNone, next = kNone;
};

/// A merge that was possible when it was queued.
struct Candidate {
  std::int32_t rank = 0;
  std::size_t at = 0;  // The left symbol.
  std::int32_t left = 0, right = 0, token = 0;
  bool operator>(const Candidate& other) const {
    return std::tie(rank, at) > std::tie(other.rank, other.at);
  }
};

}  // namespace

void Bpe::encode(std::span<const std::int32_t> word, std::vector<std::int32_t>& tokens) const {
  std::vector<Symbol> symbols(word.size());
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> queue;
  for (std::size_t i = 0; i < word.size(); ++i) {
    symbols[i].token = word[i];
    symbols[i].previous = i == 0 ? kNone : i - 1;
    symbols[i].next = i + 1 == word.size() ? kNone : i + 1;
  }
  const auto consider = [&](std::size_t at) {
    if (at == kNone || symbols[at].next == kNone) return;
    const std::int32_t left = symbols[at].token;
    const std::int32_t right = symbols[symbols[at].next].token;
    const auto merge = merges_.find(key(left, right));
    if (merge == merges_.end()) return;
    queue.push({merge->second.rank, at, left, right, merge->second.token});
  };
  for (std::size_t i = 0; i < word.size(); ++i) consider(i);

  while (!queue.empty()) {
    const Candidate best = queue.top();
    queue.pop();
    Symbol& left = symbols[best.at];
    // A symbol that was swallowed has token -1; one that grew no longer has the token it had.
    if (left.token != best.left || left.next == kNone || symbols[left.next].token != best.right) {
      continue;
    }
    Symbol& right = symbols[left.next];
    left.token = best.token;
    left.next = right.next;
    right.token = -1;
    if (left.next != kNone) symbols[left.next].previous = best.at;
    consider(left.previous);
    consider(best.at);
  }
  for (std::size_t i = word.empty() ? kNone : 0; i != kNone; i = symbols[i].next) {
    tokens.push_back(symbols[i].token);
  }
}

}  // namespace trine::golden
