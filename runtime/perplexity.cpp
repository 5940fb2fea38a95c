// SPDX-License-Identifier: Apache-2.0

#include "runtime/perplexity.h"

#include <fmt/format.h>

#include <cmath>

namespace trine {

std::size_t count_predictions(std::size_t tokens, const PerplexityOptions& options,
                              std::size_t context, const golden::ModelConfig& config) {
  if (options.window > context)
    throw Error(fmt::format("a window of {} tokens: the model has {} positions{}", options.window,
                            context, context_hint(context, config)));
  const std::size_t most = tokens > 0 ? tokens - 1 : 0;
  if (options.limit > most)
    throw Error(fmt::format("limit {}: {} tokens give {} predictions", options.limit, tokens, most));
  if (options.limit == 0 && most < options.window)
    throw Error(fmt::format("{} tokens do not fill a window of {} and predict its last", tokens,
                            options.window));
  return options.limit > 0 ? options.limit : most / options.window * options.window;
}

golden::Perplexity measure_perplexity(Session& session, std::span<const std::int32_t> tokens,
                                      std::size_t window, std::size_t count, Progress& progress) {
  session.expect_tokens(count, golden::Logits::All);
  golden::LanguageModel& model = session.model();
  const std::size_t vocab = model.config().vocab;
  golden::Perplexity sum;
  const auto add_windows = [&](std::size_t start, std::size_t size, std::size_t predictions) {
    if (predictions == 0) return;
    const auto part = tokens.subspan(start);
    golden::for_each_window(
        model, part, size, predictions,
        [&](std::size_t first, std::size_t length, std::span<const float> logits) {
          for (std::size_t i = 0; i < length; ++i)
            sum.nats += golden::negative_log_likelihood(logits.subspan(i * vocab, vocab),
                                                        part[first + i + 1]);
          sum.tokens += length;
          if (!session.simulated()) progress.step(sum.tokens, count, "tokens");
        });
  };
  const std::size_t rest = count % window;
  add_windows(0, window, count - rest);
  add_windows(count - rest, rest, rest);
  if (!std::isfinite(sum.value())) throw Error("the perplexity is not a finite number");
  return sum;
}

}  // namespace trine
