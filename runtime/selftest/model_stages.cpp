// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "driver/program.h"
#include "runtime/decoder.h"
#include "runtime/selftest/builtin_model.h"
#include "runtime/selftest/stages.h"

namespace trine::selftest {
namespace {

std::string lacks_decoder(const MachineParams& params) {
  const std::string f16 = lacks_capability(params, Capability::F16_ENGINE);
  return f16.empty() ? lacks_capability(params, Capability::VECTOR_UNIT) : f16;
}

std::uint64_t context_of(const golden::PackedModel& model) {
  return std::min<std::uint64_t>(model.config().max_positions, 64);
}

/// The model compiled for the device and loaded into both sides: once, the memory behind is mapped
/// for good.
struct Loaded {
  explicit Loaded(Bench& bench)
      : program(bench.model(), bench.params(), bench.memory_bytes(), context_of(bench.model()), 1,
                bench.base()),
        device(bench.device()),
        golden(bench.golden()) {
    program.load(bench.device());
    program.load(bench.golden());
  }

  Program program;
  DeviceExecutor device, golden;
};

std::string difference(std::span<const float> got, std::span<const float> wanted) {
  std::size_t wrong = 0, first = 0;
  for (std::size_t i = got.size(); i-- > 0;)
    if (std::bit_cast<std::uint32_t>(got[i]) != std::bit_cast<std::uint32_t>(wanted[i])) {
      ++wrong;
      first = i;
    }
  if (wrong == 0) return "";
  return fmt::format("{} of {} values differ; the first, {}, is {:.9g}, must be {:.9g}", wrong,
                     got.size(), first, got[first], wanted[first]);
}

void try_layer(Bench& bench, Loaded& loaded) {
  const Counters before = bench.device().counters();
  const TokenList list =
      loaded.program.partial({.head = HeadRows::None, .end_layer = 1, .boundary = true});
  // Three positions, so that attention has something to weigh.
  for (std::uint32_t position = 0; position < std::size(kPrompt); ++position) {
    SequenceState state{.position = position, .token = {}};
    state.token[0] = static_cast<std::uint32_t>(kPrompt[position]);
    std::vector<float> x[2];
    for (DeviceExecutor* side : {&loaded.device, &loaded.golden}) {
      side->write(list);
      try {
        side->run(list, state);
      } catch (const Error& error) {
        throw StageFailure(error.what());
      }
      std::vector<float>& to = x[side == &loaded.golden];
      to.resize(bench.model().config().hidden);
      side->read(loaded.program.layout().boundary(0), to);
    }
    if (const std::string wrong = difference(x[0], x[1]); !wrong.empty())
      throw StageFailure(fmt::format("behind layer 0, position {}: {}", position, wrong));
  }
  bench.count_since(before);
  bench.note(list.commands.commands());
}

void try_tokens(Bench& bench, Loaded& loaded) {
  Decoder device(loaded.program, loaded.device), golden(loaded.program, loaded.golden);
  const MachineParams usual;
  std::span<const std::int32_t> recorded;
  if (bench.params().act_width == usual.act_width &&
      bench.params().attention_width == usual.attention_width && bench.params().attention_heads > 0)
    recorded = recorded_tokens(bench.model());
  const Counters before = bench.device().counters();
  std::int32_t token = 0;
  for (std::size_t i = 0; i + 1 < std::size(kPrompt) + kGenerated; ++i) {
    if (i < std::size(kPrompt)) token = kPrompt[i];
    std::span<const float> got;
    try {
      got = device.forward(token);
    } catch (const DeviceError& error) {
      throw StageFailure(error.what());
    }
    const auto wanted = golden.forward(token);
    if (const std::string wrong = difference(got, wanted); !wrong.empty())
      throw StageFailure(fmt::format("logits behind token {}: {}", i, wrong));
    if (device.best() != golden.best())
      throw StageFailure(fmt::format("behind token {}: the device's best is {}, must be {}", i,
                                     device.best(), golden.best()));
    token = device.best();
    if (i + 1 < std::size(kPrompt)) continue;
    const std::size_t generated = i + 1 - std::size(kPrompt);
    bench.tokens.push_back(token);
    if (!recorded.empty() && token != recorded[generated])
      throw StageFailure(
          fmt::format("token {} is {}, {} is recorded", generated, token, recorded[generated]));
  }
  bench.count_since(before);
}

}  // namespace

std::vector<Stage> model_stages() {
  const auto loaded = std::make_shared<std::unique_ptr<Loaded>>();
  return {
      {"layer", "one layer of a model at three positions, compared behind it",
       "Every operation passed alone, so look at what only their sequence shows: a command that "
       "begins before the one before it is over, reads that pass writes, an operand of the model "
       "that the stages did not try (their sizes are in the model's `trine info`).",
       [loaded](Bench& bench) {
         *loaded = std::make_unique<Loaded>(bench);
         try_layer(bench, **loaded);
       },
       lacks_decoder},
      {"tokens", "16 tokens behind a prompt of three: logits and tokens, which are recorded",
       "A layer works and tokens do not: the cache over more positions, the head (FP16 product, "
       "ARGMAX), or something that depends on time or temperature; run it again, and slower.",
       [loaded](Bench& bench) { try_tokens(bench, **loaded); }, lacks_decoder},
  };
}

}  // namespace trine::selftest
