// SPDX-License-Identifier: Apache-2.0

#include "sim/rtl_transport.h"

#include <filesystem>

#include "sim/core_library.h"
#include "tests/system/pair.h"

using namespace trine;
using namespace trine::sim;
using namespace trine::test;
using namespace trine::command;

namespace {

const Command kLoad = make(Opcode::LOAD).set(ROWS, 5000).set(ADDR_LO, 0x10000);
const std::vector kList{kLoad, kLoad, kLoad, make(Opcode::END)};

SimOptions small(unsigned groups = 16) {
  return DeviceRequest{.groups = groups, .memory_bytes = kTestMemory};
}

std::uintmax_t trace_bytes(const TraceWindow& window) {
  const auto path = std::filesystem::temp_directory_path() / "trine_rtl_transport_test.fst";
  {
    SimOptions options = small();
    options.trace_file = path;
    options.trace_window = window;
    RtlTransport rtl(options);
    CHECK(run_list(rtl, kList).done());
  }
  const std::uintmax_t bytes = std::filesystem::file_size(path);
  std::filesystem::remove(path);
  return bytes;
}

}  // namespace

TEST_CASE("RtlTransport: every model says what it is, checking or fast") {
  for (const KnownCore& core : known_cores()) {
    for (const bool checking : {false, true}) {
      SimOptions options = small(core.shape.groups);
      options.set_shape(core.shape);
      options.checking = checking;
      RtlTransport rtl(options);
      const MachineParams params = Device(rtl).params();
      CHECK_EQ(params.groups, core.shape.groups);
      CHECK_EQ(params.vectors, core.shape.vectors);
      CHECK_EQ(params.act_width, core.shape.act_width);
      CHECK_EQ(params.tile_rows, 2048);
      CHECK(run_list(rtl, kList).done());
      CHECK_GT(rtl.khz(), 0);
    }
  }
  CHECK_THROWS_AS(RtlTransport(small(3)), Error);
}

TEST_CASE("RtlTransport: a register that does not exist is an error") {
  RtlTransport rtl(small());
  CHECK_THROWS_AS(rtl.read(static_cast<Reg>(0xFFC)), Error);
  CHECK_THROWS_AS(rtl.write(static_cast<Reg>(0xFFC), 1), Error);
  CHECK_EQ(rtl.read(Reg::ID), 0x54524E45);
}

TEST_CASE("RtlTransport: memory is mapped where the driver says, and nowhere twice") {
  RtlTransport rtl(small());
  const std::vector rom(4096, std::byte{3});
  CHECK_THROWS_AS(rtl.map_memory(0x1000, rom), Error);
  rtl.map_memory(kTestMemory, rom);
  CHECK_THROWS_AS(rtl.map_memory(kTestMemory, rom), Error);
  const std::vector list{make(Opcode::LOAD).set(ROWS, 16).set(ADDR_LO, kTestMemory),
                         make(Opcode::STORE).set(ROWS, 16).set(ADDR_LO, 0x10000),
                         make(Opcode::END)};
  CHECK(run_list(rtl, list, {.window = {0, kTestMemory + 4096}}).done());
  std::vector<std::byte> got(64);
  rtl.read_memory(0x10000, got);
  CHECK_EQ(got, std::vector(64, std::byte{3}));
}

TEST_CASE("RtlTransport: the interrupt line follows the enabled status bits") {
  RtlTransport rtl(small());
  const auto line = [&] {
    rtl.run(4);
    return rtl.irq();
  };
  CHECK(run_list(rtl, kList).done());
  CHECK_FALSE(line());
  rtl.write(Reg::IRQ_ENABLE, field::IRQ_ENABLE_DONE.mask());
  CHECK(line());
  rtl.write(Reg::STATUS, field::STATUS_DONE.mask());
  CHECK_FALSE(line());
  const std::vector bad{Command{}};
  CHECK_EQ(run_list(rtl, bad).code(), ErrorCode::BAD_OPCODE);
  CHECK_FALSE(line());
  rtl.write(Reg::IRQ_ENABLE, field::IRQ_ENABLE_ERROR.mask());
  CHECK(line());
  rtl.write(Reg::STATUS, field::STATUS_ERROR.mask());
  CHECK_FALSE(line());
}

TEST_CASE("RtlTransport: abort stops behind the command that runs, and the core goes on") {
  for (const unsigned cycles : {0u, 1u, 10u, 100u, 400u, 700u}) {
    CAPTURE(cycles);
    RtlTransport rtl(small());
    start_list(rtl, kList);
    rtl.run(cycles);
    rtl.write(Reg::CTRL, field::CTRL_ABORT.put(1));
    const Outcome outcome = finish_list(rtl);
    CHECK_EQ(outcome.code(), ErrorCode::ABORTED);
    CHECK_LT(outcome.index, 4);
    CHECK(run_list(rtl, kList).done());
  }
}

TEST_CASE("RtlTransport: an abort in any cycle ends a list before END or lets it end") {
  const std::vector list{make(Opcode::LOAD).set(ROWS, 16).set(ADDR_LO, 0x10000),
                         make(Opcode::STORE).set(ROWS, 16).set(ADDR_LO, 0x20000),
                         make(Opcode::END)};
  RtlTransport rtl(small());
  unsigned aborted = 0, ended = 0;
  for (unsigned cycles = 0; cycles < 120; ++cycles) {
    CAPTURE(cycles);
    start_list(rtl, list);
    rtl.run(cycles);
    rtl.write(Reg::CTRL, field::CTRL_ABORT.put(1));
    const Outcome outcome = finish_list(rtl);
    ++(outcome.done() ? ended : aborted);
    if (!outcome.done()) {
      CHECK_EQ(outcome.code(), ErrorCode::ABORTED);
      CHECK_LT(outcome.index, 2);
    }
    CHECK(run_list(rtl, list).done());  // An abort does not wait for the next list.
  }
  CHECK_GT(aborted, 10);
  CHECK_GT(ended, 10);
}

TEST_CASE("RtlTransport: a step runs one command, however long it takes") {
  SimOptions options = small();
  options.wait_cycles = 1000;
  options.memory.bandwidth = 0.01;
  RtlTransport rtl(options);
  const std::vector list{make(Opcode::LOAD).set(ROWS, 20'000).set(ADDR_LO, 0x10000),
                         make(Opcode::LOAD).set(ROWS, 16).set(ADDR_LO, 0x10000), make(Opcode::END)};
  start_list(rtl, list);
  for (std::uint32_t done = 1; done <= list.size(); ++done) {
    rtl.step();
    CHECK_EQ(field::STATUS_BUSY.get(rtl.read(Reg::STATUS)), done == list.size() ? 0 : 1);
    CHECK_EQ(rtl.read(Reg::COMMANDS_LO), done);
  }
  CHECK_GT(rtl.read(Reg::CYCLES_LO), 100'000);
}

TEST_CASE("RtlTransport: the watchdog names cycle, command and channels of a hang") {
  SimOptions options = small();
  options.memory.read_latency = 1'000'000'000;
  options.watchdog_cycles = 5000;
  RtlTransport rtl(options);
  start_list(rtl, kList);
  std::string message;
  try {
    rtl.wait();
  } catch (const Error& error) {
    message = error.what();
  }
  CAPTURE(message);
  CHECK_NE(message.find("no progress"), std::string::npos);
  CHECK_NE(message.find("command 0"), std::string::npos);
  CHECK_NE(message.find("1 reads"), std::string::npos);
  CHECK_GE(rtl.cycles(), 5000);
  CHECK_LT(rtl.cycles(), 8000);
}

TEST_CASE("RtlTransport: a slow memory is no hang") {
  SimOptions options = small();
  options.memory.read_latency = 3000;
  options.watchdog_cycles = 5000;
  RtlTransport rtl(options);
  CHECK(run_list(rtl, kList).done());
}

TEST_CASE("RtlTransport: wait returns soon after the list ends and reports the progress") {
  SimOptions options = small();
  std::vector<SimProgress> seen;
  options.progress = [&](const SimProgress& progress) { seen.push_back(progress); };
  RtlTransport rtl(options);
  rtl.expect_beats(3 * 5000 / 16);
  start_list(rtl, kList);
  rtl.wait();
  CHECK_EQ(field::STATUS_BUSY.get(rtl.read(Reg::STATUS)), 0);
  CHECK_LT(rtl.cycles(), 4000);
  REQUIRE_EQ(seen.size(), 1);
  CHECK_EQ(seen[0].fraction, doctest::Approx(1.0));
  CHECK_GT(seen[0].cycles, 900);
}

TEST_CASE("RtlTransport: the trace holds its window, of cycles or of commands") {
  const std::uintmax_t all = trace_bytes({});
  const std::uintmax_t none = trace_bytes({.from = 1'000'000});
  const std::uintmax_t one =
      trace_bytes({.unit = TraceWindow::Unit::kCommands, .from = 1, .to = 2});
  const std::uintmax_t never = trace_bytes({.unit = TraceWindow::Unit::kCommands, .from = 9});
  const std::uintmax_t inside = trace_bytes({.unit = TraceWindow::Unit::kCommands,
                                             .from = 1,
                                             .to = 2,
                                             .inside_from = 20,
                                             .inside_to = 40});
  CHECK_GT(all, one);
  CHECK_GT(one, inside);
  CHECK_GT(inside, none);
  CHECK_GT(one, none);
  CHECK_LE(never, none + 64);
}
