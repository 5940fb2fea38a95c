// SPDX-License-Identifier: Apache-2.0

#include "driver/program.h"

#include <doctest/doctest.h>

#include "model_fixture.h"

using namespace trine;
using golden::Linear;

namespace {

void check_throws(const std::function<void()>& action, std::initializer_list<std::string> parts) {
  golden::check_error(action, parts);
}

}  // namespace

TEST_CASE("Program: one list a call: LOAD, matrices, STOREs, END, each with its tensor") {
  const TinyModel model;
  const Program program(model.packed(), {}, kModelMemory);
  for (std::size_t layer = 0; layer < 2; ++layer) {
    for (const auto& matrices : kLayerCalls) {
      const LinearCall& call = program.call(layer, matrices);
      const auto commands = call.list.commands();
      REQUIRE_EQ(commands.size(), 2 + 2 * matrices.size());
      const auto opcode = [&](std::size_t i) {
        return static_cast<Opcode>(commands[i].get(command::OPCODE));
      };
      CHECK(opcode(0) == Opcode::LOAD);
      std::uint64_t beats = 0;
      for (std::size_t i = 0; i < matrices.size(); ++i) {
        const std::string name = golden::weight_name(layer, matrices[i]);
        const golden::PackedMatrix& matrix = model.packed().matrix(name);
        const Command& matvec = commands[1 + i];
        CHECK(opcode(1 + i) == Opcode::TRIT_MATVEC);
        CHECK_EQ(matvec.get(command::DEPTH), matrix.shape.depth);
        CHECK_EQ(matvec.get(command::ROWS), matrix.shape.rows);
        CHECK_NE(call.list.describe_at(static_cast<std::uint32_t>(1 + i)).find(name),
                 std::string::npos);
        // The command points into the file, at its stream.
        const std::uint64_t file = matvec.address() - matrix.stream->file_offset;
        CHECK_EQ(file, kModelMemory);
        CHECK_EQ(program.describe(matvec.address() + 5), name + " + 0x5");
        CHECK(opcode(1 + matrices.size() + i) == Opcode::STORE);
        CHECK_EQ(commands[1 + matrices.size() + i].get(command::SRC), matvec.get(command::DST));
        CHECK_EQ(call.outputs[i].tensor, name);
        beats += matrix.shape.beats(golden::kCanonical);
      }
      CHECK_EQ(call.stream_beats, beats);
      CHECK(call.list.finished());
    }
  }
  std::uint64_t all = 0;
  for (const auto& matrix : model.packed().matrices())
    all += matrix.shape.beats(golden::kCanonical);
  CHECK_EQ(program.token_beats(), all);
  CHECK_EQ(program.describe(0), "codebooks + 0x0");
}

TEST_CASE("Program: the canonical geometry reads streams from the mapped file, no copy") {
  const TinyModel model;
  const Program program(model.packed(), {}, kModelMemory);
  const LoadedDevice loaded(program, {}, kModelMemory);
  std::uint64_t streams = 0;
  for (const auto& matrix : model.packed().matrices()) streams += matrix.stream->bytes.size();
  CHECK_LT(program.used_bytes(), streams / 2);
  const Program relaid(model.packed(), {.groups = 4, .tile_rows = 32}, kModelMemory);
  CHECK_GT(relaid.used_bytes(), program.used_bytes());
}

TEST_CASE("Program: refuses what does not fit, naming tensor or buffer") {
  const TinyModel model;
  const auto& packed = model.packed();
  check_throws([&] { Program(packed, {}, 1024); }, {"device memory is full", "codebooks"});
  check_throws([&] { Program(packed, {.groups = 4}, 16384); },
               {"device memory is full", "model.layers.0."});
  check_throws([&] { Program(packed, {.max_cols = 39}, kModelMemory); },
               {"model.layers.0.mlp.down_proj.weight", "40 columns", "39"});
  check_throws([&] { Program(packed, {.vector_words = 96}, kModelMemory); },
               {"model.layers.0.self_attn.v_proj.weight", "128 words", "96"});
  const Program program(packed, {}, kModelMemory);
  const std::vector<Linear> pair{Linear::Q, Linear::V};
  check_throws([&] { static_cast<void>(program.call(0, pair)); }, {"layer 0", "2 matrices"});
  check_throws([&] { static_cast<void>(program.call(2, kLayerCalls[0])); }, {"layer 2"});
  GoldenTransport other({.groups = 4}, kModelMemory);
  Device device(other);
  check_throws([&] { program.load(device); }, {"other parameters"});
}
