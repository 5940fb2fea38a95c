// SPDX-License-Identifier: Apache-2.0

#include "golden/reference/input_moments.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "golden/error.h"
#include "golden/reference/backbone.h"
#include "golden/reference/reference_model.h"
#include "golden/reference/stored_linears.h"

namespace trine::golden {
namespace {

constexpr double kFloor = 1e-4;  // Of the average over the columns.

}  // namespace

InputMoments::InputMoments(const ModelConfig& config, LinearBackend& to)
    : config_(config), to_(&to), layers_(config.layers) {
  for (auto& layer : layers_) {
    for (const Linear linear : kLinears)
      layer[static_cast<std::size_t>(linear)].squares.resize(weight_shape(config, linear).cols);
  }
}

void InputMoments::apply(std::size_t layer, std::span<const Linear> matrices,
                         std::span<const float> x, std::span<const std::span<float>> outs) {
  apply_batch(layer, matrices, x, 1, outs);
}

void InputMoments::apply_batch(std::size_t layer, std::span<const Linear> matrices,
                               std::span<const float> xs, std::size_t count,
                               std::span<const std::span<float>> outs) {
  for (const Linear linear : matrices) {
    Sums& sums = layers_.at(layer)[static_cast<std::size_t>(linear)];
    const std::size_t cols = sums.squares.size();
    for (std::size_t t = 0; t < count; ++t) {
      for (std::size_t c = 0; c < cols; ++c) {
        const double x = xs[t * cols + c];
        sums.squares[c] += x * x;
      }
    }
    sums.count += count;
  }
  to_->apply_batch(layer, matrices, xs, count, outs);
}

std::map<std::string, std::vector<double>> InputMoments::mean_squares() const {
  std::map<std::string, std::vector<double>> result;
  for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
    for (const Linear linear : kLinears) {
      const Sums& sums = layers_[layer][static_cast<std::size_t>(linear)];
      const std::string name = weight_name(*config_.family, layer, linear);
      std::vector<double> means = sums.squares;
      for (double& mean : means) mean /= static_cast<double>(sums.count);
      const double average = std::accumulate(means.begin(), means.end(), 0.0) /
                             static_cast<double>(std::max<std::size_t>(means.size(), 1));
      if (sums.count == 0 || !std::isfinite(average))
        throw Error(name + ": its inputs are none, or not finite");
      // Inputs that are all zero say nothing about the columns.
      for (double& mean : means) mean = average > 0 ? std::max(mean, kFloor * average) : 1;
      result.emplace(name, std::move(means));
    }
  }
  return result;
}

std::map<std::string, std::vector<double>> collect_moments(
    const Checkpoint& model, std::span<const std::int32_t> tokens, std::size_t window,
    unsigned threads, const std::function<void(std::size_t done)>& progress) {
  if (tokens.empty()) throw Error("no tokens to calibrate on");
  if (window == 0) throw Error("windows of 0 tokens");
  const Backbone backbone(model);
  StoredLinears linears(model, threads);
  InputMoments moments(model.config(), linears);
  ReferenceModel reference(backbone, moments, threads);
  for (std::size_t at = 0; at < tokens.size(); at += window) {
    reference.reset();
    const std::size_t count = std::min(window, tokens.size() - at);
    reference.forward(tokens.subspan(at, count), Logits::None);
    if (progress) progress(at + count);
  }
  return moments.mean_squares();
}

}  // namespace trine::golden
