// SPDX-License-Identifier: Apache-2.0

#include "golden/reference/matmul.h"

#include <cstring>

namespace trine::golden {
namespace {

using Float4 [[gnu::vector_size(16)]] = float;
constexpr std::size_t kLanes = 8;

Float4 load(const float* from) {
  Float4 value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

/// R rows times T vectors at once, so that each load serves several products. Every dot product
/// is summed in the same order whatever R and T are.
template <std::size_t R, std::size_t T>
void tile(const float* w, std::size_t cols, const float* x, float* out, std::size_t out_stride) {
  Float4 low[R][T] = {};
  Float4 high[R][T] = {};
  const std::size_t whole = cols - cols % kLanes;
  for (std::size_t c = 0; c < whole; c += kLanes) {
    for (std::size_t t = 0; t < T; ++t) {
      const Float4 x_low = load(x + t * cols + c);
      const Float4 x_high = load(x + t * cols + c + 4);
      for (std::size_t r = 0; r < R; ++r) {
        low[r][t] += load(w + r * cols + c) * x_low;
        high[r][t] += load(w + r * cols + c + 4) * x_high;
      }
    }
  }
  for (std::size_t r = 0; r < R; ++r) {
    for (std::size_t t = 0; t < T; ++t) {
      const Float4 sum = low[r][t] + high[r][t];
      float total = (sum[0] + sum[2]) + (sum[1] + sum[3]);
      for (std::size_t c = whole; c < cols; ++c) total += w[r * cols + c] * x[t * cols + c];
      out[t * out_stride + r] = total;
    }
  }
}

}  // namespace

float dot(std::span<const float> a, std::span<const float> b) {
  float result = 0.0F;
  tile<1, 1>(a.data(), a.size(), b.data(), &result, 1);
  return result;
}

void matmul(std::span<const float> weights, std::size_t rows, std::size_t cols,
            std::span<const float> xs, std::size_t count, float* outs, std::size_t out_stride) {
  const float* w = weights.data();
  std::size_t r = 0;
  for (; r + 2 <= rows; r += 2) {
    std::size_t t = 0;
    for (; t + 2 <= count; t += 2) {
      tile<2, 2>(w + r * cols, cols, xs.data() + t * cols, outs + t * out_stride + r, out_stride);
    }
    if (t < count) {
      tile<2, 1>(w + r * cols, cols, xs.data() + t * cols, outs + t * out_stride + r, out_stride);
    }
  }
  for (std::size_t t = 0; r < rows && t < count; ++t) {
    tile<1, 1>(w + r * cols, cols, xs.data() + t * cols, outs + t * out_stride + r, out_stride);
  }
}

}  // namespace trine::golden
