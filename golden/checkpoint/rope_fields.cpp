// SPDX-License-Identifier: Apache-2.0

#include "golden/checkpoint/rope_fields.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace trine::golden {
namespace {

using nlohmann::json;

constexpr const char* kParameters = "rope_parameters";  // The newer spelling has all in one.
constexpr const char* kScaling = "rope_scaling";

/// The frequency's base; it may stand in both places when both say the same.
double theta_of(const ConfigFields& fields, const ConfigFields* rope, const Family& family) {
  const char* key = family.keys.rope_theta;
  if (rope == nullptr || rope->find(key) == nullptr) {
    return family.rope_theta > 0 ? fields.positive(key, family.rope_theta) : fields.positive(key);
  }
  const double theta = rope->positive(key);
  if (fields.positive(key, theta) != theta) {
    rope->refuse(key, fmt::format("contradicts '{}', which is {}", key, fields.at(key).dump()));
  }
  return theta;
}

RopeType type_of(const ConfigFields& rope) {
  const bool both = rope.find("rope_type") != nullptr && rope.find("type") != nullptr;
  if (both && rope.text("type") != rope.text("rope_type")) {
    rope.refuse("type", fmt::format("contradicts 'rope_type' \"{}\"", rope.text("rope_type")));
  }
  const char* key = rope.find("rope_type") != nullptr ? "rope_type" : "type";
  if (rope.find(key) == nullptr) return RopeType::Default;
  const std::optional<RopeType> type = rope_type_of(rope.text(key));
  if (!type) rope.refuse(key, "must be \"default\", \"llama3\" or \"yarn\"");
  return *type;
}

double factor_of(const ConfigFields& rope) {
  const double factor = rope.positive("factor");
  if (factor < 1) rope.refuse("factor", "must be at least 1");
  return factor;
}

std::optional<double> positive_or_nothing(const ConfigFields& rope, const char* key) {
  return rope.find(key) == nullptr ? std::nullopt : std::optional(rope.positive(key));
}

void read_llama3(const ConfigFields& rope, RopeConfig& to) {
  to.factor = factor_of(rope);
  to.original_positions = static_cast<double>(rope.size("original_max_position_embeddings"));
  to.low_freq_factor = rope.positive("low_freq_factor");
  to.high_freq_factor = rope.positive("high_freq_factor");
  if (to.high_freq_factor <= to.low_freq_factor) {
    rope.refuse("high_freq_factor",
                fmt::format("must be above 'low_freq_factor' {}", to.low_freq_factor));
  }
}

void read_yarn(const ConfigFields& rope, std::size_t max_positions, RopeConfig& to) {
  to.factor = factor_of(rope);
  const bool stated = rope.find("original_max_position_embeddings") != nullptr;
  to.original_positions =
      static_cast<double>(stated ? rope.size("original_max_position_embeddings") : max_positions);
  to.beta_fast = rope.positive("beta_fast", to.beta_fast);
  to.beta_slow = rope.positive("beta_slow", to.beta_slow);
  if (to.beta_fast <= to.beta_slow) {
    rope.refuse("beta_fast", fmt::format("must be above 'beta_slow' {}", to.beta_slow));
  }
  to.truncate = rope.flag("truncate", true);
  to.attention_factor = positive_or_nothing(rope, "attention_factor");
  to.mscale = positive_or_nothing(rope, "mscale");
  to.mscale_all_dim = positive_or_nothing(rope, "mscale_all_dim");
}

void check_keys(const ConfigFields& rope, RopeType type) {
  const std::string why = "is not supported with this 'rope_type'";
  switch (type) {
    case RopeType::Default:
      return rope.only({"rope_type", "type", "rope_theta"}, why);
    case RopeType::Llama3:
      return rope.only({"rope_type", "type", "rope_theta", "factor", "low_freq_factor",
                        "high_freq_factor", "original_max_position_embeddings"},
                       why);
    case RopeType::Yarn:
      return rope.only({"rope_type", "type", "rope_theta", "factor", "beta_fast", "beta_slow",
                        "original_max_position_embeddings", "attention_factor", "mscale",
                        "mscale_all_dim", "truncate"},
                       why);
  }
}

/// The rotation that the object under `key` describes.
RopeConfig described(const ConfigFields& fields, const char* key, const Family& family,
                     std::size_t max_positions) {
  const ConfigFields rope = fields.object(key);
  RopeConfig config{.type = type_of(rope), .theta = theta_of(fields, &rope, family)};
  check_keys(rope, config.type);
  switch (config.type) {
    case RopeType::Default:
      break;
    case RopeType::Llama3:
      read_llama3(rope, config);
      break;
    case RopeType::Yarn:
      read_yarn(rope, max_positions, config);
      break;
  }
  return config;
}

}  // namespace

RopeConfig parse_rope(const ConfigFields& fields, const Family& family, std::size_t max_positions) {
  const json* parameters = fields.find(kParameters);
  const json* scaling = fields.find(kScaling);
  if (parameters != nullptr && scaling != nullptr) {
    const RopeConfig one = described(fields, kParameters, family, max_positions);
    RopeConfig other = described(fields, kScaling, family, max_positions);
    if (fields.object(kScaling).find(family.keys.rope_theta) == nullptr) other.theta = one.theta;
    if (one != other) {
      fields.refuse(kScaling, fmt::format("contradicts '{}' {}", kParameters, parameters->dump()));
    }
    return one;
  }
  if (parameters == nullptr && scaling == nullptr) {
    return {.theta = theta_of(fields, nullptr, family)};
  }
  return described(fields, parameters != nullptr ? kParameters : kScaling, family, max_positions);
}

}  // namespace trine::golden
