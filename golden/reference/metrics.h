// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "golden/reference/language_model.h"

namespace trine::golden {

/// How logits B differ from logits A, over all positions. Equal logits rank by token number.
struct Comparison {
  std::size_t positions = 0;
  double max_abs = 0.0;   // Largest |A - B|.
  double mean_abs = 0.0;  // Over positions and vocabulary.
  double cosine = 0.0;    // Cosine similarity of a position's logits, mean over positions.
  double kl = 0.0;        // KL(softmax A || softmax B) in nats, mean over positions.
  double top1 = 0.0;      // Share of positions with the same most probable token.
  double top5 = 0.0;      // Share of positions with A's most probable token among B's five.
};

/// Accumulates a Comparison, position by position.
class LogitComparison {
 public:
  /// a and b are (positions, vocab). Throws Error for sizes that differ and logits not finite.
  void add(std::span<const float> a, std::span<const float> b, std::size_t vocab);
  Comparison result() const;

 private:
  Comparison sums_;
  std::size_t elements_ = 0;
};

Comparison compare_logits(std::span<const float> a, std::span<const float> b, std::size_t vocab);

/// Negative log-likelihood of `target` under softmax(logits), in nats, in double.
double negative_log_likelihood(std::span<const float> logits, std::int32_t target);

/// Accumulated likelihood of tokens; the perplexity is its exponential mean.
struct Perplexity {
  double nats = 0.0;
  std::size_t tokens = 0;
  double value() const;
};

/// Cuts `tokens` into windows that do not overlap and calls visit(first, length, logits) for pieces
/// of them: logits (length, vocab) of positions first .. first + length - 1 of `tokens`. Each
/// window starts from an empty cache. `predictions` positions in all, a multiple of the window,
/// each with a next token; 0: as many as there are. Throws Error when the tokens do not suffice.
using WindowVisitor =
    std::function<void(std::size_t first, std::size_t length, std::span<const float> logits)>;
void for_each_window(LanguageModel& model, std::span<const std::int32_t> tokens, std::size_t window,
                     std::size_t predictions, const WindowVisitor& visit);

/// Perplexity over those windows: window w feeds tokens[w*window ..] and predicts each next one.
Perplexity perplexity(LanguageModel& model, std::span<const std::int32_t> tokens,
                      std::size_t window = 256, std::size_t predictions = 0);

}  // namespace trine::golden
