// SPDX-License-Identifier: Apache-2.0

#include "golden/families/families.h"

namespace trine::golden {
namespace {

constexpr VectorRule kVectorRules[] = {
    {Vector::InputNorm, "input_layernorm.weight", Width::Hidden},
    {Vector::QBias, "self_attn.q_proj.bias", Width::Query},
    {Vector::KBias, "self_attn.k_proj.bias", Width::KeyValue},
    {Vector::VBias, "self_attn.v_proj.bias", Width::KeyValue},
    {Vector::PostAttentionNorm, "post_attention_layernorm.weight", Width::Hidden},
};
constexpr FixedKey kFixed[] = {{"use_sliding_window", "false"}};

}  // namespace

/// Qwen2 and Qwen2.5: biases of query, key and value.
constinit const Family kQwen2{.model_type = "qwen2",
                              .architecture = "Qwen2ForCausalLM",
                              .vectors = kVectorRules,
                              .fixed = kFixed};

}  // namespace trine::golden
