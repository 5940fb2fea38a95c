// SPDX-License-Identifier: Apache-2.0

#include "runtime/generate.h"

#include <doctest/doctest.h>

#include "golden/reference/sampler.h"
#include "model_fixture.h"

using namespace trine;

namespace {

golden::Sampler greedy() {
  return golden::Sampler(golden::SamplerOptions{});
}

}  // namespace

TEST_CASE("generate: prefill, decode and statistics on a device equal the steps one by one") {
  const TinyModel model;
  GoldenDecoder on_device(model.packed(), {}), by_hand(model.packed(), {});
  const std::vector<std::int32_t> prompt{1, 5, 2};
  std::vector<TokenEvent> events;
  golden::Sampler sampler = greedy();
  const GenerateResult result =
      generate(on_device.decoder, prompt, sampler,
               {.max_tokens = 6,
                .stop_at_eos = false,
                .counters = [&] { return on_device.loaded.device.counters(); },
                .on_token = [&](const TokenEvent& event) { events.push_back(event); }});

  std::vector<std::int32_t> expected;
  std::span<const float> logits = by_hand.decoder.forward(prompt, golden::Logits::Last);
  while (expected.size() < 6) {
    expected.push_back(golden::argmax(logits));
    logits = by_hand.decoder.forward(expected.back());
  }
  CHECK(result.tokens == expected);
  CHECK_FALSE(result.ended);

  const auto beats = [&](std::size_t position) {
    const HeadRows head = position < 2 ? HeadRows::None : HeadRows::Last;
    return on_device.program.list(1, head).weight_beats({}, position);
  };
  REQUIRE_EQ(events.size(), 9u);
  std::uint64_t prefill = 0, decode = 0;
  for (std::size_t i = 0; i < 9; ++i) {
    CHECK_EQ(events[i].prompt, i < 3);
    CHECK_EQ(events[i].index, i < 3 ? i : i - 3);
    CHECK_EQ(events[i].token, i < 3 ? prompt[i] : expected[i - 3]);
    // A generated token comes with the cost of the pass before it.
    CHECK_EQ(events[i].counters.weight_beats, beats(i < 3 ? i : i - 1));
    if (i < 8) (i < 3 ? prefill : decode) += beats(i);
  }
  CHECK_EQ(result.prefill_tokens, 3u);
  CHECK_EQ(result.decode_tokens, 5u);
  CHECK_EQ(result.prefill.weight_beats, prefill);
  CHECK_EQ(result.decode.weight_beats, decode);
  CHECK_EQ(result.decode.commands, 5 * on_device.program.list(1, HeadRows::Last).commands.size());
  CHECK_EQ(on_device.decoder.position(), 8u);
}

TEST_CASE("generate: the prompt goes in batches of the core's banks, with the same tokens") {
  const TinyModel model;
  const std::vector<std::int32_t> prompt{1, 5, 2, 7, 3, 4};
  const auto run = [&](unsigned vectors, std::vector<TokenEvent>& events) {
    GoldenDecoder golden(model.packed(), {.vectors = vectors});
    golden::Sampler sampler = greedy();
    return generate(golden.decoder, prompt, sampler,
                    {.max_tokens = 5,
                     .stop_at_eos = false,
                     .counters = [&] { return golden.loaded.device.counters(); },
                     .on_token = [&](const TokenEvent& event) { events.push_back(event); }});
  };
  std::vector<TokenEvent> single, batched;
  const GenerateResult one = run(1, single), four = run(4, batched);
  CHECK(four.tokens == one.tokens);
  CHECK_EQ(four.prefill_tokens, 6u);
  REQUIRE_EQ(batched.size(), 2 + 5);
  CHECK_EQ(batched[0].index, 3u);
  CHECK_EQ(batched[0].token, 7);
  CHECK_EQ(batched[1].index, 5u);
  // Four tokens share the weights of the layers.
  CHECK_LT(batched[0].counters.weight_beats, 2 * single[0].counters.weight_beats);
  CHECK_EQ(four.decode, one.decode);
}

TEST_CASE("generate: stops at an end token, at the limit, and refuses an empty prompt") {
  const TinyModel model;
  const std::vector<std::int32_t> prompt{1};
  const auto run = [&](const TinyModel& of, std::size_t limit, bool stop_at_eos) {
    GoldenDecoder golden(of.packed(), {});
    golden::Sampler sampler = greedy();
    return generate(
        golden.decoder, prompt, sampler,
        {.max_tokens = limit, .stop_at_eos = stop_at_eos, .counters = {}, .on_token = {}});
  };
  const GenerateResult all = run(model, 4, false);
  REQUIRE_EQ(all.tokens.size(), 4u);
  nlohmann::json config = small_config(true);
  config["eos_token_id"] = all.tokens[2];
  const TinyModel ending(config);
  const GenerateResult ended = run(ending, 4, true);
  const auto first = std::ranges::find(all.tokens, all.tokens[2]);
  CHECK(ended.ended);
  CHECK(ended.tokens == std::vector<std::int32_t>(all.tokens.begin(), first));
  CHECK_EQ(run(ending, 4, false).tokens.size(), 4u);

  const GenerateResult none = run(model, 0, true);
  CHECK(none.tokens.empty());
  CHECK_EQ(none.prefill_tokens, 1u);
  CHECK_EQ(none.decode_tokens, 0u);

  GoldenDecoder golden(model.packed(), {});
  golden::Sampler sampler = greedy();
  CHECK_THROWS_AS(generate(golden.decoder, {}, sampler, {}), Error);
}
