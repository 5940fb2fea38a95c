// SPDX-License-Identifier: Apache-2.0

#include "golden/exact/vector_ops.h"

#include <algorithm>

#include "golden/error.h"
#include "golden/exact/fp32_ops.h"
#include "golden/exact/fp32_round.h"

namespace trine::golden {
namespace {

constexpr float kMinusLog2e = -0x1.715476p+0F;

void require(bool condition, const char* message) {
  if (!condition) throw Error(message);
}

bool any_nonfinite(std::span<const float> x) {
  return std::any_of(x.begin(), x.end(), fp32_nonfinite);
}

/// value * 2^-shift, rounded down.
std::int64_t shift_down(std::uint64_t value, std::int32_t shift) {
  return static_cast<std::int64_t>(shift < 64 ? value >> shift : 0);
}

}  // namespace

bool add(std::span<const float> a, std::span<const float> b, std::span<float> y) {
  require(a.size() == b.size() && a.size() == y.size(), "add: sizes differ");
  bool nonfinite = any_nonfinite(a) || any_nonfinite(b);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = fp32_add(a[i], b[i]);
  return nonfinite || any_nonfinite(y);
}

std::int32_t rmsnorm_top(std::span<const float> x) {
  std::int32_t top = 0;
  for (const float v : x) top = std::max(top, fp32_field(v));
  return top;
}

std::int64_t rmsnorm_sum(std::span<const float> x, std::int32_t top) {
  require(x.size() <= kMaxSummed, "rmsnorm: vector too long");
  // (x_i * 2^-(top - 149))^2: at most 46 bits a term.
  std::int64_t sum = 0;
  for (const float v : x) {
    const std::uint64_t significand = fp32_significand(v);
    sum += shift_down(significand * significand, 2 + 2 * (top - fp32_field(v)));
  }
  return sum;
}

float rmsnorm_scale(std::int64_t sum, std::int32_t top, float inv_n, float eps) {
  const float mean = fp32_mul(fp32_rne(sum, std::int64_t{2} * (top - 149)), inv_n);
  return fp32_rsqrt(fp32_add(mean, eps));
}

bool rmsnorm(std::span<const float> x, std::span<const float> w, float scale, std::span<float> y) {
  require(x.size() == w.size() && x.size() == y.size(), "rmsnorm: sizes differ");
  bool nonfinite = any_nonfinite(x) || any_nonfinite(w);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = fp32_mul(fp32_mul(x[i], scale), w[i]);
  return nonfinite || any_nonfinite(y);
}

bool rmsnorm(std::span<const float> x, std::span<const float> w, float inv_n, float eps,
             std::span<float> y) {
  const std::int32_t top = rmsnorm_top(x);
  return rmsnorm(x, w, rmsnorm_scale(rmsnorm_sum(x, top), top, inv_n, eps), y);
}

bool rope(std::span<const float> x, std::size_t head_dim, std::span<const float> cos_sin,
          std::span<float> y) {
  require(head_dim != 0 && head_dim % 32 == 0, "rope: head_dim is not a multiple of 32");
  require(x.size() % head_dim == 0 && x.size() == y.size() && cos_sin.size() == head_dim,
          "rope: sizes differ");
  bool nonfinite = any_nonfinite(x) || any_nonfinite(cos_sin);
  const std::size_t half = head_dim / 2;
  for (std::size_t head = 0; head < x.size(); head += head_dim) {
    for (std::size_t i = 0; i < half; ++i) {
      const float first = x[head + i];
      const float second = x[head + half + i];
      const float cosine = cos_sin[i];
      const float sine = cos_sin[half + i];
      y[head + i] = fp32_add(fp32_mul(first, cosine), fp32_negate(fp32_mul(second, sine)));
      y[head + half + i] = fp32_add(fp32_mul(second, cosine), fp32_mul(first, sine));
    }
  }
  return nonfinite || any_nonfinite(y);
}

bool softmax(std::span<const float> x, float scale_log2e, std::span<float> y) {
  require(x.size() == y.size(), "softmax: sizes differ");
  require(x.size() <= kMaxSummed, "softmax: vector too long");
  bool nonfinite = any_nonfinite(x);
  float largest = -std::numeric_limits<float>::infinity();
  for (std::size_t i = 0; i < x.size(); ++i) {
    y[i] = fp32_mul(x[i], scale_log2e);
    if (fp32_order(y[i]) > fp32_order(largest)) largest = y[i];
  }
  // Exponentials are at most one: 46 bits a term. A NaN counts nothing.
  std::int64_t sum = 0;
  for (float& v : y) {
    v = fp32_exp2(fp32_add(v, fp32_negate(largest)));
    if (!fp32_nonfinite(v)) {
      sum += shift_down(std::uint64_t{fp32_significand(v)} << 22, 127 - fp32_field(v));
    }
  }
  const float scale = fp32_recip(fp32_rne(sum, -45));
  for (float& v : y) v = fp32_mul(v, scale);
  return nonfinite || any_nonfinite(y);
}

bool silu_mul(std::span<const float> g, std::span<const float> u, std::span<float> y) {
  require(g.size() == u.size() && g.size() == y.size(), "silu_mul: sizes differ");
  bool nonfinite = any_nonfinite(g) || any_nonfinite(u);
  for (std::size_t i = 0; i < y.size(); ++i) {
    const float divisor = fp32_add(fp32_exp2(fp32_mul(g[i], kMinusLog2e)), 1.0F);
    y[i] = fp32_mul(fp32_mul(g[i], u[i]), fp32_recip(divisor));
  }
  return nonfinite || any_nonfinite(y);
}

bool argmax(std::span<const float> x, std::uint32_t first_index, ArgmaxState& state) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (fp32_is_nan(x[i])) continue;
    if (!state.valid || fp32_order(x[i]) > fp32_order(state.value)) {
      state = {true, first_index + static_cast<std::uint32_t>(i), fp32_flush(x[i])};
    }
  }
  return any_nonfinite(x);
}

void argmax(const ArgmaxState& later, ArgmaxState& state) {
  if (!later.valid) return;
  if (!state.valid || fp32_order(later.value) > fp32_order(state.value)) state = later;
}

}  // namespace trine::golden
