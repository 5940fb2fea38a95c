// SPDX-License-Identifier: Apache-2.0

#include "golden/checkpoint/config.h"

#include <fmt/format.h>

#include "golden/checkpoint/config_fields.h"
#include "golden/checkpoint/json.h"
#include "golden/checkpoint/rope_fields.h"
#include "golden/error.h"
#include "golden/families/families.h"

namespace trine::golden {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxWidth = 1u << 24;  // Keeps every product of two widths in 64 bits.

/// The family that `architectures` or `model_type` names; when both do, they must agree.
const Family& family_of(const ConfigFields& fields, const std::string& where) {
  const Family* by_architecture = nullptr;
  const Family* by_type = nullptr;
  if (const json* names = fields.find("architectures")) {
    if (names->is_array() && names->size() == 1 && names->front().is_string()) {
      by_architecture = family_of_architecture(names->front().get<std::string>());
    }
    if (by_architecture == nullptr) {
      fields.refuse("architectures", "must be a list of one of " + known_architectures());
    }
  }
  if (fields.find("model_type") != nullptr) {
    by_type = family_of_type(fields.text("model_type"));
    if (by_type == nullptr) fields.refuse("model_type", "must be one of " + known_model_types());
  }
  if (by_architecture != nullptr && by_type != nullptr && by_architecture != by_type) {
    fields.refuse("model_type", fmt::format("contradicts 'architectures' [\"{}\"]",
                                            by_architecture->architecture));
  }
  if (by_architecture == nullptr && by_type == nullptr) {
    throw Error(fmt::format("{}: 'architectures' is missing, and so is 'model_type'", where));
  }
  return by_architecture != nullptr ? *by_architecture : *by_type;
}

/// One key that must have the value that the machine computes.
void check_fixed(const ConfigFields& fields, const json& object, const FixedKey& fixed) {
  const std::string key(fixed.key);
  if (!object.contains(key)) {
    if (fixed.absent.empty()) return;
    fields.refuse(key, fmt::format("is missing and must be {}: {}", fixed.json, fixed.absent));
  }
  // A null is as good as no value, unless that means something else.
  if (object[key].is_null() && fixed.absent.empty()) return;
  if (object[key] != json::parse(fixed.json)) {
    fields.refuse(key, fmt::format("must be {}", fixed.json));
  }
}

/// " with GPTQ", as a quantization_config calls its method.
std::string quantized_with(const json& config) {
  if (!config.is_object()) return "";
  const json method = config.value("quant_method", json());
  if (method.is_string()) {
    const auto name = method.get<std::string>();
    if (name == "gptq") return " with GPTQ";
    if (name == "awq") return " with AWQ";
    return " with " + name;
  }
  // Old files of bitsandbytes name no method.
  for (const char* key : {"load_in_4bit", "load_in_8bit"}) {
    if (config.value(key, json()) == true) return " with bitsandbytes";
  }
  return "";
}

/// What the machine does not compute must not be asked for.
void check_asked(const ConfigFields& fields, const json& object, const Family& family) {
  check_fixed(fields, object, {"partial_rotary_factor", "1"});
  for (const FixedKey& fixed : family.fixed) check_fixed(fields, object, fixed);
  if (const json* found = fields.find("quantization_config")) {
    fields.refuse("quantization_config",
                  fmt::format("says that the weights are quantized{}: give the checkpoint with the "
                              "weights that they were made from",
                              quantized_with(*found)));
  }
}

/// The attention of every layer, where a config.json lists it.
void check_layer_types(const ConfigFields& fields, std::size_t layers) {
  constexpr const char* kKey = "layer_types";
  const json* types = fields.find(kKey);
  if (types == nullptr) return;
  if (!types->is_array() || types->size() != layers) {
    fields.refuse(kKey, fmt::format("must be a list of the {} layers", layers));
  }
  for (const json& type : *types) {
    if (type != "full_attention") {
      fields.refuse(kKey,
                    fmt::format("must be \"full_attention\" throughout, not {}", type.dump()));
    }
  }
}

Activation activation_of(const ConfigFields& fields, const Family& family) {
  const char* key = family.keys.activation;
  if (fields.find(key) == nullptr) return family.activation;
  if (fields.text(key) == "silu") return Activation::Silu;
  fields.refuse(key, "must be \"silu\"");
}

/// The width of a head and the numbers of heads, which must divide.
void read_heads(const ConfigFields& fields, const Family& family, ModelConfig& config) {
  const ConfigKeys& keys = family.keys;
  config.heads = fields.size(keys.heads);
  config.kv_heads = family.kv_heads_like_heads && fields.find(keys.kv_heads) == nullptr
                        ? config.heads
                        : fields.size(keys.kv_heads);
  if (fields.find(keys.head_dim) != nullptr) {
    config.head_dim = fields.size(keys.head_dim);
    if (config.head_dim % 2 != 0) fields.refuse(keys.head_dim, "must be even");
  } else if (family.head_dim != 0) {
    config.head_dim = family.head_dim;
  } else {
    config.head_dim = config.hidden / config.heads;
    if (config.hidden % config.heads != 0 || config.head_dim % 2 != 0) {
      fields.refuse(keys.heads, fmt::format("must divide {} {} into heads of an even dimension",
                                            keys.hidden, config.hidden));
    }
  }
  if (config.heads % config.kv_heads != 0) {
    fields.refuse(keys.kv_heads, fmt::format("must divide {} {}", keys.heads, config.heads));
  }
  if (config.q_dim() > kMaxWidth) {
    fields.refuse(keys.heads, fmt::format("heads of {} must have at most {} elements together",
                                          config.head_dim, kMaxWidth));
  }
}

}  // namespace

ModelConfig parse_config(const std::string& json_text, const std::string& where) {
  const json object = parse_json(json_text, where);
  if (!object.is_object()) throw Error(fmt::format("{}: must be a JSON object", where));
  const ConfigFields fields(object, where);
  const Family& family = family_of(fields, where);
  check_asked(fields, object, family);

  const ConfigKeys& keys = family.keys;
  ModelConfig config;
  config.family = &family;
  config.activation = activation_of(fields, family);
  config.hidden = fields.size(keys.hidden);
  config.intermediate = fields.size(keys.intermediate);
  config.layers = fields.size(keys.layers);
  check_layer_types(fields, config.layers);
  config.vocab = fields.size(keys.vocab);
  config.max_positions = fields.size(keys.max_positions);
  config.rms_norm_eps = fields.positive(keys.rms_norm_eps);
  read_heads(fields, family, config);
  config.rope = parse_rope(fields, family, config.max_positions);
  config.tied_head = fields.flag(keys.tied_head, false);
  config.eos_token = fields.tokens("eos_token_id", config.vocab);
  return config;
}

ModelConfig read_config(const std::filesystem::path& config_json) {
  return parse_config(read_text(config_json), config_json.string());
}

}  // namespace trine::golden
