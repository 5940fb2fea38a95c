// SPDX-License-Identifier: Apache-2.0

#include <doctest/doctest.h>

#include <map>
#include <vector>

#include "tests/rtl/sequencer_bench.h"

using namespace trine;
using namespace trine::test;

namespace {

constexpr std::uint64_t kGroups = TRINE_Groups;
constexpr std::uint64_t kVectorWords = TRINE_VectorWords;
constexpr std::uint64_t kMaxCols = TRINE_MaxCols;
constexpr std::uint64_t kTop = std::uint64_t{1} << 40;  // Of the address bus.
constexpr std::uint64_t kBeatBytes = 4 * kGroups;

using Wide = unsigned __int128;

Wide round_up(Wide value, Wide to) { return (value + to - 1) / to * to; }

Opcode opcode_of(const Command& c) { return static_cast<Opcode>(c.get(command::OPCODE)); }
bool is_matrix(Opcode op) { return op == Opcode::TRIT_MATVEC || op == Opcode::F16_MATVEC; }

/// Bytes of the stream or vector in memory.
Wide data_bytes(const Command& c) {
  const Wide rows = c.get(command::ROWS), cols = c.get(command::COLS);
  constexpr unsigned kPanelBeats[] = {0, 31, 57, 82, 108};
  switch (opcode_of(c)) {
    case Opcode::TRIT_MATVEC:
      return round_up(rows, 32) / 32 * (round_up(cols, 16 * kGroups) / (16 * kGroups)) *
             kPanelBeats[c.get(command::DEPTH)] * kBeatBytes;
    case Opcode::F16_MATVEC:
      return rows * (round_up(round_up(cols, 16), 2 * kGroups) / (2 * kGroups)) * kBeatBytes;
    default:
      return rows * (c.get(command::HALF) != 0 ? 2 : 4);
  }
}

bool in_window(const Config& config, Wide addr, Wide bytes) {
  return addr >= config.base && addr + bytes <= config.limit && addr + bytes <= kTop;
}

/// The first check that a command fails, in the documented order.
ErrorCode expected_error(const Command& c, const Config& config) {
  const Opcode op = opcode_of(c);
  if (TRINE_HalfEngine == 0 && op == Opcode::F16_MATVEC) return ErrorCode::BAD_OPCODE;
  if (const ErrorCode form = check_form(c); form != ErrorCode::NONE) return form;
  if (op == Opcode::END || op == Opcode::FENCE) return ErrorCode::NONE;

  const Wide rows = c.get(command::ROWS), cols = c.get(command::COLS);
  if (rows == 0) return ErrorCode::BAD_FIELD;
  if (is_matrix(op) && (cols == 0 || cols > kMaxCols)) return ErrorCode::BAD_FIELD;
  if (op == Opcode::TRIT_MATVEC && (c.get(command::DEPTH) < 1 || c.get(command::DEPTH) > 4))
    return ErrorCode::BAD_FIELD;

  if (c.get(command::SRC) % 16 != 0 || c.get(command::DST) % 16 != 0 || c.address() % 64 != 0 ||
      c.codebook() % 64 != 0)
    return ErrorCode::ALIGNMENT;

  const Wide raw = c.get(command::RAW) != 0 ? 2 : 1;
  Wide reads = 0, writes = 0;
  if (op == Opcode::STORE) reads = round_up(rows, 16);
  if (is_matrix(op)) reads = round_up(cols, 16);
  if (op == Opcode::LOAD) writes = round_up(rows, 16);
  if (op == Opcode::TRIT_MATVEC) writes = round_up(rows, 32) * raw;
  if (op == Opcode::F16_MATVEC) writes = round_up(rows, 16) * raw;
  if (c.get(command::SRC) + reads > kVectorWords || c.get(command::DST) + writes > kVectorWords)
    return ErrorCode::VECTOR_RANGE;

  if (!in_window(config, c.address(), round_up(data_bytes(c), 64))) return ErrorCode::ADDRESS_RANGE;
  if (op == Opcode::TRIT_MATVEC && !in_window(config, c.codebook(), kCodebookBytes))
    return ErrorCode::ADDRESS_RANGE;
  return ErrorCode::NONE;
}

Command make(Opcode op) { return Command{}.set(command::OPCODE, static_cast<std::uint32_t>(op)); }

Command& set_address(Command& c, std::uint64_t addr) {
  return c.set(command::ADDR_LO, static_cast<std::uint32_t>(addr))
      .set(command::ADDR_HI, static_cast<std::uint32_t>(addr >> 32));
}
Command& set_codebook(Command& c, std::uint64_t addr) {
  return c.set(command::BOOK_LO, static_cast<std::uint32_t>(addr))
      .set(command::BOOK_HI, static_cast<std::uint32_t>(addr >> 32));
}

constexpr Opcode kOps[] = {Opcode::END,   Opcode::FENCE,       Opcode::LOAD,
                           Opcode::STORE, Opcode::TRIT_MATVEC, Opcode::F16_MATVEC};

std::uint64_t wide_word(Random& random) {
  return random.word() | std::uint64_t{random.word()} << 32;
}

/// A command that passes every check with an open window.
Command valid_command(Random& random) {
  const Opcode op = kOps[random.below(6)];
  Command c = make(op);
  if (op == Opcode::END || op == Opcode::FENCE) return c;
  const std::uint32_t quarter = kVectorWords / 4;
  c.set(command::ROWS, 1 + random.below(random.below(4) != 0 ? 200 : quarter));
  set_address(c, (wide_word(random) % (kTop / 2)) & ~std::uint64_t{63});
  if (op == Opcode::LOAD || op == Opcode::STORE) c.set(command::HALF, random.below(2));
  if (op != Opcode::LOAD) c.set(command::SRC, random.below(quarter) / 16 * 16);
  if (op != Opcode::STORE) c.set(command::DST, random.below(quarter) / 16 * 16);
  if (!is_matrix(op)) return c;
  c.set(command::RAW, random.below(2));
  c.set(command::COLS, 1 + random.below(random.below(2) != 0 ? 64 : kMaxCols));
  if (op == Opcode::TRIT_MATVEC) {
    c.set(command::DEPTH, 1 + random.below(4));
    set_codebook(c, (wide_word(random) % (kTop / 2)) & ~std::uint64_t{63});
  }
  return c;
}

/// Breaks one thing, or moves it to where a check turns.
void mutate(Command& c, Config& config, Random& random) {
  const std::uint32_t rows = c.get(command::ROWS), cols = c.get(command::COLS);
  const std::uint32_t words = kVectorWords;
  constexpr std::uint32_t kHuge[] = {0xFFFFFFFF, 0xFFFFFFE1, 0xFFFFFFE0, 0x80000000,
                                     0x7FFFFFFF, 0x40000000, 0x10000,    0xFFFFFFF0};
  switch (random.below(16)) {
    case 0:
      c.words[random.below(16)] ^= 1u << random.below(32);
      break;
    case 1:
      c.set(command::OPCODE, random.below(256));
      break;
    case 2:
      c.set(command::DEPTH, random.below(8));
      break;
    case 3:
      c.set(command::ROWS, kHuge[random.below(8)]);
      break;
    case 4:
      c.set(command::COLS, kHuge[random.below(8)]);
      break;
    case 5:
      c.set(command::COLS, static_cast<std::uint32_t>(kMaxCols) + random.below(3) - 1);
      break;
    case 6:
      c.set(random.below(2) != 0 ? command::ROWS : command::COLS, 0);
      break;
    case 7:  // The result ends at the end of the vector memory, or a block past it.
      c.set(command::DST, words - (rows + 31) / 32 * 32 * (1 + c.get(command::RAW)) +
                              16 * (random.below(4) - 2));
      break;
    case 8:
      c.set(command::SRC, words - ((cols != 0 ? cols : rows) + 15) / 16 * 16 +
                              16 * (random.below(3) - 1));
      break;
    case 9:
      c.set(random.below(2) != 0 ? command::SRC : command::DST, kHuge[random.below(8)] & ~15u);
      break;
    case 10:
      set_address(c, c.address() + (1u << random.below(6)));
      break;
    case 11:
      set_codebook(c, c.codebook() + (1u << random.below(6)));
      break;
    case 12: {  // The window ends where the data ends, or a little earlier or later.
      constexpr std::int64_t kNear[] = {-64, -1, 0, 1, 64};
      config.limit = static_cast<std::uint64_t>(
          c.address() + static_cast<std::uint64_t>(round_up(data_bytes(c), 64)) +
          static_cast<std::uint64_t>(kNear[random.below(5)]));
      break;
    }
    case 13:
      config.base = c.address() + 64 * (random.below(3) - std::uint64_t{1});
      break;
    case 14: {  // At the end of the address bus, or beyond.
      const std::uint64_t bytes = static_cast<std::uint64_t>(round_up(data_bytes(c), 64));
      config.limit = ~std::uint64_t{0};
      set_address(c, kTop - bytes + 64 * (random.below(3) - std::uint64_t{1}));
      if (random.below(3) == 0) set_address(c, c.address() | std::uint64_t{1} << (40 + random.below(24)));
      break;
    }
    default:
      config.limit = ~std::uint64_t{0};
      set_codebook(c, random.below(2) != 0
                          ? kTop - 128 + 64 * (random.below(3) - std::uint64_t{1})
                          : std::uint64_t{0} - 64 * (1 + random.below(3)));
      break;
  }
}

/// The unit, the fields and the DMA jobs of a command that passed the checks.
void check_execution(const Command& c, const Outcome& out) {
  const Opcode op = opcode_of(c);
  if (op == Opcode::END || op == Opcode::FENCE) {
    CHECK(out.started.empty());
    CHECK(out.reads.empty());
    CHECK(out.writes.empty());
    return;
  }
  REQUIRE_EQ(out.started.size(), 1u);
  const Started& s = out.started[0];
  CHECK(s.unit == (op == Opcode::LOAD ? Unit::Load : op == Opcode::STORE ? Unit::Store
                                                                         : Unit::Matvec));
  CHECK_EQ(s.rows, c.get(command::ROWS));
  if (op != Opcode::LOAD) CHECK_EQ(s.src_beat, c.get(command::SRC) / kGroups);
  if (op != Opcode::STORE) CHECK_EQ(s.dst_beat, c.get(command::DST) / kGroups);
  if (is_matrix(op)) {
    CHECK_EQ(s.cols, c.get(command::COLS));
    CHECK_EQ(s.raw, c.get(command::RAW) != 0);
    CHECK_EQ(s.f16, op == Opcode::F16_MATVEC);
  } else {
    CHECK_EQ(s.half, c.get(command::HALF) != 0);
  }
  const std::uint64_t bytes = static_cast<std::uint64_t>(data_bytes(c));
  const DmaJob read{c.address(), (bytes + kBeatBytes - 1) / kBeatBytes};
  std::vector<DmaJob> reads, writes;
  if (op == Opcode::TRIT_MATVEC) {
    CHECK_EQ(s.depth, c.get(command::DEPTH));
    reads.push_back({c.codebook(), kCodebookBytes / kBeatBytes});
  }
  if (op == Opcode::STORE) writes.push_back({c.address(), bytes});
  else reads.push_back(read);
  CHECK(out.reads == reads);
  CHECK(out.writes == writes);
}

}  // namespace

TEST_CASE("trine_sequencer: each command fails the first check that it should, or runs") {
  SequencerBench bench(0.8, 3);
  std::map<ErrorCode, unsigned> seen;
  for (unsigned seed = 0; seed < 6000; ++seed) {
    Random random(seed);
    Config config;
    Command c = valid_command(random);
    for (std::uint32_t i = random.below(4); i > 0; --i) mutate(c, config, random);
    config.list = config.base > 0x10000 && config.base < kTop / 2 ? (config.base + 63) / 64 * 64
                                                                  : 0x10000;
    if (!in_window(config, config.list, 128)) continue;  // That would be the list's error.
    CAPTURE(seed);
    const ErrorCode expected = expected_error(c, config);
    const Outcome out = bench.run(config, {c, make(Opcode::END)});
    ++seen[expected];
    REQUIRE_EQ(static_cast<int>(out.code), static_cast<int>(expected));
    CHECK(out.fetches[0] == DmaJob{config.list, 64 / kBeatBytes});
    if (expected == ErrorCode::NONE) {
      const bool end = opcode_of(c) == Opcode::END;
      CHECK_EQ(out.index, end ? 0u : 1u);
      CHECK_EQ(out.commands, end ? 1u : 2u);
      check_execution(c, out);
    } else {
      CHECK_EQ(out.index, 0u);
      CHECK_EQ(out.commands, 0u);
      CHECK(out.started.empty());
      CHECK(out.reads.empty());
      CHECK(out.writes.empty());
    }
  }
  for (const ErrorCode code : {ErrorCode::NONE, ErrorCode::BAD_OPCODE, ErrorCode::BAD_FIELD,
                               ErrorCode::ALIGNMENT, ErrorCode::VECTOR_RANGE,
                               ErrorCode::ADDRESS_RANGE}) {
    CAPTURE(static_cast<int>(code));
    CHECK(seen[code] >= 50);
  }
}

TEST_CASE("trine_sequencer: runs a list in order up to END and no further") {
  for (const double odds : {1.0, 0.4}) {
    SequencerBench bench(odds, 5);
    Command load = make(Opcode::LOAD).set(command::ROWS, 16);
    set_address(load, 0x4000);
    Command store = make(Opcode::STORE).set(command::ROWS, 5).set(command::HALF, 1);
    set_address(store, 0x5000);
    const Command end = make(Opcode::END);
    Config config;
    config.list = 0x20040;
    const Outcome out =
        bench.run(config, {load, store, make(Opcode::FENCE), load, end, store, store});
    CHECK_EQ(static_cast<int>(out.code), 0);
    CHECK_EQ(out.index, 4u);
    CHECK_EQ(out.commands, 5u);
    CHECK_EQ(out.fetches.size(), 5u);
    for (std::size_t i = 0; i < out.fetches.size(); ++i)
      CHECK_EQ(out.fetches[i].addr, config.list + 64 * i);
    REQUIRE_EQ(out.started.size(), 3u);
    CHECK(out.started[0].unit == Unit::Load);
    CHECK(out.started[1].unit == Unit::Store);
    CHECK(out.started[2].unit == Unit::Load);
  }
}

TEST_CASE("trine_sequencer: checks the list itself, in order") {
  SequencerBench bench;
  const std::vector<Command> list(8, make(Opcode::FENCE));
  const auto run = [&](std::uint64_t addr, std::uint32_t count, std::uint64_t base,
                       std::uint64_t limit) {
    const Outcome out = bench.run({addr, count, base, limit}, list);
    return std::pair(static_cast<int>(out.code), out.index);
  };
  const auto is = [](ErrorCode code, std::uint32_t index) {
    return std::pair(static_cast<int>(code), index);
  };
  CHECK(run(0x1000, 0, 0, kTop) == is(ErrorCode::LIST_OVERRUN, 0));
  CHECK(run(0x1000, 3, 0, kTop) == is(ErrorCode::LIST_OVERRUN, 3));
  CHECK(run(0x1001, 0, 0, 0) == is(ErrorCode::LIST_OVERRUN, 0));
  for (unsigned bit = 0; bit < 6; ++bit)
    CHECK(run(0x1000 + (1u << bit), 3, 0, 0) == is(ErrorCode::ALIGNMENT, 0));
  CHECK(run(0x1000, 8, 0x1040, kTop) == is(ErrorCode::ADDRESS_RANGE, 0));
  CHECK(run(0x1000, 8, 0, 0x103F) == is(ErrorCode::ADDRESS_RANGE, 0));
  CHECK(run(0x1000, 8, 0x1000, 0x1080) == is(ErrorCode::ADDRESS_RANGE, 2));
  CHECK(run(kTop - 128, 8, 0, ~std::uint64_t{0}) == is(ErrorCode::ADDRESS_RANGE, 2));
  CHECK(run(kTop, 8, 0, ~std::uint64_t{0}) == is(ErrorCode::ADDRESS_RANGE, 0));
  CHECK(run(~std::uint64_t{63}, 8, 0, ~std::uint64_t{0}) == is(ErrorCode::ADDRESS_RANGE, 0));
}

TEST_CASE("trine_sequencer: a data error stops after its command, the lowest code first") {
  SequencerBench bench(0.9, 9);
  Command matvec = make(Opcode::TRIT_MATVEC).set(command::ROWS, 40).set(command::COLS, 40);
  matvec.set(command::DEPTH, 4).set(command::DST, 64);
  set_address(matvec, 0x8000);
  set_codebook(matvec, 0x7000);
  const std::vector<Command> list{matvec, matvec, matvec, make(Opcode::END)};
  for (unsigned flags = 0; flags < 128; ++flags) {
    CAPTURE(flags);
    Faults faults;
    faults.index = flags % 3;
    faults.read = (flags & 1) != 0;
    faults.write = (flags & 2) != 0;
    faults.book = (flags & 4) != 0;
    faults.set_byte = (flags & 8) != 0;
    faults.tail = (flags & 16) != 0;
    faults.nonfinite = (flags & 32) != 0;
    faults.overflow = (flags & 64) != 0;
    const Outcome out = bench.run({}, list, faults);
    ErrorCode expected = ErrorCode::NONE;
    for (unsigned i = 7; i-- > 0;)
      if ((flags >> i & 1) != 0)
        expected = static_cast<ErrorCode>(static_cast<unsigned>(ErrorCode::AXI_READ) + i);
    CHECK_EQ(static_cast<int>(out.code), static_cast<int>(expected));
    CHECK_EQ(out.index, flags == 0 ? 3u : faults.index);
    CHECK_EQ(out.commands, flags == 0 ? 4u : faults.index + 1);
    CHECK_EQ(out.started.size(), flags == 0 ? 3u : faults.index + 1);
  }
}

TEST_CASE("trine_sequencer: flags that a matrix left behind do not concern other commands") {
  SequencerBench bench;
  Command load = make(Opcode::LOAD).set(command::ROWS, 16);
  set_address(load, 0x4000);
  Faults faults;
  faults.book = faults.set_byte = faults.tail = faults.nonfinite = faults.overflow = true;
  const Outcome out = bench.run({}, {load, make(Opcode::END)}, faults);
  CHECK_EQ(static_cast<int>(out.code), 0);
}

TEST_CASE("trine_sequencer: a command that was read with an error does not run") {
  SequencerBench bench;
  Command load = make(Opcode::LOAD).set(command::ROWS, 16);
  set_address(load, 0x4000);
  Faults faults;
  faults.index = 1;
  faults.fetch = true;
  const Outcome out = bench.run({}, {load, load, make(Opcode::END)}, faults);
  CHECK_EQ(static_cast<int>(out.code), static_cast<int>(ErrorCode::AXI_READ));
  CHECK_EQ(out.index, 1u);
  CHECK_EQ(out.started.size(), 1u);
}

TEST_CASE("trine_sequencer: stops only when every write is answered, and reports its error") {
  SequencerBench bench;
  Command store = make(Opcode::STORE).set(command::ROWS, 16);
  set_address(store, 0x4000);
  Faults faults;
  faults.late_write = true;
  // END and FENCE wait for the answer; so does the stop after a bad command, whose code is lower.
  Outcome out = bench.run({}, {store, make(Opcode::END)}, faults);
  CHECK_EQ(static_cast<int>(out.code), static_cast<int>(ErrorCode::AXI_WRITE));
  CHECK_EQ(out.index, 1u);
  out = bench.run({}, {store, make(Opcode::FENCE), make(Opcode::END)}, faults);
  CHECK_EQ(static_cast<int>(out.code), static_cast<int>(ErrorCode::AXI_WRITE));
  CHECK_EQ(out.index, 1u);
  out = bench.run({}, {store, Command{}}, faults);
  CHECK_EQ(static_cast<int>(out.code), static_cast<int>(ErrorCode::BAD_OPCODE));
  // A data error above AXI_WRITE gives way to it.
  Command matvec = make(Opcode::TRIT_MATVEC).set(command::ROWS, 1).set(command::COLS, 1);
  matvec.set(command::DEPTH, 1).set(command::DST, 64);
  set_address(matvec, 0x8000);
  faults.index = 1;
  faults.tail = true;
  out = bench.run({}, {store, matvec}, faults);
  CHECK_EQ(static_cast<int>(out.code), static_cast<int>(ErrorCode::AXI_WRITE));
}

TEST_CASE("trine_sequencer: ABORT stops after the command that runs") {
  SequencerBench bench;
  Command load = make(Opcode::LOAD).set(command::ROWS, 16);
  set_address(load, 0x4000);
  const std::vector<Command> list{load, load, make(Opcode::FENCE), make(Opcode::END)};
  for (int after = 0; after < 50; ++after) {
    CAPTURE(after);
    Faults faults;
    faults.index = 1;
    faults.abort_after = after;
    const Outcome out = bench.run({}, list, faults);
    CHECK_EQ(static_cast<int>(out.code), static_cast<int>(ErrorCode::ABORTED));
    CHECK_EQ(out.commands, out.index + 1);
    CHECK(out.index >= 1);
    CHECK(out.index <= (after < 20 ? 1u : 2u));
  }
  // The list was at its end anyway.
  Faults faults;
  faults.index = 3;
  faults.abort_after = 2;
  const Outcome out = bench.run({}, list, faults);
  CHECK_EQ(static_cast<int>(out.code), 0);
  // An abort does not outlive its list.
  CHECK_EQ(static_cast<int>(bench.run({}, list).code), 0);
}
