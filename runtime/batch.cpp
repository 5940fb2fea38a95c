// SPDX-License-Identifier: Apache-2.0

#include "runtime/batch.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "golden/error.h"

namespace trine {
namespace {

/// The text that a bank is at.
struct Bank {
  std::size_t text;
  std::size_t position = 0;  // Of the token that comes next.
  golden::Sampler sampler;
};

class Batch {
 public:
  Batch(const Program& program, Executor& executor,
        std::span<const std::vector<std::int32_t>> prompts, const BatchOptions& options)
      : program_(program), executor_(executor), options_(options) {
    for (const auto& prompt : prompts) result_.texts.push_back({.prompt = prompt});
    banks_.resize(program.layout().sequences());
    logits_.resize(program.config().vocab);
    for (auto& bank : banks_) take_next(bank);
  }

  BatchResult run() {
    while (std::ranges::any_of(banks_, [](const auto& bank) { return bank.has_value(); })) step();
    return std::move(result_);
  }

 private:
  void take_next(std::optional<Bank>& bank) {
    bank.reset();
    if (next_ == result_.texts.size()) return;
    golden::SamplerOptions sampler = options_.sampler;
    sampler.seed += next_;
    bank.emplace(Bank{.text = next_++, .sampler = golden::Sampler(sampler)});
  }

  std::int32_t token_at(const Bank& bank) const {
    const BatchText& text = result_.texts[bank.text];
    const std::size_t prompt = text.prompt.size();
    return bank.position < prompt ? text.prompt[bank.position]
                                  : text.tokens[bank.position - prompt];
  }

  /// True when what follows the token that comes next is not known yet.
  bool chooses(const Bank& bank) const {
    const BatchText& text = result_.texts[bank.text];
    return bank.position + 1 == text.prompt.size() + text.tokens.size();
  }

  void step() {
    // A bank without a text runs along at its first position; nobody reads what it makes of it.
    SequenceState state{.position = 0, .ahead = {}, .token = {}};
    bool head = false;
    for (std::size_t b = 0; b < banks_.size(); ++b) {
      if (!banks_[b]) continue;
      state.ahead[b] = static_cast<std::uint32_t>(banks_[b]->position);
      state.token[b] = static_cast<std::uint32_t>(token_at(*banks_[b]));
      head = head || chooses(*banks_[b]);
    }
    executor_.run(program_.sequences_list(head ? HeadRows::All : HeadRows::None), state);
    ++result_.steps;
    for (std::size_t b = 0; b < banks_.size(); ++b)
      if (banks_[b]) advance(banks_[b], static_cast<unsigned>(b));
    if (options_.on_step) options_.on_step(result_.tokens_through);
  }

  void advance(std::optional<Bank>& bank, unsigned number) {
    ++result_.tokens_through;
    BatchText& text = result_.texts[bank->text];
    if (chooses(*bank)) {
      executor_.read(program_.layout().logits(number), logits_);
      std::vector<std::int32_t> so_far = text.prompt;
      so_far.insert(so_far.end(), text.tokens.begin(), text.tokens.end());
      const std::int32_t token = bank->sampler.sample(logits_, so_far);
      const auto& eos = program_.config().eos_token;
      text.ended = options_.stop_at_eos && std::ranges::find(eos, token) != eos.end();
      if (!text.ended) text.tokens.push_back(token);
      if (text.ended || text.tokens.size() == options_.max_tokens) return take_next(bank);
    }
    ++bank->position;
  }

  const Program& program_;
  Executor& executor_;
  const BatchOptions& options_;
  BatchResult result_;
  std::size_t next_ = 0;  // Text that has no bank yet.
  std::vector<std::optional<Bank>> banks_;
  std::vector<float> logits_;
};

}  // namespace

BatchResult generate_batch(const Program& program, Executor& executor,
                           std::span<const std::vector<std::int32_t>> prompts,
                           const BatchOptions& options) {
  const std::size_t context = program.layout().context();
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    if (prompts[i].empty()) throw Error(fmt::format("prompt {} is empty", i));
    if (options.max_tokens == 0) throw Error("a batch that generates nothing");
    if (prompts[i].size() + options.max_tokens - 1 > context)
      throw Error(
          fmt::format("context overflow: prompt {} has {} tokens, with {} more it needs {} "
                      "positions, the cache has {}",
                      i, prompts[i].size(), options.max_tokens - 1,
                      prompts[i].size() + options.max_tokens - 1, context));
  }
  return Batch(program, executor, prompts, options).run();
}

}  // namespace trine
