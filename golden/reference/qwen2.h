// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "golden/exact/workers.h"
#include "golden/reference/backbone.h"
#include "golden/reference/kv_cache.h"
#include "golden/reference/linear_backend.h"

namespace trine::golden {

/// Which positions of a call get logits; the head is skipped for the others.
enum class Logits : std::uint8_t { None, Last, All };

/// The FP32 forward pass of Qwen2 with its cache. The linear matrices are the backend's, all other
/// arithmetic is here. Backbone and backend must outlive it.
class Qwen2 {
 public:
  /// `threads` share the rows of the head.
  Qwen2(const Backbone& backbone, LinearBackend& linears, unsigned threads = 1);

  /// Appends the tokens and returns (positions asked for, vocab), valid until the next call.
  /// One call or many give the same logits. Throws Error, before anything changes, for a token
  /// outside the vocabulary or more tokens than the model has positions.
  std::span<const float> forward(std::span<const std::int32_t> tokens, Logits logits = Logits::All);
  std::span<const float> forward(std::int32_t token, Logits logits = Logits::Last) {
    return forward(std::span(&token, 1), logits);
  }

  const ModelConfig& config() const { return backbone_->config; }
  std::size_t position() const { return position_; }
  /// Empties the cache.
  void reset() { truncate(0); }
  /// Forgets the tokens from `position` on, when there are so many.
  void truncate(std::size_t position);

 private:
  void check(std::span<const std::int32_t> tokens) const;
  void attention(std::size_t layer, std::size_t count);
  void feed_forward(std::size_t layer, std::size_t count);
  void head(std::size_t first, std::size_t count);

  const Backbone* backbone_;
  LinearBackend* linears_;
  Workers workers_;
  KvCache cache_;
  std::size_t position_ = 0;
  // Activations of the tokens of a call, (count, ...).
  std::vector<float> x_, normed_, q_, k_, v_, attended_, gate_, up_, logits_;
};

}  // namespace trine::golden
