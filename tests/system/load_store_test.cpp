// SPDX-License-Identifier: Apache-2.0

#include "tests/system/pair.h"

using namespace trine;
using namespace trine::test;
using namespace trine::command;

namespace {

constexpr std::uint64_t kSource = 0x20000, kTarget = 0x80000, kArea = 0x40000;

/// Loads from the source area, stores to the target area, loads from there only behind a FENCE.
std::vector<Command> random_list(std::mt19937& random, const MachineParams& params) {
  const auto below = [&](std::uint64_t n) { return static_cast<std::uint32_t>(random() % n); };
  std::vector<Command> list;
  bool fenced = true;
  for (unsigned i = 0, n = 1 + below(12); i < n; ++i) {
    const std::uint32_t rows = below(3) == 0 ? 1 + below(8) : 1 + below(700);
    const std::uint32_t word = below((params.vector_words - 704) / 16) * 16;
    const std::uint32_t offset = below((kArea - 4096) / 64) * 64;
    const std::uint32_t f16 = below(2);
    if (below(6) == 0) {
      list.push_back(make(Opcode::FENCE));
      fenced = true;
    } else if (below(2) == 0) {
      const std::uint64_t area = fenced && below(2) == 0 ? kTarget : kSource;
      list.push_back(make(Opcode::LOAD).set(F16, f16).set(ROWS, rows).set(DST, word));
      list.back().set(ADDR_LO, static_cast<std::uint32_t>(area + offset));
    } else {
      list.push_back(make(Opcode::STORE).set(F16, f16).set(ROWS, rows).set(SRC, word));
      list.back().set(ADDR_LO, static_cast<std::uint32_t>(kTarget + offset));
      fenced = false;
    }
  }
  list.push_back(make(Opcode::END));
  return list;
}

/// Writes all of the vector memory, so that no list sees what a reset left there.
void fill_vector_memory(Pair& pair, std::mt19937& random) {
  pair.put(kSource, random_words(random, kArea / 4));
  const std::uint32_t words = pair.params().vector_words;
  const std::vector list{
      make(Opcode::LOAD).set(ROWS, words).set(ADDR_LO, static_cast<std::uint32_t>(kSource)),
      make(Opcode::END)};
  REQUIRE(pair.run(list).done());
}

}  // namespace

TEST_CASE("trine_top: loads and stores like the golden machine, on any memory") {
  for (const Setup& setup : setups_with_memories(Cores::OneVector, 0)) {
    CAPTURE(setup);
    CAPTURE(setup.request.seed);
    std::mt19937 random(static_cast<unsigned>(setup.request.seed));
    Pair pair = setup.pair();
    fill_vector_memory(pair, random);
    for (unsigned i = 0; i < 25; ++i) {
      CAPTURE(i);
      CHECK(pair.run(random_list(random, pair.params())).done());
      pair.check_memory();
    }
  }
}

// Who shares a core with somebody else clears vector memory with a list: docs/verification.md,
// Security.
TEST_CASE("trine_top: a soft reset leaves vector memory as it is, a LOAD of zeros clears it") {
  for (const Setup& setup : setups(Cores::OneVector)) {
    CAPTURE(setup);
    std::mt19937 random(setup.request.groups);
    Pair pair = setup.pair();
    const std::uint32_t words = pair.params().vector_words;
    const auto at = [](std::uint64_t address) { return static_cast<std::uint32_t>(address); };
    const auto left_after_reset = [&] {
      for (Transport* side : pair.sides()) side->write(Reg::CTRL, field::CTRL_RESET.mask());
      const Command store = make(Opcode::STORE).set(ROWS, words).set(ADDR_LO, at(kTarget));
      CHECK(pair.run(std::vector{store, make(Opcode::END)}).done());
      pair.check_memory();
      std::vector<std::uint32_t> left(words);
      pair.device().read_memory(kTarget, std::as_writable_bytes(std::span(left)));
      return left;
    };
    const std::vector<std::uint32_t> secret = random_words(random, words);
    pair.put(kSource, secret);
    const Command load = make(Opcode::LOAD).set(ROWS, words).set(ADDR_LO, at(kSource));
    CHECK(pair.run(std::vector{load, make(Opcode::END)}).done());
    CHECK(left_after_reset() == secret);
    const std::vector<std::uint32_t> zeros(words);
    pair.put(kSource, zeros);
    CHECK(pair.run(std::vector{load, make(Opcode::END)}).done());
    CHECK(left_after_reset() == zeros);
  }
}

TEST_CASE("trine_top: the last partial beat of a store touches exactly its bytes") {
  for (const Setup& setup : setups(Cores::OneVector)) {
    CAPTURE(setup);
    std::mt19937 random(setup.request.groups);
    Pair pair = setup.pair();
    fill_vector_memory(pair, random);
    for (std::uint32_t rows = 1; rows <= 70; ++rows) {
      for (const std::uint32_t f16 : {0u, 1u}) {
        CAPTURE(rows);
        CAPTURE(f16);
        pair.put(kTarget, std::vector<std::uint32_t>(128, 0xA5A5A5A5));
        Command store = make(Opcode::STORE).set(F16, f16).set(ROWS, rows);
        store.set(ADDR_LO, static_cast<std::uint32_t>(kTarget));
        CHECK(pair.run(std::vector{store, make(Opcode::END)}).done());
        pair.check_memory();
      }
    }
  }
}

TEST_CASE("trine_top: counts beats and commands like the golden machine") {
  for (const Setup& setup : setups(Cores::OneVector)) {
    CAPTURE(setup);
    Pair pair = setup.pair();
    std::mt19937 random(5);
    fill_vector_memory(pair, random);
    const std::vector<Command> list = random_list(random, pair.params());
    for (Transport* side : pair.sides()) Device(*side).clear_counters();
    CHECK(pair.run(list).done());
    const Counters got = Device(pair.device()).counters();
    const Counters want = Device(pair.golden()).counters();
    CHECK_EQ(got.commands, want.commands);
    CHECK_EQ(got.write_beats, want.write_beats);
    if (setup.device->cycles != Cycles::None)
      CHECK_GT(got.cycles, got.read_beats + got.write_beats);
  }
}
