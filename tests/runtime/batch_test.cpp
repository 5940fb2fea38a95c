// SPDX-License-Identifier: Apache-2.0

#include "runtime/batch.h"

#include <doctest/doctest.h>

#include "golden/reference/sampler.h"
#include "model_fixture.h"
#include "runtime/generate.h"

using namespace trine;

namespace {

using Tokens = std::vector<std::int32_t>;

/// A golden core with caches for several sequences.
struct BatchCore {
  MachineParams params;
  Program program;
  LoadedDevice loaded;
  DeviceExecutor executor{loaded.device};

  BatchCore(const golden::PackedModel& model, unsigned sequences, std::uint64_t context)
      : params{.vectors = 4},
        program(model, params, Program::memory_bytes(model, params, context, sequences), context,
                sequences),
        loaded(program, params, Program::memory_bytes(model, params, context, sequences)) {}
};

const std::vector<Tokens> kPrompts{{1}, {7, 3, 9, 22, 41}, {5, 5, 5}, {40, 2}, {44, 30, 17, 8}};

}  // namespace

TEST_CASE("Batch: every text becomes what it becomes alone, whatever goes on beside it") {
  const TinyModel model;
  for (const double temperature : {0.0, 1.5}) {
    std::vector<Tokens> alone;
    for (std::size_t i = 0; i < kPrompts.size(); ++i) {
      GoldenDecoder one(model.packed(), {}, 32);
      golden::Sampler sampler({.temperature = temperature, .seed = 5 + i});
      alone.push_back(
          generate(one.decoder, kPrompts[i], sampler,
                   {.max_tokens = 9, .stop_at_eos = false, .counters = {}, .on_token = {}})
              .tokens);
    }
    for (const unsigned sequences : {1u, 2u, 3u, 4u}) {
      CAPTURE(sequences);
      BatchCore core(model.packed(), sequences, 32);
      const BatchResult result = generate_batch(core.program, core.executor, kPrompts,
                                                {.max_tokens = 9,
                                                 .stop_at_eos = false,
                                                 .sampler = {.temperature = temperature, .seed = 5},
                                                 .on_step = {}});
      REQUIRE_EQ(result.texts.size(), kPrompts.size());
      for (std::size_t i = 0; i < kPrompts.size(); ++i) CHECK(result.texts[i].tokens == alone[i]);
      // Prompts and all generated tokens but the last of each; a step takes one of every bank.
      CHECK_EQ(result.tokens_through, 15 + 5 * 8);
      CHECK_GE(result.steps, (result.tokens_through + sequences - 1) / sequences);
      if (sequences == 1) CHECK_EQ(result.steps, result.tokens_through);
    }
  }
}

TEST_CASE("Batch: weight beats of the layers are read once for all texts") {
  const TinyModel model;
  BatchCore core(model.packed(), 4, 32);
  const auto trits = [&](const TokenList& list) {
    std::size_t count = 0;
    for (const CommandInfo& info : list.info) count += info.operation == Operation::Linear ? 1 : 0;
    return count;
  };
  CHECK_EQ(trits(core.program.sequences_list(HeadRows::All)),
           trits(core.program.list(1, HeadRows::Last)));
}

TEST_CASE("Batch: refuses what does not fit, naming it") {
  const TinyModel model;
  const auto& packed = model.packed();
  BatchCore core(packed, 2, 16);
  const auto run = [&](const std::vector<Tokens>& prompts, std::size_t more) {
    generate_batch(core.program, core.executor, prompts,
                   {.max_tokens = more, .sampler = {}, .on_step = {}});
  };
  golden::check_error(
      [&] {
        run({{1}, Tokens(10, 3)}, 8);
      },
      {"context overflow", "prompt 1 has 10 tokens", "17 positions", "has 16"});
  golden::check_error([&] { run({{1}, {}}, 8); }, {"prompt 1 is empty"});
  golden::check_error([&] { Program(packed, {.vectors = 2}, kModelMemory, 16, 3); },
                      {"3 sequences", "2 banks"});
  // The caches of one sequence fit, those of four do not.
  const MachineParams params{.vectors = 4};
  constexpr std::uint64_t kSmall = 48 << 10;
  golden::check_error([&] { Program(packed, params, kSmall, 64, 4); },
                      {"device memory is full", "of layer"});
}
