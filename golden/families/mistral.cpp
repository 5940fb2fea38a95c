// SPDX-License-Identifier: Apache-2.0

#include "golden/families/families.h"

namespace trine::golden {
namespace {

constexpr VectorRule kVectorRules[] = {
    {Vector::InputNorm, "input_layernorm.weight", Width::Hidden},
    {Vector::PostAttentionNorm, "post_attention_layernorm.weight", Width::Hidden},
};
constexpr FixedKey kFixed[] = {{"attention_bias", "false"},
                               {"sliding_window", "null", "absent means a window of 4096"}};

}  // namespace

/// Mistral without a sliding window (7B from v0.2 on): no biases.
constinit const Family kMistral{.model_type = "mistral",
                                .architecture = "MistralForCausalLM",
                                .vectors = kVectorRules,
                                .fixed = kFixed};

}  // namespace trine::golden
