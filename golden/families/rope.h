// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace trine::golden {

/// How the frequencies of the rotation are made longer for contexts beyond those of the training.
enum class RopeType : std::uint8_t { Default, Llama3, Yarn };
/// As config.json calls it.
std::string_view rope_type_name(RopeType type);
/// Nothing for a name that is not one of them.
std::optional<RopeType> rope_type_of(std::string_view name);

/// The rotation of queries and keys, as config.json states it.
struct RopeConfig {
  RopeType type = RopeType::Default;
  double theta = 1e6;
  // Of Llama3 and Yarn.
  double factor = 1;              // Longer by so much,
  double original_positions = 0;  // than the positions of the training.
  // Of Llama3: turns within the training's positions below which a frequency is divided by the
  // factor, and above which it stays.
  double low_freq_factor = 1, high_freq_factor = 4;
  // Of Yarn: the same with a ramp that is linear in the index of the pair,
  double beta_slow = 1, beta_fast = 32;
  bool truncate = true;  // whose ends are rounded to whole pairs.
  /// What cosines and sines are multiplied by; empty: as the two scales, or the factor, say.
  std::optional<double> attention_factor = {};
  std::optional<double> mscale = {}, mscale_all_dim = {};

  bool operator==(const RopeConfig&) const = default;
};

/// The angles of the rotation: the only place where they are computed, for the reference and for
/// the table of a device alike.
class Rope {
 public:
  /// For heads of `head_dim` elements, an even number; the last `padding` / 2 pairs are not
  /// rotated, the others as those of a head without padding.
  Rope(const RopeConfig& config, std::size_t head_dim, std::size_t padding = 0);

  /// Cosines of head_dim / 2 angles, then their sines, each times the attention factor:
  /// to  // (head_dim). The angle of pair i is position * frequencies()[i].
  void row(std::uint64_t position, std::span<float> to) const;
  std::vector<float> row(std::uint64_t position) const;

  std::span<const double> frequencies() const { return frequencies_; }
  double attention_factor() const { return attention_factor_; }

 private:
  std::vector<double> frequencies_;  // (head_dim / 2)
  double attention_factor_ = 1;
};

}  // namespace trine::golden
