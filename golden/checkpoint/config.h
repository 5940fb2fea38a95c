// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace trine::golden {

/// The Qwen2 architecture, as config.json states it.
struct ModelConfig {
  std::size_t hidden = 0;        // hidden_size
  std::size_t intermediate = 0;  // intermediate_size
  std::size_t layers = 0;        // num_hidden_layers
  std::size_t heads = 0;         // num_attention_heads
  std::size_t kv_heads = 0;      // num_key_value_heads
  std::size_t vocab = 0;         // vocab_size
  std::size_t max_positions = 0;
  double rms_norm_eps = 1e-6;
  double rope_theta = 1e6;
  bool tied_head = true;                // tie_word_embeddings
  std::vector<std::int64_t> eos_token;  // eos_token_id, one or several; may be empty

  std::size_t head_dim() const { return hidden / heads; }
  std::size_t kv_dim() const { return head_dim() * kv_heads; }
};

/// Parses the text of a config.json; `where` names it in errors. Refuses other architectures and
/// shapes that do not divide.
ModelConfig parse_config(const std::string& json_text, const std::string& where);
ModelConfig read_config(const std::filesystem::path& config_json);

/// The seven linear matrices of a layer, in the order they are stored.
enum class Linear : std::uint8_t { Q, K, V, O, Gate, Up, Down };
inline constexpr Linear kLinears[] = {Linear::Q,    Linear::K,  Linear::V,   Linear::O,
                                      Linear::Gate, Linear::Up, Linear::Down};

/// Hugging Face name, e.g. "model.layers.3.self_attn.q_proj.weight".
std::string weight_name(std::size_t layer, Linear linear);
/// rows = out_features, cols = in_features.
struct Shape {
  std::size_t rows = 0, cols = 0;
};
Shape weight_shape(const ModelConfig& config, Linear linear);

/// A tensor that a model must have.
struct TensorSpec {
  std::string name;
  std::vector<std::size_t> shape;
};
/// The linear matrices of all layers, in the order they are stored.
std::vector<TensorSpec> matrix_tensors(const ModelConfig& config);
/// All other tensors: embedding, separate head, norms, biases of q, k and v.
std::vector<TensorSpec> plain_tensors(const ModelConfig& config);

}  // namespace trine::golden
