// SPDX-License-Identifier: Apache-2.0

#include "runtime/perplexity.h"

#include <fmt/format.h>

#include <cmath>

#include "runtime/logits.h"

namespace trine {

std::size_t count_predictions(std::size_t tokens, const PerplexityOptions& options,
                              std::size_t context, const golden::ModelConfig& config) {
  if (options.window == 0) throw Error("a window of 0 tokens");
  if (options.window > context)
    throw Error(fmt::format("a window of {} tokens: the model has {} positions{}", options.window,
                            context, context_hint(context, config)));
  const std::size_t most = tokens > 0 ? tokens - 1 : 0;
  if (options.limit > most)
    throw Error(
        fmt::format("limit {}: {} tokens give {} predictions", options.limit, tokens, most));
  if (options.limit == 0 && most < options.window)
    throw Error(fmt::format("{} tokens do not fill a window of {} and predict its last", tokens,
                            options.window));
  return options.limit > 0 ? options.limit : most / options.window * options.window;
}

golden::Perplexity measure_perplexity(Session& session, std::span<const std::int32_t> tokens,
                                      std::size_t window, std::size_t count, Progress& progress) {
  const std::size_t vocab = session.model().config().vocab;
  golden::Perplexity sum;
  for_each_logits(session, tokens.first(count), window, progress, [&](std::span<const float> part) {
    for (; !part.empty(); part = part.subspan(vocab)) {
      ++sum.tokens;  // Then it is the place of the token that these logits predict.
      sum.nats += golden::negative_log_likelihood(part.first(vocab), tokens[sum.tokens]);
    }
  });
  if (!std::isfinite(sum.value())) throw Error("the perplexity is not a finite number");
  return sum;
}

}  // namespace trine
