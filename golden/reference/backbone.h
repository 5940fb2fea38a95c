// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <vector>

#include "golden/checkpoint/checkpoint.h"
#include "golden/format/packed_model.h"
#include "golden/reference/f16_rows.h"

namespace trine::golden {

/// Everything of a Qwen2 model but its linear matrices. The model that it was read from must
/// outlive it.
struct Backbone {
  struct Layer {
    std::vector<float> input_norm, post_attention_norm;  // (hidden)
    std::vector<float> q_bias, k_bias, v_bias;           // (hidden), (kv_dim), (kv_dim)
  };

  explicit Backbone(const Checkpoint& model);
  explicit Backbone(const PackedModel& model);

  ModelConfig config;
  F16Rows embedding;  // (vocab, hidden)
  F16Rows head;       // (vocab, hidden); the embedding again when tied.
  std::vector<float> final_norm;
  std::vector<Layer> layers;
};

}  // namespace trine::golden
