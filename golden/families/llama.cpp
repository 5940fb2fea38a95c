// SPDX-License-Identifier: Apache-2.0

#include "golden/families/families.h"

namespace trine::golden {
namespace {

constexpr VectorRule kVectorRules[] = {
    {Vector::InputNorm, "input_layernorm.weight", Width::Hidden},
    {Vector::PostAttentionNorm, "post_attention_layernorm.weight", Width::Hidden},
};
constexpr FixedKey kFixed[] = {{"attention_bias", "false"}, {"mlp_bias", "false"}};

}  // namespace

/// Llama 1 to 3.3 and what shares its shape (SmolLM2): no biases. Files of Llama 1 and 2 leave out
/// the frequency of the rotation, and the key heads where every query head has its own.
constinit const Family kLlama{.model_type = "llama",
                              .architecture = "LlamaForCausalLM",
                              .vectors = kVectorRules,
                              .fixed = kFixed,
                              .rope_theta = 10000,
                              .kv_heads_like_heads = true};

}  // namespace trine::golden
