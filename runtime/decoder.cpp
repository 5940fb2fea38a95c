// SPDX-License-Identifier: Apache-2.0

#include "runtime/decoder.h"

#include <bit>

namespace trine {

template <class Pass>
void Decoder::for_each_pass(std::size_t tokens, golden::Logits logits, Pass pass) const {
  for (std::size_t at = 0; at < tokens;) {
    const std::size_t count = tokens - at >= batch() ? batch() : 1;
    const bool last = at + count == tokens;
    HeadRows head = HeadRows::None;
    if (logits == golden::Logits::All) head = HeadRows::All;
    if (logits == golden::Logits::Last && last) head = HeadRows::Last;
    pass(at, count, head);
    at += count;
  }
}

std::span<const float> Decoder::append(std::span<const std::int32_t> tokens,
                                       golden::Logits logits) {
  logits_.clear();
  if (observer()) {
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const bool wanted = logits == golden::Logits::All ||
                          (logits == golden::Logits::Last && i + 1 == tokens.size());
      run_by_layers(tokens[i], wanted ? HeadRows::Last : HeadRows::None);
    }
    return logits_;
  }
  for_each_pass(tokens.size(), logits, [&](std::size_t first, std::size_t count, HeadRows head) {
    run(tokens.subspan(first, count), head);
  });
  return logits_;
}

std::uint64_t Decoder::weight_beats(std::size_t tokens, golden::Logits logits) const {
  std::uint64_t beats = 0;
  for_each_pass(tokens, logits, [&](std::size_t first, std::size_t count, HeadRows head) {
    const TokenList& list = program_.list(static_cast<unsigned>(count), head);
    beats += list.weight_beats(program_.machine(), first);
  });
  return beats;
}

void Decoder::run(std::span<const std::int32_t> tokens, HeadRows head) {
  SequenceState state{.position = static_cast<std::uint32_t>(position_), .token = {}};
  for (std::size_t bank = 0; bank < tokens.size(); ++bank)
    state.token[bank] = static_cast<std::uint32_t>(tokens[bank]);
  const auto count = static_cast<unsigned>(tokens.size());
  executor_.run(program_.list(count, head), state);
  position_ += count;
  if (head == HeadRows::None) return;
  for (unsigned bank = head == HeadRows::All ? 0 : count - 1; bank < count; ++bank)
    read_logits(bank);
}

void Decoder::run_by_layers(std::int32_t token, HeadRows head) {
  const std::size_t layers = config().layers;
  SequenceState state{.position = static_cast<std::uint32_t>(position_), .token = {}};
  state.token[0] = static_cast<std::uint32_t>(token);
  std::vector<float> x(config().hidden);
  for (std::size_t layer = 0; layer < layers; ++layer) {
    const TokenList list = program_.partial({.tokens = 1,
                                             .head = layer + 1 == layers ? head : HeadRows::None,
                                             .first_layer = layer,
                                             .end_layer = layer + 1,
                                             .embedding = layer == 0,
                                             .boundary = true});
    executor_.write(list);
    executor_.run(list, state);
    executor_.read(program_.layout().boundary(0), x);
    observer()(layer, x);
  }
  ++position_;
  if (head != HeadRows::None) read_logits(0);
}

void Decoder::read_logits(unsigned bank) {
  const std::size_t vocab = config().vocab;
  logits_.resize(logits_.size() + vocab);
  executor_.read(program_.layout().logits(bank), std::span(logits_).last(vocab));
  float best = 0;
  executor_.read(program_.layout().best(bank), std::span(&best, 1));
  best_ = std::bit_cast<std::int32_t>(best);
}

}  // namespace trine
