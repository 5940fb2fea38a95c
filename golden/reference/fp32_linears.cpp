// SPDX-License-Identifier: Apache-2.0

#include "golden/reference/fp32_linears.h"

#include "golden/error.h"
#include "golden/exact/rows.h"
#include "golden/reference/matmul.h"

namespace trine::golden {

Fp32Linears::Fp32Linears(const Checkpoint& model, unsigned threads)
    : config_(model.config()), threads_(threads) {
  load([&](const std::string& name) { return model.at(name).to_f32(); });
}

Fp32Linears::Fp32Linears(const PackedModel& model, unsigned threads)
    : config_(model.config()), threads_(threads) {
  load([&](const std::string& name) {
    const PackedMatrix& matrix = model.matrix(name);
    try {
      return dequantize(unpack(matrix.stream->bytes, matrix.shape, matrix.codebook));
    } catch (const Error& error) {
      throw Error(model.file().path().string() + ": " + name + ": " + error.what());
    }
  });
}

void Fp32Linears::load(const std::function<std::vector<float>(const std::string& name)>& read) {
  layers_.resize(config_.layers);
  for (std::size_t layer = 0; layer < config_.layers; ++layer) {
    for (const Linear linear : kLinears) replace(layer, linear, read(weight_name(layer, linear)));
  }
}

void Fp32Linears::replace(std::size_t layer, Linear linear, std::vector<float> weights) {
  const Shape shape = weight_shape(config_, linear);
  if (layer >= layers_.size() || weights.size() != shape.rows * shape.cols) {
    throw Error(weight_name(layer, linear) + ": " + std::to_string(weights.size()) +
                " weights, expected " + std::to_string(shape.rows) + " x " +
                std::to_string(shape.cols));
  }
  layers_[layer][static_cast<std::size_t>(linear)] = std::move(weights);
}

std::span<const float> Fp32Linears::weights(std::size_t layer, Linear linear) const {
  return layers_.at(layer)[static_cast<std::size_t>(linear)];
}

void Fp32Linears::apply(std::size_t layer, std::span<const Linear> matrices,
                        std::span<const float> x, std::span<const std::span<float>> outs) {
  apply_batch(layer, matrices, x, 1, outs);
}

void Fp32Linears::apply_batch(std::size_t layer, std::span<const Linear> matrices,
                              std::span<const float> xs, std::size_t count,
                              std::span<const std::span<float>> outs) {
  for (std::size_t i = 0; i < matrices.size(); ++i) {
    const Shape shape = weight_shape(config_, matrices[i]);
    const std::span<const float> w = weights(layer, matrices[i]);
    // Below a million products a thread costs more than it saves.
    const bool small = shape.rows * shape.cols * count < (std::size_t{1} << 20);
    for_row_shares(shape.rows, small ? 1 : threads_, [&](std::size_t first, std::size_t last) {
      matmul(w.subspan(first * shape.cols, (last - first) * shape.cols), last - first, shape.cols,
             xs, count, outs[i].data() + first, shape.rows);
    });
  }
}

}  // namespace trine::golden
