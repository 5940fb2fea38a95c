// SPDX-License-Identifier: Apache-2.0

#include "golden/checkpoint/config.h"

#include <fmt/format.h>

#include <cmath>

#include "golden/checkpoint/json.h"
#include "golden/error.h"

namespace trine::golden {
namespace {

using nlohmann::json;

constexpr std::uint64_t kMaxSize = 1u << 24;  // Keeps every product of two sizes in 64 bits.

/// Typed access to the fields of one config.json.
class Fields {
 public:
  Fields(const json& object, const std::string& where) : object_(object), where_(where) {}

  /// The field, or nullptr when it is absent or null.
  const json* find(const char* key) const {
    const auto it = object_.find(key);
    return it == object_.end() || it->is_null() ? nullptr : &*it;
  }
  const json& at(const char* key) const {
    const json* value = find(key);
    if (value == nullptr) throw Error(fmt::format("{}: '{}' is missing", where_, key));
    return *value;
  }
  std::size_t size(const char* key) const {
    const json& value = at(key);
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() == 0 ||
        value.get<std::uint64_t>() > kMaxSize) {
      refuse(key, fmt::format("must be a whole number from 1 to {}", kMaxSize));
    }
    return value.get<std::size_t>();
  }
  double positive(const json& value, const char* key) const {
    if (!value.is_number() || !std::isfinite(value.get<double>()) || value.get<double>() <= 0) {
      refuse(key, "must be a positive number");
    }
    return value.get<double>();
  }
  bool flag(const char* key, bool absent) const {
    const json* value = find(key);
    if (value == nullptr) return absent;
    if (!value->is_boolean()) refuse(key, "must be true or false");
    return value->get<bool>();
  }
  [[noreturn]] void refuse(const char* key, const std::string& why) const {
    const json* value = find(key);
    throw Error(fmt::format("{}: '{}' {}{}", where_, key, why,
                            value == nullptr ? "" : ", it is " + value->dump().substr(0, 80)));
  }

 private:
  const json& object_;
  const std::string& where_;
};

void check_architecture(const Fields& fields) {
  const json& names = fields.at("architectures");
  if (names != json::array({"Qwen2ForCausalLM"})) {
    fields.refuse("architectures", "must be [\"Qwen2ForCausalLM\"], the only one supported");
  }
  const auto expect = [&](const char* key, const char* value) {
    const json* field = fields.find(key);
    if (field != nullptr && *field != value) {
      fields.refuse(key, fmt::format("must be \"{}\"", value));
    }
  };
  expect("model_type", "qwen2");
  expect("hidden_act", "silu");
  if (fields.flag("use_sliding_window", false)) {
    fields.refuse("use_sliding_window", "is not supported");
  }
  if (fields.find("rope_scaling") != nullptr) fields.refuse("rope_scaling", "is not supported");
  if (fields.find("quantization_config") != nullptr) {
    fields.refuse("quantization_config", "is not supported: give the original weights");
  }
}

double rope_theta(const Fields& fields, const std::string& where) {
  const json* parameters = fields.find("rope_parameters");  // The newer spelling.
  if (parameters == nullptr) return fields.positive(fields.at("rope_theta"), "rope_theta");
  if (!parameters->is_object()) fields.refuse("rope_parameters", "must be an object");
  const Fields rope(*parameters, where);
  const json* type = rope.find("rope_type");
  if (type != nullptr && *type != "default") rope.refuse("rope_type", "must be \"default\"");
  return rope.positive(rope.at("rope_theta"), "rope_theta");
}

std::vector<std::int64_t> eos_tokens(const Fields& fields, std::size_t vocab) {
  const json* value = fields.find("eos_token_id");
  if (value == nullptr) return {};
  std::vector<std::int64_t> tokens;
  for (const json& token : value->is_array() ? *value : json::array({*value})) {
    if (!token.is_number_unsigned() || token.get<std::uint64_t>() >= vocab) {
      fields.refuse("eos_token_id", "must be a token or a list of tokens of the vocabulary");
    }
    tokens.push_back(token.get<std::int64_t>());
  }
  return tokens;
}

}  // namespace

ModelConfig parse_config(const std::string& json_text, const std::string& where) {
  const json object = parse_json(json_text, where);
  if (!object.is_object()) throw Error(fmt::format("{}: must be a JSON object", where));
  const Fields fields(object, where);
  check_architecture(fields);

  ModelConfig config;
  config.hidden = fields.size("hidden_size");
  config.intermediate = fields.size("intermediate_size");
  config.layers = fields.size("num_hidden_layers");
  config.heads = fields.size("num_attention_heads");
  config.kv_heads = fields.size("num_key_value_heads");
  config.vocab = fields.size("vocab_size");
  config.max_positions = fields.size("max_position_embeddings");
  config.rms_norm_eps = fields.positive(fields.at("rms_norm_eps"), "rms_norm_eps");
  config.rope_theta = rope_theta(fields, where);
  config.tied_head = fields.flag("tie_word_embeddings", false);
  config.eos_token = eos_tokens(fields, config.vocab);

  if (config.hidden % config.heads != 0 || config.head_dim() % 2 != 0) {
    fields.refuse("num_attention_heads", fmt::format("must divide hidden_size {} into heads of "
                                                     "an even dimension",
                                                     config.hidden));
  }
  if (config.heads % config.kv_heads != 0) {
    fields.refuse("num_key_value_heads",
                  fmt::format("must divide num_attention_heads {}", config.heads));
  }
  if (fields.find("head_dim") != nullptr && fields.size("head_dim") != config.head_dim()) {
    fields.refuse("head_dim", "must be hidden_size / num_attention_heads");
  }
  return config;
}

ModelConfig read_config(const std::filesystem::path& config_json) {
  return parse_config(read_text(config_json), config_json.string());
}

std::string weight_name(std::size_t layer, Linear linear) {
  static constexpr const char* kNames[] = {
      "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
      "mlp.gate_proj",    "mlp.up_proj",      "mlp.down_proj"};
  return fmt::format("model.layers.{}.{}.weight", layer, kNames[static_cast<std::size_t>(linear)]);
}

Shape weight_shape(const ModelConfig& config, Linear linear) {
  switch (linear) {
    case Linear::K:
    case Linear::V:
      return {config.kv_dim(), config.hidden};
    case Linear::Gate:
    case Linear::Up:
      return {config.intermediate, config.hidden};
    case Linear::Down:
      return {config.hidden, config.intermediate};
    default:
      return {config.hidden, config.hidden};
  }
}

std::vector<TensorSpec> matrix_tensors(const ModelConfig& config) {
  std::vector<TensorSpec> specs;
  for (std::size_t layer = 0; layer < config.layers; ++layer) {
    for (const Linear linear : kLinears) {
      const Shape shape = weight_shape(config, linear);
      specs.push_back({weight_name(layer, linear), {shape.rows, shape.cols}});
    }
  }
  return specs;
}

std::vector<TensorSpec> plain_tensors(const ModelConfig& config) {
  std::vector<TensorSpec> specs;
  specs.push_back({"model.embed_tokens.weight", {config.vocab, config.hidden}});
  if (!config.tied_head) specs.push_back({"lm_head.weight", {config.vocab, config.hidden}});
  for (std::size_t layer = 0; layer < config.layers; ++layer) {
    const auto add = [&](const char* name, std::size_t size) {
      specs.push_back({fmt::format("model.layers.{}.{}", layer, name), {size}});
    };
    add("input_layernorm.weight", config.hidden);
    add("self_attn.q_proj.bias", config.hidden);
    add("self_attn.k_proj.bias", config.kv_dim());
    add("self_attn.v_proj.bias", config.kv_dim());
    add("post_attention_layernorm.weight", config.hidden);
  }
  specs.push_back({"model.norm.weight", {config.hidden}});
  return specs;
}

}  // namespace trine::golden
