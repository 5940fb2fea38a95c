// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <span>

namespace trine::golden {

/// FP32 dot product, summed in eight lanes and then pairwise; sizes must be equal.
float dot(std::span<const float> a, std::span<const float> b);

/// outs[t][r] = dot(weights[r], xs[t]): weights (rows, cols), xs (count, cols), outs (count, rows)
/// with rows `out_stride` apart. A result does not depend on the other rows or vectors.
void matmul(std::span<const float> weights, std::size_t rows, std::size_t cols,
            std::span<const float> xs, std::size_t count, float* outs, std::size_t out_stride);

}  // namespace trine::golden
