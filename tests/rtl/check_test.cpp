// SPDX-License-Identifier: Apache-2.0

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "Vtrine_check.h"
#include "sim/dut.h"
#include "tests/rtl/control_ports.h"
#include "tests/rtl/random_command.h"
#include "tests/rtl/stalls.h"

using namespace trine;
using namespace trine::test;

namespace {

/// Gives commands and takes jobs.
class Bench {
 public:
  explicit Bench(double odds = 1.0, unsigned seed = 1)
      : dut("check_" + std::to_string(seed), 100'000'000), go_(odds, seed) {
    dut->stop_i = dut->fetched_valid_i = dut->job_ready_i = 0;
    clear_port(dut->settings_i);
  }

  void configure(const Config& config) {
    set_field(dut->settings_i, settings::kMemBase, config.base);
    set_field(dut->settings_i, settings::kMemLimit, config.limit);
    set_field(dut->settings_i, settings::kPosition, config.state.position);
    for (unsigned b = 0; b < kMaxVectors; ++b)
      set_field(dut->settings_i, settings::kTokens[b], config.state.token[b]);
    for (unsigned b = 0; b < kMaxVectors; ++b)
      set_field(dut->settings_i, settings::kAhead[b], config.state.ahead[b]);
  }

  void offer(const Command& c, ErrorCode error = ErrorCode::NONE, bool here = true) {
    dut->fetched_valid_i = 1;
    std::uint32_t nonzero = 0;
    for (unsigned i = 0; i < 16; ++i) nonzero |= (c.words[i] != 0 ? 1u : 0u) << i;
    set_field(dut->fetched_i, fetched::kWord0, c.words[0]);
    set_field(dut->fetched_i, fetched::kNonzero, nonzero);
    set_field(dut->fetched_i, fetched::kHere, here ? 1 : 0);
    set_field(dut->fetched_i, fetched::kError, static_cast<std::uint64_t>(error));
    for (const CommandField& f : kCommandFields)
      set_field(dut->command_i, command_field(f), c.get(f));
  }

  /// Runs until the job of the command that is offered was taken; it stays in `job`.
  void run() {
    bool given = false;
    for (unsigned cycles = 0; cycles < 400; ++cycles) {
      dut->job_ready_i = go_();
      dut->eval();
      const bool taken = dut->fetched_valid_i && dut->fetched_ready_o;
      const bool gives = dut->job_valid_o && dut->job_ready_i;
      if (gives) job = dut->job_o;
      REQUIRE(!(gives && !given));
      REQUIRE_EQ(dut->rests_o, given);  // No job waits from before, so it is busy with the command.
      dut.step();
      if (taken) {
        REQUIRE(!given);
        dut->fetched_valid_i = 0;
        given = true;
      }
      if (gives) return;
    }
    FAIL("no job");
  }

  std::uint64_t get(PortField field) const { return get_field(job, field); }

  sim::Dut<Vtrine_check> dut;
  std::remove_cvref_t<decltype(std::declval<Vtrine_check>().job_o)> job{};

 private:
  Coin go_;
};

std::uint64_t unit_of(Opcode op) {
  return static_cast<std::uint64_t>(find_opcode(static_cast<std::uint32_t>(op))->unit);
}

bool reads(Opcode op) {
  return op == Opcode::LOAD || is_matrix(op) || op == Opcode::ATTENTION;
}

/// The job of a command that passed the checks; `c` as the machine sees it.
void check_job(const Command& given, const ResolvedCommand& c, const Bench& bench) {
  const Opcode op = opcode_of(c);
  CHECK_EQ(bench.get(job::kHere), 1u);
  CHECK_EQ(bench.get(job::kWord0), given.words[0]);
  CHECK_EQ(bench.get(start::kUnit), unit_of(op));
  CHECK_EQ(bench.get(start::kOpcode), static_cast<std::uint64_t>(op));
  CHECK_EQ(bench.get(job::kReads), reads(op) ? 1u : 0u);
  CHECK_EQ(bench.get(job::kBook), op == Opcode::TRIT_MATVEC ? 1u : 0u);
  if (op == Opcode::END || op == Opcode::FENCE) return;
  const std::pair<PortField, const CommandField*> same[] = {
      {start::kRows, &command::ROWS},
      {start::kCols, &command::COLS},
      {start::kSrc, &command::SRC},
      {start::kSrc2, &command::SRC2},
      {start::kDst, &command::DST},
      {start::kAlpha, &command::ALPHA},
      {start::kBeta, &command::BETA},
      {start::kStride, op == Opcode::ATTENTION ? &command::LIMIT : &command::STRIDE},
      {start::kBank, &command::BANK},
      {start::kMore, &command::MORE},
      {start::kDepth, &command::DEPTH},
      {start::kRaw, &command::RAW},
      {start::kF16, &command::F16}};
  for (const auto& pair : same) {
    const CommandField& want = *pair.second;
    CAPTURE(want.name);
    CHECK_EQ(bench.get(pair.first), c.get(want));
  }
  if (in_memory(op)) {
    CHECK_EQ(bench.get(start::kAddress),
             op == Opcode::STORE_COLUMN ? c.column_address() : c.address());
  }
  if (op == Opcode::STORE || op == Opcode::STORE_BLOCKS)
    CHECK_EQ(bench.get(job::kBytes), memory_bytes(c, kMachine));
  if (op == Opcode::TRIT_MATVEC) CHECK_EQ(bench.get(job::kBookAddress), c.codebook());
  if (!reads(op)) return;
  const std::uint64_t all = round_up(memory_bytes(c, kMachine), kBeatBytes) / kBeatBytes;
  CHECK_EQ(bench.get(job::kBeats), all);
  if (op == Opcode::F16_MATVEC && c.get(command::STRIDE) != 0) {
    CHECK_EQ(bench.get(job::kPieceBeats),
             f16_stride(c.get(command::COLS), kMachine) * 2 / kBeatBytes);
    CHECK_EQ(bench.get(job::kPieces), c.get(command::ROWS));
  } else {
    CHECK_EQ(bench.get(job::kPieceBeats), all);
    CHECK_EQ(bench.get(job::kPieces), 1u);
  }
}

}  // namespace

TEST_CASE("trine_check: each command fails the first check that it should, or becomes a job") {
  Bench bench(0.8, 3);
  std::map<ErrorCode, unsigned> seen;
  for (unsigned seed = 0; seed < 12000; ++seed) {
    Random random(seed);
    Config config;
    Command c = valid_command(random, config.state);
    for (std::uint32_t i = random.below(4); i > 0; --i) mutate(c, config, random);
    CAPTURE(seed);
    CAPTURE(describe(c));
    const auto [expected, effective] = checked(c, config);
    bench.configure(config);
    bench.offer(c);
    bench.run();
    ++seen[expected];
    REQUIRE_EQ(bench.get(job::kError), static_cast<std::uint64_t>(expected));
    if (expected == ErrorCode::NONE) check_job(c, effective, bench);
  }
  for (const ErrorCode code :
       {ErrorCode::NONE, ErrorCode::BAD_OPCODE, ErrorCode::BAD_FIELD, ErrorCode::ALIGNMENT,
        ErrorCode::VECTOR_RANGE, ErrorCode::ADDRESS_RANGE, ErrorCode::INDEX_RANGE}) {
    CAPTURE(static_cast<int>(code));
    CHECK(seen[code] >= 50);
  }
}

TEST_CASE("trine_check: no code but those of the command set is an operation") {
  Bench bench;
  Config config;
  bench.configure(config);
  for (std::uint32_t code = 0; code < 256; ++code) {
    CAPTURE(code);
    Command c = make(static_cast<Opcode>(code));
    bench.offer(c);
    bench.run();
    const ErrorCode want = checked(c, config).code;
    CHECK_EQ(bench.get(job::kError), static_cast<std::uint64_t>(want));
    if (find_opcode(code) == nullptr) CHECK(want == ErrorCode::BAD_OPCODE);
  }
}

TEST_CASE(
    "trine_check: a bit that turns over in the first word of any command is judged like golden") {
  Bench bench;
  for (const Opcode op : kOps) {
    for (unsigned bit = 0; bit < 32; ++bit) {
      Random random(bit);
      Config config;
      Command c = valid_command(random, config.state);
      while (opcode_of(c) != op) c = valid_command(random, config.state);
      c.words[0] ^= 1u << bit;
      CAPTURE(describe(c));
      CAPTURE(bit);
      bench.configure(config);
      bench.offer(c);
      bench.run();
      CHECK_EQ(bench.get(job::kError), static_cast<std::uint64_t>(checked(c, config).code));
    }
  }
}

TEST_CASE("trine_check: offsets and spans of any size are judged like golden") {
  Bench bench;
  std::map<ErrorCode, unsigned> seen;
  for (unsigned seed = 0; seed < 1500; ++seed) {
    Random random(seed);
    Config config;
    Command c = valid_command(random, config.state);
    const Opcode op = opcode_of(c);
    const bool indexed = op == Opcode::LOAD || op == Opcode::STORE || op == Opcode::STORE_BLOCKS;
    if (!indexed && op != Opcode::F16_MATVEC && op != Opcode::STORE_COLUMN) continue;
    c.set(command::STRIDE, (random.word() >> random.below(26)) & ~63u);
    if (indexed) c.set(command::INDEX, 1 + random.below(2)).set(command::LIMIT, 0xFFFFFFFF);
    if (op == Opcode::STORE_COLUMN) c.set(command::LIMIT, c.get(command::STRIDE) / 2);
    config.state.position = random.word() >> random.below(32);
    for (std::uint32_t& ahead : config.state.ahead) ahead = random.word() >> random.below(32);
    for (std::uint32_t& token : config.state.token) token = random.word() >> random.below(32);
    config.limit = ~std::uint64_t{0};
    CAPTURE(seed);
    CAPTURE(describe(c));
    const auto [expected, effective] = checked(c, config);
    bench.configure(config);
    bench.offer(c);
    bench.run();
    ++seen[expected];
    REQUIRE_EQ(bench.get(job::kError), static_cast<std::uint64_t>(expected));
    if (expected == ErrorCode::NONE) check_job(c, effective, bench);
  }
  CHECK(seen[ErrorCode::NONE] >= 20);
  CHECK(seen[ErrorCode::ADDRESS_RANGE] >= 20);
}

TEST_CASE(
    "trine_check: products of the largest sizes, strides and indexes are judged like golden") {
  Bench bench;
  const auto judge = [&](const Command& c, const Config& config) {
    CAPTURE(describe(c));
    bench.configure(config);
    bench.offer(c);
    bench.run();
    CHECK_EQ(bench.get(job::kError), static_cast<std::uint64_t>(checked(c, config).code));
  };
  Config config;
  config.limit = ~std::uint64_t{0};
  const auto with_strides = [&](Command c, const Config& in) {
    for (unsigned bit = 6; bit < 32; ++bit) judge(c.set(command::STRIDE, 1u << bit), in);
    judge(c.set(command::STRIDE, 0xFFFFFFC0), in);
  };
  constexpr auto kRows = static_cast<std::uint32_t>(kVectorWords);
  with_strides(make(Opcode::STORE_COLUMN).set(command::ROWS, kRows).set(command::LIMIT, 1), config);
  with_strides(make(Opcode::F16_MATVEC).set(command::ROWS, kRows).set(command::COLS, 1), config);
  Command c = make(Opcode::LOAD).set(command::ROWS, 1).set(command::INDEX, 1);
  c.set(command::LIMIT, 0xFFFFFFFF);
  for (unsigned bit = 0; bit < 32; ++bit) {
    config.state.token[0] = 1u << bit;
    with_strides(c, config);
  }
  config.state.token[0] = 0xFFFFFFFE;
  with_strides(c, config);
  // The largest matrices that fit: their beats are the most.
  for (const std::uint32_t rows : {kRows / 2, kRows})
    for (const auto cols : {1u, static_cast<unsigned>(kMaxCols)})
      for (const Opcode op : {Opcode::TRIT_MATVEC, Opcode::F16_MATVEC}) {
        Command matrix = make(op).set(command::ROWS, rows).set(command::COLS, cols);
        if (op == Opcode::TRIT_MATVEC) matrix.set(command::DEPTH, 4);
        judge(matrix, config);
      }
  // The last position of all, and the last bank that there can be behind it.
  config.state.position = config.state.ahead[0] = 0xFFFFFFFF;
  for (std::uint32_t more = 0; more < kVectors; ++more)
    judge(make(Opcode::ATTENTION)
              .set(command::ROWS, 32)
              .set(command::COLS, 32)
              .set(command::MORE, more)
              .set(command::LIMIT, 131072),
          config);
}

TEST_CASE("trine_check: every bit of an address and of the window counts") {
  Bench bench;
  for (unsigned bit = 6; bit < 64; ++bit) {
    CAPTURE(bit);
    const std::uint64_t one = std::uint64_t{1} << bit;
    const auto run = [&](std::uint64_t base, std::uint64_t limit, std::uint64_t address) {
      Config config;
      config.base = base;
      config.limit = limit;
      bench.configure(config);
      Command c = make(Opcode::STORE).set(command::ROWS, 16);
      set_address(c, address);
      bench.offer(c);
      bench.run();
      CHECK_EQ(bench.get(job::kError), static_cast<std::uint64_t>(checked(c, config).code));
      return bench.get(job::kError) == 0;
    };
    constexpr std::uint64_t kOpen = ~std::uint64_t{0};
    CHECK_EQ(run(0, kOpen, one), bit < 40);
    CHECK_EQ(run(one, one + 64, one), bit < 40);
    CHECK(!run(one + 1, kOpen, one));
    CHECK(!run(0, one + 63, one));
    CHECK(!run(one, kOpen, 0));
    CHECK(run(0, one, 0));
    CHECK(!run(0, one, one));
  }
}

TEST_CASE("trine_check: an error of the fetch comes first and passes through") {
  Bench bench;
  bench.configure({});
  bench.offer(Command{}, ErrorCode::AXI_READ);
  bench.run();
  CHECK_EQ(bench.get(job::kError), static_cast<std::uint64_t>(ErrorCode::AXI_READ));
  CHECK_EQ(bench.get(job::kHere), 1u);
  for (unsigned code = 1; code < 256; ++code) {
    CAPTURE(code);
    bench.offer(Command{}, static_cast<ErrorCode>(code));
    bench.run();
    CHECK_EQ(bench.get(job::kError), code);
  }
  bench.offer(make(Opcode::FENCE), ErrorCode::LIST_OVERRUN, false);
  bench.run();
  CHECK_EQ(bench.get(job::kError), static_cast<std::uint64_t>(ErrorCode::LIST_OVERRUN));
  CHECK_EQ(bench.get(job::kHere), 0u);
  // And no error of the last command stays.
  bench.offer(make(Opcode::FENCE));
  bench.run();
  CHECK_EQ(bench.get(job::kError), 0u);
}

TEST_CASE("trine_check: works on the next command while a job waits, and a stop drops both") {
  Bench bench;
  bench.configure({});
  Command load = make(Opcode::LOAD).set(command::ROWS, 16).set(command::DST, 64);
  set_address(load, 0x4000);
  for (unsigned cycles = 0; cycles < 80; ++cycles) {
    CAPTURE(cycles);
    bench.dut->job_ready_i = 0;
    bench.offer(load);
    bench.dut.step(cycles);
    const bool waits = bench.dut->job_valid_o;
    bench.dut->stop_i = 1;
    bench.dut->fetched_valid_i = 0;
    bench.dut.step();
    bench.dut->stop_i = 0;
    bench.dut.step(100);
    CHECK_EQ(bench.dut->job_valid_o, 0);
    if (cycles == 79) CHECK(waits);
  }
  // The first job waits; the second command is checked, but its job has no room.
  bench.offer(load);
  while (!bench.dut->fetched_ready_o) bench.dut.step();
  bench.dut.step();
  bench.offer(make(Opcode::FENCE));
  bench.dut.step(100);
  CHECK_EQ(bench.dut->fetched_ready_o, 0);
  CHECK_EQ(get_field(bench.dut->job_o, start::kUnit), unit_of(Opcode::LOAD));
  bench.dut->job_ready_i = 1;
  bench.dut->eval();
  CHECK_EQ(bench.dut->fetched_ready_o, 0);
  bench.dut.step();
  CHECK_EQ(bench.dut->job_valid_o, 0);
  CHECK_EQ(bench.dut->fetched_ready_o, 1);
  bench.dut.step();
  CHECK_EQ(bench.dut->job_valid_o, 1);
  CHECK_EQ(get_field(bench.dut->job_o, start::kUnit), unit_of(Opcode::FENCE));
}
