// SPDX-License-Identifier: Apache-2.0

#include "tests/system/pair.h"

using namespace trine;
using namespace trine::test;
using namespace trine::command;

namespace {

constexpr std::uint32_t kData = 0x20000, kTarget = 0x80000, kBook = 0x1000, kStream = 0x30000;

Command load(std::uint32_t address, std::uint32_t dst = 64, std::uint32_t rows = 200) {
  return make(Opcode::LOAD).set(ROWS, rows).set(DST, dst).set(ADDR_LO, address);
}
Command store(std::uint32_t address, std::uint32_t src = 64, std::uint32_t rows = 200) {
  return make(Opcode::STORE).set(ROWS, rows).set(SRC, src).set(ADDR_LO, address);
}
Command add() {
  return make(Opcode::ADD).set(ROWS, 200).set(SRC, 64).set(SRC2, 64).set(DST, 512);
}
/// A matrix whose stream is zeros: good at every depth.
Command matvec(std::uint32_t rows = 200) {
  return make(Opcode::TRIT_MATVEC)
      .set(DEPTH, 4)
      .set(ROWS, rows)
      .set(COLS, 64)
      .set(SRC, 64)
      .set(DST, 1024)
      .set(ADDR_LO, kStream)
      .set(BOOK_LO, kBook);
}
Command f16_matvec(std::uint32_t address, std::uint32_t rows = 8) {
  return make(Opcode::F16_MATVEC)
      .set(ROWS, rows)
      .set(COLS, 64)
      .set(SRC, 64)
      .set(DST, 1536)
      .set(ADDR_LO, address);
}
const Command kFence = make(Opcode::FENCE), kEnd = make(Opcode::END);

/// A good codebook, finite data, and all of the vector memory written.
void fill(Pair& pair, std::mt19937& random) {
  std::vector<std::uint32_t> book(32);
  for (std::uint32_t k = 0; k < 27; ++k) book[k] = (0x8000 + 1000 * k) | (26 - k) << 16;
  pair.put(kBook, book);
  std::vector<float> values(8192);
  for (float& value : values) value = static_cast<float>(random() % 1000) / 64 - 7;
  pair.put(kData, values);
  REQUIRE(pair.run(std::vector{load(kStream, 0, pair.params().vector_words), kEnd}).done());
  REQUIRE(pair.run(std::vector{load(kData), kEnd}).done());
}

std::uint64_t read_beats(Transport& transport) {
  const std::uint64_t low = transport.read(Reg::READ_BEATS_LO);
  return low | std::uint64_t{transport.read(Reg::READ_BEATS_HI)} << 32;
}

/// Both sides have counted the same beats, whatever was read ahead.
void check_beats(Pair& pair) {
  CHECK_EQ(read_beats(pair.device()), read_beats(pair.golden()));
}

/// The devices that read ahead of time and the memories that make it worth while.
std::vector<Setup> slow_memories() {
  std::vector<Setup> all;
  for (const Setup& setup : setups(Cores::OneVector)) {
    const bool slow = setup.device->takes("latency");
    for (const unsigned latency : {1u, 90u, 400u}) {
      all.push_back(setup);
      if (!slow) break;
      all.back().request.memory.read_latency = latency;
      all.back().request.memory.write_latency = 1 + latency / 2;
      all.back().request.memory.scramble = true;
    }
  }
  return all;
}

}  // namespace

TEST_CASE("trine_top: what a list writes and reads back behind a FENCE is what it wrote") {
  for (const Setup& setup : slow_memories()) {
    CAPTURE(setup);
    CAPTURE(setup.request.memory.read_latency);
    std::mt19937 random(7);
    Pair pair = setup.pair();
    fill(pair, random);
    for (unsigned i = 0; i < 12; ++i) {
      CAPTURE(i);
      // Every kind of read right behind the FENCE, and every kind of command before the write.
      const Command before[] = {load(kData + 4 * 64 * i), add(), matvec(40), f16_matvec(kData)};
      const Command after[] = {load(kTarget, 2048), f16_matvec(kTarget), matvec(40)};
      std::vector<Command> list{
          load(kData + 64 * i),
          before[i % 4],
          store(kTarget),
          kFence,
          after[i % 3].get(ADDR_LO) == kStream ? load(kTarget, 2048) : after[i % 3],
          add(),
          store(kTarget + 0x10000, 1536),
          store(kTarget + 0x20000, 2048),
          kFence,
          load(kTarget + 0x10000, 64),
          matvec(70),
          store(kTarget + 0x30000, 1024),
          kEnd};
      CHECK(pair.run(list).done());
      check_beats(pair);
      pair.check_memory();
    }
  }
}

TEST_CASE("trine_top: what lies behind END or beyond the list is no concern of the list") {
  for (const Setup& setup : slow_memories()) {
    CAPTURE(setup);
    CAPTURE(setup.request.memory.read_latency);
    std::mt19937 random(8);
    Pair pair = setup.pair();
    fill(pair, random);
    // No memory behind the list, which claims to go on there; the window is as wide.
    const std::vector list{load(kData), add(), kEnd};
    const std::uint64_t top = kTestMemory - 64 * list.size();
    CHECK(pair.run(list, {.address = top, .count = 50, .window = {0, 2 * kTestMemory}}).done());
    check_beats(pair);
    // The list ends with the memory, without an END: the error names the command that is missing.
    const std::vector open{load(kData), add(), add()};
    CHECK_EQ(pair.run(open, {.address = top, .count = 50, .window = {0, kTestMemory}}).index, 3u);
    check_beats(pair);
    // Commands that nobody reaches: a bad one behind END, one behind a bad one.
    const std::vector bad{add(), kEnd, Command{}, matvec().set(ADDR_LO, kTestMemory)};
    CHECK(pair.run(bad).done());
    const std::vector worse{add(), Command{}, matvec(), kEnd};
    CHECK_EQ(pair.run(worse).index, 1u);
    check_beats(pair);
  }
}

TEST_CASE("trine_top: an error or a stop leaves nothing of the commands behind it") {
  for (const Setup& setup : slow_memories()) {
    CAPTURE(setup);
    CAPTURE(setup.request.memory.read_latency);
    std::mt19937 random(9);
    Pair pair = setup.pair();
    fill(pair, random);
    const std::vector good{load(kData), add(), matvec(), store(kTarget, 1024), kFence, kEnd};
    // The activations are not finite; a long stream is on its way when that is seen.
    for (const unsigned bits : {0x7F800000u, 0x7FC00001u}) {
      pair.put(kData + 0x4000, std::vector<std::uint32_t>(200, bits));
      const std::vector list{load(kData + 0x4000), f16_matvec(kData), matvec(400), kEnd};
      const Outcome out = pair.run(list);
      CHECK_EQ(out.code(), ErrorCode::NONFINITE);
      CHECK_EQ(out.index, 1u);
      check_beats(pair);
      CHECK(pair.run(good).done());
      pair.check_memory();
    }
    // ABORT at any time: some command was the last, and the next list finds nothing of it.
    const std::vector longer{load(kData),       add(),       matvec(150),
                             f16_matvec(kData), matvec(400), add(),
                             matvec(150),       load(kData), kEnd};
    for (unsigned cycles = 0; cycles < 15; ++cycles) {
      CAPTURE(cycles);
      start_list(pair.device(), longer);
      for (unsigned i = 0; i < 31 * cycles; ++i) pair.device().read(Reg::COMMAND);
      pair.device().write(Reg::CTRL, field::CTRL_ABORT.put(1));
      const Outcome out = finish_list(pair.device());
      if (!out.done()) CHECK_EQ(out.code(), ErrorCode::ABORTED);
      pair.run(longer);
      CHECK(pair.run(good).done());
    }
    pair.check_memory();
  }
}
