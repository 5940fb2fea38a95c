// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "driver/counters.h"
#include "golden/error.h"
#include "golden/reference/language_model.h"
#include "golden/reference/sampler.h"

namespace trine {

/// A generated token, or the last one of a batch of the prompt, and what its forward pass took.
struct TokenEvent {
  std::int32_t token = 0;
  std::size_t index = 0;  // Among the prompt's tokens, or among the generated ones.
  bool prompt = false;    // Fed, not generated.
  std::chrono::duration<double> time{0};
  Counters counters;  // Of this pass; zeros without `GenerateOptions::counters`.
};

/// What a run of `generate` came to.
struct GenerateResult {
  std::vector<std::int32_t> tokens;  // Generated ones, the end token not among them.
  bool ended = false;                // By an end token, not by the limit.
  Counters prefill, decode;
  std::chrono::duration<double> prefill_time{0}, decode_time{0};
  std::size_t prefill_tokens = 0, decode_tokens = 0;  // That went through the model.
};

struct GenerateOptions {
  std::size_t max_tokens = 0;
  bool stop_at_eos = true;                               // At any end token of the configuration,
  std::span<const std::int64_t> end_tokens = {};         // or one of these.
  std::span<const std::int32_t> before = {};             // Tokens that the model has already.
  std::function<bool()> stop = {};                       // Asked before each pass; may be empty.
  std::function<Counters()> counters = {};               // May be empty.
  std::function<void(const TokenEvent&)> on_token = {};  // May be empty.
};

/// Feeds the prompt (prefill), behind what the model has already, in the model's batches, then
/// samples and feeds up to `max_tokens` tokens.  A generated token's event comes with the cost of
/// the forward pass that led to it, so the first one's is that of the prompt's last batch.  Throws
/// Error for an empty prompt.
GenerateResult generate(golden::LanguageModel& model, std::span<const std::int32_t> prompt,
                        golden::Sampler& sampler, const GenerateOptions& options);
/// The same into `result`, an empty one, which then has what there is also when a call throws.
void generate(golden::LanguageModel& model, std::span<const std::int32_t> prompt,
              golden::Sampler& sampler, const GenerateOptions& options, GenerateResult& result);

}  // namespace trine
