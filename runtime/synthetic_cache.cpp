// SPDX-License-Identifier: Apache-2.0

#include "runtime/synthetic_cache.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "golden/families/tensors.h"
#include "golden/reference/sampler.h"
#include "runtime/cache.h"

namespace trine {
namespace {

using golden::Random;

constexpr unsigned kIndexBits = 12;      // Five draws a random number.
constexpr std::size_t kPositions = 256;  // At a time.

/// Evenly spread over the probabilities of a standard normal distribution, in any order: drawing
/// one is much faster than computing one.
std::vector<float> normal_table(Random& random) {
  std::vector<float> table(std::size_t{1} << kIndexBits);
  for (float& value : table) {
    const double radius = std::sqrt(-2 * std::log(1 - random.uniform()));
    value = static_cast<float>(radius * std::cos(2 * std::numbers::pi * random.uniform()));
  }
  return table;
}

/// Of a layer's keys or values, (kv_dim); zeros when the family has none.
std::vector<float> bias_of(const Layout& layout, std::size_t layer, golden::Vector vector) {
  const golden::ModelConfig& config = layout.config();
  std::vector<float> bias(config.kv_dim());
  for (const golden::VectorRule& rule : config.family->vectors)
    if (rule.vector == vector)
      layout.model().at(golden::vector_name(*config.family, layer, rule)).to_f32(0, bias);
  return bias;
}

/// rows  // (positions, head_dim) = bias plus noise.
void draw(std::span<float> rows, std::span<const float> bias, std::span<const float> noise,
          Random& random) {
  constexpr unsigned kDraws = 64 / kIndexBits;
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < rows.size(); ++i, bits >>= kIndexBits) {
    if (i % kDraws == 0) bits = random.next();
    rows[i] = bias[i % bias.size()] + noise[bits % noise.size()];
  }
}

/// Rotates every row to its position.
void rotate(std::span<float> rows, std::span<const float> rope, std::size_t width) {
  const std::size_t half = width / 2;
  for (std::size_t at = 0; at < rows.size(); at += width) {
    for (std::size_t i = at; i < at + half; ++i) {
      const float cosine = rope[i], sine = rope[i + half], a = rows[i], b = rows[i + half];
      rows[i] = a * cosine - b * sine;
      rows[i + half] = b * cosine + a * sine;
    }
  }
}

}  // namespace

SyntheticCache::SyntheticCache(const Layout& layout, std::uint64_t positions, std::uint64_t seed)
    : layout_(layout), positions_(positions), seed_(seed) {
  const golden::ModelConfig& config = layout.config();
  const golden::Rope rope(config.rope, config.head_dim, config.head_padding);
  rope_.resize(positions * config.head_dim);
  for (std::uint64_t position = 0; position < positions; ++position)
    rope.row(position, std::span(rope_).subspan(position * config.head_dim, config.head_dim));
  Random random(seed);
  noise_ = normal_table(random);
}

void SyntheticCache::fill(Transport& transport, std::size_t layer) const {
  const golden::ModelConfig& config = layout_.config();
  const std::size_t width = config.head_dim;
  const std::vector<float> key_bias = bias_of(layout_, layer, golden::Vector::KBias);
  const std::vector<float> value_bias = bias_of(layout_, layer, golden::Vector::VBias);
  std::vector<float> keys, values;
  for (std::size_t head = 0; head < config.kv_heads; ++head) {
    // Random's own seeding mixes every bit.
    Random random(Random(seed_).next() + layer * config.kv_heads + head);
    const auto part = [&](const std::vector<float>& bias) {
      return std::span(bias).subspan(head * width, width);
    };
    for (std::uint64_t first = 0; first < positions_; first += kPositions) {
      const std::size_t count = std::min<std::size_t>(kPositions, positions_ - first) * width;
      keys.resize(count);
      values.resize(count);
      draw(keys, part(key_bias), noise_, random);
      rotate(keys, std::span(rope_).subspan(first * width, count), width);
      draw(values, part(value_bias), noise_, random);
      write_cache(transport, layout_, layer, head, first, keys, values);
    }
  }
}

}  // namespace trine
