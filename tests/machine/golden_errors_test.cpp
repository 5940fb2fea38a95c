// SPDX-License-Identifier: Apache-2.0
//
// Data errors of the golden machine: a command runs to its end and stops the machine there.

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "error_fixture.h"

using namespace trine;

TEST_CASE("golden machine: AXI_READ of list, vector, stream and codebook") {
  Prepared machine;
  check_raised(machine, load(Machine::kHole), ErrorCode::AXI_READ);
  Fields no_stream = trit(), no_book = trit();
  no_stream.address = Machine::kHole;
  no_book.book = Machine::kHole;
  check_raised(machine, no_stream, ErrorCode::AXI_READ);
  check_raised(machine, no_book, ErrorCode::AXI_READ);
  Fields no_half = f16();
  no_half.address = Machine::kHole;
  check_raised(machine, no_half, ErrorCode::AXI_READ);

  machine.put_list({end_command()});
  machine.transport.write(Reg::LIST_LO, static_cast<std::uint32_t>(Machine::kHole));
  CHECK_EQ(machine.start(), Outcome{ErrorCode::AXI_READ, 0});
}

TEST_CASE("golden machine: AXI_WRITE to nowhere and to read-only memory") {
  Prepared machine;
  for (const std::uint64_t address : {Machine::kHole, Machine::kReadOnly}) {
    check_raised(machine, Fields{.opcode = Opcode::STORE, .rows = 4, .address = address},
                 ErrorCode::AXI_WRITE);
  }
  CHECK(machine.get<std::byte>(Machine::kReadOnly, 64) == std::vector<std::byte>(64));
}

TEST_CASE("golden machine: BAD_CODEBOOK for every word of the block") {
  Prepared machine;
  for (std::uint64_t word = 0; word < 32; ++word) {
    CAPTURE(word);
    const std::uint64_t address = kBook + 4 * word;
    const auto good = machine.get<std::uint32_t>(address, 1);
    if (word < 27) {
      machine.put<std::uint32_t>(address, {0x7fff});
      check_raised(machine, trit(), ErrorCode::BAD_CODEBOOK);
      machine.put<std::uint32_t>(address, {0x408000});  // One bit above S.
      check_raised(machine, trit(), ErrorCode::BAD_CODEBOOK);
      machine.put<std::uint32_t>(address, {0x3fffff});
    } else if (word == 27) {
      machine.put<std::uint32_t>(address, {0xffffffff});  // Any exponent will do.
    } else {
      machine.put<std::uint32_t>(address, {1});
      check_raised(machine, trit(), ErrorCode::BAD_CODEBOOK);
      machine.put(address, good);
    }
    CHECK_EQ(machine.run({trit(), end_command()}), Outcome{ErrorCode::NONE, 1});
    machine.put(address, good);
  }
}

TEST_CASE("golden machine: BAD_SET_BYTE and BAD_TAIL, wherever they are") {
  Prepared machine;
  const std::size_t tail_bytes = golden::tail_bits(1) * 64;
  for (std::size_t at = tail_bytes; at < machine.stream.size(); at += 37) {
    for (const unsigned value : {243u, 255u}) {
      auto bad = machine.stream;
      bad[at] = static_cast<std::byte>(value);
      machine.put(kStream, bad);
      check_raised(machine, trit(), ErrorCode::BAD_SET_BYTE);
    }
  }
  for (std::size_t code = 0; code < 32 * 16; code += 5) {  // Seven bits each: w15 2, s 5.
    for (const unsigned value : {3u, 27u << 2, 31u << 2}) {
      auto bad = machine.stream;
      for (std::size_t bit = 0; bit < 7; ++bit) {
        const std::size_t at = 7 * code + bit;
        bad[at / 8] &= ~(std::byte{1} << (at % 8));
        if ((value >> bit & 1) != 0) bad[at / 8] |= std::byte{1} << (at % 8);
      }
      machine.put(kStream, bad);
      check_raised(machine, trit(), ErrorCode::BAD_TAIL);
    }
  }
  machine.put(kStream, machine.stream);
  CHECK_EQ(machine.run({trit(), end_command()}), Outcome{ErrorCode::NONE, 1});
}

TEST_CASE("golden machine: NONFINITE activations and FP16 weights") {
  Prepared machine;
  const float infinity = std::numeric_limits<float>::infinity();
  for (const float value : {infinity, -infinity, std::nanf("")}) {
    machine.put<float>(0x2000 + 4 * 255, {value});
    machine.fill_vector();
    check_raised(machine, trit(), ErrorCode::NONFINITE);
    machine.put<float>(0x2000 + 4 * 255, {1.0f});
    machine.put<float>(0x2000 + 4 * 31, {value});
    machine.fill_vector();
    check_raised(machine, f16(), ErrorCode::NONFINITE);
    Fields before = trit();  // Columns that the matrix does not have do not count.
    before.cols = 31;
    CHECK_EQ(machine.run({before, end_command()}), Outcome{ErrorCode::NONE, 1});
    machine.put<float>(0x2000 + 4 * 31, {1.0f});
  }
  machine.fill_vector();
  machine.put<std::byte>(kStream, std::vector<std::byte>(256));
  CHECK_EQ(machine.run({f16(), end_command()}), Outcome{ErrorCode::NONE, 1});
  machine.put<std::uint16_t>(kStream + 2 * 127, {0x7c00});
  check_raised(machine, f16(), ErrorCode::NONFINITE);
}

TEST_CASE("golden machine: Inf becomes the largest mantissa and NaN zero") {
  Prepared machine;
  std::vector<float> x(256, 0.0f);
  x[0] = std::numeric_limits<float>::infinity();
  x[1] = std::nanf("");
  machine.put(0x2000, x);
  machine.fill_vector();
  Fields raw = trit();
  raw.raw = true;
  check_raised(machine, raw, ErrorCode::NONFINITE);
  // All weights are +1 level: A = 2047 * M with no shift.
  CHECK_EQ(machine.vector_memory()[256], 2047u * 0x8000u);
}

TEST_CASE("golden machine: OVERFLOW saturates the FP16 accumulator") {
  Machine machine;
  constexpr std::uint32_t kCols = 8192;  // 512 groups of 2^55 each.
  machine.put<std::uint16_t>(kStream, std::vector<std::uint16_t>(2 * kCols, 0x7bff));
  machine.put<std::uint16_t>(kStream + 2 * kCols, std::vector<std::uint16_t>(kCols, 0xfbff));
  machine.put<float>(0x2000, std::vector<float>(kCols, 2047.0f));
  const Command input = Fields{.opcode = Opcode::LOAD, .rows = kCols, .address = 0x2000};
  const Command product = Fields{.opcode = Opcode::F16_MATVEC,
                                 .rows = 2,
                                 .cols = kCols,
                                 .dst = kCols,
                                 .raw = true,
                                 .address = kStream};
  CHECK_EQ(machine.run({input, product, end_command()}), Outcome{ErrorCode::OVERFLOW, 1});
  const auto words = machine.vector_memory();
  CHECK_EQ(words[kCols], 0xffffffffu);
  CHECK_EQ(words[kCols + 1], 0x7fffffffu);
  CHECK_EQ(words[kCols + 2], 0u);
  CHECK_EQ(words[kCols + 3], 0x80000000u);
}

TEST_CASE("golden machine: of several data errors the lowest code wins") {
  Prepared machine;
  machine.put<float>(0x2000, {std::nanf("")});
  machine.fill_vector();
  auto bad = machine.stream;
  bad[0] |= std::byte{3};  // w15 of the first group.
  machine.put(kStream, bad);
  check_raised(machine, trit(), ErrorCode::BAD_TAIL);
  bad.back() = std::byte{250};
  machine.put(kStream, bad);
  check_raised(machine, trit(), ErrorCode::BAD_SET_BYTE);
  machine.put<std::uint32_t>(kBook, {0});
  check_raised(machine, trit(), ErrorCode::BAD_CODEBOOK);
  Fields hole = trit();
  hole.address = Machine::kHole;
  check_raised(machine, hole, ErrorCode::AXI_READ);

  // ABORTED is lower than all of them.
  machine.put_list({trit(), end_command()});
  machine.transport.write(Reg::CTRL, field::CTRL_START.put(1));
  machine.transport.write(Reg::CTRL, field::CTRL_ABORT.put(1));
  machine.transport.wait();
  CHECK_EQ(machine.transport.read(Reg::ERROR), static_cast<std::uint32_t>(ErrorCode::ABORTED));
}
