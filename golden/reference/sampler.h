// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "golden/checkpoint/generation_config.h"

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
  double temperature = 0.0;  // 0: greedy; top_k, top_p and seed do not matter then.
  std::size_t top_k = 0;     // Keep the k most probable tokens; 0: all.
  double top_p = 1.0;        // Keep the fewest tokens whose probabilities reach p; 1: all.
  std::uint64_t seed = 0;
  double repetition_penalty = 1.0;  // Of tokens that were there before; 1: none.
};

/// How a model wants to be sampled. What its file leaves open is greedy, or, when the file asks for
/// samples, as the Transformers library does it: temperature 1, the 50 most probable tokens.
SamplerOptions sampling_defaults(const GenerationConfig& generation);

/// Index of the largest logit, the first of equal ones. Throws Error if empty or a logit is NaN.
std::int32_t argmax(std::span<const float> logits);

/// Chooses tokens: the penalty of repetition first, then temperature, top-k, top-p on what top-k
/// left, and one draw. Tokens are ranked by logit, equal ones by number; probabilities are in
/// double.
class Sampler {
 public:
  /// Throws Error for a negative or infinite temperature, a top_p outside (0, 1] or a penalty that
  /// is not above 0.
  explicit Sampler(const SamplerOptions& options);
  /// `before` are the tokens of the text so far, prompt included, each in the vocabulary: a logit
  /// of one of them is multiplied by the penalty when it is negative, else divided by it, once
  /// (in FP32, as the Transformers library does).
  std::int32_t sample(std::span<const float> logits, std::span<const std::int32_t> before = {});

 private:
  std::int32_t choose(std::span<const float> logits);

  SamplerOptions options_;
  Random random_;
};

}  // namespace trine::golden
