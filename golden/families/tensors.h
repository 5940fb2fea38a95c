// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <vector>

#include "golden/families/model_config.h"

namespace trine::golden {

/// Elements of a width of this model.
std::size_t width_of(const ModelConfig& config, Width width);

/// rows = out_features, cols = in_features.
struct Shape {
  std::size_t rows = 0, cols = 0;
};
Shape weight_shape(const ModelConfig& config, Linear linear);

/// What the names of a layer's tensors begin with, e.g. "model.layers.3.".
std::string layer_prefix(const Family& family, std::size_t layer);
/// Hugging Face name, e.g. "model.layers.3.self_attn.q_proj.weight".
std::string weight_name(const Family& family, std::size_t layer, Linear linear);
std::string vector_name(const Family& family, std::size_t layer, const VectorRule& rule);

/// A tensor that a model must have.
struct TensorSpec {
  std::string name;
  std::vector<std::size_t> shape;
  std::vector<Width> widths = {};  // What each extent is.
};
/// The linear matrices of all layers, in the order they are stored.
std::vector<TensorSpec> matrix_tensors(const ModelConfig& config);
/// All other tensors in the order they are stored: embedding, separate head, vectors of the layers,
/// final norm.
std::vector<TensorSpec> plain_tensors(const ModelConfig& config);

}  // namespace trine::golden
