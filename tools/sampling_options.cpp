// SPDX-License-Identifier: Apache-2.0

#include "tools/sampling_options.h"

#include <fmt/format.h>

#include "tools/device_options.h"

namespace trine::tools {

void add_sampling(Command& command, SamplingOptions& options) {
  constexpr const char* kGroup = "Sampling";
  constexpr double kMost = 1e6;
  command
      .add_option("--temperature", options.temperature,
                  "0: always the most probable token [as the model's generation_config.json says, "
                  "else 0]")
      ->check(number_in(0, kMost))
      ->group(kGroup);
  command
      .add_option("--top-k", options.top_k,
                  "Keep the K most probable tokens; 0: all [the model's, else 0]")
      ->check(whole_in(0))
      ->group(kGroup);
  command
      .add_option("--top-p", options.top_p,
                  "Keep the fewest tokens whose probabilities reach P [the model's, else 1]")
      ->check(number_in(0, 1, true))
      ->group(kGroup);
  command
      .add_option("--repetition-penalty", options.repetition_penalty,
                  "Divide positive logits of tokens that were there by P, multiply negative ones "
                  "[the model's, else 1]")
      ->check(number_in(0, kMost, true))
      ->group(kGroup);
  add_seed(command, options.seed, "sampling, stalls and initial values");
}

golden::SamplerOptions sampler_options(const SamplingOptions& options, const ModelFile& file,
                                       const CommonOptions& common) {
  for (const std::string& key : file.generation().ignored)
    warn(common, fmt::format("{}: '{}' is not supported and has no effect",
                             (file.directory() / golden::kGenerationFile).string(), key));
  golden::SamplerOptions all = golden::sampling_defaults(file.generation());
  all.temperature = options.temperature.value_or(all.temperature);
  all.top_k = options.top_k.value_or(all.top_k);
  all.top_p = options.top_p.value_or(all.top_p);
  all.repetition_penalty = options.repetition_penalty.value_or(all.repetition_penalty);
  all.seed = options.seed;
  return all;
}

Json sampling_json(const golden::SamplerOptions& options) {
  return {{"temperature", options.temperature},
          {"top_k", options.top_k},
          {"top_p", options.top_p},
          {"repetition_penalty", options.repetition_penalty},
          {"seed", options.seed}};
}

}  // namespace trine::tools
