// SPDX-License-Identifier: Apache-2.0

#include "golden/reference/stored_linears.h"

namespace trine::golden {

StoredLinears::StoredLinears(const Checkpoint& model, unsigned threads)
    : workers_(threads), layers_(model.config().layers) {
  for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
    for (const Linear linear : kLinears)
      layers_[layer][static_cast<std::size_t>(linear)] =
          F16Rows(model.at(weight_name(*model.config().family, layer, linear)));
  }
}

void StoredLinears::apply(std::size_t layer, std::span<const Linear> matrices,
                          std::span<const float> x, std::span<const std::span<float>> outs) {
  apply_batch(layer, matrices, x, 1, outs);
}

void StoredLinears::apply_batch(std::size_t layer, std::span<const Linear> matrices,
                                std::span<const float> xs, std::size_t count,
                                std::span<const std::span<float>> outs) {
  for (std::size_t i = 0; i < matrices.size(); ++i)
    layers_.at(layer)[static_cast<std::size_t>(matrices[i])].multiply(xs, count, outs[i], workers_);
}

}  // namespace trine::golden
