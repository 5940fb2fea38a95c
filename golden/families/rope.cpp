// SPDX-License-Identifier: Apache-2.0

#include "golden/families/rope.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <utility>

namespace trine::golden {
namespace {

constexpr double kTwoPi = 2 * std::numbers::pi;

/// Llama 3.1's rule (Meta's published code; `rope_type` "llama3" of the Transformers library).
/// A frequency f turns original_positions * f / 2 pi times within the training's positions. With
/// fewer turns than low_freq_factor it is divided by the factor, with more than high_freq_factor it
/// stays, between them the two are mixed in proportion to the turns.
double llama3(const RopeConfig& config, double frequency) {
  const double turns = config.original_positions * frequency / kTwoPi;
  const double low = config.low_freq_factor, high = config.high_freq_factor;
  const double kept = std::clamp((turns - low) / (high - low), 0.0, 1.0);
  return (1 - kept) * frequency / config.factor + kept * frequency;
}

/// YaRN (Peng et al. 2023, arXiv 2309.00071, section 3.2; `rope_type` "yarn" of the Transformers
/// library, whose ramp is linear in the index of the pair). Pairs below the one that turns
/// beta_fast times within the training's positions keep their frequency, those above the one that
/// turns beta_slow times have it divided by the factor.
class Yarn {
 public:
  Yarn(const RopeConfig& config, std::size_t head_dim) : factor_(config.factor) {
    // theta^(-2i / head_dim) * original_positions / 2 pi = turns, solved for i.
    const auto pair_of = [&](double turns) {
      return static_cast<double>(head_dim) *
             std::log(config.original_positions / (turns * kTwoPi)) / (2 * std::log(config.theta));
    };
    first_ = pair_of(config.beta_fast);
    last_ = pair_of(config.beta_slow);
    if (config.truncate) {
      first_ = std::floor(first_);
      last_ = std::ceil(last_);
    }
    first_ = std::max(first_, 0.0);
    last_ = std::min(last_, static_cast<double>(head_dim) - 1);
    if (first_ == last_) last_ += 0.001;  // A step instead of a ramp.
  }

  double operator()(double frequency, std::size_t pair) const {
    const double divided =
        std::clamp((static_cast<double>(pair) - first_) / (last_ - first_), 0.0, 1.0);
    return divided * frequency / factor_ + (1 - divided) * frequency;
  }

 private:
  double factor_, first_, last_;
};

/// YaRN's attention factor (the paper's equation 15): queries and keys carry it once each, so that
/// the scores grow by its square. Two scales, as DeepSeek's files have them, give a ratio.
double yarn_attention_factor(const RopeConfig& config) {
  if (config.attention_factor) return *config.attention_factor;
  const auto of = [&](double scale) {
    return config.factor <= 1 ? 1.0 : 0.1 * scale * std::log(config.factor) + 1;
  };
  if (config.mscale && config.mscale_all_dim)
    return of(*config.mscale) / of(*config.mscale_all_dim);
  return of(1);
}

constexpr std::pair<RopeType, std::string_view> kTypes[] = {
    {RopeType::Default, "default"}, {RopeType::Llama3, "llama3"}, {RopeType::Yarn, "yarn"}};

}  // namespace

std::string_view rope_type_name(RopeType type) {
  return std::ranges::find(kTypes, type, &std::pair<RopeType, std::string_view>::first)->second;
}

std::optional<RopeType> rope_type_of(std::string_view name) {
  for (const auto& [type, known] : kTypes)
    if (known == name) return type;
  return std::nullopt;
}

Rope::Rope(const RopeConfig& config, std::size_t head_dim, std::size_t padding) {
  if (head_dim % 2 != 0 || padding % 2 != 0 || padding >= head_dim)
    throw std::logic_error("rope: heads of an odd width");
  const std::size_t stored = head_dim;
  head_dim -= padding;
  for (std::size_t i = 0; i < head_dim / 2; ++i) {
    const double exponent = -2.0 * static_cast<double>(i) / static_cast<double>(head_dim);
    frequencies_.push_back(std::pow(config.theta, exponent));
  }
  switch (config.type) {
    case RopeType::Default:
      break;
    case RopeType::Llama3:
      for (double& frequency : frequencies_) frequency = llama3(config, frequency);
      break;
    case RopeType::Yarn: {
      const Yarn yarn(config, head_dim);
      for (std::size_t i = 0; i < frequencies_.size(); ++i)
        frequencies_[i] = yarn(frequencies_[i], i);
      attention_factor_ = yarn_attention_factor(config);
      break;
    }
  }
  frequencies_.resize(stored / 2);
}

void Rope::row(std::uint64_t position, std::span<float> to) const {
  const std::size_t pairs = frequencies_.size();
  if (to.size() != 2 * pairs) throw std::logic_error("rope: a row of another width");
  for (std::size_t i = 0; i < pairs; ++i) {
    const double angle = static_cast<double>(position) * frequencies_[i];
    to[i] = static_cast<float>(std::cos(angle) * attention_factor_);
    to[i + pairs] = static_cast<float>(std::sin(angle) * attention_factor_);
  }
}

std::vector<float> Rope::row(std::uint64_t position) const {
  std::vector<float> values(2 * frequencies_.size());
  row(position, values);
  return values;
}

}  // namespace trine::golden
