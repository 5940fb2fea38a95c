// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>

#include "golden/reference/sampler.h"
#include "runtime/model_file.h"
#include "tools/common.h"

namespace trine::tools {

/// How tokens are chosen, as the user says it; what is empty is left to the model.
struct SamplingOptions {
  std::optional<double> temperature, top_p, repetition_penalty;
  std::optional<std::size_t> top_k;
  std::uint64_t seed = 1;
};

/// Adds --temperature, --top-k, --top-p, --repetition-penalty and --seed.
void add_sampling(Command& command, SamplingOptions& options);

/// The options, and behind them what the model's generation_config.json asks for. Warns on stderr
/// of what that file asks for and does not get.
golden::SamplerOptions sampler_options(const SamplingOptions& options, const ModelFile& file,
                                       const CommonOptions& common);

Json sampling_json(const golden::SamplerOptions& options);

}  // namespace trine::tools
