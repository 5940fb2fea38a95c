// SPDX-License-Identifier: Apache-2.0

#include "driver/program.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>

#include "golden/checkpoint/float16.h"
#include "golden/format/crc32c.h"
#include "model_fixture.h"

using namespace trine;

TEST_CASE("Program: a static list with a label and an operation for every command") {
  const TinyModel model;
  const Program program(model.packed(), {}, kModelMemory);
  const TokenList& list = program.list(1, HeadRows::Last);
  CHECK(list.commands.finished());
  REQUIRE_EQ(list.info.size(), list.commands.size());
  std::map<Operation, std::size_t> count;
  for (std::size_t i = 0; i < list.info.size(); ++i) {
    CHECK_FALSE(list.label(i).empty());
    ++count[list.info[i].operation];
    const Command& c = list.commands.commands()[i];
    if (static_cast<Opcode>(c.get(command::OPCODE)) == Opcode::TRIT_MATVEC) {
      const golden::PackedMatrix& matrix = model.packed().matrix(list.label(i));
      CHECK_EQ(c.get(command::DEPTH), matrix.shape.depth);
      CHECK_EQ(c.get(command::ROWS), matrix.shape.rows);
      // The command points into the file, at its stream.
      CHECK_EQ(c.address() - matrix.stream->file_offset, kModelMemory);
      CHECK_EQ(program.describe(c.address() + 5), matrix.name + " + 0x5");
      CHECK_EQ(*list.info[i].layer, matrix.name.starts_with("model.layers.1.") ? 1u : 0u);
    }
  }
  // Two layers, two heads, one key and value head.
  CHECK_EQ(count[Operation::Linear], 14u);
  CHECK_EQ(count[Operation::Attention], 2u);
  CHECK_EQ(count[Operation::Cache], 4u);
  CHECK_EQ(count[Operation::Norm], 5u);
  CHECK_EQ(count[Operation::Embedding], 1u);
  CHECK_EQ(count[Operation::Head], 1u);
  CHECK_EQ(count[Operation::Control], 3u);
  CHECK_EQ(operation_name(Operation::Residual), "residual");
  CHECK_EQ(operation_name(Operation::Control), "control");
  CHECK_EQ(program.describe(0), "codebooks + 0x0");
}

TEST_CASE(
    "Program: heads that a core does not take at once take turns; without the unit, each its own") {
  const TinyModel model;
  const auto count = [&](unsigned heads, Operation operation) {
    const Program program(model.packed(), {.attention_heads = heads}, kModelMemory);
    const TokenList& list = program.list(1, HeadRows::Last);
    return std::ranges::count(list.info, operation, &CommandInfo::operation);
  };
  CHECK_EQ(count(2, Operation::Attention), 2);
  CHECK_EQ(count(1, Operation::Attention), 4);
  for (const Operation operation : {Operation::Scores, Operation::Softmax, Operation::Values}) {
    CHECK_EQ(count(0, operation), 4);
    CHECK_EQ(count(1, operation), 0);
  }
  // Positions of one text share a pass, those of several have caches of their own.
  const auto together = [&](unsigned heads, bool apart) {
    const Program program(model.packed(), {.vectors = 4, .attention_heads = heads}, kModelMemory, 0,
                          4);
    const TokenList& list =
        apart ? program.sequences_list(HeadRows::None) : program.list(4, HeadRows::None);
    return std::ranges::count(list.info, Operation::Attention, &CommandInfo::operation);
  };
  CHECK_EQ(together(8, false), 2);
  CHECK_EQ(together(4, false), 4);
  CHECK_EQ(together(2, false), 8);
  CHECK_EQ(together(1, false), 16);
  CHECK_EQ(together(8, true), 8);
  // The score vector of the whole context is the old way's alone.
  const golden::ModelConfig& config = model.packed().config();
  CHECK_EQ(vector_layout(config, {.attention_heads = 0}, 64).scores != 0, true);
  CHECK_EQ(vector_layout(config, {}, 64).scores, 0u);
}

TEST_CASE("Program: the rope table in device memory is the one that the reference rotates by") {
  const TinyModel model;
  GoldenDecoder golden(model.packed(), {});
  const golden::ModelConfig& config = model.packed().config();
  const golden::Rope rope(config.rope, config.head_dim);
  std::vector<float> row(config.head_dim);
  for (const std::size_t position : {0u, 1u, 63u}) {
    const std::uint64_t at = golden.program.layout().rope() + position * config.head_dim * 4;
    golden.loaded.transport.read_memory(at, std::as_writable_bytes(std::span(row)));
    CHECK(row == rope.row(position));
  }
}

TEST_CASE("Program: the canonical geometry reads streams from the mapped file, no copy") {
  const TinyModel model;
  std::uint64_t streams = 0;
  for (const auto& matrix : model.packed().matrices()) streams += matrix.stream->bytes.size();
  const std::uint64_t canonical = Program::memory_bytes(model.packed(), {});
  CHECK_GT(Program::memory_bytes(model.packed(), {.groups = 4}), canonical + streams / 8);
  const Program program(model.packed(), {}, canonical);
  CHECK_LE(program.used_bytes(), canonical);
  CHECK_GT(program.used_bytes() + 4096, canonical);
}

TEST_CASE("Program: commands carry the checksums of their streams where the core compares them") {
  const TinyModel model;
  for (const unsigned groups : {16u, 4u}) {  // Streams in the file, and laid out anew.
    CAPTURE(groups);
    GoldenDecoder plain(model.packed(), {.groups = groups});
    GoldenDecoder golden(model.packed(), {.groups = groups, .stream_sum = true});
    const auto logits = golden.decoder.forward(3);
    const auto expected = plain.decoder.forward(3);
    CHECK(std::ranges::equal(logits, expected));
    std::uint64_t flipped = 0;
    const auto commands = golden.program.list(1, HeadRows::Last).commands.commands();
    for (std::size_t i = 0; i < commands.size(); ++i) {
      const Command& c = commands[i];
      if (c.info()->opcode != Opcode::TRIT_MATVEC) continue;
      CHECK_EQ(plain.program.list(1, HeadRows::Last).commands.commands()[i].get(command::ALPHA),
               0u);
      std::vector<std::byte> stream(memory_bytes(c, {.groups = groups}));
      golden.loaded.transport.read_memory(c.address(), stream);
      CHECK_EQ(c.get(command::ALPHA), golden::crc32c(stream));
      flipped = c.address() + stream.size() - 1;
    }
    if (groups == 16) continue;  // What is mapped from the file cannot be written.
    std::byte last{};
    golden.loaded.transport.read_memory(flipped, std::span(&last, 1));
    last ^= std::byte{1};
    golden.loaded.transport.write_memory(flipped, std::span(&last, 1));
    CHECK_THROWS_WITH_AS(golden.decoder.forward(3), doctest::Contains("STREAM_SUM"), DeviceError);
  }
}

TEST_CASE("Program: refuses what does not fit, naming tensor or buffer") {
  const TinyModel model;
  const auto& packed = model.packed();
  const auto refused = [&](const MachineParams& params, std::uint64_t memory, std::uint64_t context,
                           std::initializer_list<std::string> parts) {
    golden::check_error([&] { Program(packed, params, memory, context); }, parts);
  };
  refused({}, 1024, 0, {"device memory is full", "codebooks"});
  refused({.groups = 4}, 49152, 0, {"device memory is full", "model.layers."});
  refused({.max_cols = 63}, kModelMemory, 0, {"q_proj", "64 columns", "63"});
  refused({.vector_words = 512}, kModelMemory, 0, {"words of vector memory", "512"});
  refused({.f16_engine = false}, kModelMemory, 0, {"FP16 engine"});
  refused({.vector_unit = false}, kModelMemory, 0, {"vector unit"});
  refused({}, kModelMemory, 65, {"context of 65", "64 positions"});
  golden::ModelConfig config = packed.config();
  for (const std::size_t width : {16UL, 80UL, 1024UL}) {
    config.head_dim = width;
    golden::check_error([&] { check_heads(config, "model"); },
                        {"model: heads of " + std::to_string(width), "32, 64, 128, 256 or 512"});
  }
  const Program program(packed, {}, kModelMemory);
  golden::check_error([&] { static_cast<void>(program.list(2, HeadRows::None)); }, {"2 tokens"});
  golden::check_error([&] { static_cast<void>(program.partial({.end_layer = 3})); },
                      {"layers 0 to 3"});
  golden::check_error([&] { static_cast<void>(program.partial({.tokens = 2})); }, {"2 tokens"});
  GoldenTransport other({.groups = 4}, kModelMemory);
  Device device(other);
  golden::check_error([&] { program.load(device); }, {"other parameters"});
}

TEST_CASE("Program: a context or sequences that model or core do not have are refused") {
  const TinyModel model;
  const auto refused = [](const golden::PackedModel& packed, const MachineParams& machine,
                          std::uint64_t context, unsigned sequences, const char* message) {
    CHECK_THROWS_WITH_AS(Program(packed, machine, kModelMemory, context, sequences), message,
                         Error);
  };
  // Without the attention unit, scores are a vector of as many words as there are positions.
  refused(model.packed(), {.max_cols = 48, .attention_heads = 0}, 64, 1,
          "a context of 64: the core takes 48");
  CHECK_EQ(Program(model.packed(), {.max_cols = 80, .attention_heads = 0}, kModelMemory)
               .layout()
               .context(),
           64u);
  refused(model.packed(), {}, 0, 0, "0 sequences together: the core has 1 banks for them");
  refused(model.packed(), {.vectors = 2}, 0, 3,
          "3 sequences together: the core has 2 banks for them");
  const Program two(model.packed(), {.vectors = 2}, kModelMemory, 0, 2);
  CHECK_THROWS_WITH_AS(static_cast<void>(two.sequences_list(HeadRows::Last)),
                       "no command list for several sequences", Error);
  CHECK_EQ(two.sequences_list(HeadRows::All).spec.tokens, 2u);
  CHECK_THROWS_WITH_AS(static_cast<void>(two.partial({.tokens = 2, .end_layer = 3, .apart = true})),
                       "layers 0 to 3 of a model with 2", Error);
  CHECK_THROWS_WITH_AS(static_cast<void>(two.partial({.tokens = 0})),
                       "0 tokens at a time, the core takes 2", Error);
  const Program one(model.packed(), {.vectors = 2}, kModelMemory);
  CHECK_EQ(&one.sequences_list(HeadRows::All), &one.list(1, HeadRows::Last));
  CHECK_THROWS_WITH_AS(static_cast<void>(one.partial({.tokens = 2, .apart = true})),
                       "2 sequences at a time, there are caches for 1", Error);
  nlohmann::json config = small_config(true);
  config["max_position_embeddings"] = 140000;
  const TinyModel far(config);
  refused(far.packed(), {}, 131073, 1, "a context of 131073: the core takes 131072");
  CHECK_EQ(Program(far.packed(), {}, kModelMemory).layout().context(), Program::kDefaultContext);
}

TEST_CASE("Program: a device with another memory than the one compiled for is refused") {
  const TinyModel model;
  const Program program(model.packed(), {}, kModelMemory, 0, 1, 0x10000);
  const auto refused = [&](std::uint64_t bytes, std::uint64_t base, const std::string& message) {
    GoldenTransport transport({}, bytes, base);
    Device device(transport);
    CHECK_THROWS_WITH_AS(program.load(device), message.c_str(), Error);
  };
  refused(kModelMemory, 0x20000,
          "the program was compiled for memory at 0x10000, the device has it at 0x20000");
  refused(4096, 0x10000,
          fmt::format("the program needs {} bytes of device memory, there are 4096",
                      program.used_bytes()));
}

TEST_CASE("Program: rows of embedding and head that are no whole beats are copied and padded") {
  nlohmann::json config = small_config(false);
  config["hidden_size"] = 80;
  const TinyModel model(config);
  GoldenDecoder golden(model.packed(), {});
  const Layout& layout = golden.program.layout();
  for (const PlacedRows* rows : {&layout.embedding(), &layout.head()}) {
    CHECK_FALSE(rows->in_place);
    CHECK_EQ(rows->stride, 192u);
    CHECK_EQ(layout.describe(rows->address + 7), rows->tensor->name + " + 0x7");
    std::vector<std::uint16_t> row(96);
    std::vector<float> weights(80);
    for (const std::uint64_t index : {0u, 1u, 44u}) {
      golden.loaded.transport.read_memory(rows->address + index * rows->stride,
                                          std::as_writable_bytes(std::span(row)));
      rows->tensor->to_f32(index * 80, weights);
      for (std::size_t i = 0; i < row.size(); ++i)
        CHECK_EQ(row[i], i < 80 ? golden::f32_to_f16(weights[i]) : 0);
    }
  }
  CHECK_NE(layout.embedding().address, layout.head().address);
}

TEST_CASE("Program: the own commands of parts are, one after the other, those of the whole list") {
  nlohmann::json config = small_config(true);
  config["vocab_size"] = 1000;  // Three blocks of the head.
  const TinyModel model(config);
  const Program program(model.packed(), {.vector_words = 640}, kModelMemory);
  REQUIRE_EQ(program.head_blocks(), 3u);
  CHECK_EQ(program.head_rows(2), 768u);
  CHECK_EQ(program.head_rows(3), 1000u);
  const TokenList& whole = program.list(1, HeadRows::Last);
  const std::vector<std::vector<Stretch>> ways = {
      {{0, 2, 0, 3}},
      {{0, 1, 0, 0}, {1, 2, 0, 3}},
      {{0, 2, 0, 0}, {2, 2, 0, 1}, {2, 2, 1, 2}, {2, 2, 2, 3}},
      {{0, 1, 0, 0}, {1, 2, 0, 2}, {2, 2, 2, 3}}};
  for (const std::vector<Stretch>& way : ways) {
    std::size_t next = 0;
    for (const Stretch& stretch : way) {
      CAPTURE(stretch.first);
      CAPTURE(stretch.first_block);
      const TokenList part = program.part(stretch);
      CHECK(part.commands.finished());
      REQUIRE_EQ(program.begin_in_whole(stretch), next);
      for (std::size_t i = part.own_first; i < part.own_end; ++i, ++next) {
        CHECK(part.commands.commands()[i].words == whole.commands.commands()[next].words);
        CHECK_EQ(part.label(i), whole.label(next));
      }
      // They are fetched in the same blocks of 16 commands.
      CHECK_EQ((part.address / 64 + part.own_first) % 16,
               (whole.address / 64 + program.begin_in_whole(stretch)) % 16);
    }
    CHECK_EQ(next, whole.info.size());
  }
  for (const Stretch& none : {Stretch{0, 1, 0, 1}, {2, 2, 2, 4}, {1, 2, 1, 3}})
    CHECK_THROWS_WITH_AS(static_cast<void>(program.part(none)), doctest::Contains("are no part"),
                         Error);
}
