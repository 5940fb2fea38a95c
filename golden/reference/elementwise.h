// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <span>

#include "golden/reference/kv_cache.h"

namespace trine::golden {

/// y = (x / sqrt(mean(x^2) + eps)) * weight; the mean in double, over all elements but `padding`
/// zeros.
void rms_norm(std::span<const float> x, std::span<const float> weight, double eps,
              std::span<float> y, std::size_t padding = 0);

/// Rotates the pairs (i, i + head_dim / 2) of every head in x; `row` is `Rope::row` of the
/// position.
void rotate(std::span<const float> row, std::span<float> x);

/// gate = activation(gate) * up, where silu(g) = g / (1 + exp(-g)).
void activate(Activation activation, std::span<float> gate, std::span<const float> up);

/// x += y.
void add(std::span<float> x, std::span<const float> y);

/// x = exp(x - max) / sum; the sum in double.
void softmax(std::span<float> x);

/// Attention of one position over positions 0..position of the cache; q and out (heads * head_dim).
void attend(const ModelConfig& config, const KvCache& cache, std::size_t layer,
            std::size_t position, std::span<const float> q, std::span<float> out);

}  // namespace trine::golden
