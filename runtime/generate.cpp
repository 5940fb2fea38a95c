// SPDX-License-Identifier: Apache-2.0

#include "runtime/generate.h"

#include <algorithm>

namespace trine {
namespace {

using Clock = std::chrono::steady_clock;

/// Measures one forward pass after the other.
class Meter {
 public:
  explicit Meter(const std::function<Counters()>& counters) : counters_(counters) {}

  void start() {
    before_ = now();
    started_ = Clock::now();
  }
  /// Since start; fills the event's cost.
  void stop(TokenEvent& event) const {
    event.time = Clock::now() - started_;
    event.counters = now() - before_;
  }

 private:
  Counters now() const { return counters_ ? counters_() : Counters{}; }

  const std::function<Counters()>& counters_;
  Counters before_;
  Clock::time_point started_;
};

}  // namespace

void generate(golden::LanguageModel& model, std::span<const std::int32_t> prompt,
              golden::Sampler& sampler, const GenerateOptions& options, GenerateResult& result) {
  if (prompt.empty()) throw Error("generate: the prompt is empty");
  const auto& eos = model.config().eos_token;
  const auto report = [&](const TokenEvent& event) {
    if (options.on_token) options.on_token(event);
  };
  std::vector<std::int32_t> text(options.before.begin(), options.before.end());
  text.insert(text.end(), prompt.begin(), prompt.end());  // And what follows.
  const auto ends = [&](std::int32_t token) {
    return options.stop_at_eos &&
           (std::ranges::find(eos, token) != eos.end() ||
            std::ranges::find(options.end_tokens, token) != options.end_tokens.end());
  };
  const auto stopped = [&] { return options.stop && options.stop(); };
  Meter meter(options.counters);
  TokenEvent pass;  // What the last forward pass took.
  std::span<const float> logits;

  for (std::size_t at = 0; at < prompt.size();) {
    if (stopped()) return;
    const auto batch = prompt.subspan(at, std::min(model.batch(), prompt.size() - at));
    at += batch.size();
    pass = {.token = batch.back(), .index = at - 1, .prompt = true, .time = {}, .counters = {}};
    meter.start();
    logits =
        model.forward(batch, at == prompt.size() ? golden::Logits::Last : golden::Logits::None);
    meter.stop(pass);
    result.prefill += pass.counters;
    result.prefill_time += pass.time;
    result.prefill_tokens = at;
    report(pass);
  }

  while (result.tokens.size() < options.max_tokens && !stopped()) {
    const std::int32_t token = sampler.sample(logits, text);
    if (ends(token)) {
      result.ended = true;
      break;
    }
    pass.token = token;
    pass.index = result.tokens.size();
    pass.prompt = false;
    result.tokens.push_back(token);
    text.push_back(token);
    report(pass);
    // Nobody asks for the logits of the last one.
    if (result.tokens.size() == options.max_tokens || stopped()) break;
    meter.start();
    logits = model.forward(token);
    meter.stop(pass);
    result.decode += pass.counters;
    result.decode_time += pass.time;
    ++result.decode_tokens;
  }
}

GenerateResult generate(golden::LanguageModel& model, std::span<const std::int32_t> prompt,
                        golden::Sampler& sampler, const GenerateOptions& options) {
  GenerateResult result;
  generate(model, prompt, sampler, options, result);
  return result;
}

}  // namespace trine
