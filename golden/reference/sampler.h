// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace trine::golden {

/// xoshiro256** (Blackman, Vigna), its state filled from the seed by splitmix64: the same sequence
/// on every platform.
class Random {
 public:
  explicit Random(std::uint64_t seed);
  std::uint64_t next();
  /// Uniform in [0, 1): the upper 53 bits of next() times 2^-53.
  double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }

 private:
  std::array<std::uint64_t, 4> state_{};
};

struct SamplerOptions {
  double temperature = 0.0;  // 0: greedy, nothing below matters.
  std::size_t top_k = 0;     // Keep the k most probable tokens; 0: all.
  double top_p = 1.0;        // Keep the fewest tokens whose probabilities reach p; 1: all.
  std::uint64_t seed = 0;
};

/// Index of the largest logit, the first of equal ones. Throws Error if empty or a logit is NaN.
std::int32_t argmax(std::span<const float> logits);

/// Chooses tokens: temperature first, then top-k, then top-p on what top-k left, then one draw.
/// Tokens are ranked by logit, equal ones by number; probabilities are in double.
class Sampler {
 public:
  /// Throws Error for a negative or infinite temperature or a top_p outside (0, 1].
  explicit Sampler(const SamplerOptions& options);
  std::int32_t sample(std::span<const float> logits);

 private:
  SamplerOptions options_;
  Random random_;
};

}  // namespace trine::golden
