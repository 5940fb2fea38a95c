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
constexpr unsigned kVectors = TRINE_Vectors;

const MachineParams kMachine{.groups = kGroups,
                             .vectors = kVectors,
                             .vector_words = kVectorWords,
                             .max_cols = kMaxCols,
                             .f16_engine = TRINE_F16Engine != 0,
                             .vector_unit = TRINE_VectorUnit != 0};

std::uint64_t round_up(std::uint64_t value, std::uint64_t to) { return (value + to - 1) / to * to; }

Opcode opcode_of(const Command& c) { return static_cast<Opcode>(c.get(command::OPCODE)); }
bool is_matrix(Opcode op) { return op == Opcode::TRIT_MATVEC || op == Opcode::F16_MATVEC; }
bool in_memory(Opcode op) { return op >= Opcode::LOAD && op <= Opcode::STORE_COLUMN; }

/// What the golden side says of a command.
CheckedCommand checked(const Command& c, const Config& config) {
  return check_command(c, kMachine, {config.base, config.limit}, config.state);
}

/// Bytes that must lie in the window, for a command that may be bad in any way.
std::uint64_t data_bytes(const Command& c) {
  if (opcode_of(c) == Opcode::TRIT_MATVEC &&
      (c.get(command::DEPTH) < 1 || c.get(command::DEPTH) > 4))
    return 64;
  return round_up(reach_bytes(c, kMachine), 64);
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

constexpr Opcode kOps[] = {Opcode::END,         Opcode::FENCE,       Opcode::LOAD,
                           Opcode::STORE,       Opcode::TRIT_MATVEC, Opcode::F16_MATVEC,
                           Opcode::STORE_COLUMN, Opcode::RMSNORM,    Opcode::ROPE,
                           Opcode::SOFTMAX,     Opcode::SILU_MUL,    Opcode::ADD,
                           Opcode::ARGMAX};

bool has_field(Opcode op, const CommandField& f) {
  return find_opcode(static_cast<std::uint32_t>(op))->uses(f);
}

std::uint64_t wide_word(Random& random) {
  return random.word() | std::uint64_t{random.word()} << 32;
}

/// A command that passes every check with an open window, and the sequence state that it needs.
Command valid_command(Random& random, SequenceState& state) {
  const Opcode op = kOps[random.below(std::size(kOps))];
  Command c = make(op);
  if (op == Opcode::END || op == Opcode::FENCE) return c;
  const std::uint32_t quarter = kVectorWords / 4;
  const unsigned bank = random.below(kVectors);
  state.position = random.below(100);
  for (std::uint32_t& token : state.token) token = random.below(1000);
  c.set(command::BANK, bank);
  c.set(command::ROWS, 1 + random.below(random.below(4) != 0 ? 200 : quarter));
  if (in_memory(op)) set_address(c, (wide_word(random) % (kTop / 4)) & ~std::uint64_t{63});
  for (const CommandField* f : {&command::SRC, &command::SRC2, &command::DST})
    if (has_field(op, *f)) c.set(*f, random.below(quarter) / 16 * 16);
  for (const CommandField* f : {&command::ALPHA, &command::BETA})
    if (has_field(op, *f)) c.set(*f, random.word());
  if (op == Opcode::LOAD || op == Opcode::STORE) {
    c.set(command::F16, random.below(2)).set(command::INDEX, random.below(3));
    c.set(command::STRIDE, 64 * random.below(1 << (1 + random.below(20))));
    c.set(command::LIMIT, 1100);
  }
  if (op == Opcode::STORE_COLUMN)
    c.set(command::LIMIT, 104 + random.below(1000)).set(command::STRIDE, 64 * (40 + random.below(900)));
  if (op == Opcode::ROPE) {
    const std::uint32_t head = 32u << random.below(3);
    c.set(command::COLS, head).set(command::ROWS, head * (1 + random.below(2)));
  }
  if (op == Opcode::SOFTMAX && random.below(2) != 0)
    c.set(command::SPAN, 1).set(command::ROWS, 104 + random.below(100));
  if (op == Opcode::ARGMAX) c.set(command::COLS, random.word());
  if (!is_matrix(op)) return c;
  c.set(command::RAW, random.below(2));
  c.set(command::COLS, 1 + random.below(random.below(2) != 0 ? 64 : kMaxCols));
  if (op == Opcode::TRIT_MATVEC) {
    c.set(command::DEPTH, 1 + random.below(4));
    set_codebook(c, (wide_word(random) % (kTop / 2)) & ~std::uint64_t{63});
  } else {
    c.set(command::SPAN, random.below(3));
    if (c.get(command::SPAN) == 1) c.set(command::ROWS, 104 + random.below(100));
    if (c.get(command::SPAN) == 2) c.set(command::COLS, 104 + random.below(100));
    if (random.below(2) != 0)
      c.set(command::STRIDE, static_cast<std::uint32_t>(
                                 round_up(f16_stride(c.get(command::COLS), kMachine) * 2, 64)) +
                                 64 * random.below(20));
  }
  return c;
}

/// Breaks one thing, or moves it to where a check turns.
void mutate(Command& c, Config& config, Random& random) {
  const std::uint32_t rows = c.get(command::ROWS), cols = c.get(command::COLS);
  const std::uint32_t words = kVectorWords;
  constexpr std::uint32_t kHuge[] = {0xFFFFFFFF, 0xFFFFFFE1, 0xFFFFFFE0, 0x80000000,
                                     0x7FFFFFFF, 0x40000000, 0x10000,    0xFFFFFFF0};
  switch (random.below(21)) {
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
      const CheckedCommand seen = checked(c, config);
      const Command& effective = seen.code == ErrorCode::NONE ? static_cast<const Command&>(seen.command) : c;
      config.limit = effective.address() + data_bytes(effective) +
                     static_cast<std::uint64_t>(kNear[random.below(5)]);
      break;
    }
    case 13:
      config.base = c.address() + 64 * (random.below(3) - std::uint64_t{1});
      break;
    case 14: {  // At the end of the address bus, or beyond.
      const std::uint64_t bytes = data_bytes(c);
      config.limit = ~std::uint64_t{0};
      set_address(c, kTop - bytes + 64 * (random.below(3) - std::uint64_t{1}));
      if (random.below(3) == 0) set_address(c, c.address() | std::uint64_t{1} << (40 + random.below(24)));
      break;
    }
    case 15:
      c.set(command::BANK, random.below(16));
      break;
    case 16:
      c.set(random.below(2) != 0 ? command::INDEX : command::SPAN, random.below(4));
      break;
    case 17: {  // The sequence ends at a limit, just before it or beyond it.
      const std::uint32_t position = config.state.position + c.get(command::BANK);
      c.set(random.below(2) != 0 ? command::LIMIT : random.below(2) != 0 ? command::ROWS
                                                                         : command::COLS,
            position + random.below(3));
      break;
    }
    case 18:
      config.state.position = random.below(2) != 0 ? random.word() : 0xFFFFFFFF - random.below(4);
      for (std::uint32_t& token : config.state.token) token = random.word() >> random.below(32);
      break;
    case 19:
      c.set(command::STRIDE, random.below(2) != 0 ? random.word() : c.get(command::STRIDE) + 32);
      break;
    default:
      config.limit = ~std::uint64_t{0};
      set_codebook(c, random.below(2) != 0
                          ? kTop - 128 + 64 * (random.below(3) - std::uint64_t{1})
                          : std::uint64_t{0} - 64 * (1 + random.below(3)));
      break;
  }
}

/// The unit, the fields and the DMA jobs of a command that passed the checks; `c` as the machine
/// sees it.
void check_execution(const Command& given, const ResolvedCommand& c, const Outcome& out) {
  const Opcode op = opcode_of(c);
  if (op == Opcode::END || op == Opcode::FENCE) {
    CHECK(out.started.empty());
    CHECK(out.reads.empty());
    CHECK(out.writes.empty());
    return;
  }
  REQUIRE_EQ(out.started.size(), 1u);
  const Started& s = out.started[0];
  CHECK(s.unit == c.info()->unit);
  CHECK_EQ(s.word0, given.words[0]);
  CHECK_EQ(s.rows, c.get(command::ROWS));
  CHECK_EQ(s.src_beat, c.get(command::SRC) / kGroups);
  CHECK_EQ(s.src2_beat, c.get(command::SRC2) / kGroups);
  CHECK_EQ(s.dst_beat, c.get(command::DST) / kGroups);
  CHECK_EQ(s.cols, c.get(command::COLS));
  CHECK_EQ(s.alpha, c.get(command::ALPHA));
  CHECK_EQ(s.beta, c.get(command::BETA));
  const std::uint32_t stride = c.get(command::STRIDE);
  std::vector<DmaJob> reads, writes;
  if (op == Opcode::TRIT_MATVEC) reads.push_back({c.codebook(), kCodebookBytes / kBeatBytes});
  if (op == Opcode::F16_MATVEC && stride != 0) {
    const std::uint64_t row = f16_stride(c.get(command::COLS), kMachine) * 2 / kBeatBytes;
    reads.push_back({c.address(), row, c.get(command::ROWS),
                     c.get(command::ROWS) > 1 ? stride : 0});
  } else if (op == Opcode::LOAD || is_matrix(op)) {
    reads.push_back({c.address(), round_up(memory_bytes(c, kMachine), kBeatBytes) / kBeatBytes});
  }
  if (op == Opcode::STORE) writes.push_back({c.address(), memory_bytes(c, kMachine)});
  if (op == Opcode::STORE_COLUMN) {
    CHECK_EQ(s.stride, stride);
    CHECK_EQ(s.column_addr, c.column_address());
  }
  CHECK(out.reads == reads);
  CHECK(out.writes == writes);
}

}  // namespace

TEST_CASE("trine_sequencer: each command fails the first check that it should, or runs") {
  SequencerBench bench(0.8, 3);
  std::map<ErrorCode, unsigned> seen;
  for (unsigned seed = 0; seed < 8000; ++seed) {
    Random random(seed);
    Config config;
    Command c = valid_command(random, config.state);
    for (std::uint32_t i = random.below(4); i > 0; --i) mutate(c, config, random);
    config.list = config.base > 0x10000 && config.base < kTop / 2 ? (config.base + 63) / 64 * 64
                                                                  : 0x10000;
    if (!MemoryWindow{config.base, config.limit}.holds(config.list, 128)) continue;  // That would be the list's error.
    CAPTURE(seed);
    CAPTURE(describe(c));
    const auto [expected, effective] = checked(c, config);
    const Outcome out = bench.run(config, {c, make(Opcode::END)});
    ++seen[expected];
    REQUIRE_EQ(static_cast<int>(out.code), static_cast<int>(expected));
    CHECK(out.fetches[0] == DmaJob{config.list, 64 / kBeatBytes});
    if (expected == ErrorCode::NONE) {
      const bool end = opcode_of(c) == Opcode::END;
      CHECK_EQ(out.index, end ? 0u : 1u);
      CHECK_EQ(out.commands, end ? 1u : 2u);
      check_execution(c, effective, out);
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
                               ErrorCode::ADDRESS_RANGE, ErrorCode::INDEX_RANGE}) {
    CAPTURE(static_cast<int>(code));
    CHECK(seen[code] >= 50);
  }
}

TEST_CASE("trine_sequencer: runs a list in order up to END and no further") {
  for (const double odds : {1.0, 0.4}) {
    SequencerBench bench(odds, 5);
    Command load = make(Opcode::LOAD).set(command::ROWS, 16);
    set_address(load, 0x4000);
    Command store = make(Opcode::STORE).set(command::ROWS, 5).set(command::F16, 1);
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
    CHECK(out.started[0].unit == Unit::LOAD);
    CHECK(out.started[1].unit == Unit::STORE);
    CHECK(out.started[2].unit == Unit::LOAD);
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
  faults.vector_nonfinite = true;
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

TEST_CASE("trine_sequencer: a vector operation reports what is not finite") {
  if (TRINE_VectorUnit == 0) return;
  SequencerBench bench;
  const Command add = make(Opcode::ADD).set(command::ROWS, 16);
  Faults faults;
  faults.index = 1;
  faults.vector_nonfinite = true;
  const Outcome out = bench.run({}, {add, add, make(Opcode::END)}, faults);
  CHECK_EQ(static_cast<int>(out.code), static_cast<int>(ErrorCode::NONFINITE));
  CHECK_EQ(out.index, 1u);
}

TEST_CASE("trine_sequencer: writes a record for each of the first commands") {
  SequencerBench bench(0.7, 11);
  Command load = make(Opcode::LOAD).set(command::ROWS, 16);
  set_address(load, 0x4000);
  const std::vector<Command> list{load, make(Opcode::FENCE), load, make(Opcode::END)};
  Config config;
  config.profile = 0x9000;
  for (std::uint32_t count = 0; count < 6; ++count) {
    config.profile_count = count;
    const Outcome out = bench.run(config, list);
    CHECK_EQ(static_cast<int>(out.code), 0);
    REQUIRE_EQ(out.records.size(), std::min<std::size_t>(count, list.size()));
    for (std::size_t i = 0; i < out.records.size(); ++i)
      CHECK(out.records[i] == DmaJob{config.profile + 64 * i, 64});
  }
  const auto run = [&](std::uint64_t profile, std::uint64_t limit, const Faults& faults) {
    config.profile = profile;
    config.limit = limit;
    const Outcome out = bench.run(config, list, faults);
    return std::pair(static_cast<int>(out.code), out.index);
  };
  const auto is = [](ErrorCode code, std::uint32_t index) {
    return std::pair(static_cast<int>(code), index);
  };
  CHECK(run(0x9020, kTop, {}) == is(ErrorCode::ALIGNMENT, 0));
  CHECK(run(0x40000, 0x40080, {}) == is(ErrorCode::ADDRESS_RANGE, 2));
  // A data error of the command itself comes first.
  Faults faults;
  faults.read = true;
  CHECK(run(0x40000, 0x40000, faults) == is(ErrorCode::AXI_READ, 0));
}
