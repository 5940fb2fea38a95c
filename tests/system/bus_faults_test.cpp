// SPDX-License-Identifier: Apache-2.0
//
// A memory that breaks the rules of the bus: silent on any channel in any phase of any command, a
// last beat in the wrong place, answers that nobody asked for. The core says what and where, within
// its limit; it never takes back what it offered (the memory model checks that) and runs the next
// list with the right results.

#include <algorithm>

#include "tests/system/command_bench.h"

using namespace trine;
using namespace trine::test;
using namespace trine::command;

namespace {

constexpr std::uint32_t kLimit = 64;  // Of an ideal memory; a slow one needs more.
constexpr BusChannel kAllChannels[] = {BusChannel::kAr, BusChannel::kR, BusChannel::kAw,
                                       BusChannel::kW, BusChannel::kB};
constexpr std::uint32_t kRecords = 0xFE000;

/// A core of the device `rtl` behind a bus that can go wrong.
struct FaultyBench {
  explicit FaultyBench(const CoreShape& shape, bool checking, MemoryTiming timing = {},
                       std::uint32_t bus_limit = kLimit)
      : limit(bus_limit),
        faults(std::make_shared<BusFaults>()),
        bench(setup(shape, checking, timing, faults), 5) {
    bench.new_state();
    set_limit(limit);
  }

  static Setup setup(const CoreShape& shape, bool checking, MemoryTiming timing,
                     std::shared_ptr<BusFaults> faults) {
    Setup setup{&device_entry("rtl"), {}};
    setup.request.set_shape(shape);
    setup.request.checking = checking;
    setup.request.memory = std::move(timing);
    setup.request.memory.bus = std::move(faults);
    return setup;
  }

  Transport& device() { return bench.pair.device(); }
  void set_limit(std::uint32_t cycles) { device().write(Reg::BUS_LIMIT, cycles); }
  std::uint32_t cycles() { return device().read(Reg::CYCLES_LO); }
  Outcome run(const std::vector<Command>& list) {
    device().write(Reg::CTRL, field::CTRL_CLEAR.mask());
    return run_list(device(), list);
  }

  /// Registers as after power-on but for what a list needs, while memory may still owe answers.
  void reset() {
    device().write(Reg::CTRL, field::CTRL_RESET.mask());
    for (const Reg reg : {Reg::STATUS, Reg::ERROR, Reg::COMMAND, Reg::BUS_FAULT,
                          Reg::BUS_ADDRESS_LO, Reg::BUS_ADDRESS_HI})
      CHECK_EQ(device().read(reg), 0u);
    set_limit(limit);
    device().write(Reg::POSITION, bench.state.position);
    for (unsigned bank = 0; bank < bench.pair.params().vectors; ++bank) {
      device().write(kTokenRegs[bank], bench.state.token[bank]);
      device().write(kAheadRegs[bank], bench.state.ahead[bank]);
    }
  }

  std::uint64_t fault_address() {
    return device().read(Reg::BUS_ADDRESS_LO) | std::uint64_t{device().read(Reg::BUS_ADDRESS_HI)}
                                                    << 32;
  }

  std::uint32_t limit;
  std::shared_ptr<BusFaults> faults;
  CommandBench bench;
};

/// Which burst a transfer belongs to.
std::uint64_t burst_of(const std::vector<BusFaults::Burst>& bursts, BusChannel channel,
                       std::uint64_t transfer) {
  if (channel != BusChannel::kR && channel != BusChannel::kW) return bursts[transfer].address;
  for (const BusFaults::Burst& burst : bursts) {
    if (transfer < burst.beats) return burst.address;
    transfer -= burst.beats;
  }
  return 0;
}

/// The first and the last transfers of a channel, and some of those between.
std::vector<std::uint64_t> phases(std::uint64_t transfers) {
  std::vector<std::uint64_t> all;
  for (std::uint64_t k = 0; k < transfers; ++k)
    if (k < 6 || k + 6 >= transfers || k % 17 == 0) all.push_back(k);
  return all;
}

/// Silences every channel at every phase of a list, one after the other. Returns how many there
/// were.
unsigned silence_everywhere(FaultyBench& f, const std::vector<Command>& list) {
  BusFaults& faults = *f.faults;
  // Twice, so that both sides hold the results whatever a run that failed left.
  REQUIRE(f.bench.pair.run(list).done());
  f.bench.check_vector_memory();
  faults.reads = {};
  faults.writes = {};
  const auto before = faults.moved;
  REQUIRE(f.run(list).done());
  const std::uint32_t clean = f.cycles();
  const auto after = faults.moved;
  const auto reads = faults.reads;
  const auto writes = faults.writes;
  const unsigned ports = static_cast<unsigned>(
      std::ranges::count_if(reads, [](const auto& port) { return !port.empty(); }));

  unsigned silenced = 0;
  for (const BusChannel channel : kAllChannels) {
    const bool read = channel == BusChannel::kAr || channel == BusChannel::kR;
    for (unsigned port = 0; port < (read ? ports : 1); ++port) {
      const auto c = static_cast<unsigned>(channel);
      const std::uint64_t transfers = after[c][port] - before[c][port];
      for (const std::uint64_t k : phases(transfers)) {
        CAPTURE(c);
        CAPTURE(port);
        CAPTURE(k);
        faults.silence = {channel, port, faults.count(channel, port) + k};
        CHECK_EQ(f.run(list).code(), ErrorCode::BUS_TIMEOUT);
        CHECK_LE(f.cycles(), clean + f.limit);
        const std::uint32_t fault = f.device().read(Reg::BUS_FAULT);
        CHECK_EQ(field::BUS_FAULT_CHANNEL.get(fault), c + 1);
        CHECK_EQ(field::BUS_FAULT_PORT.get(fault), port);
        CHECK_EQ(f.fault_address(), burst_of(read ? reads[port] : writes, channel, k));
        // The memory answers again: late, and while the next list runs.
        faults.silence = {};
        f.reset();
        REQUIRE(f.run({make(Opcode::FENCE), make(Opcode::END)}).done());
        REQUIRE(f.run(list).done());
        f.bench.check_vector_memory();
        f.bench.pair.check_memory();
        ++silenced;
      }
    }
  }
  return silenced;
}

std::vector<CoreShape> narrow_cores() {
  return {{.groups = 1}, {.groups = 4}, {.groups = 4, .ports = 2}, {.groups = 4, .ports = 4}};
}

}  // namespace

TEST_CASE("bus faults: every channel silent in every phase of every command, then the next list") {
  for (const CoreShape& shape : narrow_cores()) {
    CAPTURE(describe(shape));
    unsigned silenced = 0;
    for (const Opcode op : kOps) {
      CAPTURE(find_opcode(static_cast<std::uint32_t>(op))->name);
      FaultyBench f(shape, false);
      const Command c = f.bench.repeatable(op);
      CAPTURE(describe(c));
      silenced += silence_everywhere(f, {c, make(Opcode::FENCE), c, make(Opcode::END)});
    }
    MESSAGE(describe(shape), ": ", silenced, " silences");
    CHECK_GT(silenced, 500u);
  }
}

TEST_CASE("bus faults: silences with assertions on, a slow memory and words ahead of the list") {
  MemoryTiming slow;
  slow.read_latency = 20;
  slow.write_latency = 10;
  slow.outstanding = 3;
  slow.scramble = true;
  for (const CoreShape& shape : {CoreShape{.groups = 4}, CoreShape{.groups = 4, .ports = 4}}) {
    CAPTURE(describe(shape));
    FaultyBench f(shape, true, slow, 1000);
    std::vector<Command> list;
    for (const Opcode op : {Opcode::LOAD, Opcode::STORE, Opcode::STORE_COLUMN, Opcode::TRIT_MATVEC})
      list.push_back(f.bench.repeatable(op));
    list.push_back(make(Opcode::END));
    list.resize(12);  // Zeros behind END are read, too.
    silence_everywhere(f, list);
  }
}

TEST_CASE("bus faults: a profile record that cannot be written ends the list, too") {
  FaultyBench f({.groups = 4}, true);
  const std::vector list{make(Opcode::FENCE), make(Opcode::FENCE), make(Opcode::END)};
  for (const BusChannel channel : {BusChannel::kAw, BusChannel::kW, BusChannel::kB}) {
    for (std::uint64_t k = 0; k < 3; ++k) {
      f.device().write(Reg::PROFILE_LO, kRecords);
      f.device().write(Reg::PROFILE_COUNT, 3);
      f.faults->silence = {channel, 0, f.faults->count(channel, 0) + k};
      const Outcome outcome = f.run(list);
      CHECK_EQ(outcome.code(), ErrorCode::BUS_TIMEOUT);
      CHECK_GE(f.fault_address(), kRecords);
      f.faults->silence = {};
      f.reset();
      CHECK(f.run(list).done());
    }
  }
}

TEST_CASE("bus faults: the limit is kept to the cycle, and 0 is none") {
  FaultyBench f({.groups = 4}, true);
  const std::vector list{make(Opcode::END)};
  REQUIRE(f.run(list).done());
  const std::uint32_t clean = f.cycles();
  for (const std::uint32_t limit : {1u, 4u, 64u, 65u, 1000u, 5000u}) {
    CAPTURE(limit);
    f.set_limit(limit);
    f.faults->silence = {BusChannel::kR, 0, f.faults->count(BusChannel::kR, 0)};
    CHECK_EQ(f.run(list).code(), ErrorCode::BUS_TIMEOUT);
    CHECK_LE(f.cycles(), clean + std::max(limit, 4u));
    CHECK_GE(f.cycles(), limit / 2);
    f.faults->silence = {};
    f.reset();
    CHECK(f.run(list).done());
  }
  f.set_limit(0);
  f.faults->silence = {BusChannel::kR, 0, f.faults->count(BusChannel::kR, 0)};
  start_list(f.device(), list);
  for (unsigned n = 0; n < 100; ++n) f.device().read(Reg::STATUS);
  CHECK_EQ(f.device().read(Reg::STATUS), field::STATUS_BUSY.mask());
  // A limit that is set late acts at once.
  f.set_limit(kLimit);
  CHECK_EQ(finish_list(f.device()).code(), ErrorCode::BUS_TIMEOUT);
  f.faults->silence = {};
  f.reset();
  CHECK(f.run(list).done());
}

TEST_CASE("bus faults: a memory that stays silent fails list after list, then runs one") {
  FaultyBench f({.groups = 4}, true);
  const Command c = f.bench.repeatable(Opcode::LOAD);
  const std::vector list{c, make(Opcode::END)};
  REQUIRE(f.bench.pair.run(list).done());
  for (const BusChannel channel : {BusChannel::kAr, BusChannel::kR}) {
    f.faults->silence = {channel, 0, f.faults->count(channel, 0) + 1};
    for (unsigned n = 0; n < 4; ++n) {
      CHECK_EQ(f.run(list).code(), ErrorCode::BUS_TIMEOUT);
      f.reset();
    }
    f.faults->silence = {};
    CHECK(f.run(list).done());
    f.bench.check_vector_memory();
  }
}

TEST_CASE("bus faults: a reset that is asked for while the bus is silent comes with the limit") {
  FaultyBench f({.groups = 4}, true);
  const std::vector list{make(Opcode::END)};
  f.faults->silence = {BusChannel::kR, 0, f.faults->count(BusChannel::kR, 0)};
  start_list(f.device(), list);
  f.device().write(Reg::CTRL, field::CTRL_RESET.mask());
  CHECK_EQ(f.device().read(Reg::STATUS), field::STATUS_BUSY.mask());
  for (unsigned n = 0; n < kLimit; ++n) f.device().read(Reg::STATUS);
  CHECK_EQ(f.device().read(Reg::STATUS), 0u);
  CHECK_EQ(f.device().read(Reg::ERROR), 0u);
  f.faults->silence = {};
  f.reset();
  CHECK(f.run(list).done());
}

TEST_CASE("bus faults: RLAST at the wrong beat is named with its burst") {
  for (const bool checking : {false, true}) {
    FaultyBench f({.groups = 4}, checking);
    const Command c = f.bench.repeatable(Opcode::LOAD).set(ROWS, 300).set(F16, 0);
    const std::vector list{c, make(Opcode::END)};
    REQUIRE(f.bench.pair.run(list).done());
    f.bench.check_vector_memory();
    f.faults->reads = {};
    const std::uint64_t before = f.faults->count(BusChannel::kR, 0);
    REQUIRE(f.run(list).done());
    const std::uint64_t beats = f.faults->count(BusChannel::kR, 0) - before;
    const auto reads = f.faults->reads[0];
    for (std::uint64_t k = 0; k < beats; k += 3) {
      CAPTURE(k);
      f.faults->wrong_last = f.faults->count(BusChannel::kR, 0) + k;
      CHECK_EQ(f.run(list).code(), ErrorCode::BUS_LAST);
      CHECK_EQ(f.device().read(Reg::BUS_FAULT), field::BUS_FAULT_CHANNEL.put(2));
      CHECK_EQ(f.fault_address(), burst_of(reads, BusChannel::kR, k));
      f.faults->wrong_last = BusFaults::kNever;
      // The memory sends the rest of a burst that it had ended: the bus has to come to rest.
      for (unsigned n = 0; n < 200; ++n) f.device().read(Reg::STATUS);
      f.reset();
      REQUIRE(f.run(list).done());
      f.bench.check_vector_memory();
    }
  }
}

TEST_CASE("bus faults: an answer that nobody asked for is named, busy or not") {
  for (const bool checking : {false, true}) {
    FaultyBench f({.groups = 4}, checking);
    const Command c = f.bench.repeatable(Opcode::SILU_MUL);
    const std::vector list{c, make(Opcode::END)};
    REQUIRE(f.bench.pair.run(list).done());
    for (const bool write : {false, true}) {
      CAPTURE(write);
      bool& stray = write ? f.faults->stray_b : f.faults->stray_r;
      const std::uint32_t channel = field::BUS_FAULT_CHANNEL.put(write ? 5 : 2);
      // At rest: STATUS tells at once.
      f.device().write(Reg::STATUS, field::STATUS_DONE.mask());
      stray = true;
      for (unsigned n = 0; n < 10; ++n) f.device().read(Reg::STATUS);
      CHECK_EQ(f.device().read(Reg::STATUS), field::STATUS_ERROR.mask());
      CHECK_EQ(f.device().read(Reg::ERROR), static_cast<std::uint32_t>(ErrorCode::BUS_UNEXPECTED));
      CHECK_EQ(f.device().read(Reg::BUS_FAULT), channel);
      CHECK(f.run(list).done());
      // While a list runs.
      start_list(f.device(), list);
      stray = true;
      CHECK_EQ(finish_list(f.device()).code(), ErrorCode::BUS_UNEXPECTED);
      CHECK_EQ(f.device().read(Reg::BUS_FAULT), channel);
      f.reset();
      REQUIRE(f.run(list).done());
      f.bench.check_vector_memory();
    }
  }
}
