// SPDX-License-Identifier: Apache-2.0

#include "driver/runtime.h"

#include <doctest/doctest.h>

#include <bit>
#include <random>

#include "golden/exact/trit_matvec.h"
#include "model_fixture.h"

using namespace trine;
using golden::Linear;

namespace {

/// The definition as a backend: unpacked levels, plain loops.
class ExactBackend final : public golden::LinearBackend {
 public:
  explicit ExactBackend(const golden::PackedModel& model) : model_(model) {}
  void apply(std::size_t layer, std::span<const Linear> matrices, std::span<const float> x,
             std::span<const std::span<float>> outs) override {
    for (std::size_t i = 0; i < matrices.size(); ++i) {
      const auto& packed = model_.matrix(golden::weight_name(layer, matrices[i]));
      const auto matrix = golden::unpack(packed.stream->bytes, packed.shape, packed.codebook);
      const auto book = golden::hardware_codebook(packed.codebook, packed.shape.depth);
      const auto result = golden::trit_matvec(matrix, book, golden::to_bfp(x));
      std::ranges::copy(result.y, outs[i].begin());
    }
  }

 private:
  const golden::PackedModel& model_;
};

/// Passes everything on; flips one bit of what one read of memory brings.
class FaultyTransport final : public Transport {
 public:
  explicit FaultyTransport(Transport& inner) : inner_(inner) {}
  std::uint64_t fault_address = ~std::uint64_t{0};  // Of the byte whose lowest bit flips.

  std::uint32_t read(Reg reg) override { return inner_.read(reg); }
  void write(Reg reg, std::uint32_t value) override { inner_.write(reg, value); }
  void read_memory(std::uint64_t address, std::span<std::byte> to) override {
    inner_.read_memory(address, to);
    if (fault_address >= address && fault_address - address < to.size())
      to[fault_address - address] ^= std::byte{1};
  }
  void write_memory(std::uint64_t address, std::span<const std::byte> from) override {
    inner_.write_memory(address, from);
  }
  std::uint64_t memory_size() const override { return inner_.memory_size(); }
  void map_memory(std::uint64_t address, std::span<const std::byte> bytes) override {
    inner_.map_memory(address, bytes);
  }
  void wait() override { inner_.wait(); }

 private:
  Transport& inner_;
};

/// Input and results of one call.
struct CallData {
  std::vector<float> x;
  std::vector<std::vector<float>> y;
  std::vector<std::span<float>> outs;

  CallData(const golden::ModelConfig& config, std::span<const Linear> matrices, unsigned seed)
      : x(golden::weight_shape(config, matrices[0]).cols) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    for (float& value : x) value = normal(random);
    for (const Linear linear : matrices) y.emplace_back(golden::weight_shape(config, linear).rows);
    for (auto& values : y) outs.emplace_back(values);
  }
};

golden::Sampler greedy() {
  return golden::Sampler(golden::SamplerOptions{});
}

}  // namespace

TEST_CASE("DeviceBackend: equals the definition in every call and geometry") {
  const TinyModel model;
  const golden::ModelConfig& config = model.packed().config();
  ExactBackend exact(model.packed());
  for (const unsigned groups : {1u, 4u, 16u}) {
    for (const std::uint32_t tile_rows : {32u, 2048u}) {
      CAPTURE(groups);
      CAPTURE(tile_rows);
      const MachineParams params{.groups = groups, .tile_rows = tile_rows};
      const Program program(model.packed(), params, kModelMemory);
      LoadedDevice loaded(program, params, kModelMemory);
      DeviceBackend backend(loaded.device, program);
      for (std::size_t layer = 0; layer < config.layers; ++layer) {
        for (const auto& matrices : kLayerCalls) {
          CallData got(config, matrices, 1), expected(config, matrices, 1);
          backend.apply(layer, matrices, got.x, got.outs);
          exact.apply(layer, matrices, expected.x, expected.outs);
          CHECK(got.y == expected.y);
        }
      }
    }
  }
}

TEST_CASE("DeviceBackend: refuses vectors of another size, and names the tensor in a data error") {
  const TinyModel model;
  const Program program(model.packed(), {}, kModelMemory);
  LoadedDevice loaded(program, {}, kModelMemory);
  DeviceBackend backend(loaded.device, program);
  CallData data(model.packed().config(), kLayerCalls[0], 1);
  CHECK_THROWS_AS(backend.apply(0, kLayerCalls[0], std::span(data.x).first(31), data.outs), Error);
  CHECK_THROWS_AS(backend.apply(0, kLayerCalls[3], data.x, data.outs), Error);
  data.outs[1] = data.outs[1].first(3);
  CHECK_THROWS_AS(backend.apply(0, kLayerCalls[0], data.x, data.outs), Error);

  data.x[3] = std::numeric_limits<float>::quiet_NaN();
  golden::check_error([&] { backend.apply(1, kLayerCalls[0], data.x, data.outs); },
                      {"NONFINITE", "command 1", "model.layers.1.self_attn.q_proj.weight"});
}

TEST_CASE("LockstepBackend: passes while two devices agree, and counts") {
  const TinyModel model;
  const golden::ModelConfig& config = model.packed().config();
  const Program program(model.packed(), {}, kModelMemory);
  LoadedDevice a(program, {}, kModelMemory), b(program, {}, kModelMemory);
  LockstepBackend backend({"one", a.device}, {"two", b.device}, program);
  ExactBackend exact(model.packed());
  std::uint64_t values = 0;
  for (const auto& matrices : kLayerCalls) {
    CallData got(config, matrices, 2), expected(config, matrices, 2);
    backend.apply(1, matrices, got.x, got.outs);
    exact.apply(1, matrices, expected.x, expected.outs);
    CHECK(got.y == expected.y);
    for (const auto& y : got.y) values += y.size();
  }
  CHECK_EQ(backend.compared(), values);
}

TEST_CASE("LockstepBackend: finds a single wrong bit and names it") {
  const TinyModel model;
  const golden::ModelConfig& config = model.packed().config();
  const Program program(model.packed(), {}, kModelMemory);
  LoadedDevice good(program, {}, kModelMemory);
  GoldenTransport inner({}, kModelMemory);
  FaultyTransport faulty(inner);
  Device bad(faulty);
  program.load(bad);

  for (const bool first : {true, false}) {
    for (std::size_t c = 0; c < kLayerCalls.size(); ++c) {
      const auto& matrices = kLayerCalls[c];
      const LinearCall& call = program.call(1, matrices);
      for (std::size_t i = 0; i < matrices.size(); ++i) {
        for (const std::uint64_t row : {std::uint64_t{0}, call.outputs[i].rows - 1}) {
          faulty.fault_address = call.outputs[i].address + 4 * row;
          LockstepBackend backend({"left", first ? bad : good.device},
                                  {"right", first ? good.device : bad}, program);
          CallData data(config, matrices, 3);
          try {
            backend.apply(1, matrices, data.x, data.outs);
            FAIL("not found");
          } catch (const Mismatch& mismatch) {
            CHECK_EQ(mismatch.layer(), 1u);
            CHECK_EQ(mismatch.tensor(), golden::weight_name(1, matrices[i]));
            CHECK_EQ(mismatch.row(), row);
            const std::string what = mismatch.what();
            CAPTURE(what);
            for (const std::string& part :
                 {golden::weight_name(1, matrices[i]), fmt::format("row {}", row),
                  std::string("layer 1"), std::string("left has"), std::string("right has"),
                  fmt::format("{:#010x}", std::bit_cast<std::uint32_t>(data.y[i][row]))})
              CHECK(what.find(part) != std::string::npos);
          }
        }
      }
    }
  }
}

TEST_CASE("LockstepBackend: an error of either device comes through") {
  const TinyModel model;
  const Program program(model.packed(), {}, kModelMemory);
  LoadedDevice a(program, {}, kModelMemory), b(program, {}, kModelMemory);
  LockstepBackend backend({"one", a.device}, {"two", b.device}, program);
  CallData data(model.packed().config(), kLayerCalls[1], 1);
  b.device.set_window({0, 0});
  CHECK_THROWS_AS(backend.apply(0, kLayerCalls[1], data.x, data.outs), DeviceError);
  b.device.set_window(program.window());
  backend.apply(0, kLayerCalls[1], data.x, data.outs);
  a.device.set_window({0, 0});
  CHECK_THROWS_AS(backend.apply(0, kLayerCalls[1], data.x, data.outs), DeviceError);
}

TEST_CASE("generate: prefill, decode and statistics on a device equal the definition") {
  const TinyModel model;
  const Program program(model.packed(), {}, kModelMemory);
  LoadedDevice loaded(program, {}, kModelMemory);
  DeviceBackend backend(loaded.device, program);
  const golden::Backbone backbone(model.packed());
  golden::Qwen2 on_device(backbone, backend);
  const std::vector<std::int32_t> prompt{1, 5, 2};
  std::vector<TokenEvent> events;
  golden::Sampler sampler = greedy();
  const GenerateResult result =
      generate(on_device, prompt, sampler,
               {.max_tokens = 6,
                .stop_at_eos = false,
                .counters = [&] { return loaded.device.counters(); },
                .on_token = [&](const TokenEvent& event) { events.push_back(event); }});

  ExactBackend exact(model.packed());
  golden::Qwen2 by_definition(backbone, exact);
  std::vector<std::int32_t> expected;
  std::span<const float> logits = by_definition.forward(prompt, golden::Logits::Last);
  while (expected.size() < 6) {
    expected.push_back(golden::argmax(logits));
    logits = by_definition.forward(expected.back());
  }
  CHECK(result.tokens == expected);
  CHECK_FALSE(result.ended);

  REQUIRE_EQ(events.size(), 9u);
  for (std::size_t i = 0; i < 9; ++i) {
    CHECK_EQ(events[i].prompt, i < 3);
    CHECK_EQ(events[i].index, i < 3 ? i : i - 3);
    CHECK_EQ(events[i].token, i < 3 ? prompt[i] : expected[i - 3]);
    CHECK_EQ(events[i].counters.weight_beats, program.token_beats());
  }
  CHECK_EQ(result.prefill_tokens, 3u);
  CHECK_EQ(result.decode_tokens, 5u);
  CHECK_EQ(result.prefill.weight_beats, 3 * program.token_beats());
  CHECK_EQ(result.decode.weight_beats, 5 * program.token_beats());
  CHECK_EQ(result.decode.commands, 5 * 2 * (8 + 4 + 6 + 4));
  CHECK_EQ(on_device.position(), 8u);
}

TEST_CASE("generate: stops at an end token, at the limit, and refuses an empty prompt") {
  const TinyModel model;
  ExactBackend exact(model.packed());
  golden::Backbone backbone(model.packed());
  const std::vector<std::int32_t> prompt{1};
  const auto run = [&](std::size_t limit, bool stop_at_eos) {
    golden::Qwen2 qwen(backbone, exact);
    golden::Sampler sampler = greedy();
    return generate(
        qwen, prompt, sampler,
        {.max_tokens = limit, .stop_at_eos = stop_at_eos, .counters = {}, .on_token = {}});
  };
  const GenerateResult all = run(4, false);
  REQUIRE_EQ(all.tokens.size(), 4u);
  backbone.config.eos_token = {all.tokens[2]};
  const GenerateResult ended = run(4, true);
  const auto first = std::ranges::find(all.tokens, all.tokens[2]);
  CHECK(ended.ended);
  CHECK(ended.tokens == std::vector<std::int32_t>(all.tokens.begin(), first));
  CHECK_EQ(run(4, false).tokens.size(), 4u);

  const GenerateResult none = run(0, true);
  CHECK(none.tokens.empty());
  CHECK_EQ(none.prefill_tokens, 1u);
  CHECK_EQ(none.decode_tokens, 0u);

  golden::Qwen2 qwen(backbone, exact);
  golden::Sampler sampler = greedy();
  CHECK_THROWS_AS(generate(qwen, {}, sampler, {}), Error);
}
