// SPDX-License-Identifier: Apache-2.0
//
// Commands that the golden machine refuses: the code, the index, the order of the checks, what
// stays untouched, and that the machine goes on.

#include <doctest/doctest.h>

#include "error_fixture.h"
#include "machine/executors.h"

using namespace trine;

TEST_CASE("golden machine: BAD_OPCODE for every code that is no opcode") {
  Prepared machine;
  for (std::uint32_t code = 0; code < 256; ++code) {
    if (find_opcode(code) != nullptr) continue;
    CAPTURE(code);
    Command c;
    c.words[0] = code;
    check_refused(machine, c, ErrorCode::BAD_OPCODE);
    CHECK_FALSE(bool(executor_of(code)));
  }
}

TEST_CASE("golden machine: BAD_OPCODE for every opcode that the core lacks, and for no other") {
  Prepared full, without({.f16_engine = false}), plain({.vector_unit = false});
  Prepared apart({.attention_heads = 0});
  for (const OpcodeInfo& info : kOpcodes) {
    CAPTURE(info.name);
    CHECK(bool(executor_of(static_cast<std::uint32_t>(info.opcode))));
    Command c;
    c.set(command::OPCODE, static_cast<std::uint32_t>(info.opcode));
    const auto code = [&](Prepared& machine) { return machine.run({c, end_command()}).code; };
    CHECK_NE(code(full), ErrorCode::BAD_OPCODE);
    CHECK_EQ(code(without) == ErrorCode::BAD_OPCODE, info.capability == Capability::F16_ENGINE);
    CHECK_EQ(code(plain) == ErrorCode::BAD_OPCODE, info.capability == Capability::VECTOR_UNIT);
    CHECK_EQ(code(apart) == ErrorCode::BAD_OPCODE, info.capability == Capability::ATTENTION);
  }
  CHECK_EQ(full.run({f16(), end_command()}), Outcome{ErrorCode::NONE, 1});
}

TEST_CASE("golden machine: BAD_FIELD for every unused bit of every opcode") {
  Machine machine;
  for (const OpcodeInfo& info : kOpcodes) {
    for (unsigned bit = 0; bit < 512; ++bit) {
      if (bit < 8 || (bit < 32 && (info.fields.bits >> bit & 1) != 0)) continue;
      if (bit >= 32 && (info.fields.words >> (bit / 32) & 1) != 0) continue;
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
  wide.cols = 32769;
  flat.depth = 0;
  deep.depth = 5;
  for (const Fields& f : {no_rows, no_cols, wide, flat, deep})
    check_refused(machine, f, ErrorCode::BAD_FIELD);
  check_refused(machine, Fields{.opcode = Opcode::LOAD, .address = 0x2000}, ErrorCode::BAD_FIELD);
  check_refused(machine, Fields{.opcode = Opcode::STORE, .address = 0x2000}, ErrorCode::BAD_FIELD);
  Fields half_wide = f16(), half_empty = f16();
  half_wide.cols = 32769;
  half_empty.rows = 0;
  check_refused(machine, half_wide, ErrorCode::BAD_FIELD);
  check_refused(machine, half_empty, ErrorCode::BAD_FIELD);
}

TEST_CASE("golden machine: ATTENTION of several positions: banks, heads, the last position") {
  Prepared machine({.vectors = 4, .attention_heads = 8});
  const auto attention = [](std::uint32_t bank, std::uint32_t more, std::uint32_t heads,
                            std::uint32_t limit) {
    return Command{}
        .set(command::OPCODE, static_cast<std::uint32_t>(Opcode::ATTENTION))
        .set(command::BANK, bank)
        .set(command::MORE, more)
        .set(command::COLS, 32)
        .set(command::ROWS, 32 * heads)
        .set(command::DST, 1024)
        .set(command::ADDR_LO, kStream)
        .set(command::LIMIT, limit);
  };
  // Position 0 is bank 0's, 3 bank 3's.
  CHECK_EQ(machine.run({attention(0, 3, 2, 4), end_command()}), Outcome{ErrorCode::NONE, 1});
  CHECK_EQ(machine.run({attention(1, 2, 2, 4), end_command()}), Outcome{ErrorCode::NONE, 1});
  check_refused(machine, attention(0, 3, 3, 4), ErrorCode::BAD_FIELD);   // 12 heads.
  check_refused(machine, attention(0, 15, 1, 4), ErrorCode::BAD_FIELD);  // 16 banks.
  check_refused(machine, attention(1, 3, 1, 9), ErrorCode::BAD_FIELD);   // Bank 4.
  check_refused(machine, attention(0, 3, 2, 3), ErrorCode::INDEX_RANGE);
  check_refused(machine, attention(1, 2, 1, 3), ErrorCode::INDEX_RANGE);
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
