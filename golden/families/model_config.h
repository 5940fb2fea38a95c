// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "golden/families/family.h"
#include "golden/families/rope.h"

namespace trine::golden {

/// One model: its family, and the sizes that its config.json states.
struct ModelConfig {
  const Family* family = nullptr;  // Set in every configuration that was parsed.
  std::size_t hidden = 0;          // Width of the residual stream.
  std::size_t intermediate = 0;    // Width of the feed forward part.
  std::size_t layers = 0;
  std::size_t heads = 0;         // Of the query.
  std::size_t kv_heads = 0;      // Of key and value; divides heads.
  std::size_t head_dim = 0;      // Width of a head, even; heads * head_dim may differ from hidden.
  std::size_t head_padding = 0;  // Elements of a head that are zeros (golden/families/padding.h).
  std::size_t vocab = 0;
  std::size_t max_positions = 0;
  double rms_norm_eps = 1e-6;
  RopeConfig rope;
  Activation activation = Activation::Silu;  // Of the gate.
  bool tied_head = true;                     // The head is the embedding.
  std::vector<std::int64_t> eos_token;       // One or several; may be empty.

  std::size_t q_dim() const { return head_dim * heads; }
  std::size_t kv_dim() const { return head_dim * kv_heads; }
  /// The width of a head without padding.
  std::size_t own_head_dim() const { return head_dim - head_padding; }
  /// What the products of query and keys are multiplied by before the softmax.
  double attention_scale() const { return 1.0 / std::sqrt(static_cast<double>(own_head_dim())); }
};

}  // namespace trine::golden
