// SPDX-License-Identifier: Apache-2.0

#include "golden/format/crc32c.h"
#include "tests/system/pair.h"

using namespace trine;
using namespace trine::test;
using namespace trine::command;

namespace {

constexpr std::uint32_t kData = 0xC0000, kZeros = 0x50000;

Command load(std::uint32_t address = kData) {
  return make(Opcode::LOAD).set(ROWS, 40).set(DST, 64).set(ADDR_LO, address);
}
Command store(std::uint32_t address = kData) {
  return make(Opcode::STORE).set(ROWS, 40).set(SRC, 64).set(ADDR_LO, address);
}
/// A small matrix of zeros: all of its bytes are good at every depth.
Command matvec() {
  Command command = make(Opcode::TRIT_MATVEC).set(DEPTH, 2).set(ROWS, 50).set(COLS, 70);
  return command.set(SRC, 64).set(DST, 512).set(ADDR_LO, kZeros).set(BOOK_LO, kData);
}
const Command kEnd = make(Opcode::END);

/// A good codebook at kData and nothing else but zeros; and what matvec() reads is written, for a
/// core with parity tells of words that nobody wrote since power-on.
void fill(Pair& pair) {
  std::vector<std::uint32_t> book(32);
  for (std::uint32_t k = 0; k < 27; ++k) book[k] = (0x8000 + 1000 * k) | (26 - k) << 16;
  pair.put(kData, book);
  REQUIRE(pair.run(std::vector{load().set(ROWS, 80), kEnd}).done());
}

Outcome failed(ErrorCode code, std::uint32_t index) {
  return {field::STATUS_ERROR.mask(), static_cast<std::uint32_t>(code), index};
}

}  // namespace

TEST_CASE("trine_top: names every error that a list can have, and its command") {
  for (const Setup& setup : setups(Cores::OneVector)) {
    CAPTURE(setup);
    Pair pair = setup.pair();
    fill(pair);
    const MachineParams params = pair.params();
    const auto expect = [&](ErrorCode code, std::vector<Command> list, ListSetup where = {}) {
      CAPTURE(find_error(static_cast<std::uint32_t>(code))->name);
      const auto index = static_cast<std::uint32_t>(list.size());
      if (where.count == 0) list.push_back(kEnd);
      CHECK_EQ(pair.run(list, where), failed(code, where.count != 0 ? where.count : index - 1));
      CHECK(pair.run(std::vector{load(), store(), kEnd}).done());  // And goes on.
    };
    expect(ErrorCode::BAD_OPCODE, {load(), make(static_cast<Opcode>(0x77))});
    expect(ErrorCode::BAD_OPCODE, {Command{}});
    expect(ErrorCode::BAD_FIELD, {load().set(ROWS, 0)});
    expect(ErrorCode::BAD_FIELD, {load(), store().set(DST, 16)});
    expect(ErrorCode::BAD_FIELD, {load(), matvec().set(DEPTH, 0)});
    expect(ErrorCode::BAD_FIELD, {load(), matvec().set(DEPTH, 5)});
    expect(ErrorCode::BAD_FIELD, {load(), matvec().set(COLS, 0)});
    expect(ErrorCode::BAD_FIELD, {load(), matvec().set(COLS, params.max_cols + 1)});
    expect(ErrorCode::VECTOR_RANGE, {load().set(DST, params.vector_words - 32)});
    expect(ErrorCode::VECTOR_RANGE, {store().set(SRC, params.vector_words)});
    expect(ErrorCode::VECTOR_RANGE, {matvec().set(DST, params.vector_words - 48)});
    expect(ErrorCode::ADDRESS_RANGE, {load(), load(), load(kTestMemory - 64)});
    expect(ErrorCode::ADDRESS_RANGE, {load().set(ADDR_HI, 0xFFFFFFFF)});
    expect(ErrorCode::ADDRESS_RANGE, {matvec().set(BOOK_LO, kTestMemory - 64)});
    expect(ErrorCode::ALIGNMENT, {load(kData + 32)});
    expect(ErrorCode::ALIGNMENT, {store().set(SRC, 8)});
    expect(ErrorCode::LIST_OVERRUN, {load(), load()}, {.count = 2});
    expect(ErrorCode::BAD_CODEBOOK, {matvec().set(BOOK_LO, kZeros)});
    // A window that leaves out the list; then one that is wider than the memory behind it.
    CHECK_EQ(pair.run(std::vector{kEnd}, {.window = {64, kTestMemory}}),
             failed(ErrorCode::ADDRESS_RANGE, 0));
    CHECK_EQ(pair.run(std::vector{kEnd}, {.address = 32}), failed(ErrorCode::ALIGNMENT, 0));
    CHECK_EQ(
        pair.run(std::vector{load(), load(kTestMemory), kEnd}, {.window = {0, 4 * kTestMemory}}),
        failed(ErrorCode::AXI_READ, 1));
  }
}

TEST_CASE("trine_top: judges a command with any one bit flipped like the golden machine") {
  for (const Setup& setup : setups(Cores::OneVector)) {
    if (setup.request.groups == 4) continue;  // Between the narrowest and the widest core.
    CAPTURE(setup);
    Pair pair = setup.pair();
    // Zeros, so that a flipped SRC does not read what a reset left there.
    const Command zeros =
        make(Opcode::LOAD).set(ROWS, pair.params().vector_words).set(ADDR_LO, 0x1000);
    REQUIRE(pair.run(std::vector{zeros, kEnd}).done());
    fill(pair);
    for (const Command& good : {load(), store(), matvec(), make(Opcode::FENCE)}) {
      for (unsigned bit = 0; bit < 512; ++bit) {
        CAPTURE(good.words[0]);
        CAPTURE(bit);
        Command bad = good;
        bad.words[bit / 32] ^= 1u << bit % 32;
        pair.run(std::vector{bad, kEnd});
      }
      pair.check_memory();
      fill(pair);
    }
  }
}

TEST_CASE("trine_top: names the data errors of a matrix") {
  for (const Setup& setup : setups(Cores::OneVector)) {
    CAPTURE(setup);
    Pair pair = setup.pair();
    fill(pair);
    const std::vector list{load(), matvec(), kEnd};
    CHECK(pair.run(list).done());
    // Depth 2: nine tail beats, then the body.
    const std::uint64_t tail = 9 * pair.params().beat_bytes();
    const std::uint64_t poke[] = {0, tail + 1};
    const ErrorCode want[] = {ErrorCode::BAD_TAIL, ErrorCode::BAD_SET_BYTE};
    for (unsigned i = 0; i < 2; ++i) {
      CAPTURE(i);
      pair.put(kZeros + poke[i], std::vector{std::byte{0xFF}});
      CHECK_EQ(pair.run(list), failed(want[i], 1));
      pair.put(kZeros + poke[i], std::vector{std::byte{0}});
    }
    for (const std::uint32_t bits : {0x7F800000u, 0xFF800000u, 0x7FC00001u}) {
      pair.put(kData + 128, std::vector{bits});
      CHECK_EQ(pair.run(list), failed(ErrorCode::NONFINITE, 1));
    }
    pair.put(kData + 128, std::vector{0u});
    CHECK(pair.run(list).done());
  }
}

TEST_CASE("trine_top: compares the checksum of a stream with that of its command") {
  unsigned cores = 0;
  for (const Setup& setup : setups(Cores::OneVector)) {
    CAPTURE(setup);
    Pair pair = setup.pair();
    const MachineParams params = pair.params();
    if (!params.stream_sum) continue;
    ++cores;
    fill(pair);
    std::vector<std::byte> stream(golden::MatrixShape{50, 70, 2}.stream_bytes(params.geometry()),
                                  std::byte{0});
    const auto matvec_with = [&](std::uint32_t sum) { return matvec().set(ALPHA, sum); };
    const auto run = [&](std::uint32_t sum) {
      return pair.run(std::vector{load(), matvec_with(sum), kEnd});
    };
    const std::uint32_t sum = golden::crc32c(stream);
    // Twice: what the one before left counts for nothing. 0 asks for no comparison.
    for (unsigned i = 0; i < 2; ++i) CHECK(run(sum).done());
    CHECK(run(0).done());
    for (unsigned bit = 0; bit < 32; ++bit)
      CHECK_EQ(run(sum ^ 1u << bit), failed(ErrorCode::STREAM_SUM, 1));
    // A bit of a set byte that leaves it a good one, in the first, in a middle and in the last
    // beat; then one that is told for itself.
    const std::size_t tail = 9 * params.beat_bytes();
    for (const std::size_t place : {tail, stream.size() / 2, stream.size() - 1}) {
      CAPTURE(place);
      pair.put(kZeros + static_cast<std::uint32_t>(place), std::vector{std::byte{0x40}});
      CHECK_EQ(run(sum), failed(ErrorCode::STREAM_SUM, 1));
      CHECK(run(0).done());
      stream[place] = std::byte{0x40};
      CHECK(run(golden::crc32c(stream)).done());
      stream[place] = std::byte{0};
      pair.put(kZeros + static_cast<std::uint32_t>(place), std::vector{std::byte{0}});
    }
    pair.put(kZeros, std::vector{std::byte{0xFF}});
    CHECK_EQ(run(sum), failed(ErrorCode::BAD_TAIL, 1));
    pair.put(kZeros, std::vector{std::byte{0}});
    CHECK(run(sum).done());
  }
  CHECK_NE(cores, 0u);
}

TEST_CASE("trine_top: reports every bus error and goes on afterwards") {
  for (const Setup& setup : setups(Cores::OneVector)) {
    if (!setup.device->injects_faults) continue;
    for (const BusResponse response : {BusResponse::kSlaveError, BusResponse::kDecodeError}) {
      CAPTURE(setup);
      DeviceRequest request = setup.request;
      request.memory_bytes = kTestMemory;
      request.memory.read_faults = {{.begin = 0xE0000, .end = 0xE0001, .response = response}};
      request.memory.write_faults = request.memory.read_faults;
      const auto transport = setup.device->make(request);
      Transport& device = *transport;
      const std::vector good{load(), store(), make(Opcode::FENCE), kEnd};
      for (unsigned i = 0; i < 3; ++i) {
        CHECK_EQ(run_list(device, std::vector{load(), load(0xE0000), kEnd}),
                 failed(ErrorCode::AXI_READ, 1));
        CHECK(run_list(device, good).done());
        const Outcome late =
            run_list(device, std::vector{store(0xE0000), store(), make(Opcode::FENCE), kEnd});
        CHECK_EQ(late.code(), ErrorCode::AXI_WRITE);
        CHECK_LE(late.index, 2);
        CHECK(run_list(device, good).done());
      }
      // The command itself, and the codebook and the stream of a matrix.
      const std::vector fetch{kEnd};
      CHECK_EQ(run_list(device, fetch, {.address = 0xE0000}), failed(ErrorCode::AXI_READ, 0));
      CHECK_EQ(
          run_list(device, std::vector{load(), matvec().set(ADDR_LO, 0xE0000 - 64), kEnd}).index,
          1);
      CHECK_EQ(run_list(device, std::vector{matvec().set(BOOK_LO, 0xE0000), kEnd}).code(),
               ErrorCode::AXI_READ);
      CHECK(run_list(device, good).done());
    }
  }
}
