// SPDX-License-Identifier: Apache-2.0

#include "golden/reference/fp32_linears.h"

#include <string>

#include "golden/error.h"
#include "golden/reference/matmul.h"

namespace trine::golden {

Fp32Linears::Fp32Linears(const Checkpoint& model, unsigned threads)
    : config_(model.config()), workers_(threads), layers_(config_.layers) {
  for (std::size_t layer = 0; layer < config_.layers; ++layer) {
    for (const Linear linear : kLinears)
      replace(layer, linear, model.at(weight_name(*config_.family, layer, linear)).to_f32());
  }
}

Fp32Linears::Fp32Linears(const PackedModel& model, unsigned threads)
    : config_(model.config()), workers_(threads), layers_(config_.layers) {
  std::vector<std::string> errors(layers_.size());
  workers_.rows(layers_.size(), 1, [&](std::size_t first, std::size_t last) {
    for (std::size_t layer = first; layer < last; ++layer) {
      for (const Linear linear : kLinears) {
        const std::string name = weight_name(*config_.family, layer, linear);
        try {
          layers_[layer][static_cast<std::size_t>(linear)].levels = LevelMatrix(model.matrix(name));
        } catch (const std::exception& error) {
          if (errors[layer].empty()) errors[layer] = name + ": " + error.what();
        }
      }
    }
  });
  for (const std::string& error : errors)
    if (!error.empty()) throw Error(model.file().path().string() + ": " + error);
}

void Fp32Linears::replace(std::size_t layer, Linear linear, std::vector<float> weights) {
  const Shape shape = weight_shape(config_, linear);
  if (layer >= layers_.size() || weights.size() != shape.rows * shape.cols) {
    throw Error(weight_name(*config_.family, layer, linear) + ": " +
                std::to_string(weights.size()) + " weights, expected " +
                std::to_string(shape.rows) + " x " + std::to_string(shape.cols));
  }
  layers_[layer][static_cast<std::size_t>(linear)] = {.levels = {}, .weights = std::move(weights)};
}

std::vector<float> Fp32Linears::weights(std::size_t layer, Linear linear) const {
  const Matrix& matrix = layers_.at(layer)[static_cast<std::size_t>(linear)];
  return matrix.levels.empty() ? matrix.weights : matrix.levels.weights();
}

void Fp32Linears::apply(std::size_t layer, std::span<const Linear> matrices,
                        std::span<const float> x, std::span<const std::span<float>> outs) {
  apply_batch(layer, matrices, x, 1, outs);
}

void Fp32Linears::apply_batch(std::size_t layer, std::span<const Linear> matrices,
                              std::span<const float> xs, std::size_t count,
                              std::span<const std::span<float>> outs) {
  for (std::size_t i = 0; i < matrices.size(); ++i) {
    const Matrix& matrix = layers_.at(layer)[static_cast<std::size_t>(matrices[i])];
    if (!matrix.levels.empty()) {
      matrix.levels.multiply(xs, count, outs[i], workers_);
      continue;
    }
    const Shape shape = weight_shape(config_, matrices[i]);
    const std::span<const float> w = matrix.weights;
    constexpr std::size_t kRows = 32;  // Below, threads are not worth waking.
    workers_.rows(shape.rows, kRows, [&](std::size_t first, std::size_t last) {
      matmul(w.subspan(first * shape.cols, (last - first) * shape.cols), last - first, shape.cols,
             xs, count, outs[i].data() + first, shape.rows);
    });
  }
}

}  // namespace trine::golden
