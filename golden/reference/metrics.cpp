// SPDX-License-Identifier: Apache-2.0

#include "golden/reference/metrics.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "golden/error.h"
#include "golden/reference/sampler.h"

namespace trine::golden {
namespace {

/// log(sum(exp(x))) in double.
double log_sum_exp(std::span<const float> x) {
  const double largest = double{*std::max_element(x.begin(), x.end())};
  double sum = 0.0;
  for (const float v : x) sum += std::exp(double{v} - largest);
  return largest + std::log(sum);
}

std::size_t rank_of(std::span<const float> logits, std::size_t token) {
  std::size_t rank = 0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    if (logits[i] > logits[token] || (logits[i] == logits[token] && i < token)) ++rank;
  }
  return rank;
}

void check_finite(std::span<const float> logits, std::size_t position) {
  for (std::size_t i = 0; i < logits.size(); ++i) {
    if (!std::isfinite(logits[i])) {
      throw Error("logit of token " + std::to_string(i) + " at position " +
                  std::to_string(position) + " is not finite");
    }
  }
}

/// Adds one position to the sums.
void add_position(Comparison& sums, std::span<const float> a, std::span<const float> b) {
  check_finite(a, sums.positions);
  check_finite(b, sums.positions);
  const double log_a = log_sum_exp(a);
  const double log_b = log_sum_exp(b);
  double aa = 0.0;
  double bb = 0.0;
  double ab = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double x = double{a[i]};
    const double y = double{b[i]};
    sums.max_abs = std::max(sums.max_abs, std::abs(x - y));
    sums.mean_abs += std::abs(x - y);
    aa += x * x;
    bb += y * y;
    ab += x * y;
    sums.kl += std::exp(x - log_a) * ((x - log_a) - (y - log_b));
  }
  // Two zero vectors point the same way; a zero vector and another do not.
  sums.cosine +=
      aa == 0.0 || bb == 0.0 ? (aa == bb ? 1.0 : 0.0) : ab / std::sqrt(aa) / std::sqrt(bb);
  const std::size_t rank = rank_of(b, static_cast<std::size_t>(argmax(a)));
  sums.top1 += rank == 0 ? 1.0 : 0.0;
  sums.top5 += rank < 5 ? 1.0 : 0.0;
  ++sums.positions;
}

}  // namespace

void LogitComparison::add(std::span<const float> a, std::span<const float> b, std::size_t vocab) {
  if (vocab == 0 || a.size() != b.size() || a.size() % vocab != 0) {
    throw Error("compare: " + std::to_string(a.size()) + " and " + std::to_string(b.size()) +
                " logits are not two times the same positions of " + std::to_string(vocab));
  }
  for (std::size_t at = 0; at < a.size(); at += vocab) {
    add_position(sums_, a.subspan(at, vocab), b.subspan(at, vocab));
  }
  elements_ += a.size();
}

Comparison LogitComparison::result() const {
  if (sums_.positions == 0) throw Error("compare: no positions");
  const auto positions = static_cast<double>(sums_.positions);
  Comparison mean = sums_;
  mean.mean_abs /= static_cast<double>(elements_);
  for (double* sum : {&mean.cosine, &mean.kl, &mean.top1, &mean.top5}) *sum /= positions;
  return mean;
}

Comparison compare_logits(std::span<const float> a, std::span<const float> b, std::size_t vocab) {
  LogitComparison comparison;
  comparison.add(a, b, vocab);
  return comparison.result();
}

double negative_log_likelihood(std::span<const float> logits, std::int32_t target) {
  if (target < 0 || static_cast<std::size_t>(target) >= logits.size()) {
    throw Error("token " + std::to_string(target) + " is outside the vocabulary of " +
                std::to_string(logits.size()));
  }
  return log_sum_exp(logits) - double{logits[static_cast<std::size_t>(target)]};
}

double Perplexity::value() const {
  return std::exp(nats / static_cast<double>(tokens));
}

void for_each_window(LanguageModel& model, std::span<const std::int32_t> tokens, std::size_t window,
                     std::size_t predictions, const WindowVisitor& visit) {
  if (window == 0) throw Error("windows of 0 tokens");
  const std::size_t most = tokens.empty() ? 0 : (tokens.size() - 1) / window * window;
  if (predictions == 0) predictions = most;
  if (predictions == 0 || predictions > most || predictions % window != 0) {
    throw Error(std::to_string(tokens.size()) + " tokens do not give " +
                std::to_string(predictions) + " predictions in windows of " +
                std::to_string(window));
  }
  constexpr std::size_t kPiece = 64;  // Bounds the memory for logits.
  for (std::size_t start = 0; start < predictions; start += window) {
    model.reset();
    for (std::size_t at = 0; at < window; at += kPiece) {
      const std::size_t length = std::min(kPiece, window - at);
      visit(start + at, length, model.forward(tokens.subspan(start + at, length)));
    }
  }
  model.reset();
}

Perplexity perplexity(LanguageModel& model, std::span<const std::int32_t> tokens,
                      std::size_t window, std::size_t predictions) {
  const std::size_t vocab = model.config().vocab;
  Perplexity result;
  for_each_window(model, tokens, window, predictions,
                  [&](std::size_t first, std::size_t length, std::span<const float> logits) {
                    for (std::size_t i = 0; i < length; ++i) {
                      result.nats += negative_log_likelihood(logits.subspan(i * vocab, vocab),
                                                             tokens[first + i + 1]);
                    }
                    result.tokens += length;
                  });
  return result;
}

}  // namespace trine::golden
