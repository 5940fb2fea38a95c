// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace trine::golden {

/// The widths that tensors of a decoder have.
enum class Width : std::uint8_t { Hidden, Query, KeyValue, Head, Intermediate, Vocab };

/// The seven linear matrices of a layer, in the order they are stored. They are quantized.
enum class Linear : std::uint8_t { Q, K, V, O, Gate, Up, Down };
inline constexpr Linear kLinears[] = {Linear::Q,    Linear::K,  Linear::V,   Linear::O,
                                      Linear::Gate, Linear::Up, Linear::Down};

/// The vectors that a layer can have. They are kept as FP16.
enum class Vector : std::uint8_t {
  InputNorm,  // Weights of the RMSNorm in front of attention.
  QBias,      // Biases are added behind the product.
  KBias,
  VBias,
  QNorm,  // Weights of an RMSNorm of every head of the query, behind its bias, before rotation.
  KNorm,  // The same of the keys.
  PostAttentionNorm,  // Weights of the RMSNorm in front of the feed forward part.
};
inline constexpr std::size_t kVectors = 7;

/// What the gate goes through in the feed forward part.
enum class Activation : std::uint8_t { Silu };

/// A linear matrix: Hugging Face name behind the prefix of its layer; out_features, in_features.
struct MatrixRule {
  Linear linear;
  std::string_view name;
  Width rows, cols;
};
struct VectorRule {
  Vector vector;
  std::string_view name;
  Width width;
};

/// A key of config.json that must have one certain value, because the machine computes nothing
/// else. `json` is the value as JSON text.
struct FixedKey {
  std::string_view key, json;
  /// What the family's own library does when the key is absent; empty when that is `json`.
  std::string_view absent = {};
};

/// How the sizes are called in config.json.
struct ConfigKeys {
  const char* hidden = "hidden_size";
  const char* intermediate = "intermediate_size";
  const char* layers = "num_hidden_layers";
  const char* heads = "num_attention_heads";
  const char* kv_heads = "num_key_value_heads";
  const char* head_dim = "head_dim";
  const char* vocab = "vocab_size";
  const char* max_positions = "max_position_embeddings";
  const char* rms_norm_eps = "rms_norm_eps";
  const char* rope_theta = "rope_theta";
  const char* activation = "hidden_act";
  const char* tied_head = "tie_word_embeddings";
};

inline constexpr std::array kProjections = {
    MatrixRule{Linear::Q, "self_attn.q_proj.weight", Width::Query, Width::Hidden},
    MatrixRule{Linear::K, "self_attn.k_proj.weight", Width::KeyValue, Width::Hidden},
    MatrixRule{Linear::V, "self_attn.v_proj.weight", Width::KeyValue, Width::Hidden},
    MatrixRule{Linear::O, "self_attn.o_proj.weight", Width::Hidden, Width::Query},
    MatrixRule{Linear::Gate, "mlp.gate_proj.weight", Width::Intermediate, Width::Hidden},
    MatrixRule{Linear::Up, "mlp.up_proj.weight", Width::Intermediate, Width::Hidden},
    MatrixRule{Linear::Down, "mlp.down_proj.weight", Width::Hidden, Width::Intermediate},
};

/// A family of models as data. All families are decoders of one kind (RMSNorm in front of both
/// parts of a layer, rotated queries and keys, query heads that share key heads, a gated feed
/// forward part); this is what one of them has of it, under which names. Loader, reference,
/// quantizer, packed format, program compiler and `synth` walk the description; none of them asks
/// for the family. What most families have alike is the default here.
struct Family {
  std::string_view model_type;    // In config.json: "model_type",
  std::string_view architecture;  // and the only entry of "architectures".

  /// The vectors of a layer, in the order they are stored.
  std::span<const VectorRule> vectors;
  std::span<const FixedKey> fixed = {};
  std::array<MatrixRule, std::size(kLinears)> matrices = kProjections;
  std::string_view layer_prefix = "model.layers.";  // The number and a dot follow.
  std::string_view embedding = "model.embed_tokens.weight";
  std::string_view head = "lm_head.weight";  // Absent when it is the embedding (tied_head).
  std::string_view final_norm = "model.norm.weight";

  ConfigKeys keys = {};
  // What holds when config.json does not say it; 0: it must. A head_dim that is 0 is
  // hidden / heads.
  std::size_t head_dim = 0;
  double rope_theta = 0;
  bool kv_heads_like_heads = false;
  Activation activation = Activation::Silu;

  constexpr bool has(Vector vector) const {
    for (const VectorRule& rule : vectors)
      if (rule.vector == vector) return true;
    return false;
  }
};

}  // namespace trine::golden
