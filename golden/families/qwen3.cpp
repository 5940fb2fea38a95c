// SPDX-License-Identifier: Apache-2.0

#include "golden/families/families.h"

namespace trine::golden {
namespace {

constexpr VectorRule kVectorRules[] = {
    {Vector::InputNorm, "input_layernorm.weight", Width::Hidden},
    {Vector::QNorm, "self_attn.q_norm.weight", Width::Head},
    {Vector::KNorm, "self_attn.k_norm.weight", Width::Head},
    {Vector::PostAttentionNorm, "post_attention_layernorm.weight", Width::Hidden},
};
constexpr FixedKey kFixed[] = {{"attention_bias", "false"}, {"use_sliding_window", "false"}};

}  // namespace

/// Qwen3 (dense): every head of query and key is normalized, heads have a width of their own, no
/// biases.
constinit const Family kQwen3{.model_type = "qwen3",
                              .architecture = "Qwen3ForCausalLM",
                              .vectors = kVectorRules,
                              .fixed = kFixed,
                              .head_dim = 128};

}  // namespace trine::golden
