// SPDX-License-Identifier: Apache-2.0

#include "runtime/decoder.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>

#include "golden/checkpoint/safetensors.h"
#include "golden/reference/fp32_linears.h"
#include "golden/reference/metrics.h"
#include "golden/reference/reference_model.h"
#include "golden/reference/sampler.h"
#include "model_fixture.h"

using namespace trine;

namespace {

using Tokens = std::vector<std::int32_t>;

Tokens some_tokens(std::size_t count, std::size_t vocab) {
  Tokens tokens(count);
  for (std::size_t i = 0; i < count; ++i)
    tokens[i] = static_cast<std::int32_t>((i * i * 7 + 3 * i + 1) % vocab);
  return tokens;
}

std::vector<float> copy(std::span<const float> values) {
  return {values.begin(), values.end()};
}

Tokens validation_tokens(std::size_t count) {
  const golden::Safetensors file(TRINE_SOURCE_DIR "/models/kjv/valid_tokens.safetensors");
  const golden::Tensor& tensor = file.tensors().front();
  REQUIRE_EQ(tensor.dtype, golden::Dtype::I32);
  Tokens tokens(count);
  std::memcpy(tokens.data(), tensor.bytes.data(), count * 4);
  return tokens;
}

/// Commands of an operation in the list of one token.
std::size_t count_of(const Program& program, Operation operation) {
  const auto& info = program.list(1, HeadRows::Last).info;
  return static_cast<std::size_t>(std::ranges::count(info, operation, &CommandInfo::operation));
}

/// The FP32 reference on the same packed weights.
struct Reference {
  golden::Backbone backbone;
  golden::Fp32Linears linears;
  golden::ReferenceModel model;

  explicit Reference(const golden::PackedModel& packed)
      : backbone(packed), linears(packed), model(backbone, linears) {}
};

}  // namespace

TEST_CASE("Decoder: agrees with the FP32 reference over part of the validation text") {
  const ShippedModel shipped;
  GoldenDecoder golden(shipped.packed(), {}, 256);
  Reference reference(shipped.packed());
  const char* given = std::getenv("TRINE_VALIDATION_POSITIONS");
  const std::size_t positions = given != nullptr ? std::strtoul(given, nullptr, 10) : 2048;
  const Tokens tokens = validation_tokens(positions + 1);
  const std::size_t vocab = shipped.packed().config().vocab;
  golden::LogitComparison comparison;
  double nats[2] = {};
  golden::for_each_window(
      golden.decoder, tokens, 256, positions,
      [&](std::size_t first, std::size_t length, std::span<const float> logits) {
        if (first % 256 == 0) reference.model.reset();
        const auto expected = reference.model.forward(std::span(tokens).subspan(first, length));
        comparison.add(expected, logits, vocab);
        for (std::size_t i = 0; i < length; ++i) {
          nats[0] += golden::negative_log_likelihood(expected.subspan(i * vocab, vocab),
                                                     tokens[first + i + 1]);
          nats[1] += golden::negative_log_likelihood(logits.subspan(i * vocab, vocab),
                                                     tokens[first + i + 1]);
        }
      });
  const golden::Comparison result = comparison.result();
  MESSAGE("positions ", result.positions, ", kl ", result.kl, ", top1 ", result.top1, ", max ",
          result.max_abs, ", perplexity ratio ",
          std::exp((nats[1] - nats[0]) / static_cast<double>(positions)));
  CHECK_EQ(result.positions, positions);
  CHECK_LE(result.kl, 2e-6);
  CHECK_GE(result.top1, 0.998);
}

TEST_CASE("Decoder: a prompt of thousands of tokens agrees with the FP32 reference") {
  nlohmann::json config = small_config(true);
  config["max_position_embeddings"] = 32768;
  const TinyModel model(config);
  const char* given = std::getenv("TRINE_LONG_POSITIONS");
  const std::size_t positions = given != nullptr ? std::strtoul(given, nullptr, 10) : 2'000;
  GoldenDecoder golden(model.packed(), {.vectors = 8}, 32'768);
  Reference reference(model.packed());
  golden::Random random(7);
  Tokens tokens(positions);
  for (std::int32_t& token : tokens) token = static_cast<std::int32_t>(random.next() % 45);
  golden::LogitComparison comparison;
  constexpr std::size_t kPiece = 8;
  for (std::size_t at = 0; at < positions; at += kPiece) {
    const auto piece = std::span(tokens).subspan(at, std::min(kPiece, positions - at));
    const auto expected = reference.model.forward(piece);
    comparison.add(expected, golden.decoder.forward(piece), 45);
  }
  const golden::Comparison result = comparison.result();
  MESSAGE("positions ", result.positions, ", kl ", result.kl, ", top1 ", result.top1, ", max ",
          result.max_abs);
  CHECK_EQ(result.positions, positions);
  CHECK_LE(result.kl, 2e-6);
  CHECK_GE(result.top1, 0.998);
  // One more than there is room for.
  const std::vector<std::int32_t> more(32'768 - positions + 1, 1);
  golden::check_error([&] { golden.decoder.forward(more); },
                      {"context overflow: 32769 tokens", "32768 positions"});
}

TEST_CASE("Decoder: every geometry gives the same bits; the device finds the same best token") {
  for (const bool tied : {true, false}) {
    const TinyModel model(small_config(tied));
    const Tokens tokens = some_tokens(9, 45);
    GoldenDecoder canonical(model.packed(), {});
    const auto expected = copy(canonical.decoder.forward(tokens));
    REQUIRE_EQ(expected.size(), 9 * 45);
    CHECK_EQ(canonical.decoder.best(), golden::argmax(std::span(expected).last(45)));
    for (const MachineParams& params :
         {MachineParams{.groups = 1, .tile_rows = 32}, MachineParams{.groups = 4},
          MachineParams{.groups = 16, .tile_rows = 64}, MachineParams{.vector_words = 1024}}) {
      CAPTURE(params.groups);
      CAPTURE(params.vector_words);
      GoldenDecoder other(model.packed(), params);
      for (std::size_t i = 0; i < tokens.size(); ++i) {
        const auto logits = other.decoder.forward(tokens[i]);
        CHECK(std::ranges::equal(logits, std::span(expected).subspan(i * 45, 45)));
        CHECK_EQ(other.decoder.best(), golden::argmax(logits));
      }
    }
    Reference reference(model.packed());
    const auto comparison = golden::compare_logits(reference.model.forward(tokens), expected, 45);
    CHECK_LE(comparison.kl, 1e-6);
    CHECK_GE(comparison.cosine, 0.99999);
  }
}

TEST_CASE("Decoder: prefill with several tokens at a time equals decode, bit for bit") {
  const TinyModel model;
  const Tokens tokens = some_tokens(11, 45);
  GoldenDecoder one(model.packed(), {});
  const auto expected = copy(one.decoder.forward(tokens));
  const auto row = [&](std::size_t i) { return std::span(expected).subspan(i * 45, 45); };
  for (const unsigned vectors : {2u, 3u, 4u}) {
    CAPTURE(vectors);
    GoldenDecoder many(model.packed(), {.vectors = vectors});
    CHECK(std::ranges::equal(many.decoder.forward(tokens), expected));
    many.decoder.reset();
    CHECK(std::ranges::equal(many.decoder.forward(tokens, golden::Logits::Last), row(10)));
    many.decoder.truncate(3);  // What lies behind is written over.
    const auto part = std::span(tokens).subspan(3, 2 * vectors > 8 ? 4 : 2 * vectors);
    CHECK(many.decoder.forward(part.first(part.size() - 1), golden::Logits::None).empty());
    CHECK(std::ranges::equal(many.decoder.forward(part.back()), row(2 + part.size())));
    CHECK_EQ(many.decoder.best(), golden::argmax(row(2 + part.size())));
    const std::uint64_t before = many.loaded.device.counters().weight_beats;
    many.decoder.reset();
    many.decoder.forward(std::span(tokens).first(vectors), golden::Logits::None);
    CHECK_EQ(many.loaded.device.counters().weight_beats - before,
             many.program.list(vectors, HeadRows::None).weight_beats(many.program.machine(), 0));
  }
}

TEST_CASE("Decoder: the shipped model takes four tokens at a time with the same bits") {
  const ShippedModel shipped;
  const Tokens tokens = validation_tokens(10);
  GoldenDecoder one(shipped.packed(), {}, 64), four(shipped.packed(), {.vectors = 4}, 64);
  const auto expected = copy(one.decoder.forward(tokens));
  CHECK(std::ranges::equal(four.decoder.forward(tokens), expected));
  // So little vector memory that the logits come in two parts.
  GoldenDecoder small(shipped.packed(), {.vector_words = 2560}, 64);
  CHECK(std::ranges::equal(small.decoder.forward(tokens), expected));
  CHECK_EQ(small.decoder.best(), golden::argmax(std::span(expected).last(2048)));
  CHECK_EQ(small.program.list(1, HeadRows::Last).commands.size(),
           one.program.list(1, HeadRows::Last).commands.size() + 3);
}

TEST_CASE("Program: gate and up that do not fit side by side give the same bits in parts") {
  nlohmann::json config = small_config(true);
  config["intermediate_size"] = 480;
  const TinyModel model(config);
  const Tokens tokens = some_tokens(4, 45);
  for (const unsigned vectors : {1u, 2u}) {
    CAPTURE(vectors);
    const MachineParams most{.tile_rows = 64, .vectors = vectors};
    MachineParams least = most;
    least.vector_words = 736;  // Beside gate there is room for one row tile of up.
    GoldenDecoder whole(model.packed(), most), parts(model.packed(), least);
    CHECK_EQ(count_of(whole.program, Operation::Linear), 14u);
    CHECK_EQ(count_of(parts.program, Operation::Linear), 14u + 2 * 7);
    CHECK_EQ(count_of(parts.program, Operation::Activation), 2u * 8);
    CHECK_EQ(parts.program.list(1, HeadRows::Last).weight_beats(least, 0),
             whole.program.list(1, HeadRows::Last).weight_beats(most, 0));
    const auto expected = copy(whole.decoder.forward(tokens, golden::Logits::All));
    CHECK(copy(parts.decoder.forward(tokens, golden::Logits::All)) == expected);
  }
  GoldenTransport transport({.tile_rows = 64, .vector_words = 704}, kModelMemory);
  golden::check_error([&] { Program(model.packed(), Device(transport).params(), kModelMemory); },
                      {"intermediate size 480", "need 736 words", "has 704"});
}

TEST_CASE("Program: lists of parts of the layers give the same bits as the whole") {
  const TinyModel model;
  const unsigned vectors = 2;
  const Tokens tokens = some_tokens(6, 45);
  GoldenDecoder whole(model.packed(), {.vectors = vectors}),
      parts(model.packed(), {.vectors = vectors});
  for (const bool pair : {false, true}) {
    whole.decoder.reset();
    const unsigned count = pair ? 2 : 1;
    for (std::size_t at = 0; at < tokens.size(); at += count) {
      const auto now = std::span(tokens).subspan(at, count);
      const auto expected = copy(whole.decoder.forward(now));
      SequenceState state{.position = static_cast<std::uint32_t>(at), .token = {}};
      for (std::size_t i = 0; i < count; ++i) state.token[i] = static_cast<std::uint32_t>(now[i]);
      const HeadRows head = pair ? HeadRows::All : HeadRows::Last;
      const ListSpec specs[] = {
          {.tokens = count, .head = HeadRows::None, .boundary = true},  // The embedding alone.
          {.tokens = count,
           .head = HeadRows::None,
           .end_layer = 1,
           .embedding = false,
           .boundary = true},
          {.tokens = count, .head = head, .first_layer = 1, .end_layer = 2, .embedding = false}};
      for (const ListSpec& spec : specs) {
        const TokenList list = parts.program.partial(spec);
        parts.executor.write(list);
        parts.executor.run(list, state);
      }
      std::vector<float> got(45);
      for (unsigned bank = 0; bank < count; ++bank) {
        parts.executor.read(parts.program.layout().logits(bank), got);
        CHECK(std::ranges::equal(got, std::span(expected).subspan(bank * 45, 45)));
      }
    }
  }
}

TEST_CASE("Decoder: refuses bad tokens and too many before anything runs") {
  const TinyModel model;
  GoldenDecoder golden(model.packed(), {}, 5);
  Decoder& decoder = golden.decoder;
  CHECK_EQ(decoder.capacity(), 5u);
  const auto runs = [&] { return golden.loaded.device.counters().commands; };
  decoder.forward(some_tokens(3, 45));
  const std::uint64_t before = runs();
  golden::check_error([&] { decoder.forward(Tokens{1, 2, 3}); }, {"context overflow", "6", "5"});
  golden::check_error([&] { decoder.forward(45); }, {"token 45", "45"});
  golden::check_error([&] { decoder.forward(Tokens{1, -1}); }, {"token -1"});
  CHECK_EQ(runs(), before);
  CHECK_EQ(decoder.position(), 3u);
  CHECK(decoder.forward(Tokens{}).empty());

  // The device itself refuses the same.
  const TokenList& list = golden.program.list(1, HeadRows::Last);
  for (const SequenceState& state :
       {SequenceState{.position = 5, .token = {}}, SequenceState{.position = 0, .token = {45}}}) {
    try {
      golden.executor.run(list, state);
      FAIL("ran");
    } catch (const DeviceError& error) {
      CHECK_EQ(error.code(), ErrorCode::INDEX_RANGE);
      CHECK_EQ(error.index(), state.position == 5 ? 1u : 0u);
    }
  }
  CHECK_EQ(decoder.forward(Tokens{1, 2}).size(), 2 * 45);
}

TEST_CASE("Decoder: a device error names the tensor and leaves the position") {
  const TinyModel model;
  GoldenDecoder golden(model.packed(), {});
  golden.decoder.forward(1);
  // A key of position 0 in layer 1 that is far too large: a block with the largest exponent.
  std::vector<std::uint16_t> large(16, 0x4000);
  for (std::size_t i = 0; i < 8; ++i) large[i] |= 1;
  golden.loaded.transport.write_memory(golden.program.layout().layer(1).cache,
                                       std::as_bytes(std::span(large)));
  golden::check_error([&] { golden.decoder.forward(2); },
                      {"OVERFLOW", "model.layers.1.self_attn.attention, heads 0 to 1"});
  CHECK_EQ(golden.decoder.position(), 1u);
  golden.decoder.reset();
  golden.decoder.forward(1);
  CHECK_EQ(golden.decoder.position(), 1u);
}
