// SPDX-License-Identifier: Apache-2.0

#include "driver/device.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "scripted_transport.h"

using namespace trine;

namespace {

constexpr std::uint32_t kBusy = field::STATUS_BUSY.mask();
constexpr std::uint32_t kDone = field::STATUS_DONE.mask();
constexpr std::uint32_t kFailed = field::STATUS_ERROR.mask();

CommandList small_list() {
  CommandList list(MachineParams{});
  list.load(0, 0x40, 16, CommandList::Element::F32, "some input");
  list.fence();
  list.end();
  return list;
}

/// The message of the Error that `action` throws.
template <class Kind, class Action>
std::string message_of(const Action& action) {
  try {
    action();
  } catch (const Kind& error) {
    return error.what();
  }
  return "nothing thrown";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

using Log = std::vector<std::string>;

}  // namespace

TEST_CASE("Device: reads identity and version before anything else") {
  ScriptedTransport transport;
  Device device(transport);
  CHECK(transport.log ==
        Log{"R ID", "R VERSION", "R CAPS", "R TILE_ROWS", "R VECTOR_WORDS", "R MAX_COLS"});
  CHECK(device.params() == MachineParams{});  // The reset values are the default parameters.

  transport.log.clear();
  transport.values[Reg::ID] = 0x544D4143;
  CHECK(contains(message_of<Error>([&] { Device other(transport); }), "0x544d4143"));
  CHECK(transport.log == Log{"R ID"});

  transport.log.clear();
  transport.values[Reg::ID] = 0x54524E45;
  const std::uint32_t spoken = find_register(Reg::VERSION)->reset;
  const std::string next_major = std::to_string(field::VERSION_MAJOR.get(spoken) + 1);
  transport.values[Reg::VERSION] = spoken + 0x10003 - field::VERSION_MINOR.get(spoken);
  CHECK(contains(message_of<Error>([&] { Device other(transport); }), next_major + ".3"));
  CHECK(transport.log == Log{"R ID", "R VERSION"});

  transport.values[Reg::VERSION] = spoken + 7;  // Something was added: fine.
  CHECK_NOTHROW(Device{transport});
}

TEST_CASE("Device: parameters come from the registers") {
  ScriptedTransport transport;
  transport.values[Reg::CAPS] =
      4 | 2 << 8 | 0 << 12 | 1 << 14 | 1 << 15 | 10 << 16 | 12 << 21 | 3 << 26;
  transport.values[Reg::TILE_ROWS] = 64;
  transport.values[Reg::VECTOR_WORDS] = 4096;
  transport.values[Reg::MAX_COLS] = 1024;
  const MachineParams expected{.groups = 4,
                               .tile_rows = 64,
                               .vectors = 2,
                               .act_width = 10,
                               .vector_words = 4096,
                               .max_cols = 1024,
                               .f16_engine = false,
                               .vector_unit = false,
                               .attention_heads = 3,
                               .attention_width = 12,
                               .parity = true,
                               .stream_sum = true};
  CHECK(Device(transport).params() == expected);
}

TEST_CASE("Device: sets the window, low halves first") {
  ScriptedTransport transport;
  Device device(transport);
  transport.log.clear();
  device.set_window({0x1'2345'6000, 0xAB'0000'0040});
  CHECK(transport.log ==
        Log{"W MEM_BASE_LO=23456000", "W MEM_BASE_HI=1", "W MEM_LIMIT_LO=40", "W MEM_LIMIT_HI=ab"});
}

TEST_CASE("Device: writes a list, starts it, waits and acknowledges, in this order") {
  ScriptedTransport transport;
  Device device(transport);
  transport.log.clear();
  transport.statuses = {0, kBusy, kBusy, kDone};
  device.write_and_run(small_list(), 0x1'0000'0080);
  CHECK(transport.log == Log{"M 0x100000080+192", "R STATUS", "W LIST_LO=80", "W LIST_HI=1",
                             "W LIST_COUNT=3", "W CTRL=1", "R STATUS", "wait", "R STATUS", "wait",
                             "R STATUS", "W STATUS=2"});
}

TEST_CASE("Device: an error is thrown at once with code, index and the command") {
  ScriptedTransport transport;
  Device device(transport);
  transport.log.clear();
  transport.statuses = {0, kBusy, kFailed};
  transport.values[Reg::ERROR] = static_cast<std::uint32_t>(ErrorCode::AXI_READ);
  transport.values[Reg::COMMAND] = 0;
  try {
    device.run(small_list(), 0x80);
    FAIL("no error");
  } catch (const DeviceError& error) {
    CHECK(error.code() == ErrorCode::AXI_READ);
    CHECK_EQ(error.index(), 0u);
    const std::string what = error.what();
    for (const char* part : {"AXI_READ", "answered a read with an error", "command 0", "LOAD",
                             "addr=0x40", "some input"}) {
      CAPTURE(what);
      CHECK(contains(what, part));
    }
  }
  CHECK_EQ(transport.log.back(), "W STATUS=4");
  CHECK_EQ(transport.count("wait"), 1u);
}

TEST_CASE("Device: an unknown error code and an index past the list still make a message") {
  ScriptedTransport transport;
  Device device(transport);
  transport.statuses = {0, kFailed};
  transport.values[Reg::ERROR] = 99;
  transport.values[Reg::COMMAND] = 3;
  const std::string what = message_of<DeviceError>([&] { device.run(small_list(), 0x80); });
  CHECK(contains(what, "99"));
  CHECK(contains(what, "past the list of 3"));
}

TEST_CASE("Device: a core that never finishes is a Timeout after exactly the budget") {
  ScriptedTransport transport;
  Device device(transport);
  transport.statuses = {0};
  transport.values[Reg::STATUS] = kBusy;
  transport.values[Reg::COMMAND] = 1;
  const std::string what =
      message_of<Timeout>([&] { device.run(small_list(), 0x80, {.waits = 7, .idle_waits = 0}); });
  CHECK_EQ(transport.count("wait"), 7u);
  CAPTURE(what);
  CHECK(contains(what, "budget"));
  CHECK(contains(what, "command 1 (FENCE"));
  CHECK(contains(what, "STATUS 0x1"));
}

TEST_CASE("Device: a core without progress is a Timeout long before the budget") {
  ScriptedTransport transport;
  Device device(transport);
  transport.statuses = {0};
  transport.values[Reg::STATUS] = kBusy;
  const std::string what = message_of<Timeout>(
      [&] { device.run(small_list(), 0x80, {.waits = 1000, .idle_waits = 10}); });
  CHECK(contains(what, "no progress"));
  CHECK_EQ(transport.count("wait"), 20u);  // The second look is the first comparison.
}

TEST_CASE("Device: refuses to start a busy core or an unfinished list") {
  ScriptedTransport transport;
  Device device(transport);
  transport.log.clear();
  CommandList open(MachineParams{});
  open.fence();
  CHECK(contains(message_of<Error>([&] { device.run(open, 0x80); }), "END"));
  CHECK(transport.log.empty());

  transport.statuses = {kBusy};
  CHECK(contains(message_of<Error>([&] { device.run(small_list(), 0x80); }), "busy"));
  CHECK(transport.log == Log{"R STATUS"});
}

TEST_CASE("Device: abort waits until the core is idle") {
  ScriptedTransport transport;
  Device device(transport);
  transport.log.clear();
  transport.statuses = {kBusy, kFailed};
  device.abort();
  CHECK(transport.log == Log{"W CTRL=2", "R STATUS", "wait", "R STATUS"});
  transport.values[Reg::STATUS] = kBusy;
  CHECK_THROWS_AS(device.abort({.waits = 3, .idle_waits = 0}), Timeout);
}

TEST_CASE("Device: what broke a rule of the bus is named with its channel, port and burst") {
  ScriptedTransport transport;
  Device device(transport);
  transport.values[Reg::BUS_ADDRESS_LO] = 0x12345678;
  transport.values[Reg::BUS_ADDRESS_HI] = 0x9;
  constexpr const char* kNames[] = {"no", "AR", "R", "AW", "W", "B", "?", "?"};
  for (const ErrorCode code :
       {ErrorCode::BUS_TIMEOUT, ErrorCode::BUS_LAST, ErrorCode::BUS_UNEXPECTED}) {
    for (std::uint32_t channel = 0; channel < 8; ++channel) {
      CAPTURE(channel);
      transport.statuses = {0, kFailed};
      transport.values[Reg::ERROR] = static_cast<std::uint32_t>(code);
      transport.values[Reg::BUS_FAULT] =
          field::BUS_FAULT_CHANNEL.put(channel) | field::BUS_FAULT_PORT.put(channel % 4);
      const std::string what = message_of<DeviceError>([&] { device.run(small_list(), 0x80); });
      CAPTURE(what);
      CHECK(contains(what, fmt::format("({} channel, port {}, burst at 0x912345678)",
                                       kNames[channel], channel % 4)));
    }
  }
}

TEST_CASE("Device: a device that can tell says which burst memory refused") {
  struct Telling final : ScriptedTransport, BusReport {
    BusReport* bus_report() override { return this; }
    std::string last_failure() const override { return "SLVERR at 0x40"; }
  } transport;
  Device device(transport);
  for (const ErrorCode code : {ErrorCode::AXI_READ, ErrorCode::AXI_WRITE, ErrorCode::OVERFLOW}) {
    transport.statuses = {0, kFailed};
    transport.values[Reg::ERROR] = static_cast<std::uint32_t>(code);
    const std::string what = message_of<DeviceError>([&] { device.run(small_list(), 0x80); });
    CAPTURE(what);
    CHECK_EQ(contains(what, "(SLVERR at 0x40)"), code != ErrorCode::OVERFLOW);
  }
}

TEST_CASE("Device: steps where the device can, and says where it cannot") {
  ScriptedTransport plain;
  Device other(plain);
  CHECK(message_of<Error>([&] { other.step(small_list()); }) ==
        "this device cannot step through a command list");

  struct Stepping final : ScriptedTransport, Stepper {
    Stepper* stepper() override { return this; }
    void step() override { log.emplace_back("step"); }
  } transport;
  Device device(transport);
  transport.log.clear();
  transport.statuses = {kBusy, kDone, kFailed};
  CHECK(device.step(small_list()));
  CHECK_FALSE(device.step(small_list()));
  CHECK_THROWS_AS(device.step(small_list()), DeviceError);
  CHECK_EQ(transport.count("step"), 3u);
}

TEST_CASE("Device: the sequence goes to the registers of each bank, the profile to its own") {
  ScriptedTransport transport;
  transport.values[Reg::CAPS] =
      (transport.values[Reg::CAPS] & ~field::CAPS_VECTORS.mask()) | field::CAPS_VECTORS.put(2);
  Device device(transport);
  transport.log.clear();
  SequenceState state;
  state.position = 7;
  state.ahead = {0, 1, 9};
  state.token = {0x20, 0x30, 0x40};
  device.set_sequence(state);
  CHECK(transport.log == Log{"W POSITION=7", fmt::format("W {}=0", reg_name(kAheadRegs[0])),
                             fmt::format("W {}=20", reg_name(kTokenRegs[0])),
                             fmt::format("W {}=1", reg_name(kAheadRegs[1])),
                             fmt::format("W {}=30", reg_name(kTokenRegs[1]))});
  transport.log.clear();
  device.set_profile(0x5'0000'1000, 12);
  CHECK(transport.log == Log{"W PROFILE_LO=1000", "W PROFILE_HI=5", "W PROFILE_COUNT=c"});
}

TEST_CASE("Device: reset asks again when the core was busy, and waits no longer than it may") {
  ScriptedTransport transport;
  Device device(transport);
  transport.log.clear();
  transport.statuses = {kBusy, 0};
  device.reset();
  CHECK(transport.log == Log{"W CTRL=8", "R STATUS", "wait", "R STATUS", "W CTRL=8"});
  transport.values[Reg::STATUS] = kBusy;
  const std::string what =
      message_of<Timeout>([&] { device.reset({.waits = 3, .idle_waits = 0}); });
  CHECK(contains(what, "the wait budget is used up; at command 0, STATUS 0x1"));
}

TEST_CASE("Device: counters are read low half first, and all of them") {
  ScriptedTransport transport;
  Device device(transport);
  transport.log.clear();
  std::uint32_t next = 1;
  for (const CounterInfo& counter : kCounters) {
    transport.values[counter.low] = next;
    transport.values[counter.high] = next++ << 8;
  }
  const Counters now = device.counters();
  Log expected;
  next = 1;
  for (const CounterInfo& counter : kCounters) {
    CHECK_EQ(now.*counter.value, next | std::uint64_t{next} << 40);
    ++next;
    expected.push_back(fmt::format("R {}_LO", counter.name));
    expected.push_back(fmt::format("R {}_HI", counter.name));
  }
  CHECK(transport.log == expected);

  // Every counter of the register map is in the table.
  CHECK_EQ(std::size(kCounterRegs), std::size(kCounters));
}

TEST_CASE("Device: clears counters only when idle") {
  ScriptedTransport transport;
  Device device(transport);
  transport.log.clear();
  device.clear_counters();
  CHECK(transport.log == Log{"R STATUS", "W CTRL=4"});
  transport.statuses = {kBusy};
  CHECK_THROWS_AS(device.clear_counters(), Error);
}

TEST_CASE("Counters: subtract and add member by member") {
  Counters a, b;
  std::uint64_t value = 100;
  for (const CounterInfo& counter : kCounters) {
    a.*counter.value = value;
    b.*counter.value = value / 3;
    value += 7;
  }
  Counters sum = a - b;
  sum += b;
  CHECK(sum == a);
}

TEST_CASE("CounterLatch: the high half stands still from low to high, once") {
  CounterLatch latch;
  CHECK_EQ(latch.high(0x5'0000'0000), 5u);  // Not held.
  CHECK_EQ(latch.low(0x1'ffff'ffff), 0xffffffffu);
  CHECK_EQ(latch.high(0x2'0000'0000), 1u);
  CHECK_EQ(latch.high(0x2'0000'0001), 2u);
}
