// SPDX-License-Identifier: Apache-2.0

#include "golden/reference/backbone.h"

#include <string>

#include "golden/error.h"

namespace trine::golden {
namespace {

template <typename Model>
void load(const Model& model, Backbone& to) {
  const ModelConfig& config = model.config();
  const auto vector = [&](const std::string& name, std::size_t size) {
    std::vector<float> values = model.at(name).to_f32();
    if (values.size() != size) {
      throw Error(model.directory().string() + ": tensor " + name + " has " +
                  std::to_string(values.size()) + " elements, not " + std::to_string(size));
    }
    return values;
  };
  const auto table = [&](const std::string& name) {
    const F16Rows rows(model.at(name));
    if (rows.rows() != config.vocab || rows.cols() != config.hidden) {
      throw Error(model.directory().string() + ": tensor " + name + " is not vocab x hidden");
    }
    return rows;
  };
  to.config = config;
  to.embedding = table("model.embed_tokens.weight");
  to.head = config.tied_head ? to.embedding : table("lm_head.weight");
  to.final_norm = vector("model.norm.weight", config.hidden);
  for (std::size_t i = 0; i < config.layers; ++i) {
    const std::string prefix = "model.layers." + std::to_string(i) + ".";
    to.layers.push_back({
        .input_norm = vector(prefix + "input_layernorm.weight", config.hidden),
        .post_attention_norm = vector(prefix + "post_attention_layernorm.weight", config.hidden),
        .q_bias = vector(prefix + "self_attn.q_proj.bias", config.hidden),
        .k_bias = vector(prefix + "self_attn.k_proj.bias", config.kv_dim()),
        .v_bias = vector(prefix + "self_attn.v_proj.bias", config.kv_dim()),
    });
  }
}

}  // namespace

Backbone::Backbone(const Checkpoint& model) {
  load(model, *this);
}
Backbone::Backbone(const PackedModel& model) {
  load(model, *this);
}

}  // namespace trine::golden
