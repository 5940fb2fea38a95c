// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "tools/model.h"

namespace trine::tools {

/// How values B differ from values A.
class Difference {
 public:
  void add(std::span<const float> a, std::span<const float> b);
  double max_abs() const { return max_abs_; }
  /// Root of the squares of the differences over that of A's; null when A is zero.
  Json relative() const;
  /// Cosine similarity of all values; null when one side is zero.
  Json cosine() const;
  Json json(const std::string& key, const Json& name) const;

 private:
  double aa_ = 0, bb_ = 0, ab_ = 0, squares_ = 0, max_abs_ = 0;
};

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

}  // namespace trine::tools
