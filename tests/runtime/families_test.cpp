// SPDX-License-Identifier: Apache-2.0

#include <doctest/doctest.h>

#include <map>

#include "golden/reference/fp32_linears.h"
#include "golden/reference/metrics.h"
#include "golden/reference/reference_model.h"
#include "model_fixture.h"
#include "tests/golden/family_cases.h"
#include "tests/golden/padded_config.h"

using namespace trine;

namespace {

/// A checkpoint of tests/models/families, quantized with 4 trits a weight.
struct Packed {
  golden::TempDir directory;
  std::unique_ptr<golden::PackedModel> model;

  explicit Packed(const golden::FamilyCase& family) {
    golden::quantize_model(family.directory, directory / "packed", {});
    model = std::make_unique<golden::PackedModel>(directory / "packed");
    model->validate();
  }
};

std::map<Opcode, std::size_t> opcodes(const TokenList& list) {
  std::map<Opcode, std::size_t> count;
  for (const Command& c : list.commands.commands())
    ++count[static_cast<Opcode>(c.get(command::OPCODE))];
  return count;
}

/// The commands of a token by description and sizes alone.
std::map<Opcode, std::size_t> expected_opcodes(const golden::ModelConfig& c) {
  using golden::Vector;
  const std::size_t biases = c.family->has(Vector::QBias);
  const std::size_t head_norms =
      c.family->has(Vector::QNorm) * c.heads + c.family->has(Vector::KNorm) * c.kv_heads;
  return {{Opcode::LOAD, 3 + c.layers},
          {Opcode::RMSNORM, 1 + c.layers * (2 + head_norms)},
          {Opcode::TRIT_MATVEC, 7 * c.layers},
          {Opcode::ADD, c.layers * (2 + biases)},
          {Opcode::ROPE, c.layers},
          {Opcode::STORE, 2},
          {Opcode::STORE_BLOCKS, 2 * c.layers * c.kv_heads},
          {Opcode::FENCE, c.layers},
          {Opcode::ATTENTION, c.layers * c.kv_heads},
          {Opcode::F16_MATVEC, 1},
          {Opcode::SILU_MUL, c.layers},
          {Opcode::ARGMAX, 1},
          {Opcode::END, 1}};
}

}  // namespace

TEST_CASE("families: the golden decoder agrees with the reference on the packed model") {
  for (const std::string& name : golden::family_names()) {
    CAPTURE(name);
    const golden::FamilyCase family(name);
    const Packed packed(family);
    const std::size_t vocab = packed.model->config().vocab;
    GoldenDecoder golden(*packed.model, {.vectors = 4}, family.tokens.size());
    const golden::Backbone backbone(*packed.model);
    golden::Fp32Linears linears(*packed.model);
    golden::ReferenceModel reference(backbone, linears);
    const auto c = golden::compare_logits(reference.forward(family.tokens),
                                          golden.decoder.forward(family.tokens), vocab);
    MESSAGE(name, ": kl ", c.kl, ", top1 ", c.top1, ", cosine ", c.cosine, ", largest difference ",
            c.max_abs, " over ", c.positions, " positions");
    CHECK(c.kl < 1e-5);
    CHECK(c.cosine > 0.99999);
    CHECK(opcodes(golden.program.list(1, HeadRows::Last)) ==
          expected_opcodes(packed.model->config()));
  }
}

TEST_CASE("families: several tokens at a time give the bits of one at a time") {
  for (const char* name : {"qwen3", "llama3_rope", "smol_tied_f16"}) {
    CAPTURE(name);
    const golden::FamilyCase family(name);
    const Packed packed(family);
    GoldenDecoder one(*packed.model, {.groups = 4}, 32), four(*packed.model, {.vectors = 4}, 32);
    const auto tokens = std::span(family.tokens).first(10);
    const auto expected = four.decoder.forward(tokens);
    const std::size_t vocab = packed.model->config().vocab;
    for (std::size_t t = 0; t < tokens.size(); ++t)
      CHECK(std::ranges::equal(one.decoder.forward(tokens[t]), expected.subspan(t * vocab, vocab)));
  }
}

TEST_CASE("families: padded heads agree with the reference, with and without the attention unit") {
  const std::vector<std::int32_t> tokens = {1, 9, 3, 3, 10, 0, 7, 5, 4, 4, 2, 8};
  for (const char* family : {"qwen2", "qwen3"}) {
    for (const std::size_t width : {20UL, 80UL, 96UL, 112UL}) {
      CAPTURE(family);
      CAPTURE(width);
      const TinyModel model(golden::padded_config(family, width));
      const golden::Backbone backbone(model.packed());
      golden::Fp32Linears linears(model.packed());
      golden::ReferenceModel reference(backbone, linears);
      const auto expected = reference.forward(tokens);
      for (const unsigned heads : {0U, 8U}) {
        CAPTURE(heads);
        GoldenDecoder golden(model.packed(), {.vectors = 4, .attention_heads = heads}, 64);
        const auto c = golden::compare_logits(expected, golden.decoder.forward(tokens),
                                              model.packed().config().vocab);
        MESSAGE(family, " ", width, ": kl ", c.kl, ", largest difference ", c.max_abs);
        CHECK(c.kl < 1e-5);
        CHECK(c.cosine > 0.99999);
      }
    }
  }
}

TEST_CASE("families: the shipped model's list is the one it should be") {
  const ShippedModel shipped;
  const Program program(shipped.packed(), {}, Program::memory_bytes(shipped.packed(), {}));
  const TokenList& list = program.list(1, HeadRows::Last);
  CHECK(list.commands.size() == 123);
  const std::map<Opcode, std::size_t> expected = {{Opcode::LOAD, 9},
                                                  {Opcode::RMSNORM, 13},
                                                  {Opcode::TRIT_MATVEC, 42},
                                                  {Opcode::ADD, 18},
                                                  {Opcode::ROPE, 6},
                                                  {Opcode::STORE, 2},
                                                  {Opcode::STORE_BLOCKS, 12},
                                                  {Opcode::FENCE, 6},
                                                  {Opcode::F16_MATVEC, 1},
                                                  {Opcode::ATTENTION, 6},
                                                  {Opcode::SILU_MUL, 6},
                                                  {Opcode::ARGMAX, 1},
                                                  {Opcode::END, 1}};
  CHECK(opcodes(list) == expected);
  // The first layer, command by command.
  constexpr Opcode kLayer[] = {
      Opcode::LOAD,         Opcode::RMSNORM,     Opcode::TRIT_MATVEC, Opcode::TRIT_MATVEC,
      Opcode::TRIT_MATVEC,  Opcode::ADD,         Opcode::ROPE,        Opcode::STORE_BLOCKS,
      Opcode::STORE_BLOCKS, Opcode::FENCE,       Opcode::ATTENTION,   Opcode::TRIT_MATVEC,
      Opcode::ADD,          Opcode::RMSNORM,     Opcode::TRIT_MATVEC, Opcode::TRIT_MATVEC,
      Opcode::SILU_MUL,     Opcode::TRIT_MATVEC, Opcode::ADD};
  for (std::size_t i = 0; i < std::size(kLayer); ++i) {
    CAPTURE(i);
    const Command& c = list.commands.commands()[2 + i];
    CHECK(static_cast<Opcode>(c.get(command::OPCODE)) == kLayer[i]);
  }
}
