// SPDX-License-Identifier: Apache-2.0
//
// Every error code: where it is raised, what it leaves alone, and that the machine goes on.

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <functional>
#include <limits>

#include "golden/format/trit_matrix.h"
#include "machine_fixture.h"

using namespace trine;

namespace {

constexpr std::uint64_t kBook = 0x3000, kStream = 0x10000;

Command load(std::uint64_t address = 0x2000) {
  return Fields{.opcode = Opcode::LOAD, .rows = 16, .address = address};
}
Fields trit() {
  return {.opcode = Opcode::TRIT_MATVEC,
          .rows = 32,
          .cols = 256,
          .dst = 256,
          .depth = 1,
          .address = kStream,
          .book = kBook};
}
Fields f16() {
  return {.opcode = Opcode::F16_MATVEC, .rows = 4, .cols = 32, .dst = 256, .address = kStream};
}

/// A machine with a good codebook, stream and input for trit() in place.
struct Prepared : Machine {
  golden::MatrixShape shape{32, 256, 1};
  std::vector<std::byte> stream;

  explicit Prepared(const MachineParams& params = {}) : Machine(params) {
    put<std::uint32_t>(kBook, std::vector<std::uint32_t>(27, 0x8000));
    const golden::TritMatrix matrix{
        shape, std::vector<std::int8_t>(32 * 256, 1), std::vector<std::uint8_t>(32 * 16, 0), {}};
    stream = golden::pack(matrix);
    put(kStream, stream);
    put<float>(0x2000, std::vector<float>(256, 1.0f));
  }
  /// Vector memory that is not all zero, so that a change shows.
  void fill_vector() {
    REQUIRE_EQ(run({Fields{.opcode = Opcode::LOAD, .rows = 256, .address = 0x2000}, end_command()}),
               Outcome{ErrorCode::NONE, 1});
  }
};

/// Runs FENCE and then `command`: it is refused as command 1, touches nothing, and the machine
/// works afterwards.
void check_refused(Prepared& machine, const Command& command, ErrorCode code) {
  CAPTURE(describe(command));
  machine.fill_vector();
  const auto vector = machine.vector_memory();
  const auto memory = machine.get<std::byte>(0x2000, 0x20000);
  CHECK_EQ(machine.run({Fields{.opcode = Opcode::FENCE}, command, end_command()}),
           Outcome{code, 1});
  CHECK(machine.vector_memory() == vector);
  CHECK(machine.get<std::byte>(0x2000, 0x20000) == memory);
  CHECK_EQ(machine.run({trit(), end_command()}), Outcome{ErrorCode::NONE, 1});
}

/// The command runs to its end and then stops the machine, as command 1.
void check_raised(Prepared& machine, const Command& command, ErrorCode code) {
  CAPTURE(describe(command));
  const auto commands = machine.transport.read(Reg::COMMANDS_LO);
  static_cast<void>(machine.transport.read(Reg::COMMANDS_HI));
  CHECK_EQ(machine.run({Fields{.opcode = Opcode::FENCE}, command, end_command()}),
           Outcome{code, 1});
  CHECK_EQ(machine.transport.read(Reg::COMMANDS_LO), commands + 2);
  static_cast<void>(machine.transport.read(Reg::COMMANDS_HI));
}

}  // namespace

TEST_CASE("golden machine: BAD_OPCODE") {
  Prepared machine;
  for (const std::uint32_t code : {0x00u, 0x07u, 0x80u, 0xffu}) {
    Command c;
    c.words[0] = code;
    check_refused(machine, c, ErrorCode::BAD_OPCODE);
  }
  Prepared without({.half_engine = false});
  check_refused(without, f16(), ErrorCode::BAD_OPCODE);
  CHECK_EQ(machine.run({f16(), end_command()}), Outcome{ErrorCode::NONE, 1});
}

TEST_CASE("golden machine: BAD_FIELD for every unused bit of every opcode") {
  Machine machine;
  for (const OpcodeInfo& info : kOpcodes) {
    for (unsigned bit = 0; bit < 512; ++bit) {
      if (bit < 8 || (bit < 32 && (info.used_bits >> bit & 1) != 0)) continue;
      if (bit >= 32 && (info.used_words >> (bit / 32) & 1) != 0) continue;
      Command c;
      c.words[0] = static_cast<std::uint32_t>(info.opcode);
      c.words[bit / 32] |= 1u << (bit % 32);
      CAPTURE(info.name);
      CAPTURE(bit);
      CHECK_EQ(machine.run({c}), Outcome{ErrorCode::BAD_FIELD, 0});
    }
  }
}

TEST_CASE("golden machine: BAD_FIELD for values out of range") {
  Prepared machine;
  Fields no_rows = trit(), no_cols = trit(), wide = trit(), flat = trit(), deep = trit();
  no_rows.rows = 0;
  no_cols.cols = 0;
  wide.cols = 16385;
  flat.depth = 0;
  deep.depth = 5;
  for (const Fields& f : {no_rows, no_cols, wide, flat, deep})
    check_refused(machine, f, ErrorCode::BAD_FIELD);
  check_refused(machine, Fields{.opcode = Opcode::LOAD, .address = 0x2000}, ErrorCode::BAD_FIELD);
  check_refused(machine, Fields{.opcode = Opcode::STORE, .address = 0x2000}, ErrorCode::BAD_FIELD);
  Fields half_wide = f16(), half_empty = f16();
  half_wide.cols = 16385;
  half_empty.rows = 0;
  check_refused(machine, half_wide, ErrorCode::BAD_FIELD);
  check_refused(machine, half_empty, ErrorCode::BAD_FIELD);
}

TEST_CASE("golden machine: ALIGNMENT") {
  Prepared machine;
  for (int which = 0; which < 4; ++which) {
    Fields f = trit();
    if (which == 0) f.src = 8;
    if (which == 1) f.dst += 1;
    if (which == 2) f.address += 32;
    if (which == 3) f.book += 4;
    check_refused(machine, f, ErrorCode::ALIGNMENT);
  }
}

TEST_CASE("golden machine: VECTOR_RANGE, to the word") {
  Prepared machine({.vector_words = 1024});
  const auto with = [](Opcode opcode, std::uint32_t rows, std::uint32_t src, std::uint32_t dst,
                       std::uint32_t cols = 0, bool raw = false) {
    Fields f{.opcode = opcode,
             .rows = rows,
             .cols = cols,
             .src = src,
             .dst = dst,
             .raw = raw,
             .address = kStream};
    if (opcode == Opcode::TRIT_MATVEC) f.depth = 1, f.book = kBook;
    return f;
  };
  struct Case {
    Fields last_good, first_bad;
  };
  const Case cases[] = {
      {with(Opcode::LOAD, 1024, 0, 0), with(Opcode::LOAD, 1025, 0, 0)},
      {with(Opcode::LOAD, 1, 0, 1008), with(Opcode::LOAD, 1, 0, 1024)},
      {with(Opcode::LOAD, 16, 0, 1008), with(Opcode::LOAD, 17, 0, 1008)},
      {with(Opcode::STORE, 16, 1008, 0), with(Opcode::STORE, 17, 1008, 0)},
      {with(Opcode::TRIT_MATVEC, 32, 1008, 0, 16), with(Opcode::TRIT_MATVEC, 32, 1008, 0, 17)},
      {with(Opcode::TRIT_MATVEC, 32, 0, 992, 16), with(Opcode::TRIT_MATVEC, 1, 0, 1008, 16)},
      {with(Opcode::TRIT_MATVEC, 32, 0, 960, 16, true),
       with(Opcode::TRIT_MATVEC, 1, 0, 976, 16, true)},
      {with(Opcode::F16_MATVEC, 16, 0, 1008, 16), with(Opcode::F16_MATVEC, 17, 0, 1008, 16)},
      {with(Opcode::F16_MATVEC, 16, 0, 992, 16, true),
       with(Opcode::F16_MATVEC, 16, 0, 1008, 16, true)},
  };
  for (const Case& c : cases) {
    CAPTURE(describe(c.last_good));
    CHECK_EQ(check_command(c.last_good, machine.transport.machine().params(), {0, Machine::kLimit}),
             ErrorCode::NONE);
    check_refused(machine, c.first_bad, ErrorCode::VECTOR_RANGE);
  }
  Fields huge = trit();
  huge.rows = 0xffffffff;
  huge.src = 0xfffffff0;
  check_refused(machine, huge, ErrorCode::VECTOR_RANGE);
}

TEST_CASE("golden machine: ADDRESS_RANGE, to the byte") {
  Prepared machine;
  const std::uint64_t bytes = machine.stream.size();
  const auto set_window = [&](std::uint64_t base, std::uint64_t limit) {
    machine.transport.write(Reg::MEM_BASE_LO, static_cast<std::uint32_t>(base));
    machine.transport.write(Reg::MEM_LIMIT_LO, static_cast<std::uint32_t>(limit));
  };
  const auto run = [&](const Fields& f) { return machine.run({f, end_command()}); };
  const Outcome good{ErrorCode::NONE, 1}, bad{ErrorCode::ADDRESS_RANGE, 0};

  set_window(0, kStream + bytes);
  CHECK_EQ(run(trit()), good);
  set_window(0, kStream + bytes - 1);
  CHECK_EQ(run(trit()), bad);
  Fields book_behind = trit();
  book_behind.book = kStream + bytes;
  set_window(0, kStream + bytes + 128);
  machine.put<std::uint32_t>(book_behind.book, std::vector<std::uint32_t>(27, 0x8000));
  CHECK_EQ(run(book_behind), good);
  set_window(0, kStream + bytes + 127);
  CHECK_EQ(run(book_behind), bad);

  // A LOAD of one element reads 64 bytes.
  const Fields one{.opcode = Opcode::LOAD, .rows = 1, .address = 0x2000};
  set_window(0, 0x2040);
  CHECK_EQ(run(one), good);
  set_window(0, 0x203F);
  CHECK_EQ(run(one), bad);
  set_window(0x1000, Machine::kLimit);
  CHECK_EQ(run({.opcode = Opcode::LOAD, .rows = 1, .address = 0xFC0}), bad);
  set_window(0, Machine::kLimit);
  check_refused(machine, load(std::uint64_t{1} << 63), ErrorCode::ADDRESS_RANGE);
  check_refused(machine, load(~std::uint64_t{63}), ErrorCode::ADDRESS_RANGE);

  // The window may reach further than the bus, but no command does.
  machine.transport.write(Reg::MEM_LIMIT_HI, 0xffffffff);
  check_refused(machine, load(std::uint64_t{1} << kAddressBits), ErrorCode::ADDRESS_RANGE);
}

TEST_CASE("golden machine: the list itself is checked first") {
  Machine machine;
  auto& transport = machine.transport;
  CHECK_EQ(machine.run({}), Outcome{ErrorCode::LIST_OVERRUN, 0});
  CHECK_EQ(machine.run({load(), load()}), Outcome{ErrorCode::LIST_OVERRUN, 2});

  machine.put_list({end_command()});
  transport.write(Reg::LIST_LO, Machine::kListAddress + 32);
  CHECK_EQ(machine.start(), Outcome{ErrorCode::ALIGNMENT, 0});
  transport.write(Reg::LIST_COUNT, 0);  // Before the alignment comes the count.
  CHECK_EQ(machine.start(), Outcome{ErrorCode::LIST_OVERRUN, 0});

  machine.put_list({load(), end_command()});
  transport.write(Reg::MEM_BASE_LO, Machine::kListAddress + 64);
  CHECK_EQ(machine.start(), Outcome{ErrorCode::ADDRESS_RANGE, 0});
  transport.write(Reg::LIST_LO, Machine::kListAddress + 32);  // Alignment before the window.
  CHECK_EQ(machine.start(), Outcome{ErrorCode::ALIGNMENT, 0});
  transport.write(Reg::MEM_BASE_LO, 0);
  transport.write(Reg::MEM_LIMIT_LO, Machine::kListAddress + 0x40);
  machine.put_list({Fields{.opcode = Opcode::FENCE}, end_command()});
  CHECK_EQ(machine.start(), Outcome{ErrorCode::ADDRESS_RANGE, 1});
  transport.write(Reg::MEM_LIMIT_LO, static_cast<std::uint32_t>(Machine::kLimit));
  CHECK_EQ(machine.start(), Outcome{ErrorCode::NONE, 1});
}

TEST_CASE("golden machine: checks come in the documented order") {
  // Everything wrong at once; mending the first fault uncovers the next.
  Prepared machine({.vector_words = 1024});
  Fields f = trit();
  f.rows = 0;
  f.src = 8;
  f.dst = 1024;
  f.address = std::uint64_t{1} << 50 | 4;
  f.book = Machine::kLimit;
  Command c = f;
  c.words[5] = 1;
  c.words[0] = (c.words[0] & ~0xffu) | 0x42;
  check_refused(machine, c, ErrorCode::BAD_OPCODE);
  c.words[0] = (c.words[0] & ~0xffu) | 0x05;
  check_refused(machine, c, ErrorCode::BAD_FIELD);  // The unused word.
  c.words[5] = 0;
  check_refused(machine, c, ErrorCode::BAD_FIELD);  // ROWS.
  c.set(command::ROWS, 32);
  check_refused(machine, c, ErrorCode::ALIGNMENT);  // SRC.
  c.set(command::SRC, 0);
  check_refused(machine, c, ErrorCode::ALIGNMENT);  // ADDR.
  c.set(command::ADDR_LO, 0);
  check_refused(machine, c, ErrorCode::VECTOR_RANGE);  // DST.
  c.set(command::DST, 256);
  check_refused(machine, c, ErrorCode::ADDRESS_RANGE);  // The stream.
  c.set(command::ADDR_HI, 0).set(command::ADDR_LO, kStream);
  check_refused(machine, c, ErrorCode::ADDRESS_RANGE);  // The codebook.
  c.set(command::BOOK_LO, kBook);
  CHECK_EQ(machine.run({c, end_command()}), Outcome{ErrorCode::NONE, 1});
}

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
