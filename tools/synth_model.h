// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>

#include "tools/presets.h"

namespace trine::tools {

/// A packed model without a training: shapes of `preset`, statistics like those of a trained one.
struct SynthOptions {
  Preset preset;  // Its layers may have been changed.
  unsigned depth = 4;
  std::uint64_t seed = 1;
};

struct SynthSummary {
  std::uint64_t matrices = 0, weights = 0, stream_bytes = 0;
};

/// `done` of `total` matrices are written.
using SynthProgress = std::function<void(std::size_t done, std::size_t total)>;

/// Writes the model, the same bytes for the same options; one thread makes what another writes.
/// Set bytes and tail codes are drawn directly. Weights are normal, with a scale per group, so that
/// a normalized vector keeps its size through a matrix; the residual stream has a few channels far
/// out, K biases reach 40, norm weights are near 1. Throws Error like PackedModelWriter.
SynthSummary synthesize_model(const std::filesystem::path& out, const SynthOptions& options,
                              const SynthProgress& progress);

/// Writes the same model without any weights (PackedModelWriter::append_outline): in no time and on
/// next to no disk space.
void outline_model(const std::filesystem::path& out, const SynthOptions& options);

}  // namespace trine::tools
