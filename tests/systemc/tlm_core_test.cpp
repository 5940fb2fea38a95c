// SPDX-License-Identifier: Apache-2.0

#include "tests/systemc/bench.h"

using namespace trine;
using namespace trine::sim;
using sc_core::sc_time;

namespace {

TlmCoreOptions options(unsigned groups = 4, std::uint64_t cycles = 100) {
  return {.params = small_core(groups), .period = kPeriod, .cost = fixed_cost(cycles)};
}

using Bench = MemoryBench<TlmCore>;

struct Fixture {
  explicit Fixture(unsigned latency = 1, double bandwidth = 1,
                   const TlmCoreOptions& core = options())
      : bench(fixed_timing({static_cast<std::uint32_t>(core.params.beat_bytes())}, latency,
                           bandwidth),
              core) {}
  template <class F>
  auto in(F&& f) {
    return bench.simulation.run(std::forward<F>(f));
  }
  Simulated<Bench> bench;
};

void fill(MemoryMap& map) {
  for (std::uint64_t at = 0x10000; at < kBenchMemory; at += 0x10000)
    map.write(at, pattern(0x10000, static_cast<unsigned>(at >> 16)));
}

}  // namespace

TEST_CASE("TlmCore: computes like the golden machine, with pointers and without") {
  for (const double bandwidth : {1.0, 0.5}) {  // Half the bandwidth: no pointers.
    CAPTURE(bandwidth);
    Fixture fixture(1, bandwidth);
    GoldenTransport golden(small_core(), kBenchMemory);
    MemoryMap source;
    source.allocate(0, kBenchMemory);
    fill(source);
    std::vector<std::byte> all(kBenchMemory), expected(kBenchMemory);
    source.read(0, all);
    golden.write_memory(0, all);
    fixture.bench->map.write(0, all);
    const CommandList list = every_access(small_core());
    const Ending want = run(golden, list);
    fixture.in([&] {
      CHECK_EQ(run(fixture.bench->transport, list).code, want.code);
      CHECK_EQ(fixture.bench->core.core().index(), want.index);
    });
    fixture.bench->map.read(0, all);
    golden.read_memory(0, expected);
    CHECK(all == expected);
    fixture.bench->check_protocol();
    CHECK_EQ(fixture.bench->core.bus().direct_bursts() > 0, bandwidth == 1);
  }
}

TEST_CASE("TlmCore: sends the bursts of the DMAs") {
  Fixture fixture(1, 0.5);
  CommandList list(small_core(), {0, kBenchMemory});
  list.load(0, 0x10FC0, 300, CommandList::Element::F32, "x");
  list.store(0, 0x30000, 301, CommandList::Element::F16, "x");
  list.store_column(0, 0x40000, 2, "column", {.stride = 64, .limit = 1});
  list.end();
  fixture.in([&] { CHECK_EQ(run(fixture.bench->transport, list), Ending{}); });
  // 300 words at 0x10FC0: up to the next multiple of the longest burst, then the rest.
  using Burst = ProtocolChecker::Burst;
  const std::vector<Burst> want{{kListAt, 64, false, false},      {0x10FC0, 64, false, false},
                                {0x11000, 1136, false, false},    {kListAt + 64, 64, false, false},
                                {0x30000, 608, true, true},       {kListAt + 128, 64, false, false},
                                {0x40000, 16, true, true},        {0x40040, 16, true, true},
                                {kListAt + 192, 64, false, false}};
  CHECK_EQ(fixture.bench->checker.bursts().size(), want.size());
  CHECK(fixture.bench->checker.bursts() == want);
}

TEST_CASE("TlmCore: a command takes what its cost says, or what its bursts take") {
  for (const std::uint64_t cost : {100u, 5000u}) {
    CAPTURE(cost);
    // 1024 words are 256 beats; half the bandwidth makes them 512 cycles behind the latency.
    Fixture fixture(50, 0.5, options(4, cost));
    CommandList list(small_core(), {0, kBenchMemory});
    list.load(0, 0x10000, 1024, CommandList::Element::F32, "x");
    list.end();
    Counters counters;
    fixture.in([&] {
      Device device(fixture.bench->transport);
      device.set_window({0, kBenchMemory});
      device.write_and_run(list, kListAt);
      counters = device.counters();
    });
    // The fetch: 4 beats. Its answer lets the first burst go.
    const std::uint64_t fetch = 49 + 4 * 2, load = 49 + 256 * 2;
    CHECK_EQ(counters.cycles, std::max(cost, fetch + load) + std::max(cost, fetch));
    CHECK_EQ(counters.stall_memory, cost == 100 ? fetch + load - cost : 0);
    CHECK_EQ(counters.commands, 2);
    CHECK_EQ(counters.read_beats, 4 + 256 + 4);
  }
}

TEST_CASE("TlmCore: raises the interrupt at its own time and shows no future") {
  Fixture fixture(1, 1, options(4, 1000));
  CommandList list(small_core(), {0, kBenchMemory});
  list.fence();
  list.end();
  fixture.in([&] {
    Bench& bench = *fixture.bench.operator->();
    Device device(bench.transport);
    device.set_window({0, kBenchMemory});
    bench.transport.write(Reg::IRQ_ENABLE, field::IRQ_ENABLE_DONE.mask());
    bench.transport.write_memory(kListAt, list.bytes());
    device.start(list, kListAt);
    const sc_time begun = sc_core::sc_time_stamp();
    CHECK_FALSE(bench.irq.read());
    sc_core::sc_start(sc_time(1900, sc_core::SC_NS));
    CHECK_FALSE(bench.irq.read());
    // The answer comes when the core has come to the end of the command.
    CHECK_EQ(field::STATUS_BUSY.get(bench.transport.read(Reg::STATUS)), 0);
    CHECK_EQ(sc_core::sc_time_stamp(), begun + 2000 * kPeriod);
    CHECK(bench.irq.read());
    bench.transport.write(Reg::STATUS, field::STATUS_DONE.mask());
    sc_core::sc_start(kPeriod);
    CHECK_FALSE(bench.irq.read());
  });
}

TEST_CASE("TlmCore: runs as many commands as it may") {
  Fixture fixture;
  CommandList list(small_core(), {0, kBenchMemory});
  for (int i = 0; i < 3; ++i) list.fence();
  list.end();
  fixture.in([&] {
    Bench& bench = *fixture.bench.operator->();
    bench.core.allow(0);
    Device device(bench.transport);
    device.set_window({0, kBenchMemory});
    bench.transport.write_memory(kListAt, list.bytes());
    device.start(list, kListAt);
    sc_core::sc_start(sc_time(1, sc_core::SC_MS));
    CHECK_EQ(device.counters().commands, 0);
    for (std::uint64_t ran = 1; ran <= 3; ++ran) {
      bench.core.allow(1);
      sc_core::sc_start(sc_time(1, sc_core::SC_US));
      CHECK_EQ(device.counters().commands, ran);
    }
    bench.core.allow(~std::uint64_t{0});
    sc_core::sc_start(sc_time(1, sc_core::SC_US));
    CHECK_EQ(field::STATUS_DONE.get(bench.transport.read(Reg::STATUS)), 1);
  });
}

TEST_CASE("TlmCore: takes pointers where they are granted and gives them back") {
  Fixture fixture;
  CommandList list(small_core(), {0, kBenchMemory});
  list.load(0, 0x10000, 1024, CommandList::Element::F32, "x");
  list.end();
  Bench& bench = *fixture.bench.operator->();
  fixture.in([&] {
    // The first fetch asks and is granted all of the memory.
    CHECK_EQ(run(bench.transport, list), Ending{});
    CHECK_EQ(bench.checker.bursts().size(), 1);
    CHECK_EQ(bench.checker.direct_requests(), 1);
    CHECK_EQ(run(bench.transport, list), Ending{});
    CHECK_EQ(bench.checker.bursts().size(), 1);
    bench.memory.revoke_direct(0, kBenchMemory - 1);
    bench.checker.forget();
    CHECK_EQ(run(bench.transport, list), Ending{});
    CHECK_EQ(bench.checker.bursts().size(), 1 + 2 + 1);
    bench.memory.grant_direct();
    CHECK_EQ(run(bench.transport, list), Ending{});
    CHECK_EQ(bench.checker.bursts().size(), 1 + 2 + 1 + 1);
  });
  bench.check_protocol();
}

TEST_CASE("TlmCore: transport_dbg reads registers and disturbs nothing") {
  Fixture fixture;
  fixture.in([&] {
    Bench& bench = *fixture.bench.operator->();
    std::uint32_t word = 0;
    tlm::tlm_generic_payload payload;
    payload.set_command(tlm::TLM_READ_COMMAND);
    payload.set_address(static_cast<std::uint64_t>(Reg::ID));
    payload.set_data_ptr(reinterpret_cast<unsigned char*>(&word));
    payload.set_data_length(4);
    payload.set_streaming_width(4);
    CHECK_EQ(bench.master.socket->transport_dbg(payload), 4);
    CHECK_EQ(word, 0x54524E45);
    payload.set_address(static_cast<std::uint64_t>(Reg::CYCLES_LO));
    CHECK_EQ(bench.master.socket->transport_dbg(payload), 4);
    payload.set_address(0xFFC);
    CHECK_EQ(bench.master.socket->transport_dbg(payload), 0);
    payload.set_command(tlm::TLM_WRITE_COMMAND);
    payload.set_address(static_cast<std::uint64_t>(Reg::LIST_LO));
    CHECK_EQ(bench.master.socket->transport_dbg(payload), 0);
  });
}

TEST_CASE("TlmCore: refuses what AXI4-Lite cannot carry") {
  Fixture fixture;
  fixture.in([&] {
    Bench& bench = *fixture.bench.operator->();
    unsigned char data[8] = {}, enables[4] = {0xFF, 0xFF, 0xFF, 0xFF};
    const auto status = [&](std::uint64_t address, unsigned length, unsigned width,
                            unsigned char* enable = nullptr) {
      tlm::tlm_generic_payload payload;
      payload.set_command(tlm::TLM_READ_COMMAND);
      payload.set_address(address);
      payload.set_data_ptr(data);
      payload.set_data_length(length);
      payload.set_streaming_width(width);
      payload.set_byte_enable_ptr(enable);
      payload.set_byte_enable_length(4);
      sc_time delay;
      bench.master.socket->b_transport(payload, delay);
      return payload.get_response_status();
    };
    CHECK_EQ(status(0, 4, 4), tlm::TLM_OK_RESPONSE);
    CHECK_EQ(status(0, 8, 8), tlm::TLM_BURST_ERROR_RESPONSE);
    CHECK_EQ(status(2, 4, 4), tlm::TLM_BURST_ERROR_RESPONSE);
    CHECK_EQ(status(0, 4, 2), tlm::TLM_BURST_ERROR_RESPONSE);
    CHECK_EQ(status(0, 4, 4, enables), tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    CHECK_EQ(status(0xFFC, 4, 4), tlm::TLM_ADDRESS_ERROR_RESPONSE);
    CHECK_EQ(status(0x1000, 4, 4), tlm::TLM_ADDRESS_ERROR_RESPONSE);
    CHECK_THROWS_WITH_AS(bench.master.read(0xFFC),
                         "master: register 0xffc: read is refused, TLM_ADDRESS_ERROR_RESPONSE",
                         Error);
  });
}
