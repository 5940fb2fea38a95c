// SPDX-License-Identifier: Apache-2.0

#include "golden/reference/reference_model.h"

#include <algorithm>
#include <array>

#include "golden/reference/elementwise.h"
#include "golden/reference/matmul.h"

namespace trine::golden {
namespace {

/// Row t of a (count, width) buffer.
std::span<float> row(std::vector<float>& buffer, std::size_t t, std::size_t width) {
  return std::span(buffer).subspan(t * width, width);
}

}  // namespace

ReferenceModel::ReferenceModel(const Backbone& backbone, LinearBackend& linears, unsigned threads)
    : backbone_(&backbone),
      linears_(&linears),
      rope_(backbone.config.rope, backbone.config.head_dim, backbone.config.head_padding),
      workers_(threads),
      cache_(backbone.config) {}

void ReferenceModel::truncate(std::size_t position) {
  position_ = std::min(position_, position);
  cache_.truncate(position_);
}

std::span<const float> ReferenceModel::append(std::span<const std::int32_t> tokens, Logits logits) {
  const ModelConfig& model = config();
  const std::size_t count = tokens.size();
  try {
    x_.resize(count * model.hidden);
    rotations_.resize(count * model.head_dim);
    for (std::size_t t = 0; t < count; ++t) {
      rope_.row(position_ + t, row(rotations_, t, model.head_dim));
      backbone_->embedding.read(static_cast<std::size_t>(tokens[t]), row(x_, t, model.hidden));
    }
    for (std::size_t layer = 0; layer < model.layers; ++layer) {
      attention(layer, count);
      feed_forward(layer, count);
      if (observer()) observer()(layer, x_);
    }
  } catch (...) {
    cache_.truncate(position_);  // A backend that fails leaves no half of a token behind.
    throw;
  }
  position_ += count;
  if (logits == Logits::None) return {};
  const std::size_t first = logits == Logits::Last ? count - 1 : 0;
  head(first, count - first);
  return logits_;
}

void ReferenceModel::attention(std::size_t layer, std::size_t count) {
  const ModelConfig& model = config();
  const Backbone::Layer& weights = backbone_->layers[layer];
  normed_.resize(count * model.hidden);
  q_.resize(count * model.q_dim());
  k_.resize(count * model.kv_dim());
  v_.resize(count * model.kv_dim());
  attended_.resize(count * model.q_dim());

  for (std::size_t t = 0; t < count; ++t) {
    rms_norm(row(x_, t, model.hidden), weights[Vector::InputNorm], model.rms_norm_eps,
             row(normed_, t, model.hidden));
  }
  static constexpr Linear kQkv[] = {Linear::Q, Linear::K, Linear::V};
  linears_->apply_batch(layer, kQkv, normed_, count, std::array<std::span<float>, 3>{q_, k_, v_});

  for (std::size_t t = 0; t < count; ++t) {
    const std::span<float> q = row(q_, t, model.q_dim());
    const std::span<float> k = row(k_, t, model.kv_dim());
    const std::span<float> v = row(v_, t, model.kv_dim());
    if (model.family->has(Vector::QBias)) add(q, weights[Vector::QBias]);
    if (model.family->has(Vector::KBias)) add(k, weights[Vector::KBias]);
    if (model.family->has(Vector::VBias)) add(v, weights[Vector::VBias]);
    if (model.family->has(Vector::QNorm)) head_norms(layer, Vector::QNorm, q);
    if (model.family->has(Vector::KNorm)) head_norms(layer, Vector::KNorm, k);
    rotate(row(rotations_, t, model.head_dim), q);
    rotate(row(rotations_, t, model.head_dim), k);
    cache_.append(layer, k, v);
    attend(model, cache_, layer, position_ + t, q, row(attended_, t, model.q_dim()));
  }
  static constexpr Linear kO[] = {Linear::O};
  linears_->apply_batch(layer, kO, attended_, count, std::array<std::span<float>, 1>{normed_});
  add(x_, normed_);
}

/// Normalizes every head in place.
void ReferenceModel::head_norms(std::size_t layer, Vector norm, std::span<float> heads) const {
  const std::size_t width = config().head_dim;
  for (std::size_t at = 0; at < heads.size(); at += width) {
    const std::span<float> head = heads.subspan(at, width);
    rms_norm(head, backbone_->layers[layer][norm], config().rms_norm_eps, head,
             config().head_padding);
  }
}

void ReferenceModel::feed_forward(std::size_t layer, std::size_t count) {
  const ModelConfig& model = config();
  gate_.resize(count * model.intermediate);
  up_.resize(count * model.intermediate);
  for (std::size_t t = 0; t < count; ++t) {
    rms_norm(row(x_, t, model.hidden), backbone_->layers[layer][Vector::PostAttentionNorm],
             model.rms_norm_eps, row(normed_, t, model.hidden));
  }
  static constexpr Linear kGateUp[] = {Linear::Gate, Linear::Up};
  linears_->apply_batch(layer, kGateUp, normed_, count,
                        std::array<std::span<float>, 2>{gate_, up_});
  activate(model.activation, gate_, up_);
  static constexpr Linear kDown[] = {Linear::Down};
  linears_->apply_batch(layer, kDown, gate_, count, std::array<std::span<float>, 1>{normed_});
  add(x_, normed_);
}

void ReferenceModel::head(std::size_t first, std::size_t count) {
  const ModelConfig& model = config();
  logits_.resize(count * model.vocab);
  normed_.resize(count * model.hidden);
  for (std::size_t t = 0; t < count; ++t) {
    rms_norm(row(x_, first + t, model.hidden), backbone_->final_norm, model.rms_norm_eps,
             row(normed_, t, model.hidden));
  }
  backbone_->head.multiply(normed_, count, logits_, workers_);
}

}  // namespace trine::golden
