// SPDX-License-Identifier: Apache-2.0

#include "golden/reference/elementwise.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "golden/reference/matmul.h"

namespace trine::golden {

void rms_norm(std::span<const float> x, std::span<const float> weight, double eps,
              std::span<float> y, std::size_t padding) {
  double squares = 0.0;
  for (const float v : x) squares += double{v} * double{v};
  const auto scale =
      static_cast<float>(1.0 / std::sqrt(squares / static_cast<double>(x.size() - padding) + eps));
  for (std::size_t i = 0; i < x.size(); ++i) y[i] = x[i] * scale * weight[i];
}

void rotate(std::span<const float> row, std::span<float> x) {
  const std::size_t pairs = row.size() / 2;
  const std::span<const float> cosine = row.first(pairs), sine = row.last(pairs);
  for (std::size_t head = 0; head < x.size(); head += 2 * pairs) {
    for (std::size_t i = 0; i < pairs; ++i) {
      const float first = x[head + i];
      const float second = x[head + i + pairs];
      x[head + i] = first * cosine[i] - second * sine[i];
      x[head + i + pairs] = second * cosine[i] + first * sine[i];
    }
  }
}

void activate(Activation activation, std::span<float> gate, std::span<const float> up) {
  switch (activation) {
    case Activation::Silu:
      for (std::size_t i = 0; i < gate.size(); ++i) {
        gate[i] = gate[i] / (1.0F + std::exp(-gate[i])) * up[i];
      }
      return;
  }
}

void add(std::span<float> x, std::span<const float> y) {
  for (std::size_t i = 0; i < x.size(); ++i) x[i] += y[i];
}

void softmax(std::span<float> x) {
  const float largest = *std::max_element(x.begin(), x.end());
  double sum = 0.0;
  for (float& v : x) {
    v = std::exp(v - largest);
    sum += double{v};
  }
  const auto scale = static_cast<float>(1.0 / sum);
  for (float& v : x) v *= scale;
}

void attend(const ModelConfig& config, const KvCache& cache, std::size_t layer,
            std::size_t position, std::span<const float> q, std::span<float> out) {
  const std::size_t width = config.head_dim;
  const std::size_t heads_per_kv = config.heads / config.kv_heads;
  const auto scale = static_cast<float>(config.attention_scale());
  std::vector<float> scores(position + 1);
  for (std::size_t head = 0; head < config.heads; ++head) {
    const std::size_t kv_at = head / heads_per_kv * width;
    const std::span<const float> query = q.subspan(head * width, width);
    for (std::size_t p = 0; p <= position; ++p) {
      scores[p] = dot(query, cache.key(layer, p).subspan(kv_at, width)) * scale;
    }
    softmax(scores);
    const std::span<float> sum = out.subspan(head * width, width);
    std::fill(sum.begin(), sum.end(), 0.0F);
    for (std::size_t p = 0; p <= position; ++p) {
      const std::span<const float> value = cache.value(layer, p).subspan(kv_at, width);
      for (std::size_t i = 0; i < width; ++i) sum[i] += scores[p] * value[i];
    }
  }
}

}  // namespace trine::golden
