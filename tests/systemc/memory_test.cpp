// SPDX-License-Identifier: Apache-2.0

#include <random>

#include "sim/dram/spec.h"
#include "sim/systemc/dram_timing.h"
#include "sim/systemc/interconnect.h"
#include "sim/systemc/traffic_generator.h"
#include "tests/systemc/bench.h"

using namespace trine;
using namespace trine::sim;
using sc_core::SC_NS;
using sc_core::sc_time;

namespace {

/// An initiator that the test moves by hand, from outside any process.
struct Hand : sc_core::sc_module {
  tlm_utils::simple_initiator_socket<Hand> socket{"socket"};
  explicit Hand(sc_core::sc_module_name name) : sc_module(name) {
    socket.register_invalidate_direct_mem_ptr(this, &Hand::invalidate);
  }
  void invalidate(sc_dt::uint64 first, sc_dt::uint64 last) { invalidated = {first, last}; }
  std::pair<std::uint64_t, std::uint64_t> invalidated{};

  struct Answer {
    tlm::tlm_response_status status;
    sc_time delay;
    bool direct;
  };
  Answer send(tlm::tlm_command command, std::uint64_t address, std::vector<unsigned char>& data,
              const std::vector<unsigned char>& enables = {}, unsigned width = 0,
              const sc_time& at = sc_core::SC_ZERO_TIME) {
    tlm::tlm_generic_payload payload;
    payload.set_command(command);
    payload.set_address(address);
    payload.set_data_ptr(data.data());
    payload.set_data_length(static_cast<unsigned>(data.size()));
    payload.set_streaming_width(width != 0 ? width : static_cast<unsigned>(data.size()));
    std::vector<unsigned char> mask = enables;
    if (!mask.empty()) {
      payload.set_byte_enable_ptr(mask.data());
      payload.set_byte_enable_length(static_cast<unsigned>(mask.size()));
    }
    sc_time delay = at;
    socket->b_transport(payload, delay);
    return {payload.get_response_status(), delay, payload.is_dmi_allowed()};
  }
};

struct MemoryParts {
  MemoryParts() {
    map.allocate(0, 1 << 16);
    map.map(1 << 20, rom);
    hand.socket.bind(checker.target);
    checker.initiator.bind(memory.socket);
  }
  std::vector<std::byte> rom = std::vector<std::byte>(4096, std::byte{0x5A});
  MemoryMap map;
  Hand hand{"hand"};
  ProtocolChecker checker{"checker"};
  MemoryTarget memory{"memory", map, fixed_timing({16}, 10)};
};

constexpr auto kRead = tlm::TLM_READ_COMMAND;
constexpr auto kWrite = tlm::TLM_WRITE_COMMAND;

}  // namespace

TEST_CASE("MemoryTarget: byte enables repeat, streaming is refused, every status is right") {
  Simulated<MemoryParts> parts;
  parts.simulation.run([&] {
    Hand& hand = parts->hand;
    std::vector<unsigned char> data(16, 0xAB);
    CHECK_EQ(hand.send(kWrite, 0x100, data, {0xFF, 0, 0, 0}).status, tlm::TLM_OK_RESPONSE);
    std::vector<unsigned char> back(16, 1);
    CHECK_EQ(hand.send(kRead, 0x100, back).status, tlm::TLM_OK_RESPONSE);
    for (std::size_t i = 0; i < 16; ++i) CHECK_EQ(int{back[i]}, i % 4 == 0 ? 0xAB : 0);
    std::vector<unsigned char> some(16, 7);
    CHECK_EQ(hand.send(kRead, 0x100, some, {0, 0xFF}).status, tlm::TLM_OK_RESPONSE);
    for (std::size_t i = 0; i < 16; ++i) CHECK_EQ(int{some[i]}, i % 2 == 1 ? 0 : 7);
    CHECK_EQ(hand.send(kRead, 0x100, back, {}, 8).status, tlm::TLM_BURST_ERROR_RESPONSE);
    CHECK_EQ(hand.send(kRead, (1 << 16) - 8, back).status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
    CHECK_EQ(hand.send(kWrite, 1 << 20, back).status, tlm::TLM_GENERIC_ERROR_RESPONSE);
    CHECK_EQ(hand.send(kRead, 1 << 20, back).status, tlm::TLM_OK_RESPONSE);
    CHECK_EQ(int{back[3]}, 0x5A);
  });
  CHECK_EQ(parts->checker.broken(), std::vector<std::string>{});
}

TEST_CASE("FixedTiming: latency once, then a beat a cycle; directions do not meet") {
  FixedTiming timing(
      {.period = kPeriod, .bus = {.beat_bytes = 16}, .read_latency = 10, .write_latency = 4});
  const auto at = [](int cycles) { return cycles * kPeriod; };
  CHECK_EQ(timing.serve({0, 64, false}, at(100)), at(100 + 9 + 4));
  CHECK_EQ(timing.serve({64, 64, false}, at(101)), at(100 + 9 + 8));  // Behind the first.
  CHECK_EQ(timing.serve({0, 64, true}, at(101)), at(101 + 3 + 4));
  CHECK_EQ(timing.serve({64, 64, false}, at(500)), at(500 + 9 + 4));
  FixedTiming half({.period = kPeriod, .bus = {.beat_bytes = 16}, .bandwidth = 0.5});
  CHECK_EQ(half.serve({0, 64, false}, at(0)), at(8));
  CHECK_FALSE(half.allows_direct());
}

TEST_CASE("MemoryTarget: grants pointers to whole regions, and transport_dbg takes no time") {
  Simulated<MemoryParts> parts;
  parts.simulation.run([&] {
    std::vector<unsigned char> data(16);
    CHECK(parts->hand.send(kRead, 0x40, data).direct);
    const auto ask = [&](tlm::tlm_command command, std::uint64_t address, tlm::tlm_dmi& region) {
      tlm::tlm_generic_payload payload;
      payload.set_command(command);
      payload.set_address(address);
      return parts->hand.socket->get_direct_mem_ptr(payload, region);
    };
    tlm::tlm_dmi region;
    REQUIRE(ask(kWrite, 0x40, region));
    CHECK_EQ(region.get_start_address(), 0);
    CHECK_EQ(region.get_end_address(), 0xFFFF);
    CHECK(region.is_read_write_allowed());
    CHECK_EQ(region.get_read_latency(), 10 * kPeriod);
    CHECK_FALSE(ask(kWrite, 1 << 20, region));
    REQUIRE(ask(kRead, 1 << 20, region));
    CHECK_FALSE(region.is_write_allowed());
    CHECK_FALSE(ask(kRead, 1 << 18, region));
    parts->memory.revoke_direct(0, 0xFFF);
    CHECK_EQ(parts->hand.invalidated, std::pair<std::uint64_t, std::uint64_t>(0, 0xFFF));
    CHECK_FALSE(ask(kRead, 0x40, region));
    CHECK_FALSE(parts->hand.send(kRead, 0x40, data).direct);

    tlm::tlm_generic_payload debug;
    debug.set_command(kRead);
    debug.set_address(0xFFF8);
    debug.set_data_ptr(data.data());
    debug.set_data_length(16);
    CHECK_EQ(parts->hand.socket->transport_dbg(debug), 8);  // As far as the memory goes.
    debug.set_address(1 << 20);
    debug.set_command(kWrite);
    CHECK_EQ(parts->hand.socket->transport_dbg(debug), 0);
    debug.set_address(0x200);
    data.assign(16, 9);
    CHECK_EQ(parts->hand.socket->transport_dbg(debug), 16);
    CHECK_EQ(int(*parts->map.find(0x20F, 1)), 9);
    CHECK_EQ(sc_core::sc_time_stamp(), sc_core::SC_ZERO_TIME);
  });
  CHECK_EQ(parts->checker.broken(), std::vector<std::string>{});
}

namespace {

struct BusParts {
  explicit BusParts(const Interconnect::Options& options) : bus("bus", options) {
    low.allocate(0, 1 << 16);
    high.allocate(0, 1 << 16);
    for (unsigned i = 0; i < 2; ++i) {
      hands[i].socket.bind(before[i].target);
      before[i].initiator.bind(bus.masters);
    }
    bus.add(first.socket, 0x10000, 0x8000);
    bus.add(behind.target, 0x20000, 0x4000, 0x1000);
    behind.initiator.bind(second.socket);
  }
  MemoryMap low, high;
  Hand hands[2] = {Hand("hand_0"), Hand("hand_1")};
  ProtocolChecker before[2] = {ProtocolChecker("before_0"), ProtocolChecker("before_1")};
  ProtocolChecker behind{"behind"};
  Interconnect bus;
  MemoryTarget first{"first", low, fixed_timing({16})};
  MemoryTarget second{"second", high, fixed_timing({16})};

  void check_protocol() const {
    for (const ProtocolChecker* checker : {&before[0], &before[1], &behind})
      CHECK_EQ(checker->broken(), std::vector<std::string>{});
  }
};

}  // namespace

TEST_CASE("Interconnect: routes by address and answers for what nobody owns") {
  Simulated<BusParts> parts(Interconnect::Options{});
  parts.simulation.advance(sc_core::SC_ZERO_TIME);  // Multi-sockets are bound by elaboration.
  parts.simulation.run([&] {
    Hand& hand = parts->hands[0];
    std::vector<unsigned char> data(64, 3);
    CHECK_EQ(hand.send(kWrite, 0x10040, data).status, tlm::TLM_OK_RESPONSE);
    CHECK_EQ(int(*parts->low.find(0x40, 1)), 3);
    CHECK_EQ(hand.send(kWrite, 0x20040, data).status, tlm::TLM_OK_RESPONSE);
    CHECK_EQ(int(*parts->high.find(0x1040, 1)), 3);
    for (const std::uint64_t nobody : {0x0ull, 0xFFF0ull, 0x17FF0ull, 0x18000ull, 0x23FC1ull})
      CHECK_EQ(hand.send(kRead, nobody, data).status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
    CHECK_EQ(hand.send(kRead, 0x23FC0, data).status, tlm::TLM_OK_RESPONSE);
    CHECK_EQ(parts->bus.traffic(0).bursts, 3);
    CHECK_EQ(parts->bus.traffic(0).errors, 5);

    tlm::tlm_generic_payload payload;
    tlm::tlm_dmi region;
    payload.set_command(kRead);
    payload.set_address(0x20040);
    REQUIRE(hand.socket->get_direct_mem_ptr(payload, region));
    CHECK_EQ(payload.get_address(), 0x20040);
    CHECK_EQ(region.get_start_address(), 0x20000);
    CHECK_EQ(region.get_end_address(), 0x23FFF);
    CHECK_EQ(region.get_dmi_ptr(),
             reinterpret_cast<const unsigned char*>(parts->high.find(0x1000, 1)));
    payload.set_address(0x30000);
    CHECK_FALSE(hand.socket->get_direct_mem_ptr(payload, region));

    // The part of a slave's pointers that is mapped is taken back, for each master.
    parts->second.revoke_direct(0, 0x1FFF);
    for (const Hand& one : parts->hands)
      CHECK_EQ(one.invalidated, std::pair<std::uint64_t, std::uint64_t>(0x20000, 0x20FFF));

    payload.set_address(0x23FF0);
    payload.set_data_ptr(data.data());
    payload.set_data_length(64);
    CHECK_EQ(hand.socket->transport_dbg(payload), 16);
    CHECK_EQ(payload.get_data_length(), 64);
  });
  parts->check_protocol();
}

TEST_CASE("Interconnect: refuses ranges that are empty, taken or endless") {
  Simulated<BusParts> parts(Interconnect::Options{});
  parts.simulation.run([&] {
    MemoryTarget third("third", parts->low, fixed_timing({16}));
    CHECK_THROWS_AS(parts->bus.add(third.socket, 0x30000, 0), Error);
    CHECK_THROWS_AS(parts->bus.add(third.socket, 0x17FFF, 1), Error);
    CHECK_THROWS_AS(parts->bus.add(third.socket, 0xFFFF, 2), Error);
    CHECK_THROWS_AS(parts->bus.add(third.socket, ~0ull - 10, 100), Error);
  });
}

TEST_CASE("Interconnect: masters share the data path, first come, first served") {
  Simulated<BusParts> parts(Interconnect::Options{.period = 2 * kPeriod, .beat_bytes = 16});
  parts.simulation.advance(sc_core::SC_ZERO_TIME);
  parts.simulation.run([&] {
    std::vector<unsigned char> data(64);
    // Four beats of two cycles: the second master waits for all of them, a write for none.
    CHECK_EQ(parts->hands[0].send(kRead, 0x10000, data).delay, 4 * kPeriod);
    CHECK_EQ(parts->hands[1].send(kRead, 0x10000, data, {}, 0, 3 * kPeriod).delay, 12 * kPeriod);
    CHECK_EQ(parts->hands[1].send(kWrite, 0x10000, data, {}, 0, 3 * kPeriod).delay, 7 * kPeriod);
    CHECK_EQ(parts->bus.traffic(0).waited, sc_core::SC_ZERO_TIME);
    CHECK_EQ(parts->bus.traffic(1).waited, 5 * kPeriod);
    CHECK_FALSE(parts->hands[0].send(kRead, 0x10000, data).direct);
  });
}

namespace {

struct TrafficParts {
  explicit TrafficParts(const TrafficGenerator::Options& options) : traffic("traffic", options) {
    map.allocate(0, 1 << 16);
    map.write(0, pattern(1 << 16, 1));
    traffic.socket.bind(checker.target);
    checker.initiator.bind(memory.socket);
  }
  MemoryMap map;
  TrafficGenerator traffic;
  ProtocolChecker checker{"checker"};
  MemoryTarget memory{"memory", map, fixed_timing({16}, 20)};
};

}  // namespace

TEST_CASE("TrafficGenerator: keeps its rate, its range and what is in memory") {
  Simulated<TrafficParts> parts(TrafficGenerator::Options{.address = 0x1000,
                                                          .bytes = 0x2000,
                                                          .burst_bytes = 64,
                                                          .interval = sc_time(50, SC_NS),
                                                          .writes = 0.25,
                                                          .random = true,
                                                          .bursts = 1000});
  parts.simulation.advance(sc_time(1, sc_core::SC_MS));
  const TrafficGenerator::Counts& counts = parts->traffic.counts();
  CHECK_EQ(counts.bursts, 1000);
  CHECK_EQ(counts.bytes, 64000);
  CHECK_EQ(counts.errors, 0);
  CHECK_EQ(counts.longest, 23 * kPeriod);
  CHECK_EQ(counts.latency, 23000 * kPeriod);
  std::size_t writes = 0;
  for (const ProtocolChecker::Burst& burst : parts->checker.bursts()) {
    CHECK_GE(burst.address, 0x1000);
    CHECK_LE(burst.address + burst.bytes, 0x3000);
    writes += burst.write ? 1 : 0;
  }
  CHECK_GT(writes, 200);
  CHECK_LT(writes, 300);
  std::vector<std::byte> now(1 << 16);
  parts->map.read(0, now);
  CHECK(now == pattern(1 << 16, 1));
  CHECK_EQ(parts->checker.broken(), std::vector<std::string>{});
}

TEST_CASE("TrafficGenerator: a range without room for a burst is refused") {
  CHECK_THROWS_AS(Simulated<TrafficParts>(TrafficGenerator::Options{.bytes = 10}), Error);
}

TEST_CASE("DramTiming: a stream runs at the pins' rate, a far burst pays for its row") {
  const dram::MemorySpec spec = dram::parse_memory("ddr4-2400x64");
  DramTiming timing(spec, kPeriod);
  CHECK_FALSE(timing.allows_direct());
  // A stream of 4 MiB, each burst asked for long before it can come.
  constexpr std::uint64_t kBytes = 4 << 20;
  sc_time done;
  for (std::uint64_t at = 0; at < kBytes; at += 1024) done = timing.serve({at, 1024, false}, {});
  const double rate = static_cast<double>(kBytes) / done.to_seconds();
  CHECK_LT(rate, spec.peak());
  CHECK_GT(rate, 0.9 * spec.peak());
  // One burst in an idle memory: longer than its transfer, shorter than a microsecond.
  const sc_time begin = done + sc_time(10, sc_core::SC_US);
  const sc_time alone = timing.serve({1 << 28, 64, false}, begin) - begin;
  CHECK_GT(alone, sc_time(64 / spec.peak(), sc_core::SC_SEC));
  CHECK_LT(alone, sc_time(1, sc_core::SC_US));
}
