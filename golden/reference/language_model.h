// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>

#include "golden/checkpoint/config.h"

namespace trine::golden {

/// Which positions of a call get logits; the head is skipped for the others.
enum class Logits : std::uint8_t { None, Last, All };

/// Is given the residual stream x (tokens, hidden) behind a layer, for tokens of a call; layer by
/// layer for each part of the tokens that the model takes together.
using LayerObserver = std::function<void(std::size_t layer, std::span<const float> x)>;

/// A model that takes tokens and gives logits, with its cache: the FP32 reference, or a device.
class LanguageModel {
 public:
  virtual ~LanguageModel() = default;

  virtual const ModelConfig& config() const = 0;
  /// Positions that it has room for.
  virtual std::size_t capacity() const = 0;
  /// Tokens that it takes at a time when it gets many.
  virtual std::size_t batch() const { return 1; }
  /// Tokens so far.
  virtual std::size_t position() const = 0;
  /// Forgets the tokens from `position` on, when there are so many.
  virtual void truncate(std::size_t position) = 0;
  /// From now on tells `observer`, which may be empty; then a device runs layer by layer.
  void observe(LayerObserver observer) { observer_ = std::move(observer); }
  /// Empties the cache.
  void reset() { truncate(0); }

  /// Appends the tokens and returns (positions asked for, vocab), valid until the next call.
  /// One call or many give the same logits. Throws Error, before anything changes, for a token
  /// outside the vocabulary or more tokens than there is room for.
  std::span<const float> forward(std::span<const std::int32_t> tokens,
                                 Logits logits = Logits::All) {
    check(tokens);
    return tokens.empty() ? std::span<const float>{} : append(tokens, logits);
  }
  std::span<const float> forward(std::int32_t token, Logits logits = Logits::Last) {
    return forward(std::span(&token, 1), logits);
  }

 protected:
  /// `forward` for tokens that were checked, at least one.
  virtual std::span<const float> append(std::span<const std::int32_t> tokens, Logits logits) = 0;

  const LayerObserver& observer() const { return observer_; }

 private:
  LayerObserver observer_;
  void check(std::span<const std::int32_t> tokens) const;
};

}  // namespace trine::golden
