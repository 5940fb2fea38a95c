// SPDX-License-Identifier: Apache-2.0

#include "golden/reference/sampler.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <string>

#include "golden/error.h"

namespace trine::golden {

Random::Random(std::uint64_t seed) {
  for (std::uint64_t& word : state_) {
    seed += 0x9e37'79b9'7f4a'7c15U;
    std::uint64_t z = seed;
    z = (z ^ (z >> 30)) * 0xbf58'476d'1ce4'e5b9U;
    z = (z ^ (z >> 27)) * 0x94d0'49bb'1331'11ebU;
    word = z ^ (z >> 31);
  }
}

std::uint64_t Random::next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::int32_t argmax(std::span<const float> logits) {
  if (logits.empty()) throw Error("argmax: no logits");
  std::size_t best = 0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    if (std::isnan(logits[i])) throw Error("logit of token " + std::to_string(i) + " is NaN");
    if (logits[i] > logits[best]) best = i;
  }
  return static_cast<std::int32_t>(best);
}

Sampler::Sampler(const SamplerOptions& options) : options_(options), random_(options.seed) {
  if (!(options.temperature >= 0.0) || std::isinf(options.temperature)) {
    throw Error("temperature " + std::to_string(options.temperature) + " is not 0 or above");
  }
  if (!(options.top_p > 0.0 && options.top_p <= 1.0)) {
    throw Error("top_p " + std::to_string(options.top_p) + " is outside (0, 1]");
  }
  if (!(options.repetition_penalty > 0.0) || std::isinf(options.repetition_penalty)) {
    throw Error("repetition_penalty " + std::to_string(options.repetition_penalty) +
                " is not a positive number");
  }
}

SamplerOptions sampling_defaults(const GenerationConfig& generation) {
  constexpr double kTemperature = 1;
  constexpr std::size_t kTopK = 50;
  SamplerOptions options{.top_k = generation.top_k.value_or(generation.sample ? kTopK : 0),
                         .top_p = generation.top_p.value_or(1),
                         .repetition_penalty = generation.repetition_penalty.value_or(1)};
  if (generation.sample) options.temperature = generation.temperature.value_or(kTemperature);
  return options;
}

std::int32_t Sampler::sample(std::span<const float> logits, std::span<const std::int32_t> before) {
  if (options_.repetition_penalty == 1.0 || before.empty()) return choose(logits);
  const auto penalty = static_cast<float>(options_.repetition_penalty);
  std::vector<float> changed(logits.begin(), logits.end());
  for (const std::int32_t token : before) {
    const float logit = logits[static_cast<std::size_t>(token)];
    changed[static_cast<std::size_t>(token)] = logit < 0 ? logit * penalty : logit / penalty;
  }
  return choose(changed);
}

std::int32_t Sampler::choose(std::span<const float> logits) {
  const std::int32_t best = argmax(logits);
  if (options_.temperature == 0.0 || options_.top_k == 1) return best;

  std::vector<std::int32_t> ranked(logits.size());
  std::iota(ranked.begin(), ranked.end(), 0);
  const auto logit = [&](std::int32_t token) { return logits[static_cast<std::size_t>(token)]; };
  const auto before = [&](std::int32_t a, std::int32_t b) {
    return logit(a) != logit(b) ? logit(a) > logit(b) : a < b;
  };
  const std::size_t kept =
      options_.top_k == 0 ? ranked.size() : std::min(options_.top_k, ranked.size());
  std::partial_sort(ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(kept),
                    ranked.end(), before);
  ranked.resize(kept);

  std::vector<double> weights(kept);
  double total = 0.0;
  for (std::size_t i = 0; i < kept; ++i) {
    const double distance = double{logit(ranked[i])} - double{logit(best)};
    weights[i] = ranked[i] == best ? 1.0 : std::exp(distance / options_.temperature);
    total += weights[i];
  }
  // The smallest prefix that reaches top_p of the probability; all of it without top_p.
  std::size_t nucleus = kept;
  if (options_.top_p < 1.0) {
    double sum = 0.0;
    nucleus = 0;
    while (nucleus < kept && sum < options_.top_p * total) sum += weights[nucleus++];
    total = sum;
  }
  double draw = random_.uniform() * total;
  for (std::size_t i = 0; i < nucleus; ++i) {
    draw -= weights[i];
    if (draw < 0.0) return ranked[i];
  }
  return ranked[nucleus - 1];
}

}  // namespace trine::golden
