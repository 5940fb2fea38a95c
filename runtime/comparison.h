// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "golden/reference/metrics.h"
#include "runtime/session.h"

namespace trine {

/// How values B differ from values A.
class Difference {
 public:
  void add(std::span<const float> a, std::span<const float> b);
  double max_abs() const { return max_abs_; }
  /// Root of the squares of the differences over that of A's; nothing when A is zero.
  std::optional<double> relative() const;
  /// Cosine similarity of all values; nothing when one side is zero.
  std::optional<double> cosine() const;

 private:
  double aa_ = 0, bb_ = 0, ab_ = 0, squares_ = 0, max_abs_ = 0;
};

/// What a comparison measured.
struct ComparisonReport {
  golden::LogitComparison logits;
  bool has_logits = false;
  std::vector<golden::Comparison> positions;  // One a position, when asked for.
  std::vector<Difference> layers;             // Of the residual stream behind each layer.
  std::vector<std::pair<std::string, Difference>> tensors;

  /// Adds logits, a and b being (positions, vocab); `each` keeps every position for itself.
  void add(std::span<const float> a, std::span<const float> b, std::size_t vocab, bool each);
};

/// Two files of logits. Throws Error naming both when they are not about the same tokens.
ComparisonReport compare_logit_files(const std::string& a_file, const std::string& b_file,
                                     bool positions);

/// Throws Error when the logits, or with `layers` the residual streams, of two models cannot be
/// compared.
void check_comparable(const ModelFile& a, const ModelFile& b, bool layers);

/// One matrix after the other: its name and how B's weights, dequantized, differ from A's. Throws
/// Error for models of different shapes.
std::vector<std::pair<std::string, Difference>> compare_tensors(const ModelFile& a,
                                                                const ModelFile& b,
                                                                Progress& progress);

/// Two models on their devices, run over the same tokens.
struct ModelPair {
  Session &a, &b;
  std::span<const std::int32_t> tokens;
  std::size_t window = 0;  // Tokens from an empty cache; 0: all.
};

/// Calls visit(a, b) with the logits (tokens, vocab) of successive tokens. With `layers` (one a
/// layer) adds how the residual streams behind each layer differ.
void compare_runs(const ModelPair& pair, std::vector<Difference>* layers, Progress& progress,
                  const std::function<void(std::span<const float>, std::span<const float>)>& visit);

}  // namespace trine
