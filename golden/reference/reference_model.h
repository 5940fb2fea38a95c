// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "golden/exact/workers.h"
#include "golden/reference/backbone.h"
#include "golden/reference/kv_cache.h"
#include "golden/reference/language_model.h"
#include "golden/reference/linear_backend.h"

namespace trine::golden {

/// The FP32 forward pass of a model of any family, with its cache. The linear matrices are the
/// backend's, all other arithmetic is here. Backbone and backend must outlive it.
class ReferenceModel final : public LanguageModel {
 public:
  /// `threads` share the rows of the head.
  ReferenceModel(const Backbone& backbone, LinearBackend& linears, unsigned threads = 1);

  const ModelConfig& config() const override { return backbone_->config; }
  std::size_t capacity() const override { return config().max_positions; }
  std::size_t position() const override { return position_; }
  void truncate(std::size_t position) override;

 protected:
  std::span<const float> append(std::span<const std::int32_t> tokens, Logits logits) override;

 private:
  void attention(std::size_t layer, std::size_t count);
  void head_norms(std::size_t layer, Vector norm, std::span<float> heads) const;
  void feed_forward(std::size_t layer, std::size_t count);
  void head(std::size_t first, std::size_t count);

  const Backbone* backbone_;
  LinearBackend* linears_;
  Rope rope_;
  Workers workers_;
  KvCache cache_;
  std::size_t position_ = 0;
  // Activations of the tokens of a call, (count, ...).
  std::vector<float> x_, normed_, q_, k_, v_, attended_, gate_, up_, logits_;
  std::vector<float> rotations_;  // (count, head_dim): rows of the rope.
};

}  // namespace trine::golden
