// SPDX-License-Identifier: Apache-2.0

#include <doctest/doctest.h>

#include <random>

#include "model_fixture.h"

using namespace trine;

namespace {

/// Values that lie at the edges of the checks.
std::uint32_t edge_value(std::minstd_rand& random, std::uint32_t old) {
  const std::uint32_t values[] = {0,
                                  1,
                                  2,
                                  15,
                                  16,
                                  31,
                                  32,
                                  63,
                                  64,
                                  65,
                                  1023,
                                  1024,
                                  65535,
                                  65536,
                                  0x7fffffff,
                                  0x80000000,
                                  0xffffffff,
                                  0x7f800000,
                                  0x7fc00000,
                                  old + 1,
                                  old - 1,
                                  old ^ 1u << random() % 32,
                                  static_cast<std::uint32_t>(random()) * 48271u};
  return values[random() % std::size(values)];
}

}  // namespace

TEST_CASE("fuzz: a list with any field corrupted stops with code and index, or runs; never more") {
  const TinyModel model;
  constexpr MachineParams kParams{.vectors = 2};
  GoldenDecoder golden(model.packed(), kParams);
  GoldenDecoder untouched(model.packed(), kParams);
  const std::vector<std::int32_t> tokens{3, 1, 4};
  const auto first = untouched.decoder.forward(tokens);
  const std::vector<float> expected(first.begin(), first.end());
  Device& device = golden.loaded.device;
  const TokenList& list = golden.program.list(2, HeadRows::All);
  std::size_t stopped = 0, ran = 0;

  const auto run = [&](const std::vector<Command>& commands, std::uint32_t changed) {
    CommandList corrupted(kParams);
    for (const Command& c : commands) corrupted.append_unchecked(c, "corrupted");
    if (!corrupted.finished()) corrupted.end();  // The field was the opcode of END.
    device.set_sequence({.position = 2, .token = {5, 6}});
    try {
      device.write_and_run(corrupted, list.address);
      ++ran;
    } catch (const DeviceError& error) {
      ++stopped;
      CHECK_NE(error.code(), ErrorCode::NONE);
      CHECK(find_error(static_cast<std::uint32_t>(error.code())) != nullptr);
      CHECK_GE(error.index(), changed);  // What comes before is as it was.
      CHECK_LE(error.index(), commands.size());
    }
  };

  const auto good =
      std::vector<Command>(list.commands.commands().begin(), list.commands.commands().end());
  for (std::uint32_t index = 0; index < good.size(); ++index) {
    for (const CommandField& field : kCommandFields) {
      std::minstd_rand random(1 + index * 100 + field.word * 32 + field.lsb);
      for (int repeat = 0; repeat < 3; ++repeat) {
        CAPTURE(index);
        CAPTURE(field.name);
        auto commands = good;
        commands[index].set(field, edge_value(random, commands[index].get(field)));
        run(commands, index);
        // A corrupted STORE may have hit anything: lists, caches, tables. Bring it all back.
        device.reset();
        golden.loaded.transport.write_memory(0,
                                             std::vector<std::byte>(golden.program.used_bytes()));
        golden.reload();
      }
    }
  }
  CHECK_GT(stopped, good.size() * 10);
  CHECK_GT(ran, good.size());
  const auto after = golden.decoder.forward(tokens);
  CHECK(std::ranges::equal(after, expected));
}

TEST_CASE("fuzz: random words are refused and the core runs on") {
  const TinyModel model;
  GoldenDecoder golden(model.packed(), {});
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    CommandList list({});
    Command c;
    for (auto& word : c.words) word = random() % 3 == 0 ? static_cast<std::uint32_t>(random()) : 0;
    c.words[0] = (c.words[0] & ~0xffu) | static_cast<std::uint32_t>(random() % 16);
    list.append_unchecked(c, "random");
    if (!list.finished()) list.end();
    try {
      golden.loaded.device.write_and_run(list, golden.program.list(1, HeadRows::None).address);
    } catch (const DeviceError& error) {
      CHECK_EQ(error.index(), 0u);
    }
  }
}
