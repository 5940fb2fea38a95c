// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "golden/checkpoint/checkpoint.h"
#include "golden/reference/linear_backend.h"

namespace trine::golden {

/// Sums the squares of what goes into the linear matrices, column by column, on the way to another
/// backend, which must outlive it.
class InputMoments final : public LinearBackend {
 public:
  explicit InputMoments(const ModelConfig& config, LinearBackend& to);

  void apply(std::size_t layer, std::span<const Linear> matrices, std::span<const float> x,
             std::span<const std::span<float>> outs) override;
  void apply_batch(std::size_t layer, std::span<const Linear> matrices, std::span<const float> xs,
                   std::size_t count, std::span<const std::span<float>> outs) override;

  /// Mean square of the inputs of each matrix (cols), by weight name. A mean below 1e-4 of the
  /// matrix's average is raised to that: columns that the text never excited still hold weights.
  /// Throws Error when there were none, and when one is not finite.
  std::map<std::string, std::vector<double>> mean_squares() const;

 private:
  struct Sums {
    std::vector<double> squares;  // (cols)
    std::size_t count = 0;
  };

  ModelConfig config_;
  LinearBackend* to_;
  std::vector<std::array<Sums, std::size(kLinears)>> layers_;
};

/// The mean squares for the tokens, in windows of `window` that each start from an empty cache,
/// through the FP32 reference on the weights of the checkpoint, which are read from its files.
/// `progress` is told how many tokens are done. Throws Error for no tokens, a window that the model
/// has no room for, and a token outside the vocabulary.
std::map<std::string, std::vector<double>> collect_moments(
    const Checkpoint& model, std::span<const std::int32_t> tokens, std::size_t window,
    unsigned threads, const std::function<void(std::size_t done)>& progress = {});

}  // namespace trine::golden
