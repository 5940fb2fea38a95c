// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "driver/program.h"
#include "golden/reference/sampler.h"
#include "runtime/executor.h"

namespace trine {

/// A text of a batch.
struct BatchText {
  std::vector<std::int32_t> prompt;
  std::vector<std::int32_t> tokens{};  // Generated ones, the end token not among them.
  bool ended = false;                  // By an end token, not by the limit.
};

struct BatchOptions {
  std::size_t max_tokens = 0;      // Of each text.
  bool stop_at_eos = true;         // At any end token of the configuration.
  golden::SamplerOptions sampler;  // Text i draws with the seed plus i.
  /// After every step: tokens that went through the model so far. May be empty.
  std::function<void(std::size_t)> on_step;
};

/// What a batch came to.
struct BatchResult {
  std::vector<BatchText> texts;    // In the order of the prompts.
  std::size_t steps = 0;           // Lists that ran,
  std::size_t tokens_through = 0;  // and tokens that they took through the model.
};

/// Continues texts together, as many at a time as the program has sequences: each in a bank of its
/// own with a cache and a position of its own, and every weight beat serves all of them. A step
/// takes a token of each text, of its prompt or the one that was chosen last; when a text ends, the
/// next one takes its bank. What a text becomes does not depend on the others. Throws Error for a
/// prompt that is empty or too long, and DeviceError when the core stops.
BatchResult generate_batch(const Program& program, Executor& executor,
                           std::span<const std::vector<std::int32_t>> prompts,
                           const BatchOptions& options);

}  // namespace trine
