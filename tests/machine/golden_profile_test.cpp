// SPDX-License-Identifier: Apache-2.0

#include "driver/profile.h"
#include "error_fixture.h"
#include "golden/error.h"

using namespace trine;

namespace {

constexpr std::uint64_t kProfile = 0x8000;

void set_profile(Machine& machine, std::uint64_t address, std::uint32_t count) {
  machine.transport.write(Reg::PROFILE_LO, static_cast<std::uint32_t>(address));
  machine.transport.write(Reg::PROFILE_HI, static_cast<std::uint32_t>(address >> 32));
  machine.transport.write(Reg::PROFILE_COUNT, count);
}

/// A clock whose every answer is another number, so that none can stand for another.
class ScriptedClock final : public CommandClock {
 public:
  CommandCycles ran(const ResolvedCommand&) override {
    ++runs_;
    return {.cycles = 1000 + runs_,
            .unit_cycles = 700 + runs_,
            .stall_memory = 50 + runs_,
            .stall_table = 30 + runs_,
            .stall_rows = 10 + runs_};
  }
  std::uint64_t recorded() override { return 7; }
  std::uint64_t refused() override { return 5; }

 private:
  std::uint64_t runs_ = 0;
};

/// A core with a clock, and its memory.
struct Clocked {
  static constexpr std::uint64_t kList = 0x1000;
  MemoryMap map;
  MapPort port{map};
  ScriptedClock clock;
  GoldenCore core{MachineParams{}, port, clock};

  Clocked() {
    map.allocate(0, 0x10000);
    core.write(Reg::MEM_LIMIT_LO, 0x10000);
    core.write(Reg::LIST_LO, kList);
  }
  void run(const std::vector<Command>& list) {
    map.write(kList, std::as_bytes(std::span(list)));
    core.write(Reg::LIST_COUNT, static_cast<std::uint32_t>(list.size()));
    core.write(Reg::CTRL, field::CTRL_START.put(1));
    for (int i = 0; i < 10 && core.busy(); ++i) core.step();
    REQUIRE_FALSE(core.busy());
  }
  ProfileRecord record(std::size_t index) const {
    ProfileRecord record;
    map.read(kProfile + index * sizeof record, std::as_writable_bytes(std::span(&record, 1)));
    return record;
  }
};

}  // namespace

TEST_CASE("profile: a record for every command below the count, with its own beats") {
  Prepared machine;
  const std::vector<Command> list{load(), trit(), Fields{.opcode = Opcode::FENCE},
                                  Fields{.opcode = Opcode::STORE, .rows = 48, .address = 0x2400},
                                  end_command()};
  for (const std::uint32_t count : {0u, 1u, 4u, 5u, 100u}) {
    CAPTURE(count);
    const ProfileRecord untouched{.index = 7};
    machine.put(kProfile, std::vector<ProfileRecord>(6, untouched));
    set_profile(machine, kProfile, count);
    REQUIRE_EQ(machine.run(list), Outcome{ErrorCode::NONE, 4});
    const auto records = machine.get<ProfileRecord>(kProfile, 6);
    const std::uint32_t stream = static_cast<std::uint32_t>(machine.stream.size() / 64);
    const std::uint32_t weights[] = {0, stream, 0, 0, 0}, reads[] = {2, 3 + stream, 1, 1, 1};
    const std::uint32_t writes[] = {0, 0, 0, 3, 0};
    for (std::uint32_t i = 0; i < 6; ++i) {
      CAPTURE(i);
      const ProfileRecord expected{.index = i,
                                   .command = i < 5 ? list[i].words[0] : 0,
                                   .weight_beats = i < 5 ? weights[i] : 0,
                                   .read_beats = i < 5 ? reads[i] : 0,
                                   .write_beats = i < 5 ? writes[i] : 0};
      CHECK(records[i] == (i < 5 && i < count ? expected : untouched));
    }
  }
}

TEST_CASE("profile: cycles and stalls of the clock, each in its field, and in the counters") {
  Clocked machine;
  machine.core.write(Reg::PROFILE_LO, kProfile);
  machine.core.write(Reg::PROFILE_COUNT, 2);
  const std::vector<Command> list{load(), Fields{.opcode = Opcode::FENCE},
                                  Fields{.opcode = Opcode::STORE, .rows = 48, .address = 0x2400},
                                  end_command()};
  machine.run(list);
  const ProfileRecord first{.index = 0,
                            .command = list[0].words[0],
                            .start = 0,
                            .end = 1001,
                            .weight_beats = 0,
                            .read_beats = 2,
                            .write_beats = 0,
                            .stall_memory = 51,
                            .stall_table = 31,
                            .stall_rows = 11,
                            .unit_cycles = 701};
  CHECK(machine.record(0) == first);
  // Writing the first record takes 7 cycles, which belong to no command.
  const ProfileRecord second{.index = 1,
                             .command = list[1].words[0],
                             .start = 1008,
                             .end = 2010,
                             .weight_beats = 0,
                             .read_beats = 1,
                             .write_beats = 0,
                             .stall_memory = 52,
                             .stall_table = 32,
                             .stall_rows = 12,
                             .unit_cycles = 702};
  CHECK(machine.record(1) == second);
  CHECK(machine.record(2) == ProfileRecord{});
  const auto counters = [&] { return machine.core.counters(); };
  CHECK(counters().cycles == 1001 + 7 + 1002 + 7 + 1003 + 1004);
  CHECK(counters().stall_memory == 51 + 52 + 53 + 54);
  CHECK(counters().stall_table == 31 + 32 + 33 + 34);
  CHECK(counters().stall_rows == 11 + 12 + 13 + 14);
  CHECK(counters().commands == 4);
  CHECK(counters().write_beats == 3 + 2);
  CHECK(machine.core.read(Reg::CYCLES_LO) == counters().cycles);
  CHECK(machine.core.read(Reg::CYCLES_HI) == 0);
  // A command that is refused takes its cycles, too.
  Command refused = load();
  refused.set(command::ROWS, 0);
  machine.core.write(Reg::PROFILE_COUNT, 0);
  const std::uint64_t before = counters().cycles;
  machine.run({refused, end_command()});
  CHECK(counters().cycles == before + 5);
  CHECK(counters().commands == 4);
  machine.core.write(Reg::CTRL, field::CTRL_CLEAR.put(1));
  CHECK(counters().cycles == 0);
  CHECK(counters().read_beats == 0);
}

TEST_CASE("profile: a command with a data error leaves a record, a refused one does not") {
  Prepared machine;
  set_profile(machine, kProfile, 10);
  CHECK_EQ(machine.run({load(Machine::kHole), end_command()}), Outcome{ErrorCode::AXI_READ, 0});
  CHECK_EQ(machine.get<ProfileRecord>(kProfile, 1)[0].read_beats, 2u);
  CHECK_EQ(machine.run({end_command()}), Outcome{ErrorCode::NONE, 0});
  Command refused = load();
  refused.set(command::ROWS, 0);
  CHECK_EQ(machine.run({refused, end_command()}), Outcome{ErrorCode::BAD_FIELD, 0});
  CHECK_EQ(machine.get<ProfileRecord>(kProfile, 1)[0].command, 1u);  // Still that of END.
}

TEST_CASE("profile: a bad place is an error of the command, END included") {
  Prepared machine;
  const std::vector<Command> list{Fields{.opcode = Opcode::FENCE}, end_command()};
  set_profile(machine, kProfile + 4, 1);
  CHECK_EQ(machine.run(list), Outcome{ErrorCode::ALIGNMENT, 0});
  set_profile(machine, Machine::kLimit - 64, 2);
  machine.transport.write(Reg::MEM_LIMIT_LO, static_cast<std::uint32_t>(Machine::kLimit - 64));
  CHECK_EQ(machine.run(list), Outcome{ErrorCode::ADDRESS_RANGE, 0});
  machine.transport.write(Reg::MEM_LIMIT_LO, 0x10000);
  set_profile(machine, 0x10000 - 64, 2);
  CHECK_EQ(machine.run(list), Outcome{ErrorCode::ADDRESS_RANGE, 1});
  machine.transport.write(Reg::MEM_LIMIT_LO, static_cast<std::uint32_t>(Machine::kLimit));
  set_profile(machine, Machine::kReadOnly, 2);
  CHECK_EQ(machine.run(list), Outcome{ErrorCode::AXI_WRITE, 0});
  // The lowest code of a command counts.
  set_profile(machine, kProfile + 4, 1);
  CHECK_EQ(machine.run({load(Machine::kHole), end_command()}), Outcome{ErrorCode::ALIGNMENT, 0});
  set_profile(machine, kProfile, 2);
  CHECK_EQ(machine.run(list), Outcome{ErrorCode::NONE, 1});
}

TEST_CASE("soft reset: an idle machine is as after power-on, its memories stay") {
  Prepared machine;
  auto& transport = machine.transport;
  set_profile(machine, kProfile, 1);
  transport.write(Reg::POSITION, 3);
  transport.write(Reg::TOKEN_3, 4);
  transport.write(Reg::IRQ_ENABLE, ~0u);
  machine.fill_vector();
  const auto vector = machine.vector_memory();
  transport.write(Reg::CTRL, field::CTRL_RESET.put(1));
  for (const RegInfo& info : kRegs) {
    CAPTURE(info.name);
    CHECK_EQ(transport.read(info.reg), info.reset);
  }
  CHECK(machine.vector_memory() == vector);
  transport.write(Reg::MEM_LIMIT_LO, static_cast<std::uint32_t>(Machine::kLimit));
  CHECK_EQ(machine.run({trit(), end_command()}), Outcome{ErrorCode::NONE, 1});
}

TEST_CASE("soft reset: a busy machine stops after its command, with ABORTED") {
  Prepared machine;
  auto& transport = machine.transport;
  machine.put_list({load(), load(), load(), end_command()});
  transport.write(Reg::CTRL, field::CTRL_START.put(1));
  transport.step();
  transport.write(Reg::CTRL, field::CTRL_RESET.put(1));
  transport.step();
  CHECK_EQ(transport.read(Reg::STATUS), field::STATUS_ERROR.mask());
  CHECK_EQ(transport.read(Reg::ERROR), static_cast<std::uint32_t>(ErrorCode::ABORTED));
  CHECK_EQ(transport.read(Reg::COMMAND), 1u);
}

TEST_CASE("step: one command at a time; read_vector shows what it wrote") {
  Prepared machine({.vectors = 2});
  auto& transport = machine.transport;
  Fields second{.opcode = Opcode::LOAD, .rows = 16, .dst = 32, .address = 0x2000, .bank = 1};
  machine.put_list({load(), second, end_command()});
  std::vector<std::uint32_t> words(16);
  const std::vector<std::uint32_t> ones(16, 0x3f800000), zeros(16, 0);
  transport.step();  // Idle: nothing happens.
  transport.write(Reg::CTRL, field::CTRL_START.put(1));
  transport.read_vector(0, 0, words);
  CHECK(words == zeros);
  transport.step();
  CHECK_EQ(transport.read(Reg::COMMAND), 1u);
  transport.read_vector(0, 0, words);
  CHECK(words == ones);
  transport.step();
  transport.read_vector(0, 32, words);
  CHECK(words == zeros);
  transport.read_vector(1, 32, words);
  CHECK(words == ones);
  transport.step();
  CHECK_EQ(transport.read(Reg::STATUS), field::STATUS_DONE.mask());
  transport.read_vector(0, 65536 - 16, words);  // The last ones.
  CHECK(words == zeros);
  CHECK_THROWS_AS(transport.read_vector(2, 0, words), Error);
  CHECK_THROWS_AS(transport.read_vector(0, 65536 - 15, words), Error);
}
