// SPDX-License-Identifier: Apache-2.0
//
// What every registered device has to keep of its entry and of the transport's contract.

#include <algorithm>
#include <sstream>

#include "tests/system/pair.h"

using namespace trine;
using namespace trine::test;
using namespace trine::command;

namespace {

const Command kLoad = make(Opcode::LOAD).set(ROWS, 64).set(DST, 128).set(ADDR_LO, 0x10000);
const std::vector kList{kLoad, kLoad, make(Opcode::END)};

std::unique_ptr<Transport> make_small(const DeviceEntry& entry) {
  const CoreShape shape = entry.cores().back();
  DeviceRequest request;
  request.set_shape(shape);
  request.memory_bytes = kTestMemory;
  return entry.make(request);
}

/// Runs `check` once a registered device.
template <class Check>
void for_each_device(Check check) {
  for (const DeviceEntry* entry : all_devices()) {
    if (entry->hardware) continue;  // cli_board_test puts a fake board behind it.
    CAPTURE(entry->name);
    check(*entry);
  }
}

}  // namespace

TEST_CASE("devices: those that the build declares are registered, and no others") {
  std::istringstream declared(TRINE_DEVICES);
  std::vector<std::string> names, registered;
  for (std::string name; std::getline(declared, name, ' ');) names.push_back(name);
  for (const DeviceEntry* entry : all_devices()) registered.emplace_back(entry->name);
  std::ranges::sort(names);
  CHECK_EQ(names, registered);
  CHECK_NE(find_device("golden"), nullptr);
}

TEST_CASE("devices: an entry says what its transports can do") {
  for_each_device([](const DeviceEntry& entry) {
    const auto transport = make_small(entry);
    CHECK_EQ(transport->stepper() != nullptr, entry.steps);
    CHECK_EQ(transport->vector_view() != nullptr, entry.shows_vectors);
    CHECK_EQ(transport->interrupt_line() != nullptr, entry.has_interrupt);
    CHECK_EQ(transport->clock() != nullptr, entry.has_clock);
    CHECK_EQ(transport->memory_size(), kTestMemory);
    REQUIRE(run_list(*transport, kList).done());
    const Counters counters = Device(*transport).counters();
    CHECK_EQ(counters.commands, kList.size());
    CHECK_EQ(counters.cycles != 0, entry.cycles != Cycles::None);
    if (SimulationClock* clock = transport->clock()) CHECK_GE(clock->cycles(), counters.cycles);
  });
}

TEST_CASE("devices: every core that an entry offers is made, with these parameters") {
  for_each_device([](const DeviceEntry& entry) {
    REQUIRE_FALSE(entry.cores().empty());
    for (const CoreShape& shape : entry.cores()) {
      CAPTURE(core_name(shape));
      DeviceRequest request;
      request.set_shape(shape);
      request.memory_bytes = kTestMemory;
      const auto transport = entry.make(request);
      const MachineParams params = Device(*transport).params();
      CHECK_EQ(params.groups, shape.groups);
      CHECK_EQ(params.vectors, shape.vectors);
      CHECK_EQ(params.act_width, shape.act_width);
      CHECK_EQ(params.attention_heads, shape.attention_heads);
      CHECK_EQ(params.attention_width, shape.attention_width);
      CHECK_EQ(params.max_cols, shape.max_cols);
      CHECK_EQ(params.vector_words, shape.vector_words);
      CHECK_EQ(params.parity, shape.parity != 0);
      CHECK_EQ(params.stream_sum, shape.stream_sum != 0);
      CHECK(entry.has_core(shape));
    }
    DeviceRequest none;
    none.groups = 3;
    CHECK_FALSE(entry.has_core({3, 1}));
    CHECK_THROWS_AS(static_cast<void>(entry.make(none)), Error);
  });
}

TEST_CASE("devices: memory is zeroed, mapped where the driver says, and nowhere twice") {
  for_each_device([](const DeviceEntry& entry) {
    const auto transport = make_small(entry);
    std::vector<std::byte> got(64, std::byte{1});
    transport->read_memory(kTestMemory - 64, got);
    CHECK_EQ(got, std::vector<std::byte>(64));
    const std::vector rom(4096, std::byte{3});
    CHECK_THROWS_AS(transport->map_memory(0x1000, rom), Error);
    transport->map_memory(kTestMemory, rom);
    CHECK_THROWS_AS(transport->map_memory(kTestMemory, rom), Error);
    CHECK_THROWS_AS(transport->write_memory(kTestMemory, got), Error);
    CHECK_THROWS_AS(transport->read_memory(kTestMemory + 4096, got), Error);
    const std::vector list{make(Opcode::LOAD).set(ROWS, 16).set(ADDR_LO, kTestMemory),
                           make(Opcode::STORE).set(ROWS, 16).set(ADDR_LO, 0x10000),
                           make(Opcode::END)};
    CHECK(run_list(*transport, list, {.window = {0, kTestMemory + 4096}}).done());
    transport->read_memory(0x10000, got);
    CHECK_EQ(got, std::vector(64, std::byte{3}));
  });
}

TEST_CASE("devices: a register that does not exist is an error") {
  for_each_device([](const DeviceEntry& entry) {
    const auto transport = make_small(entry);
    CHECK_THROWS_AS(static_cast<void>(transport->read(static_cast<Reg>(0xFFC))), Error);
    CHECK_THROWS_AS(transport->write(static_cast<Reg>(0xFFC), 1), Error);
    CHECK_EQ(transport->read(Reg::ID), 0x54524E45);
  });
}

TEST_CASE("devices: a step runs one command and ends the list behind END") {
  for_each_device([](const DeviceEntry& entry) {
    if (!entry.steps) return;
    const auto transport = make_small(entry);
    transport->stepper()->step();  // Idle: nothing happens.
    CHECK_EQ(transport->read(Reg::COMMANDS_LO), 0);
    start_list(*transport, kList);
    for (std::uint32_t done = 1; done <= kList.size(); ++done) {
      transport->stepper()->step();
      CHECK_EQ(field::STATUS_BUSY.get(transport->read(Reg::STATUS)), done == kList.size() ? 0 : 1);
      CHECK_EQ(transport->read(Reg::COMMANDS_LO), done);
    }
  });
}

TEST_CASE("devices: the vector memory shows what a list loaded, and nothing outside it") {
  for_each_device([](const DeviceEntry& entry) {
    if (!entry.shows_vectors) return;
    const auto transport = make_small(entry);
    const MachineParams params = Device(*transport).params();
    std::mt19937 random(3);
    const std::vector<std::uint32_t> values = random_words(random, 64);
    transport->write_memory(0x10000, std::as_bytes(std::span(values)));
    REQUIRE(run_list(*transport, kList).done());
    std::vector<std::uint32_t> got(64);
    transport->vector_view()->read_vector(0, 128, got);
    CHECK_EQ(got, values);
    CHECK_THROWS_AS(transport->vector_view()->read_vector(params.vectors, 0, got), Error);
    CHECK_THROWS_AS(transport->vector_view()->read_vector(0, params.vector_words - 63, got), Error);
  });
}

TEST_CASE("devices: the interrupt line follows the enabled status bits") {
  for_each_device([](const DeviceEntry& entry) {
    if (!entry.has_interrupt) return;
    const auto transport = make_small(entry);
    const auto line = [&] {
      transport->read(Reg::STATUS);  // Takes the cycles that the line needs to settle.
      return transport->interrupt_line()->irq();
    };
    CHECK(run_list(*transport, kList).done());
    CHECK_FALSE(line());
    transport->write(Reg::IRQ_ENABLE, field::IRQ_ENABLE_DONE.mask());
    CHECK(line());
    transport->write(Reg::STATUS, field::STATUS_DONE.mask());
    CHECK_FALSE(line());
    CHECK_EQ(run_list(*transport, std::vector{Command{}}).code(), ErrorCode::BAD_OPCODE);
    CHECK_FALSE(line());
    transport->write(Reg::IRQ_ENABLE, field::IRQ_ENABLE_ERROR.mask());
    CHECK(line());
    transport->write(Reg::STATUS, field::STATUS_ERROR.mask());
    CHECK_FALSE(line());
  });
}
