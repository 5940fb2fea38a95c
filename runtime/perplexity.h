// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <span>

#include "golden/reference/metrics.h"
#include "runtime/session.h"

namespace trine {

/// How a text is cut for its perplexity.
struct PerplexityOptions {
  std::size_t window = 256;  // Tokens that start from an empty cache.
  std::size_t limit = 0;     // Tokens to predict; 0: all whole windows.
};

/// How many of so many tokens are predicted: each needs one before it. Throws Error when there
/// are too few, or a window does not fit into `context` positions.
std::size_t count_predictions(std::size_t tokens, const PerplexityOptions& options,
                              std::size_t context, const golden::ModelConfig& config);

/// The likelihood of `count` tokens, as `count_predictions` gives it, over windows of which the
/// last may be cut short. Throws Error when it is not finite.
golden::Perplexity measure_perplexity(Session& session, std::span<const std::int32_t> tokens,
                                      std::size_t window, std::size_t count, Progress& progress);

}  // namespace trine
