// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "tests/golden/format_fixture.h"

namespace trine::golden {

/// A little model whose two heads have a width of their own; with norms of the heads (qwen3) or
/// biases (qwen2).
inline nlohmann::json padded_config(const std::string& family, std::size_t width) {
  nlohmann::json config = tiny_config(true);
  config["hidden_size"] = 64;
  config["head_dim"] = width;
  config["model_type"] = family;
  if (family == "qwen3") {
    config["architectures"] = {"Qwen3ForCausalLM"};
    config["attention_bias"] = false;
  }
  return config;
}

/// Elements of a tensor.
inline std::size_t shape_elements(const TensorSpec& spec) {
  std::size_t count = 1;
  for (const std::size_t extent : spec.shape) count *= extent;
  return count;
}

}  // namespace trine::golden
