// SPDX-License-Identifier: Apache-2.0
//
// Vector operations of the accelerator, to the bit: docs/numerics.md states them. Each returns
// whether an element of an input or a result is Inf or NaN. Results may replace an input (y the
// same span as x, a or g); other overlaps are not allowed. Throws Error for sizes that do not fit.

#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace trine::golden {

/// Longest vector of rmsnorm and softmax: their sums are exact in 63 bits up to here.
inline constexpr std::size_t kMaxSummed = 131072;

/// y = a + b.
[[nodiscard]] bool add(std::span<const float> a, std::span<const float> b, std::span<float> y);

/// y = x / sqrt(mean(x^2) + eps) * w; inv_n is 1 / n in FP32.
[[nodiscard]] bool rmsnorm(std::span<const float> x, std::span<const float> w, float inv_n,
                           float eps, std::span<float> y);

/// The same in steps: the largest exponent field, of all of x; the sum of squares aligned to it,
/// which is that of any parts of x added up; of these what all elements are multiplied by; and
/// y = x * scale * w, element by element.
std::int32_t rmsnorm_top(std::span<const float> x);
std::int64_t rmsnorm_sum(std::span<const float> x, std::int32_t top);
float rmsnorm_scale(std::int64_t sum, std::int32_t top, float inv_n, float eps);
[[nodiscard]] bool rmsnorm(std::span<const float> x, std::span<const float> w, float scale,
                           std::span<float> y);

/// Rotates the pairs (i, i + head_dim/2) of every head; x  // (heads, head_dim).
/// `cos_sin` holds head_dim/2 cosines, then as many sines; head_dim is a multiple of 32.
[[nodiscard]] bool rope(std::span<const float> x, std::size_t head_dim,
                        std::span<const float> cos_sin, std::span<float> y);

/// y = 2^(scale_log2e * x) / sum of the same. For softmax(scale * x) pass scale * log2(e), rounded
/// once to FP32: exponentials have base two.
[[nodiscard]] bool softmax(std::span<const float> x, float scale_log2e, std::span<float> y);

/// y = g / (1 + e^-g) * u.
[[nodiscard]] bool silu_mul(std::span<const float> g, std::span<const float> u, std::span<float> y);

/// A search for the largest value over one or more calls. Before the first number: not valid,
/// index 0, value -Inf.
struct ArgmaxState {
  bool valid = false;
  std::uint32_t index = 0;
  float value = -std::numeric_limits<float>::infinity();
  bool operator==(const ArgmaxState&) const = default;
};

/// Continues a search with x, whose first element has index `first_index`. -0 lies below +0,
/// subnormal values count (and are kept) as zeros, a NaN never wins, ties keep the earlier one.
[[nodiscard]] bool argmax(std::span<const float> x, std::uint32_t first_index, ArgmaxState& state);
/// Continues a search with what a search of its own found in later elements.
void argmax(const ArgmaxState& later, ArgmaxState& state);

}  // namespace trine::golden
